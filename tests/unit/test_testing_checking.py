"""The front door: arguments, what is checked, what a report says, and targets that misbehave."""

import gc
import json
import re
import time

import numpy as np
import pytest

from mobtheory.errors import InvalidProblem
from mobtheory.testing import (
    GUARANTEES,
    ConformanceFailure,
    ConformanceReport,
    Counterexample,
    OutsideDomain,
    approximation_factor,
    assert_guarantee,
    check_covering_algorithm,
)
from mobtheory.testing.rules import exact_k_center, farthest_points, repaired_truncation

CONTRACT = ["valid-selection", "input-unchanged", "deterministic", "global-rng-independent"]
FEW = {"max_examples": 20, "on_fail": "return"}


def _local(rule):
    """Without an import path, so that no second process starts."""
    return lambda visual, prompt, budget: rule(visual, prompt, budget)


def _first_rows(visual, prompt, budget):
    return np.arange(budget)


first_rows = _local(_first_rows)
farthest_first = _local(farthest_points)


def last_rows(visual, prompt, budget):
    return np.arange(len(visual))[len(visual) - budget :]


def _claiming(*ids):
    def select(visual, prompt, budget):
        return farthest_points(visual, prompt, budget)

    select.guarantees = ids
    return select


def _ids(report):
    return [result.guarantee for result in report.results]


# What is checked ----------------------------------------------------------------------------------


def test_the_contract_and_what_is_claimed():
    assert _ids(check_covering_algorithm(first_rows, max_examples=5)) == CONTRACT
    claimed = _claiming("two-approximation", "budget-one", "approximation-factor=3")
    assert _ids(check_covering_algorithm(claimed, max_examples=20)) == [
        *CONTRACT,
        "budget-one",
        "two-approximation",
        "approximation-factor=3",
    ]


def test_names_replace_what_is_claimed_and_validity_comes_first():
    claimed = _claiming("ties")
    for asked in (
        ["two-approximation", "duplicates"],
        ("two-approximation", GUARANTEES["duplicates"]),
        {"two-approximation", "duplicates"},
        iter(["two-approximation", "duplicates", "duplicates"]),
    ):
        report = check_covering_algorithm(claimed, guarantees=asked, max_examples=10)
        assert _ids(report) == ["valid-selection", "duplicates", "two-approximation"]
    report = check_covering_algorithm(claimed, guarantees=[], max_examples=5)
    assert _ids(report) == ["valid-selection"]
    report = check_covering_algorithm(claimed, guarantees="two-approximation", max_examples=10)
    assert _ids(report) == ["valid-selection", "two-approximation"]


def test_all_is_every_one_without_a_parameter_but_for_centres_anywhere():
    report = check_covering_algorithm(
        first_rows, guarantees="all", max_examples=3, on_fail="return"
    )
    assert _ids(report) == [id for id in GUARANTEES if id != "two-approximation-external"]


def test_what_does_not_apply_is_skipped_and_fails_only_where_it_is_claimed():
    about_halves = ["nn-optimal", "repaired-truncation", "hausdorff-identity"]
    report = check_covering_algorithm(
        farthest_first, guarantees="all", max_examples=10, on_fail="return"
    )
    for id in about_halves:
        assert report[id].status == "skipped"
        assert not report[id].applies
        assert "it is about" in report[id].reason
    for asked in (about_halves[:1], "contract"):
        report = check_covering_algorithm(_claiming("nn-optimal"), guarantees=asked, **FEW)
        assert report["nn-optimal"].status == "skipped"
        assert report["nn-optimal"].applies
        assert report.exit_status == 3
        assert not report.passed
    with pytest.raises(ConformanceFailure, match="nn-optimal: too few checks: 0 of"):
        check_covering_algorithm(farthest_points, guarantees=["nn-optimal"], max_examples=20)


@pytest.mark.parametrize(
    "arguments",
    [
        {"guarantees": ["two-aproximation"]},
        {"guarantees": "al"},
        {"guarantees": ["approximation-factor"]},
        {"guarantees": ["approximation-factor=0.5"]},
        {"guarantees": ["approximation-factor=x"]},
        {"guarantees": ["approximation-factor=nan"]},
        {"guarantees": ["no-worse-than=nobody"]},
        {"max_examples": 0},
        {"max_examples": 2.5},
        {"max_examples": True},
        {"seed": -1},
        {"seed": "a"},
        {"min_checks": -1},
        {"on_fail": "ignore"},
        {"expected_failures": {"two-approximation": "not checked here"}},
        {"expected_failures": {"valid-selection": ""}},
        {"expected_failures": {"valid-selection": None}},
        {"time_limit": 0},
        {"time_limit": -1.0},
        {"time_limit": float("nan")},
        {"time_limit": "a"},
        {"metric": "taxicab"},
    ],
)
def test_arguments_that_are_none_are_refused_before_any_call(arguments):
    def never(visual, prompt, budget):
        raise AssertionError("it was called")

    with pytest.raises(InvalidProblem):
        check_covering_algorithm(never, **arguments)


def test_an_id_that_is_nearly_right_is_told_the_right_one():
    with pytest.raises(InvalidProblem, match="two-approximation"):
        check_covering_algorithm(first_rows, guarantees=["two-aproximation"])


# What a report says -------------------------------------------------------------------------------


def test_a_failure_says_what_and_how_to_see_it_again():
    with pytest.raises(AssertionError) as caught:
        check_covering_algorithm(last_rows, guarantees=["two-approximation"], max_examples=100)
    report = caught.value.report
    assert isinstance(report, ConformanceReport)
    assert (report.passed, report.exit_status) == (False, 1)
    result = report["two-approximation"]
    assert result.status == "failed"
    found = result.counterexample
    assert (found.kind, found.exact, found.left) == ("violated", True, "h(V -> S)")
    assert found.lhs > found.rhs
    assert found.points <= 5
    assert found.integral
    assert found.kept == ((), tuple(range(len(found.visual)))[-found.budget :])
    for told in (result.reason, "last_rows", result.reproduction):
        assert told in str(caught.value)
    assert f"which the centres {list(found.optimum)} show" in result.reason


def test_reports_are_plain_data():
    def halves(visual, prompt, budget):
        if budget > 3:
            raise OutsideDomain("at most three")
        print("aloud")
        return [0], list(range(1, budget))

    for select, asked in (
        (halves, "all"),
        (last_rows, ["two-approximation"]),
        (lambda v, p, k: [0.5] * k, "contract"),
        ("no_such_module:select", "contract"),
        (repaired_truncation, ["hausdorff-identity"]),
    ):
        report = check_covering_algorithm(select, guarantees=asked, **FEW)
        data = report.to_dict()
        assert json.loads(json.dumps(data, allow_nan=False))["notes"] == list(report.notes)
        assert [one["guarantee"] for one in data["results"]] == _ids(report)
        assert data["exit_status"] == report.exit_status
        assert data["algorithm"]


def test_large_counterexamples_stay_out_of_the_data():
    large, one = np.zeros((576, 16)), np.zeros((1, 16))
    found = Counterexample(large, one, 3, 0, None, "", "", np.nan, np.inf, None, True, "raised", "")
    data = found.to_dict()
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    assert data["visual"] is None
    assert data["prompt"] == one.tolist()
    assert data["shape"] == [576, 1, 16]
    assert (data["lhs"], data["rhs"]) == (None, "inf")


def test_the_callback_sees_each_result_as_it_comes():
    seen = []
    report = check_covering_algorithm(first_rows, max_examples=5, callback=seen.append)
    assert tuple(seen) == report.results
    seen = []
    report = check_covering_algorithm("nowhere:x", callback=seen.append, **FEW)
    assert tuple(seen) == report.results

    def stop(result):
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        check_covering_algorithm(first_rows, max_examples=5, callback=stop)


def test_results_are_found_by_name():
    report = check_covering_algorithm(first_rows, max_examples=5)
    assert report["deterministic"].guarantee == "deterministic"
    with pytest.raises(KeyError):
        report["two-approximation"]


# Expected failures and too few checks -------------------------------------------------------------


def test_expected_failures_are_no_failures():
    report = check_covering_algorithm(
        last_rows,
        guarantees=["two-approximation", "budget-one"],
        expected_failures={"two-approximation": "it never looks"},
        max_examples=100,
    )
    result = report["two-approximation"]
    assert report.passed
    assert (result.status, result.expected) == ("xfailed", "it never looks")
    assert result.counterexample is not None
    assert result.reproduction


@pytest.mark.parametrize("checked", [True, False])
def test_a_stale_declaration_fails(checked):
    asked = "two-approximation" if checked else "nn-optimal"
    report = check_covering_algorithm(
        farthest_points, guarantees=[asked], expected_failures={asked: "once it did"}, **FEW
    )
    result = report[asked]
    assert report.exit_status == 1
    assert result.status == "failed"
    assert "stale" in result.reason
    assert "once it did" in result.reason
    assert result.counterexample is None
    with pytest.raises(ConformanceFailure, match="stale"):
        check_covering_algorithm(
            farthest_points,
            guarantees=[asked],
            expected_failures={asked: "once it did"},
            max_examples=20,
        )


def test_an_expected_failure_of_validity_leaves_the_others_to_be_checked():
    def never_one(visual, prompt, budget):
        return [] if len(visual) == 1 else last_rows(visual, prompt, budget)

    report = check_covering_algorithm(
        never_one,
        guarantees=["two-approximation", "input-unchanged"],
        expected_failures={"valid-selection": "a picture has two tokens"},
        max_examples=100,
        on_fail="return",
    )
    assert report["valid-selection"].status == "xfailed"
    assert report["two-approximation"].counterexample.kind == "violated"
    assert report["input-unchanged"].status == "passed"


def test_too_few_checks_fail():
    def picky(visual, prompt, budget):
        if len(visual) != 3:
            raise OutsideDomain("three tokens, no more and no less")
        return list(range(budget))

    report = check_covering_algorithm(picky, guarantees=[], max_examples=100, on_fail="return")
    result = report["valid-selection"]
    assert 0 < result.checks < result.examples
    needed = {"passed": 0, "skipped": result.checks + 1}
    for status, min_checks in needed.items():
        report = check_covering_algorithm(
            picky, guarantees=[], max_examples=100, min_checks=min_checks, on_fail="return"
        )
        assert report["valid-selection"].status == status
        assert report.exit_status == (0 if status == "passed" else 3)
    assert "it refused" in report["valid-selection"].reason
    assert "three tokens" in report["valid-selection"].reason
    assert any("three tokens" in note for note in report.notes)


def test_a_target_that_refuses_everything_does_not_pass():
    def nothing(visual, prompt, budget):
        raise OutsideDomain("anything")

    report = check_covering_algorithm(nothing, **FEW)
    assert report.exit_status == 3
    assert {result.status for result in report.results} == {"skipped"}
    assert all(result.checks == 0 for result in report.results)


# Targets that misbehave ---------------------------------------------------------------------------


def two_arguments(visual, prompt):
    return []


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("not-importable", "no_such_module_of_ours:select"),
        ("not-importable", "mobtheory.testing.rules:nobody"),
        ("not-importable", "gibberish"),
        ("not-callable", 17),
        ("not-callable", None),
        ("not-callable", "math:pi"),
        ("wrong-arguments", two_arguments),
        ("wrong-arguments", len),
    ],
)
def test_what_cannot_be_called_is_a_result(kind, target):
    report = check_covering_algorithm(target, guarantees="all", on_fail="return")
    assert report.exit_status == 2
    assert report.results[0].reason.startswith(f"{kind}: ")
    assert {result.status for result in report.results[1:]} == {"skipped"}
    with pytest.raises(ConformanceFailure, match=kind):
        check_covering_algorithm(target)


def _raises(visual, prompt, budget):
    raise ZeroDivisionError("five")


def _exits(visual, prompt, budget):
    raise SystemExit(0)


def _ask_for_more(visual, prompt, budget):
    return np.arange(budget + 1)


async def _asynchronous(visual, prompt, budget):
    return list(range(budget))


def _assumes(visual, prompt, budget):
    import hypothesis

    hypothesis.reject()


def _deep(visual, prompt, budget):
    return _deep(visual, prompt, budget)


def _skips(visual, prompt, budget):
    pytest.skip("not today")


def _meta(visual, prompt, budget):
    import torch

    return torch.zeros(budget, dtype=torch.int64, device="meta")


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("raised", _raises),
        ("raised", _exits),
        ("raised", _assumes),
        ("raised", _deep),
        ("raised", _skips),
        ("returned-nothing", lambda v, p, k: None),
        ("returned-floats", lambda v, p, k: v[:k, 0]),
        ("returned-mask", lambda v, p, k: np.arange(len(v)) < k),
        ("returned-nested", lambda v, p, k: [[row] for row in range(k)]),
        ("returned-other-device", _meta),
        ("returned-other", lambda v, p, k: (row for row in range(k))),
        ("returned-other", lambda v, p, k: "rows"),
        ("invalid-indices", _ask_for_more),
        ("invalid-indices", lambda v, p, k: [-1 - row for row in range(k)]),
        ("invalid-indices", lambda v, p, k: [len(v)] * k),
    ],
)
def test_misbehaviour_is_a_result_and_the_others_are_checked_all_the_same(kind, target):
    report = check_covering_algorithm(
        _local(target), guarantees="all", max_examples=10, on_fail="return"
    )
    first = report["valid-selection"]
    assert report.exit_status == 1
    assert first.status == "failed"
    assert first.reason.startswith(f"{kind}: ")
    assert first.counterexample.kind == kind
    assert first.counterexample.points == 2
    assert first.reproduction
    assert len(report.results) == len(GUARANTEES) - 1
    for result in report.results:
        about_validity = GUARANTEES[result.guarantee].validity
        assert result.status == ("failed" if about_validity else "skipped"), result.guarantee
        assert about_validity or result.checks == 0


def test_a_coroutine_is_no_selection():
    report = check_covering_algorithm(
        _asynchronous, guarantees=[], max_examples=5, on_fail="return"
    )
    assert report["valid-selection"].counterexample.kind == "returned-other"
    assert "coroutine" in report["valid-selection"].reason
    gc.collect()  # one that was left open would warn now


def test_a_target_that_hangs_is_reported_and_soon_over():
    def hangs(visual, prompt, budget):
        while True:
            time.sleep(0.01)

    started = time.monotonic()
    report = check_covering_algorithm(
        hangs, guarantees=["two-approximation", "ties"], time_limit=0.1, on_fail="return"
    )
    assert time.monotonic() - started < 10
    assert report["valid-selection"].reason == "hung: no answer within 0.1 s"
    assert "time_limit=0.1" in report["valid-selection"].reproduction
    assert report["two-approximation"].status == "skipped"


def test_a_target_that_prints_passes_with_a_note(capfd):
    def aloud(visual, prompt, budget):
        print("keeping", budget)
        return np.arange(budget)

    report = check_covering_algorithm(aloud, max_examples=10)
    assert report.passed
    assert any("it prints: 'keeping 1'" in note for note in report.notes)
    assert capfd.readouterr() == ("", "")


def test_the_users_own_interrupt_passes():
    def interrupted(visual, prompt, budget):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check_covering_algorithm(interrupted, on_fail="return")


def test_a_target_that_is_mostly_invalid_fails_what_is_about_validity():
    """Where tokens coincide it keeps one of them twice."""

    def coincident(visual, prompt, budget):
        rows = farthest_points(visual, prompt, budget).tolist()
        seen = [tuple(visual[row]) for row in rows]
        return [rows[seen.index(point)] for point in seen]

    validity = ["valid-selection", "duplicates", "budget-all"]
    others = ["monotone-radius", "scale-invariant", "two-approximation"]
    report = check_covering_algorithm(
        coincident, guarantees=[*validity, *others], max_examples=40, on_fail="return"
    )
    for id in validity:
        assert report[id].status == "failed", id
        assert report[id].counterexample.kind == "invalid-indices"
    for id in others:
        assert report[id].status == "passed", id


# Metrics ------------------------------------------------------------------------------------------


def _unit(points):
    lengths = np.linalg.norm(points, axis=1, keepdims=True)
    return points / lengths


def farthest_directions(visual, prompt, budget):
    return farthest_points(_unit(visual.astype(np.float64)), prompt, budget)


def test_normalised_tokens_are_judged_where_they_have_a_direction():
    options = {"guarantees": ["two-approximation"], "max_examples": 60, "normalize": True}
    report = check_covering_algorithm(farthest_directions, **options)
    assert report["two-approximation"].checks >= 6
    report = check_covering_algorithm(last_rows, **options, on_fail="return")
    assert report["two-approximation"].status == "failed"
    assert report["two-approximation"].counterexample.kind == "violated"
    assert "normalize=True" in report["two-approximation"].reproduction


def test_angles_have_no_triangle_inequality_and_no_bound():
    options = {"guarantees": ["two-approximation"], "max_examples": 60, "metric": "cosine"}
    report = check_covering_algorithm(farthest_directions, **options, on_fail="return")
    # Farthest points are no 2-approximation there, and that is told, with numbers.
    found = report["two-approximation"].counterexample
    assert found is None or found.lhs > found.rhs


@pytest.mark.parametrize("metric", ["manhattan", "chebyshev"])
def test_other_metrics_judge_by_their_own_distances(metric):
    def optimal(visual, prompt, budget):
        from mobtheory.covering import k_center
        from mobtheory.geometry import pairwise_distances

        apart = pairwise_distances(visual, visual, metric=metric)
        return k_center(apart, budget).selection.visual_centers

    options = {"guarantees": [approximation_factor(1)], "max_examples": 40}
    assert check_covering_algorithm(optimal, metric=metric, **options).passed
    # The best centre of Euclid is the third; it reaches 7 and 5, the fourth 6, the second 4.
    given = ([[5, 5], [1, 1], [5, 4], [0, 4]], [[0, 0]], 1)
    assert_guarantee(exact_k_center, "approximation-factor=1", *given)
    reached = {"manhattan": "= 7 exceeds OPT(1) = 6", "chebyshev": "= 5 exceeds OPT(1) = 4"}[metric]
    with pytest.raises(ConformanceFailure, match=re.escape(reached)):
        assert_guarantee(exact_k_center, "approximation-factor=1", *given, metric=metric)
