"""Lower bounds on a cover system: packings and linear programming, turned into whole numbers."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array, hstack, vstack

from mobtheory.covering.optimum.certificate import Dual
from mobtheory.covering.optimum.cover_system import CoverSystem

_UNIT = 2**32
"""Multipliers become multiples of 1 / _UNIT; sums over 2**20 rows stay below 2**53."""

_BLOCK_ENTRIES = 2**21
_EMPTY = np.zeros(0, dtype=np.int64)


class Bound(NamedTuple):
    """A dual, its gap, and for every column price + toll - collected weight."""

    dual: Dual
    gap: int
    slack: NDArray[np.float64]


def packing_bound(system: CoverSystem) -> Bound:
    """Greedy packing: rows no two of which share a column, those with the fewest rivals first."""
    covers = system.covers
    weights = np.zeros(len(covers), dtype=np.int64)
    blocked = np.zeros(len(covers), dtype=bool)
    for row in np.argsort(np.count_nonzero(covers, axis=1), kind="stable"):
        if not blocked[row]:
            weights[row] = 1
            blocked |= covers[:, covers[row]].any(axis=1)
    prices = np.ones(len(system.limits), dtype=np.int64)
    return _bound(system, weights, prices, _no_tolls(system))


def row_bound(system: CoverSystem, row: int) -> Bound:
    """The bound of a row that has no column."""
    weights = np.zeros(len(system.rows), dtype=np.int64)
    weights[row] = 1
    prices = np.zeros(len(system.limits), dtype=np.int64)
    return _bound(system, weights, prices, _no_tolls(system))


def limit_bound(system: CoverSystem, group: int) -> Bound:
    """The bound of a limit below 0."""
    prices = np.zeros(len(system.limits), dtype=np.int64)
    prices[group] = 1
    weights = np.zeros(len(system.rows), dtype=np.int64)
    return _bound(system, weights, prices, _no_tolls(system))


def linear_bound(
    system: CoverSystem, time_limit: float
) -> tuple[Bound, NDArray[np.float64]] | None:
    """The bound of the linear relaxation and its fractional cover; None if the time was too short.

    The relaxation needs the fewest columns of the last group within the other limits.
    """
    row_count, width = system.covers.shape
    pairs = np.flatnonzero(system.partner > np.arange(width))
    pair_part = _incidence(pairs, system.partner[pairs], width)
    others = np.arange(len(system.limits) - 1)
    limit_part = csr_array((system.group == others[:, None]).astype(float).reshape(-1, width))
    matrix = vstack([-csr_array(system.covers, dtype=float), pair_part, limit_part], format="csc")
    right = np.concatenate(
        [-np.ones(row_count), np.ones(len(pairs)), np.asarray(system.limits[:-1], float)]
    )
    cost = (system.group == len(system.limits) - 1).astype(float)
    last_price = 1.0
    found = _solve(cost, matrix, right, time_limit)
    if found.status == 2:
        # Not even fractionally: ask by how much the rows must be relaxed.
        relax = np.concatenate([-np.ones(row_count), np.zeros(len(right) - row_count)])
        limited = csr_array(cost[None, :])
        matrix = vstack([matrix, limited])
        right = np.append(right, float(system.limits[-1]))
        matrix = hstack([matrix, csr_array(np.append(relax, 0.0)[:, None])], format="csc")
        found = _solve(np.append(np.zeros(width), 1.0), matrix, right, time_limit)
        last_price = None
    if found.status != 0:
        return None
    multipliers = np.maximum(-found.ineqlin.marginals, 0)
    weights = np.floor(multipliers[:row_count] * _UNIT).astype(np.int64)
    prices = multipliers[row_count + len(pairs) :]
    if last_price is not None:
        prices = np.append(prices, last_price)
    tolled = np.zeros(width, dtype=bool)
    paying = pairs[multipliers[row_count : row_count + len(pairs)] > 1e-9]
    tolled[paying] = tolled[system.partner[paying]] = True
    bound = _bound(system, weights, np.rint(prices * _UNIT).astype(np.int64), tolled)
    return bound, np.asarray(found.x[:width])


def _solve(cost: Any, matrix: Any, right: Any, time_limit: float) -> Any:
    options = {"time_limit": max(time_limit, 0.01)}
    return linprog(
        cost, A_ub=matrix, b_ub=right, bounds=(0, None), method="highs-ds", options=options
    )


def _bound(system: CoverSystem, weights: Any, prices: Any, tolled: Any) -> Bound:
    """Raise prices and tolls as far as it takes to make the weights a dual; all sums are exact."""
    carrying = np.flatnonzero(weights)
    collected = _collected(system.covers, carrying, weights)
    prices = prices.astype(np.int64)
    for group in range(len(prices)):
        free = (system.group == group) & ~tolled
        prices[group] = max(prices[group], collected[free].max(initial=0))
    excess = np.maximum(collected - prices[system.group], 0)
    toll = np.zeros_like(collected)
    paired = np.flatnonzero(tolled)
    toll[paired] = np.maximum(excess[paired], excess[system.partner[paired]])
    once = paired[(system.partner[paired] > paired) & (toll[paired] > 0)]
    dual = Dual(
        system.rows[carrying],
        weights[carrying],
        tuple(prices.tolist()),
        # The prompt role, whose name is the token, comes before the visual role.
        system.columns[once],
        toll[once],
    )
    return Bound(dual, dual.gap(system.limits), prices[system.group] + toll - collected)


def _collected(covers: Any, carrying: Any, weights: Any) -> NDArray[np.int64]:
    """The weight that each column covers, in float64 products that are exact below 2**53."""
    total = np.zeros(covers.shape[1])
    step = max(1, _BLOCK_ENTRIES // max(1, covers.shape[1]))
    for start in range(0, len(carrying), step):
        block = carrying[start : start + step]
        total += weights[block].astype(float) @ covers[block].astype(float)
    return total.astype(np.int64)


def _incidence(first: Any, second: Any, width: int) -> Any:
    count = len(first)
    places = np.tile(np.arange(count), 2), np.concatenate([first, second])
    return csr_array((np.ones(2 * count), places), shape=(count, width))


def _no_tolls(system: CoverSystem) -> Any:
    return np.zeros(len(system.columns), dtype=bool)
