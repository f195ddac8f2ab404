"""The shipped tests on an algorithm of a user's project, and the report that they leave."""

import json
from pathlib import Path
from typing import Any

import pytest

import mobtheory.conformance.test_guarantees  # noqa: F401  # heavy imports stay for the runs below
from mobtheory.testing import check_covering_algorithm
from mobtheory.testing.rules import farthest_points

pytest_plugins = ("pytester",)

MINE = """
from mobtheory.testing.rules import farthest_points

def blind(visual, prompt, budget):
    print("blind at work")
    return list(range(budget))

def far(visual, prompt, budget):
    return farthest_points(visual, prompt, budget)
"""
OPTIONS = (
    *("--pyargs", "mobtheory.conformance", "-m", "bounds", "-p", "no:cacheprovider"),
    *("--mob-algorithm", "mine:far", "--mob-algorithm", "mine:blind"),
    *("--mob-guarantees", "two-approximation", "--mob-profile", "quick", "--mob-report", "r.json"),
)


def _read(folder: Path) -> list[dict[str, Any]]:
    assert [path.name for path in folder.glob("*r.json*")] == ["r.json"]
    return json.loads((folder / "r.json").read_text(), parse_constant=pytest.fail)


def test_the_report_has_one_entry_for_each_algorithm(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(mine=MINE)
    (pytester.path / "r.json").write_text("what was there")
    result = pytester.runpytest(*OPTIONS, "--strict-markers", "-W", "error")
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(
        [
            "mine:far: 2 of 2 guarantees kept; *checks in *",
            "mine:blind: 1 of 2 guarantees kept; broken: two-approximation; *blind at work*",
            "FAILED *blind-two-approximation[]] - violated*",
        ]
    )
    far, blind = _read(pytester.path)
    assert (far["algorithm"], far["passed"], far["exit_status"]) == ("mine:far", True, 0)
    assert (blind["algorithm"], blind["passed"], blind["exit_status"]) == ("mine:blind", False, 1)
    (_, broken) = blind["results"]
    assert broken["counterexample"]["kind"] == "violated"
    assert "assert_guarantee(blind" in broken["reproduction"]


def _without_times(data: Any) -> Any:
    if isinstance(data, dict):
        times = ("seconds", "refuted_after")
        return {key: _without_times(value) for key, value in data.items() if key not in times}
    return [_without_times(value) for value in data] if isinstance(data, list) else data


def test_an_entry_says_what_the_function_says(pytester: pytest.Pytester) -> None:
    name = "mobtheory.testing.rules:farthest_points"
    ids = ["two-approximation", "nn-optimal"]
    pytester.runpytest(
        *("--pyargs", "mobtheory.conformance", "--mob-algorithm", name, "--mob-report", "r.json"),
        *("--mob-guarantees", ",".join(ids), "--mob-profile", "quick", "-p", "no:cacheprovider"),
        *("--mob-seed", "3"),
    ).assert_outcomes(passed=2, failed=1)
    (entry,) = _read(pytester.path)
    report = check_covering_algorithm(
        farthest_points, guarantees=ids, max_examples=50, seed=3, on_fail="return"
    )
    same = json.loads(json.dumps(report.to_dict())) | {"algorithm": name}
    assert _without_times(entry) == _without_times(same)
    assert entry["exit_status"] == 3


def test_workers_report_to_one_file(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(mine=MINE)
    result = pytester.runpytest_subprocess(*OPTIONS, "-n", "2")
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(["assert_guarantee(blind, *", "mine:far: 2 of 2 guarantees kept*"])
    entries = _read(pytester.path)
    assert [(entry["algorithm"], entry["exit_status"]) for entry in entries] == [
        ("mine:far", 0),
        ("mine:blind", 1),
    ]
    for entry in entries:
        ids = [result["guarantee"] for result in entry["results"]]
        assert ids == ["valid-selection", "two-approximation"]


def test_an_algorithm_that_no_test_checks_is_no_success(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(mine=MINE, test_other="def test_one():\n    pass\n")
    result = pytester.runpytest("--mob-algorithm", "mine:far", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=1)
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED
    result.stdout.fnmatch_lines(["no guarantee was checked; add --pyargs mobtheory.conformance*"])


def test_parametrized_tests_report_too(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        from mobtheory.testing import parametrize_with_guarantees
        from mobtheory.testing.rules import farthest_points

        @parametrize_with_guarantees([farthest_points], guarantees=["ties"], max_examples=10)
        def test_kept(algorithm, check):
            check(algorithm)
        """
    )
    pytester.runpytest("--mob-report", "r.json", "-p", "no:cacheprovider").assert_outcomes(passed=2)
    (entry,) = _read(pytester.path)
    assert entry["algorithm"] == "farthest_points"
    assert [result["guarantee"] for result in entry["results"]] == ["valid-selection", "ties"]


def test_the_rules_are_checked_without_an_algorithm(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest(
        *("--pyargs", "mobtheory.conformance", "-p", "no:cacheprovider", "--collect-only", "-q")
    )
    for name in ("farthest_points", "nearest_then_farthest", "mob", "repaired_truncation"):
        result.stdout.fnmatch_lines([f"*test_guarantee[[]{name}-two-approximation[]]"])
    result.stdout.fnmatch_lines(["*test_guarantee[[]exact_k_center-approximation-factor=1[]]"])
