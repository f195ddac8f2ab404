"""Smallest covers and largest packings in a graph of who lies within reach of whom.

A reach is a symmetric boolean matrix with a true diagonal.
"""

import math
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from mobtheory.geometry.bracket import Bracket

_INTEGER_SLACK = 1e-6


def smallest_cover(reach: Any) -> Bracket:
    """Count the fewest members whose neighbourhoods hold all members."""
    everyone = LinearConstraint(csr_array(reach.astype(float)), lb=1.0, ub=np.inf)
    bound, chosen = _least(np.ones(len(reach)), everyone)
    covered = bool(reach[chosen].any(axis=0).all())
    return Bracket(bound, int(chosen.sum()) if covered else greedy_cover(reach))


def largest_packing(reach: Any) -> Bracket:
    """Count the most members of which no two reach each other."""
    first, second = np.nonzero(np.triu(reach, 1))
    if len(first) == 0:
        return Bracket(len(reach), len(reach))
    edges = np.arange(len(first))
    ends = np.tile(edges, 2), np.concatenate([first, second])
    incidence = csr_array((np.ones(2 * len(edges)), ends), shape=(len(edges), len(reach)))
    bound, chosen = _least(-np.ones(len(reach)), LinearConstraint(incidence, lb=-np.inf, ub=1.0))
    apart = int(reach[np.ix_(chosen, chosen)].sum()) == int(chosen.sum())
    return Bracket(int(chosen.sum()) if apart else greedy_packing(reach), -bound)


def greedy_cover(reach: Any) -> int:
    """Cover by taking the member that covers most, again and again: an upper bound."""
    uncovered = np.ones(len(reach), dtype=bool)
    gains = reach.sum(axis=1)
    count = 0
    while uncovered.any():
        new = uncovered & reach[gains.argmax()]
        uncovered &= ~new
        gains = gains - reach[:, new].sum(axis=1)
        count += 1
    return count


def greedy_packing(reach: Any) -> int:
    """Pack by taking the member that excludes fewest, again and again: a lower bound."""
    free = np.ones(len(reach), dtype=bool)
    excludes = reach.sum(axis=1)
    count = 0
    while free.any():
        chosen = int(np.where(free, excludes, len(reach) + 1).argmin())
        gone = free & reach[chosen]
        free &= ~gone
        excludes = excludes - reach[:, gone].sum(axis=1)
        count += 1
    return count


def _least(cost: Any, constraint: LinearConstraint) -> tuple[int, Any]:
    """Minimise an integral cost over 0-1 vectors; return a bound and the vector that was found."""
    result = milp(cost, integrality=np.ones_like(cost), bounds=Bounds(0, 1), constraints=constraint)
    # The dual bound is a float; the optimum is a whole number and not below it.
    return math.ceil(result.mip_dual_bound - _INTEGER_SLACK), result.x > 0.5
