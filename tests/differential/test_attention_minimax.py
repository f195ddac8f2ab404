"""The minimax theorems against linear programs and vertices."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog

from mobtheory import attention, pairwise_distances

pytestmark = pytest.mark.differential


def instance(seed: int) -> tuple[Any, Any, Any]:
    rng = np.random.default_rng(seed)
    count = int(rng.integers(3, 8))
    weights = rng.dirichlet(np.full(count, rng.choice([0.3, 1.0])))
    points = rng.normal(size=(count, 2))
    kept = np.zeros(count, dtype=bool)
    kept[rng.permutation(count)[: rng.integers(1, count)]] = True
    return weights, pairwise_distances(points, points), kept


def least_transport(weights: Any, distances: Any, kept: Any) -> float:
    """Least W_1 from `weights` to any distribution on the kept tokens: only sources are bound."""
    count = len(weights)
    targets = np.flatnonzero(kept)
    sources = np.kron(np.eye(count), np.ones((1, len(targets))))
    solved = linprog(distances[:, targets].ravel(), A_eq=sources, b_eq=weights)
    assert solved.status == 0
    return solved.fun


def transport(first: Any, second: Any, distances: Any) -> float:
    """W_1 between two distributions on the same tokens."""
    count = len(first)
    sources = np.kron(np.eye(count), np.ones((1, count)))
    targets = np.kron(np.ones((1, count)), np.eye(count))
    # One equation follows from the others, but for the rounding of both sums.
    matrix, sums = np.vstack([sources, targets[:-1]]), np.concatenate([first, second[:-1]])
    solved = linprog(distances.ravel(), A_eq=matrix, b_eq=sums)
    assert solved.status == 0
    return solved.fun


def worst_lipschitz_error(first: Any, second: Any, distances: Any) -> float:
    """Largest difference of means over 1-Lipschitz scalar values (Kantorovich-Rubinstein)."""
    count = len(first)
    rows = []
    limits = []
    for i, j in product(range(count), repeat=2):
        if i != j:
            row = np.zeros(count)
            row[i], row[j] = 1, -1
            rows.append(row)
            limits.append(distances[i, j])
    solved = linprog(
        second - first, A_ub=rows, b_ub=limits, bounds=[(0, 0), *[(None, None)] * (count - 1)]
    )
    assert solved.status == 0
    return -solved.fun


@pytest.mark.parametrize("seed", range(40))
def test_phi_is_the_least_transport_to_the_kept_tokens(seed: int) -> None:
    weights, distances, kept = instance(seed)
    phi = float(attention.weighted_covering_cost(weights, distances, kept))
    assert phi == pytest.approx(least_transport(weights, distances, kept), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("seed", range(20))
def test_the_oracle_attains_it_and_plain_pruning_does_no_better(seed: int) -> None:
    weights, distances, kept = instance(seed)
    phi = float(attention.weighted_covering_cost(weights, distances, kept))
    assignment = attention.nearest_kept(distances, kept)
    oracle = attention.merged_weights(weights, kept, assignment, bias="oracle")
    assert transport(weights, oracle, distances) == pytest.approx(phi, rel=1e-9, abs=1e-12)
    assert worst_lipschitz_error(weights, oracle, distances) == pytest.approx(
        phi, rel=1e-9, abs=1e-12
    )
    plain = np.where(kept, weights, 0) / weights[kept].sum()
    assert transport(weights, plain, distances) >= phi - 1e-12


@pytest.mark.parametrize("seed", range(20))
def test_distances_to_the_kept_tokens_are_worst_values_for_the_oracle(seed: int) -> None:
    weights, distances, kept = instance(seed)
    values = distances[:, kept].min(axis=1)[:, None]
    assignment = attention.nearest_kept(distances, kept)
    error = attention.merge_error(weights, values, kept, assignment, bias="oracle")
    phi = float(attention.weighted_covering_cost(weights, distances, kept))
    assert abs(float(error[0])) == pytest.approx(phi, rel=1e-13)


@pytest.mark.parametrize("seed", range(20))
def test_plain_pruning_is_worst_at_a_vertex_of_the_ball(seed: int) -> None:
    """In one dimension the error is linear in the values: its maximum lies at signs."""
    weights, _, kept = instance(seed)
    radius = 1.5
    errors = [
        abs(float(attention.pruning_error(weights, radius * np.asarray(signs)[:, None], kept)[0]))
        for signs in product((-1.0, 1.0), repeat=len(weights))
    ]
    expected = float(attention.minimax_plain_error(weights, kept, radius))
    assert max(errors) == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize("seed", range(10))
def test_plain_pruning_is_no_worse_inside_a_ball(seed: int) -> None:
    weights, _, kept = instance(seed)
    rng = np.random.default_rng(seed)
    highest = float(attention.minimax_plain_error(weights, kept, 1.0))
    for _ in range(50):
        values = rng.normal(size=(len(weights), 3))
        values *= rng.choice([0.5, 1.0]) / np.linalg.norm(values, axis=1, keepdims=True)
        error = attention.pruning_error(weights, values, kept)
        assert np.linalg.norm(error) <= highest * (1 + 1e-13)


def test_cost_of_several_rows_and_heads() -> None:
    rng = np.random.default_rng(1)
    weights = rng.dirichlet(np.ones(6), size=(4, 3))
    points = rng.normal(size=(2, 6, 2))
    distances = np.stack([pairwise_distances(x, x) for x in points])
    kept, importance = [0, 4], rng.random((4, 3))
    costs = attention.weighted_covering_cost(weights, distances, kept)
    for head, row in product(range(4), range(3)):
        single = attention.weighted_covering_cost(weights[head, row], distances[head // 2], kept)
        assert float(costs[head, row]) == pytest.approx(float(single), rel=1e-14)
    total = attention.weighted_covering_cost(weights, distances, kept, importance=importance)
    assert float(total) == pytest.approx(float((importance * costs).sum()), rel=1e-14)
