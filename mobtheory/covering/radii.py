"""Directed Hausdorff distances read off a matrix of distances."""

from math import inf

import array_api_compat

from mobtheory.geometry.points import Array


def directed_radius(distances: Array) -> float:
    """h(rows -> columns): the farthest that a row's point is from its nearest column's point."""
    rows, columns = distances.shape
    if not rows:
        return 0.0
    if not columns:
        return inf
    xp = array_api_compat.array_namespace(distances)
    return float(xp.max(xp.min(distances, axis=1)))
