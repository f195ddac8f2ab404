"""The greedy weighted covering against every subset."""

import math
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from mobtheory import attention, pairwise_distances
from mobtheory.geometry.points import to_numpy

pytestmark = pytest.mark.differential
LEAST_SHARE = 1 - 1 / math.e


def instance(seed: int) -> tuple[Any, Any, Any]:
    """Integer distances and dyadic weights, so that sums and ties are exact."""
    rng = np.random.default_rng(seed)
    points = rng.integers(0, 7, size=(9, 2))
    distances = pairwise_distances(points, points, metric="manhattan")
    parts = rng.multinomial(64, np.full(9, 1 / 9), size=(2, 2)) / 64
    return parts, distances, [int(rng.integers(9))]


def cost(weights: Any, distances: Any, kept: Any) -> float:
    return float(attention.weighted_covering_cost(weights, distances, kept, importance=1.0))


@pytest.mark.parametrize("seed", range(30))
def test_each_pick_is_the_best_one_and_the_lowest_among_equals(seed: int) -> None:
    weights, distances, seeds = instance(seed)
    picks = attention.greedy_weighted_covering(weights, distances, 4, seeds).tolist()
    kept = list(seeds)
    for pick in picks:
        costs = {x: cost(weights, distances, [*kept, x]) for x in range(9) if x not in kept}
        assert pick == min(costs, key=lambda x: (costs[x], x))
        kept.append(pick)


@pytest.mark.parametrize("seed", range(20))
def test_the_reduction_is_a_fair_share_of_the_best(seed: int) -> None:
    weights, distances, seeds = instance(seed)
    picks = attention.greedy_weighted_covering(weights, distances, 3, seeds).tolist()
    before = cost(weights, distances, seeds)
    others = [x for x in range(9) if x not in seeds]
    best = min(cost(weights, distances, [*seeds, *more]) for more in combinations(others, 3))
    reached = before - cost(weights, distances, [*seeds, *picks])
    assert reached >= LEAST_SHARE * (before - best)


def test_heads_with_metrics_of_their_own() -> None:
    rng = np.random.default_rng(4)
    weights = rng.dirichlet(np.ones(8), size=(4, 2))
    distances = np.stack([pairwise_distances(x, x) for x in rng.normal(size=(2, 8, 3))])
    importance = rng.random((4, 2))
    seeds, kept = [5], [5]
    picks = attention.greedy_weighted_covering(
        weights, distances, 3, seeds, importance=importance
    ).tolist()
    for pick in picks:
        costs = [
            float(
                attention.weighted_covering_cost(
                    weights, distances, [*kept, x], importance=importance
                )
            )
            if x not in kept
            else math.inf
            for x in range(8)
        ]
        assert pick == int(np.argmin(costs))
        kept.append(pick)


def test_candidates_and_the_whole_budget() -> None:
    weights, distances, _ = instance(0)
    visual = [2, 3, 4, 5]
    picks = attention.greedy_weighted_covering(
        weights, distances, 3, seeds=[0, 1, 2], candidates=visual
    )
    assert sorted(picks.tolist()) == [3, 4, 5]
    nothing = attention.greedy_weighted_covering(weights, distances, 0, seeds=[0])
    assert nothing.shape == (0,)


@pytest.mark.parametrize("library", ["torch", "array_api_strict"])
def test_other_libraries_pick_the_same(library: str) -> None:
    module = pytest.importorskip(library)
    for seed in range(5):
        weights, distances, seeds = instance(seed)
        expected = attention.greedy_weighted_covering(weights, distances, 5, seeds)
        picks = attention.greedy_weighted_covering(
            module.asarray(weights.tolist(), dtype=module.float64),
            module.asarray(distances.tolist(), dtype=module.float64),
            5,
            seeds,
        )
        assert type(picks) is type(module.asarray([0]))
        assert to_numpy(picks).tolist() == expected.tolist()
