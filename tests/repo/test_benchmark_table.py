"""The table in the docs says what the committed results say, and no more."""

import json

import pytest

from benchmarks import table


def _figure(median, rounds=3):
    return {"median": median, "low": 0.9 * median, "high": 1.1 * median, "rounds": rounds}


def _results(quick=False, groups=tuple(table.TITLES)):
    row = {
        "case": "a case",
        "result": "optimal, 3",
        "ours": _figure(0.002),
        "peers": [{"name": "a peer", "seconds": _figure(4.0), "times_ours": _figure(2000, 1)}],
        "targets": [
            {"text": "within 4 s", "measured": "0.002 s", "reached": True},
            {"text": "within 1 µs", "measured": "2 ms", "reached": False},
        ],
        "facts": {},
    }
    machine = {"processor": "A CPU", "cores": 2, "cores_used": 1, "system": "Linux"}
    machine |= {"python": "3.11", "blas": ["openblas 1"], "versions": {"numpy": "2.0"}}
    return {
        "machine_info": machine,
        "datetime": "2025-01-02T03:04:05",
        "quick": quick,
        "benchmarks": [{"group": group, "name": group, "extra_info": row} for group in groups],
    }


def test_the_page_holds_the_table_of_the_committed_results():
    page = table.PAGE.read_text()
    assert page == table.expected_page(page), "run `python -m benchmarks.table --write`"


def test_committed_results_are_a_full_run_without_names_of_machines_or_folders():
    if not table.RESULTS.is_file():
        pytest.skip("no full run has been committed")
    text = table.RESULTS.read_text()
    results = json.loads(text)
    assert not results["quick"]
    assert table.missing(results) == []
    assert "node" not in results["machine_info"]
    assert not any(folder in text for folder in ("/home/", "/root/", "/tmp/", "/work/", "/Users/"))


def test_a_row_shows_time_ratio_and_both_kinds_of_target():
    text = table.tables(_results(groups=("pmed",)))
    assert "Targets reached: 1 of 2." in text
    assert (
        "| a case | optimal, 3 | 2 ms (1.8 to 2.2) | a peer: 4 s (3.6 to 4.4), 2000 × "
        "| within 4 s: reached (0.002 s)<br>within 1 µs: **missed** (2 ms) |"
    ) in text


def test_the_table_replaces_what_stood_between_the_markers():
    page = f"before\n{table.BEGIN}\nold\n{table.END}\nafter\n"
    text = table.placed(page, "new\n")
    assert text == f"before\n{table.BEGIN}\n\nnew\n\n{table.END}\nafter\n"
    assert table.placed(text, "new\n") == text


def _results_of_a_failure():
    failed = {"group": "pmed", "name": "test_all_forty", "extra_info": {}}
    results = _results()
    return {**results, "benchmarks": [*results["benchmarks"], failed]}


@pytest.mark.parametrize(
    "results",
    [_results(quick=True), _results(groups=tuple(table.TITLES)[1:]), _results_of_a_failure()],
)
def test_only_a_complete_full_run_goes_into_the_page(tmp_path, monkeypatch, results):
    page, file = tmp_path / "page.md", tmp_path / "results.json"
    page.write_text(f"{table.BEGIN}\n{table.END}\n")
    monkeypatch.setattr(table, "PAGE", page)
    file.write_text(json.dumps(results))
    assert table.main(["--write", "--results", str(file)]) == 1
    assert page.read_text() == f"{table.BEGIN}\n{table.END}\n"
    file.write_text(json.dumps(_results()))
    assert table.main(["--write", "--results", str(file)]) == 0
    assert page.read_text().count("a peer") == len(table.TITLES)
