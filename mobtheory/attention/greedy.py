"""Greedy minimisation of the attention-weighted k-median."""

from typing import Any

import array_api_compat as api
import numpy as np

from mobtheory.attention.covering_cost import as_importance, read_weighted
from mobtheory.attention.numbers import as_count
from mobtheory.attention.token_sets import as_token_set, on_device
from mobtheory.geometry.points import Array

_BLOCK_ENTRIES = 2**22


def greedy_weighted_covering(
    weights: Any,
    distances: Any,
    budget: int,
    seeds: Any,
    *,
    importance: Any = None,
    candidates: Any = None,
) -> Array:
    """Keep, one by one, the tokens that lower the attention-weighted covering cost most.

    Parameters
    ----------
    weights, distances
        As in `weighted_covering_cost`.
    budget : int
        How many tokens to pick, from 0 to the number of candidates that are no seeds.
    seeds : boolean mask of shape (n,), or distinct token numbers
        The tokens that are kept anyway, at least one: the prompt, or what attention has chosen.
    importance : nonnegative array of shape (), (H,) or (H, R), optional
        The factor lambda of each row; 1 by default.
    candidates : boolean mask of shape (n,), or distinct token numbers, optional
        The tokens that may be picked, all by default; seeds are never picked.

    Returns
    -------
    int64 array of shape (budget,) in the order of picking, without the seeds; the lowest number
    wins an exact tie.

    Raises
    ------
    InvalidProblem, InvalidSelection
        As in `weighted_covering_cost`; also if there are no seeds or fewer candidates than the
        budget.

    Notes
    -----
    Phi(S) = sum over rows of lambda times sum over v of w_v dist(v, S u Z) is non-increasing and
    supermodular, so the greedy reduction of Phi is at least 1 - 1/e of the best one: extended
    theory, 9.7 (Nemhauser, Wolsey, Fisher 1978). One matrix of distances for all heads takes
    O(K n^2); one for each takes H times that.

    Examples
    --------
    >>> line = [0.0, 1.0, 5.0, 6.0, 20.0]
    >>> distances = [[abs(x - y) for y in line] for x in line]
    >>> greedy_weighted_covering([0.1, 0.1, 0.3, 0.4, 0.1], distances, 2, seeds=[4])
    array([2, 0])
    """
    called = "greedy_weighted_covering"
    rows, matrices = read_weighted(called, weights, distances)
    xp, count = rows.xp, rows.token_count
    seeded = as_token_set(called, "seeds", seeds, count, why="Phi is infinite without one")
    free = ~seeded
    if candidates is not None:
        free = free & as_token_set(called, "candidates", candidates, count, empty=True)
    picks = as_count(
        called, "budget", budget, 0, int(free.sum()), why="the candidates that are no seeds"
    )
    # Rows that share a matrix enter Phi only through the sum of their weights.
    factors = xp.reshape(as_importance(called, importance, rows), rows.weights.shape[:-1])
    demand = xp.sum(rows.weights * factors[:, :, None], axis=1)
    order = np.flatnonzero(free)
    to_candidates = xp.take(matrices, on_device(xp, order, matrices), axis=-1)
    to_seeds = xp.take(matrices, on_device(xp, np.flatnonzero(seeded), matrices), axis=-1)
    nearest = xp.min(to_seeds, axis=-1)
    nearest = xp.where(on_device(xp, seeded, matrices), xp.zeros_like(nearest), nearest)
    # A gain is at least 0, so that -1 is never chosen while a candidate is left.
    floor = xp.zeros(order.size, dtype=xp.float64, device=api.device(matrices))
    places = xp.arange(order.size, device=api.device(matrices))
    picked: list[int] = []
    for _ in range(picks):
        gains = _gains(demand, nearest, to_candidates)
        best = int(xp.argmax(xp.where(floor == 0, gains, floor)))
        picked.append(int(order[best]))
        nearest = xp.minimum(nearest, to_candidates[:, :, best])
        floor = xp.where(places == best, -xp.ones_like(floor), floor)
    return xp.asarray(picked, dtype=xp.int64, device=api.device(matrices))


def _gains(demand: Array, nearest: Array, to_candidates: Array) -> Array:
    """How much each candidate would lower Phi, a block of candidates at a time."""
    xp = api.array_namespace(demand)
    size = max(1, _BLOCK_ENTRIES // (demand.shape[0] * demand.shape[1]))
    blocks = []
    count = to_candidates.shape[-1]
    for start in range(0, count, size):
        distances = to_candidates[:, :, start : min(start + size, count)]
        saved = nearest[:, :, None] - distances
        saved = xp.where(saved > 0, saved, xp.zeros_like(saved))
        blocks.append(xp.sum(xp.matmul(demand[:, None, :], saved)[:, 0, :], axis=0))
    return xp.concat(blocks, axis=0)
