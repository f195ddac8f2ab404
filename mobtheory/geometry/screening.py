"""Discarding rows that cannot hold a directed Hausdorff distance, by a Gram product.

The Gram product ranks and never reports: its rounding error is bounded, every row within the bound
is kept, and the rows that are kept are measured by differences of coordinates.
"""

import array_api_compat as api

from mobtheory.geometry.blocks import row_blocks
from mobtheory.geometry.distances import squares_in_range
from mobtheory.geometry.points import Array

_WORTH_SCREENING = 2**27
_EPSILON = 2.0**-52


def screening_pays(a: Array, b: Array, metric: str) -> bool:
    """Tell whether a Gram product is applicable here and cheaper than all differences."""
    work = a.shape[0] * b.shape[0] * a.shape[1]
    return metric in ("euclidean", "cosine") and work >= _WORTH_SCREENING and squares_in_range(a, b)


def rows_that_may_be_farthest(a: Array, b: Array) -> Array:
    """Return the ascending indices of all rows of a that may be farthest from the set b.

    With x, y the centred rows, the squared distance |x|^2 + |y|^2 - 2<x, y> is wrong by less than
    4 (d + 8) eps (|x|^2 + |y|^2): sums of d products contribute 2 gamma_(d+3), centring 5 eps, and
    the difference kernel to which the result is compared 2 (d + 4) eps, each times that scale.
    """
    xp = api.array_namespace(a)
    center = xp.mean(b, axis=0, keepdims=True)
    a, b = a - center, b - center
    squared_a, squared_b = (xp.sum(x * x, axis=1) for x in (a, b))
    columns = b.T
    blocks = [
        xp.min(squared_b[None, :] - 2 * xp.matmul(rows, columns), axis=1)
        for _, rows in row_blocks(a, b.shape[0])
    ]
    nearest = xp.concat(blocks, axis=0) + squared_a
    error = 4 * (a.shape[1] + 8) * _EPSILON * (squared_a + xp.max(squared_b))
    return xp.nonzero(nearest + error >= xp.max(nearest - error))[0]
