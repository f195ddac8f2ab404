"""Inputs on which comparisons of single distances are exact."""

import array_api_compat

from mobtheory.geometry.points import Array

_STEPS_PER_UNIT = 2.0**10
_LARGEST_SUM = 2.0**53
_LARGEST_SQUARE = 2.0**50


def order_is_exact(points: Array, metric: str) -> bool:
    """Whether two computed distances of these float64 points compare as the true ones do.

    That holds on a small grid (multiples of 2**-10), where float64 adds coordinates and their
    squares without error. Different whole numbers up to 2**50 have square roots more than one unit
    in the last place apart, so rounding the root keeps Euclidean distances in order.
    """
    if metric == "cosine":
        return False
    xp = array_api_compat.array_namespace(points)
    if bool(xp.any(xp.abs(points) > _LARGEST_SUM / (2 * _STEPS_PER_UNIT))):
        return False
    steps = points * _STEPS_PER_UNIT
    if bool(xp.any(steps != xp.round(steps))):
        return False
    spans = xp.max(steps, axis=0) - xp.min(steps, axis=0)
    if metric == "euclidean":
        return bool(xp.sum(spans * spans) <= _LARGEST_SQUARE)
    return bool(xp.sum(spans) <= _LARGEST_SUM)
