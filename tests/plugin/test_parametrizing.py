"""parametrize_with_guarantees: readable cases, expected failures, and nothing green by accident."""

import sys
from typing import Any

import pytest

from mobtheory.errors import InvalidProblem, MissingExtra
from mobtheory.testing import ConformanceFailure, parametrize_with_guarantees
from mobtheory.testing.cases import guarantee_cases
from mobtheory.testing.rules import farthest_points

pytest_plugins = ("pytester",)

HEAD = """
import numpy as np
import pytest
from mobtheory.testing import ConformanceFailure, parametrize_with_guarantees
from mobtheory.testing.rules import farthest_points, mob

def first_rows(visual, prompt, budget):
    return np.arange(budget)

def floats(visual, prompt, budget):
    return np.arange(budget) + 0.0

def sleeps(visual, prompt, budget):
    while True:
        pass
"""


def _run(pytester: pytest.Pytester, body: str, *arguments: str) -> pytest.RunResult:
    pytester.makepyfile(test_it=HEAD + body)
    return pytester.runpytest("-p", "no:cacheprovider", *arguments)


def _parametrized(arguments: str) -> str:
    return f"""
@parametrize_with_guarantees({arguments})
def test_kept(algorithm, check):
    check(algorithm)
"""


def _ids(*algorithms: Any, **options: Any) -> list[str]:
    return [case.title for case in guarantee_cases("test", algorithms, **options)]


def test_one_case_for_each_algorithm_and_guarantee(pytester: pytest.Pytester) -> None:
    ids = "guarantees=['two-approximation'], max_examples=10"
    result = _run(pytester, _parametrized(f"[farthest_points, mob], {ids}"), "-v")
    result.assert_outcomes(passed=4)
    for name in ("farthest_points", "mob"):
        for guarantee in ("valid-selection", "two-approximation"):
            result.stdout.fnmatch_lines([f"test_it.py::test_kept[[]{name}-{guarantee}[]] PASSED*"])


def test_what_the_attribute_names_is_checked() -> None:
    ids = _ids(farthest_points)
    assert ids[0] == "farthest_points-valid-selection"
    assert "farthest_points-two-approximation" in ids
    assert "farthest_points-permutation-equivariant" not in ids


class Farthest:
    def select(self, visual: Any, prompt: Any, budget: int) -> Any:
        return farthest_points(visual, prompt, budget)


def test_algorithms_of_one_name_are_told_apart() -> None:
    alike = _ids(
        "mobtheory.testing.rules:mob", Farthest(), Farthest(), guarantees=["valid-selection"]
    )
    assert alike == [
        "mob-valid-selection",
        "Farthest.1-valid-selection",
        "Farthest.2-valid-selection",
    ]

    def farthest_points(visual: Any, prompt: Any, budget: int) -> Any:
        return range(budget)

    other = _ids(
        farthest_points, "mobtheory.testing.rules:farthest_points", guarantees=["valid-selection"]
    )
    assert other[1] == "mobtheory.testing.rules:farthest_points-valid-selection"
    assert len(set(other)) == 2


def test_a_broken_guarantee_fails_with_its_story_and_script(pytester: pytest.Pytester) -> None:
    result = _run(
        pytester, _parametrized("[first_rows], guarantees=['two-approximation'], max_examples=50")
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*test_kept[[]first_rows-two-approximation[]]*",
            "*first_rows does not keep what it claims:",
            "- two-approximation: violated: h(V -> S) = * exceeds 2 OPT(*) = *",
            "from mobtheory.testing import assert_guarantee",
            'assert_guarantee(*, "two-approximation", visual, prompt, *)',
        ]
    )
    result.stdout.no_fnmatch_line("*judging.py*")
    result.stdout.no_fnmatch_line("E  *")


def test_an_expected_failure_is_xfailed_with_its_reason(pytester: pytest.Pytester) -> None:
    declared = "expected_failures={'two-approximation': 'it looks at no point'}, max_examples=50"
    body = _parametrized(f"[first_rows], guarantees=['two-approximation'], {declared}")
    result = _run(pytester, body, "-rx")
    result.assert_outcomes(passed=1, xfailed=1)
    result.stdout.fnmatch_lines(["XFAIL *two-approximation* - *it looks at no point*"])
    _run(pytester, body, "--runxfail").assert_outcomes(passed=1, failed=1)


def test_a_stale_expected_failure_fails(pytester: pytest.Pytester) -> None:
    declared = "expected_failures={'two-approximation': 'it looks at no point'}, max_examples=20"
    result = _run(
        pytester, _parametrized(f"[farthest_points], guarantees=['two-approximation'], {declared}")
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*stale*it looks at no point*"])


def test_expected_failures_of_each_algorithm(pytester: pytest.Pytester) -> None:
    declared = (
        "max_examples=50, expected_failures=lambda algorithm: "
        "{'two-approximation': 'blind'} if algorithm is first_rows else {}"
    )
    result = _run(
        pytester,
        _parametrized(
            f"[first_rows, farthest_points], guarantees=['two-approximation'], {declared}"
        ),
    )
    result.assert_outcomes(passed=3, xfailed=1)


def test_too_few_checks_fail_where_the_guarantee_is_named(pytester: pytest.Pytester) -> None:
    """Farthest points give no halves, so nothing is ever checked of nn-optimal."""
    named = _parametrized("[farthest_points], guarantees=['nn-optimal'], max_examples=10")
    result = _run(pytester, named)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["- nn-optimal: too few checks: 0 of *"])


def test_what_is_neither_claimed_nor_offered_is_skipped_with_all(
    pytester: pytest.Pytester,
) -> None:
    result = _run(
        pytester,
        _parametrized("[first_rows], guarantees='all', max_examples=10"),
        *("-k", "nn-optimal", "-rs"),
    )
    result.assert_outcomes(skipped=1, deselected=result.parseoutcomes()["deselected"])
    result.stdout.fnmatch_lines(["SKIPPED*nn-optimal: 0 of *two halves*"])


def test_a_target_without_a_usable_answer_fails_everywhere(pytester: pytest.Pytester) -> None:
    result = _run(
        pytester, _parametrized("[floats], guarantees=['two-approximation'], max_examples=10")
    )
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        ["- valid-selection: returned-floats: *", "- two-approximation: too few checks: 0 of *"]
    )


def test_a_target_that_cannot_be_called_is_a_named_failure(pytester: pytest.Pytester) -> None:
    targets = "['no.such:select', 'math:pi', 'math:sqrt']"
    result = _run(pytester, _parametrized(f"{targets}, guarantees=['two-approximation']"))
    result.assert_outcomes(failed=6)
    for kind in ("not-importable", "not-callable", "wrong-arguments"):
        result.stdout.fnmatch_lines([f"- two-approximation: {kind}: *"])


def test_a_target_that_hangs_is_ended(pytester: pytest.Pytester) -> None:
    result = _run(
        pytester, _parametrized("[sleeps], guarantees=['two-approximation'], time_limit=0.2")
    )
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["- valid-selection: hung: no answer within 0.2 s"])


def test_valid_selection_runs_once_for_an_algorithm() -> None:
    calls = 0

    def first_rows(visual: Any, prompt: Any, budget: int) -> Any:
        nonlocal calls
        calls += 1
        return range(budget)

    ids = ["budget-one", "budget-all", "single-prompt"]
    cases = guarantee_cases("test", [first_rows], guarantees=ids, max_examples=20)
    for case in reversed(cases):
        case(first_rows)
    reports = [case.report for case in cases]
    assert [report.results[0].guarantee for report in reports if report] == [
        "valid-selection",
        *ids,
    ]
    assert calls == sum(report.results[0].examples for report in reports if report)


def test_a_check_takes_an_algorithm_made_of_its_own() -> None:
    blind = guarantee_cases(
        "test", [farthest_points], guarantees=["two-approximation"], max_examples=50
    )[1]
    with pytest.raises(ConformanceFailure, match="two-approximation"):
        blind(lambda visual, prompt, budget: range(budget))
    blind(farthest_points)


@pytest.mark.parametrize(
    ("algorithms", "options", "told"),
    [
        ([], {}, "no algorithm"),
        (farthest_points, {}, "come in a list"),
        ("math:sqrt", {}, "come in a list"),
        ([farthest_points], {"guarantees": ["two-aproximation"]}, "two-approximation"),
        ([farthest_points], {"max_examples": 0}, "max_examples"),
        ([farthest_points], {"seed": -1}, "seed"),
        ([farthest_points], {"min_checks": 1.5}, "min_checks"),
        ([farthest_points], {"expected_failures": {"nn-optimal": "why"}}, "not checked"),
        ([farthest_points], {"expected_failures": {"valid-selection": " "}}, "reason"),
    ],
)
def test_what_cannot_be_meant_is_refused(algorithms: Any, options: Any, told: str) -> None:
    with pytest.raises(InvalidProblem, match=told):
        parametrize_with_guarantees(algorithms, **options)


def test_without_pytest_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pytest", None)
    with pytest.raises(MissingExtra, match=r"pip install \"mobtheory\[test\]\""):
        parametrize_with_guarantees([farthest_points])
