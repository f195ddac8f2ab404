"""The search: the same seed finds the same, and nothing around it is disturbed or disturbs it."""

import json
import random
import time
import warnings

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

from mobtheory.testing import (
    GUARANTEES,
    OutsideDomain,
    assert_guarantee,
    check_covering_algorithm,
)
from mobtheory.testing.calls import Calls
from mobtheory.testing.misbehaviour import Misbehaviour
from mobtheory.testing.results import ConformanceFailure
from mobtheory.testing.rules import farthest_points, nearest_then_farthest
from mobtheory.testing.searching import Search
from mobtheory.testing.target import as_algorithm


def last_rows(visual, prompt, budget):
    return np.arange(len(visual))[len(visual) - budget :]


def _searched(select, guarantee, *, examples=40, clouds=1, time_limit=5.0, **options):
    calls = Calls(as_algorithm(select), time_limit)
    try:
        search = Search(GUARANTEES[guarantee], calls, 0, **options)
        search.run(examples, clouds)
    finally:
        calls.close()
    return search


def _without_times(report):
    data = report.to_dict()
    del data["seconds"]
    for result in data["results"]:
        del result["seconds"], result["refuted_after"]
    return json.dumps(data)


@pytest.mark.parametrize("seed", [0, 7])
def test_the_same_seed_gives_the_same_report(seed):
    def run():
        return check_covering_algorithm(
            last_rows,
            guarantees=["two-approximation", "monotone-radius"],
            max_examples=60,
            seed=seed,
            on_fail="return",
        )

    first = _without_times(run())
    random.seed(99)
    np.random.seed(99)  # noqa: NPY002
    assert _without_times(run()) == first


def test_other_seeds_draw_other_inputs():
    def seen(seed):
        inputs = []

        def noting(visual, prompt, budget):
            inputs.append((visual.tobytes(), visual.shape, budget))
            return range(budget)

        check_covering_algorithm(noting, guarantees=[], max_examples=30, seed=seed)
        return inputs

    assert seen(1) == seen(1)
    one, two = set(seen(1)), set(seen(2))
    assert len(one - two) > len(one) / 2 > 4


def test_small_inputs_and_clouds_are_both_tried():
    sizes = []

    def noting(visual, prompt, budget):
        sizes.append(len(visual))
        return range(budget)

    report = check_covering_algorithm(noting, guarantees=[], max_examples=50)
    result = report["valid-selection"]
    assert result.examples == result.checks == 52
    assert sum(size > 9 for size in sizes) >= 1
    assert all(size <= 9 for size in sizes[:50])


def test_the_global_random_state_is_as_before():
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002
    for guarantee in ("valid-selection", "global-rng-independent", "permutation-equivariant"):
        _searched(farthest_points, guarantee, examples=10)
    assert random.getstate() == python
    after = np.random.get_state()  # noqa: NPY002
    assert after[2:] == numpy[2:]
    assert (after[1] == numpy[1]).all()


@pytest.mark.parametrize("every", [2, 7, 30])
def test_a_target_that_fails_now_and_then_is_a_result(every):
    calls = []

    def flaky(visual, prompt, budget):
        calls.append(1)
        if len(calls) % every == 0:
            raise ValueError("every now and then")
        return range(budget)

    report = check_covering_algorithm(flaky, max_examples=40, on_fail="return")
    assert not report.passed
    assert any("every now and then" in result.reason for result in report.results)
    assert len(report.results) == 4


def test_a_target_that_fails_once_is_still_reported():
    calls = []

    def once(visual, prompt, budget):
        calls.append(1)
        return [0.5] * budget if len(calls) == 20 else range(budget)

    report = check_covering_algorithm(once, guarantees=[], max_examples=40, on_fail="return")
    assert report["valid-selection"].status == "failed"
    assert "floats" in report["valid-selection"].reason


def test_nothing_is_tried_after_the_deadline():
    search = _searched(farthest_points, "valid-selection", deadline=time.monotonic() - 1)
    assert (search.examples, search.checks, search.failure) == (0, 0, None)

    def slow(visual, prompt, budget):
        time.sleep(0.02)
        return range(budget)

    started = time.monotonic()
    search = _searched(slow, "valid-selection", examples=10_000, deadline=started + 0.4)
    assert 1 < search.examples < 100
    assert time.monotonic() - started < 5


def test_a_report_that_ran_out_of_time_does_not_pass():
    report = check_covering_algorithm(
        farthest_points, max_examples=40, deadline=time.monotonic(), on_fail="return"
    )
    assert report.exit_status == 3
    assert {result.status for result in report.results} == {"skipped"}


def test_one_hang_ends_a_search():
    calls = []

    def hanging(visual, prompt, budget):
        calls.append(1)
        if len(visual) > 3:
            time.sleep(60)
        return range(budget)

    search = _searched(hanging, "valid-selection", time_limit=0.1)
    assert search.failure.misbehaviour.kind == "hung"
    assert search.examples < 40


def test_hangs_that_are_left_out_are_few():
    def hanging(visual, prompt, budget):
        time.sleep(60)

    started = time.monotonic()
    search = _searched(hanging, "two-approximation", time_limit=0.1, tolerant=True)
    assert search.failure is None
    assert search.checks == 0
    assert 1 < search.examples < 10
    assert time.monotonic() - started < 5


def test_tolerance_leaves_out_what_is_invalid_and_nothing_else():
    def invalid_where_one(visual, prompt, budget):
        return [9] * budget if len(visual) == 1 else last_rows(visual, prompt, budget)

    search = _searched(invalid_where_one, "two-approximation", examples=200, tolerant=True)
    assert search.failure.misbehaviour is None
    assert search.failure.finding.broken
    search = _searched(invalid_where_one, "two-approximation", tolerant=False)
    assert search.failure.misbehaviour.kind == "invalid-indices"
    assert search.failure.given.visual.shape == (1, 1)

    def raising_on_fortran(visual, prompt, budget):
        if not visual.flags.c_contiguous:
            raise ValueError("C order only")
        return range(budget)

    search = _searched(raising_on_fortran, "layout-invariant", tolerant=True)
    assert search.failure.misbehaviour.kind == "raised"


def test_inputs_outside_the_domain_are_counted_and_left_out():
    def picky(visual, prompt, budget):
        if visual.shape[1] > 1:
            raise OutsideDomain("lines only")
        return range(budget)

    search = _searched(picky, "valid-selection")
    assert search.failure is None
    assert search.calls.refused > 5
    assert search.checks == search.examples - search.calls.refused
    assert search.calls.refusal == "lines only"


def test_it_searches_within_a_test_of_hypothesis():
    """A search in a Hypothesis test of the user says nothing to that test."""

    @hypothesis.settings(
        max_examples=2,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(st.integers(1, 3))
    def nested(budget):
        for _ in range(2):
            assert_guarantee(
                farthest_points, "two-approximation", [[0], [1], [5], [9]], [[0]], budget
            )
        report = check_covering_algorithm(
            farthest_points, guarantees=["two-approximation"], max_examples=25, seed=budget
        )
        assert report["two-approximation"].checks == 4 * 25 + 1  # with variants, and one cloud
        with pytest.raises(ConformanceFailure):
            check_covering_algorithm(
                last_rows, guarantees=["two-approximation"], max_examples=200, seed=3
            )

    nested()


@hypothesis.settings(max_examples=5, database=None)
@hypothesis.given(st.integers(1, 3))
def test_a_check_in_a_hypothesis_test_needs_no_settings(budget):
    assert_guarantee(farthest_points, "two-approximation", [[0], [1], [5]], [[0]], budget)
    assert_guarantee(nearest_then_farthest, "nn-optimal", [[0], [1], [5]], [[0]], budget)


def test_warnings_of_a_target_are_its_own():
    def warning(visual, prompt, budget):
        warnings.warn("careful", stacklevel=1)
        np.float64(1) / np.float64(0)
        return range(budget)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert check_covering_algorithm(warning, max_examples=20).passed


def test_floating_point_errors_that_a_target_asks_for_do_not_reach_the_kit():
    def strict(visual, prompt, budget):
        np.seterr(all="raise")
        return farthest_points(visual, prompt, budget)

    before = np.geterr()
    try:
        report = check_covering_algorithm(
            strict, guarantees=["two-approximation", "scale-invariant"], max_examples=40
        )
    finally:
        np.seterr(**before)
    assert report.passed


def test_a_misbehaviour_is_kept_with_its_input():
    def mask(visual, prompt, budget):
        return np.arange(len(visual)) < budget

    search = _searched(mask, "valid-selection")
    assert isinstance(search.failure.misbehaviour, Misbehaviour)
    assert search.failure.misbehaviour.kind == "returned-mask"
    assert search.failure.finding is None
    assert search.refuted_after < 5
    assert len(search.failure.given.visual) == 1
