"""docs/speed.md shows what the measurements hold."""

import json

import pytest

from benchmarks import speed_page
from mobtheory.experiments.speed.figures import figured_anew
from mobtheory.report.schema import schema_of, violations


def measurement(device="cuda", complete=True, repeats=8):
    spread = {"lower_quartile": 1.5, "median": 2.0, "upper_quartile": 2.5}
    found = {"estimate": 3.25, "lower": 3.0, "upper": 3.5}
    run = {
        "name": "mob, 88.9 % dropped",
        "select": "mob",
        "dropped": 0.8889,
        "kept": 325,
        "layer": 2,
        "milliseconds": dict.fromkeys(("prefill", "decoder", "pruning", "selection"), spread),
        "answer_milliseconds": {"4": spread},
        "token_milliseconds": None,
        "busy_milliseconds": 12.5,
        "cache_bytes": 2**20,
        "peak_bytes": 2**31,
        "speedup": {"prefill": found, "decoder": found, "answers": {"4": found}},
        "selection_share": {"of_unpruned_prefill": 0.0123, "of_own_prefill": 0.0456},
        "values": {"milliseconds": {"prefill": [2.0]}, "answer_milliseconds": {"4": [2.0]}},
    }
    kernels = {"vision": {}, "decoder": {"flash_attention": 32}, "masked_layers": 0}
    return {
        "schema": 1,
        "model": {
            "name": "llava-next-7b",
            "family": "llava_next",
            "random_weights": True,
            "parameters": 7063427072,
            "weight_bytes": 14126854144,
            "dtype": "bfloat16",
            "attention": "sdpa",
            "decoder_layers": 32,
            "visual_tokens": 2928,
            "text_tokens": 60,
            "batch": 1,
        },
        "device": {"kind": device, "name": "NVIDIA X", "driver": "1.2", "cuda": "13.0"},
        "versions": {"python": "3", "mobtheory": "0", "torch": "2", "transformers": "5"},
        "date": "2026-11-26T22:00:00+00:00",
        "commit": "0123456789abcdef+changes",
        "asked": {
            "layer": 2,
            "selects": ["mob"],
            "answers": [4],
            "repeats": 8,
            "warmup": 0,
            "batch": 1,
            "tower_graph": True,
            "seed": 0,
        },
        "notes": [],
        "kernels": {"unpruned": kernels, "pruned": kernels},
        "repeats": repeats,
        "complete": complete,
        "runs": [run, run],
        "goals": [{"what": "speedup of prefill", "required": "at least 3.0", "found": 3.25,
                   "met": True}],
    }  # fmt: skip


def test_the_page_holds_what_the_measurements_hold():
    page = speed_page.PAGE.read_text()
    assert page == speed_page.expected_page(page), "run `python -m benchmarks.speed_page --write`"


def test_committed_measurements_have_intervals_come_from_a_gpu_and_obey_their_schema():
    found = speed_page.documents()
    assert speed_page.unfit(found) == []
    for document in found:
        assert list(violations(document, schema_of("bench"))) == []


def test_committed_figures_and_goals_are_those_of_the_stored_times():
    for document in speed_page.documents():
        assert figured_anew(document) == document, "run `... speed_page --figure-anew --write`"


def test_figures_that_were_changed_are_derived_again(tmp_path, monkeypatch):
    document = speed_page.documents()[-1]
    true = document["runs"][-1]["speedup"]["prefill"]["lower"]
    document["runs"][-1]["speedup"]["prefill"]["lower"] = 99.0
    path = tmp_path / "speed-changed.json"
    path.write_text(json.dumps(document))
    monkeypatch.setattr(speed_page, "RESULTS", tmp_path)
    assert speed_page.main(["--figure-anew"]) == 0
    assert json.loads(path.read_text())["runs"][-1]["speedup"]["prefill"]["lower"] == true


def test_figures_stand_in_the_tables(tmp_path):
    document = measurement()
    assert list(violations(document, schema_of("bench"))) == []
    (tmp_path / "speed-next.json").write_text(json.dumps(document))
    page = speed_page.expected_page(speed_page.PAGE.read_text(), tmp_path)
    for part in (
        "### llava-next-7b, bfloat16, batch 1, NVIDIA X, the vision tower a CUDA graph",
        "| mob, 88.9 % dropped | 325 | 2.00 (1.50 to 2.50) | 2.00 (1.50 to 2.50) | 12.50 |",
        "| mob, 88.9 % dropped | 3.25 (3.00 to 3.50) |",
        "| 1.23 % | 4.56 % |",
        "unpruned flash_attention (32), no explicit mask",
        "driver 1.2, CUDA 13.0",
        "Run of 2026-11-26, commit 0123456789ab with changes.",
        "| 3.25 (3.00 to 3.50) | 1.00 | 3.25 (3.00 to 3.50) | 1.23 % | 1 of 1 |",
        "- Goal, speedup of prefill at least 3.0: 3.25, met.",
    ):
        assert part in page


@pytest.mark.parametrize("changes", [{"repeats": 5}, {"device": "cpu"}])
def test_a_few_repeats_and_the_cpu_stay_outside(changes):
    assert speed_page.unfit([measurement(**changes)]) == ["llava-next-7b"]
    assert speed_page.unfit([measurement(repeats=6)]) == []


def test_a_run_cut_short_says_so():
    text = speed_page.tables([measurement(repeats=7, complete=False)])
    assert "Cut short after 7 of 8 repeats. Medians of 7 interleaved repeats" in text
    assert "Cut short" not in speed_page.tables([measurement()])
