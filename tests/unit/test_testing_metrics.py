"""Guarantees in other metrics, factors on more tokens than are enumerated, and undecided inputs."""

import numpy as np
import pytest

from mobtheory import farthest_point_sampling
from mobtheory.testing import (
    GUARANTEES,
    RULES,
    ConformanceFailure,
    assert_guarantee,
    check_covering_algorithm,
)
from mobtheory.testing.judging import needed_checks

LINE = np.arange(12.0)[:, None]
ORIGIN = np.zeros((1, 1))


def farthest_in_manhattan(visual, prompt, budget):
    return farthest_point_sampling(visual, budget, metric="manhattan")


def farthest_directions(visual, prompt, budget):
    sizes = np.linalg.norm(np.asarray(visual, dtype=np.float64), axis=1, keepdims=True)
    return farthest_point_sampling(visual / sizes, budget)


def leftmost_first(visual, prompt, budget):
    """Depends on the axes, whatever the metric."""
    start = int(np.lexsort(np.asarray(visual).T[::-1])[0])
    rest = farthest_point_sampling(visual, budget - 1, seeds=[start], metric="manhattan")
    return [start, *rest.tolist()]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("select", "options"),
    [
        (farthest_in_manhattan, {"metric": "manhattan"}),
        (farthest_directions, {"normalize": True}),
        (farthest_directions, {"metric": "cosine"}),
    ],
)
def test_only_isometries_of_the_metric_count(select, options, seed):
    report = check_covering_algorithm(
        select, guarantees=["isometry-invariant"], max_examples=100, seed=seed, **options
    )
    assert report["isometry-invariant"].checks >= 50


def test_what_depends_on_the_axes_is_no_isometry_invariant_in_manhattan_either():
    report = check_covering_algorithm(
        leftmost_first, guarantees=["isometry-invariant"], metric="manhattan", on_fail="return"
    )
    found = report["isometry-invariant"].counterexample
    assert "axes exchanged" in found.detail
    assert found.lhs > found.rhs


@pytest.mark.parametrize("factor", ["1", "1.2", "1.6"])
def test_a_factor_is_refuted_on_more_tokens_than_are_enumerated(factor):
    """Farthest points reach 5, and 3 is the optimum of two centres for 0, ..., 11."""
    with pytest.raises(ConformanceFailure, match="h\\(V -> S\\) = 5"):
        assert_guarantee(RULES["farthest-point"], f"approximation-factor={factor}", LINE, ORIGIN, 2)


@pytest.mark.parametrize("factor", ["5/3", "2", "3"])
def test_a_factor_that_holds_there_is_decided(factor):
    rule = RULES["farthest-point"]
    assert assert_guarantee(rule, f"approximation-factor={factor}", LINE, ORIGIN, 2)


def test_where_nothing_is_decided_it_says_so():
    assert assert_guarantee(RULES["farthest-point"], "nn-optimal", LINE, ORIGIN, 2) is False
    assert assert_guarantee(RULES["nearest-then-farthest"], "nn-optimal", LINE, ORIGIN, 2) is True


def test_a_tenth_of_what_is_tried_must_be_checked():
    assert needed_checks(200) == 20
    assert needed_checks(200, GUARANTEES["two-approximation"].variants) == 80
    assert needed_checks(1) == 1


def test_guarantees_are_not_to_be_changed():
    with pytest.raises(TypeError):
        GUARANTEES["mine"] = GUARANTEES["ties"]
