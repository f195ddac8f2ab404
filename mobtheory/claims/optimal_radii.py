"""The best covering radius for each number of centres: exact for few points, bracketed beyond."""

from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mobtheory.covering import farthest_points

SMALL = 9


def best_radius(distances: NDArray[Any], centres: int) -> tuple[float, float]:
    """Bounds on the best covering radius of a finite set by `centres` of its own points.

    Exact by enumeration for few points; beyond, farthest-point sampling and half its radius.
    """
    if centres < 1:
        return float("inf"), float("inf")
    count = len(distances)
    centres = min(centres, count)
    if count <= SMALL:
        best = _by_enumeration(distances, centres)
        return best, best
    radius = float(_sampled_radii(distances, centres)[-1])
    return radius / 2, radius


def covering_profile(distances: NDArray[Any]) -> NDArray[np.float64]:
    """Radii ``R_1 >= ... >= R_n = 0`` with ``R_k / 2 <= OPT(k) <= R_k``, centres anywhere.

    The best radii with centres among the points where they can be enumerated, those of
    farthest-point sampling beyond; two points that share a ball are at most twice its radius apart.
    """
    count = len(distances)
    if count <= SMALL:
        return np.array([_by_enumeration(distances, k) for k in range(1, count + 1)])
    return _sampled_radii(distances, count)


def _by_enumeration(distances: NDArray[Any], centres: int) -> float:
    subsets = np.array(list(combinations(range(len(distances)), centres)))
    return float(distances[:, subsets].min(axis=2).max(axis=0).min())


def _sampled_radii(distances: NDArray[Any], centres: int) -> NDArray[np.float64]:
    """Covering radius after each pick of farthest-point sampling."""
    order = np.asarray(farthest_points(distances, centres))
    return np.minimum.accumulate(distances[:, order], axis=1).max(axis=0)
