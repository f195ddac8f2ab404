"""Distances between points, from differences of coordinates and never from a Gram product."""

from collections.abc import Callable
from functools import partial

import array_api_compat as api
import numpy as np
from scipy.spatial.distance import cdist

from mobtheory.errors import InvalidProblem
from mobtheory.geometry.blocks import row_blocks
from mobtheory.geometry.points import (
    Array,
    as_point_pair,
    describe,
    dtype_name,
    to_float64,
    unit_rows,
)

METRICS = ("euclidean", "cosine", "manhattan", "chebyshev")
"""The metrics that every function of this room understands."""

Kernel = Callable[[Array, Array], Array]
"""Distances between all rows of two float64 arrays, shapes (n, d) and (m, d) to (n, m)."""

_SCIPY_NAMES = {
    "euclidean": "euclidean",
    "cosine": "sqeuclidean",
    "manhattan": "cityblock",
    "chebyshev": "chebyshev",
}
_TORCH_ORDERS = {"euclidean": 2.0, "cosine": 2.0, "manhattan": 1.0, "chebyshev": float("inf")}
_SQUARES_IN_RANGE = (2.0**-400, 2.0**400)


def pairwise_distances(a: Array, b: Array, *, metric: str = "euclidean") -> Array:
    """Measure the distance of every point of one set to every point of another.

    Parameters
    ----------
    a : array of shape (n, d); floats, or integers of magnitude at most 2**53
    b : array of shape (m, d), of the same library and device
    metric : "euclidean", "cosine" (one minus the cosine of the angle), "manhattan" or "chebyshev"

    Returns
    -------
    Array of shape (n, m) in the callers' library and on their device. It is computed in float64
    from the exact input values. float32 if both inputs are float32 or narrower floats (one
    rounding at the end), float64 otherwise, so integers never wrap.

    Raises
    ------
    InvalidProblem
        If an input is no point set, if the two do not fit together, if the metric is unknown, if a
        row is zero under "cosine", or if a distance is too large for the dtype of the result.

    Notes
    -----
    Every entry comes from differences of coordinates, so the distance of a point to itself is
    exactly 0 and a common offset of 1e8 does no harm; the expansion by a Gram product, the default
    of `torch.cdist` for large inputs, has neither property. The cosine distance is half the
    squared Euclidean distance of the unit vectors, which equals it and does not cancel.
    Coordinates whose squares leave the range of float64 are scaled pair by pair, so that the only
    floor that remains is the smallest positive float64, 5e-324 (for "cosine" a distance of
    about 1e-308, where its own value becomes subnormal).
    The error of an entry is at most `distance_rounding`. Gradients are not propagated.

    Examples
    --------
    >>> pairwise_distances([[0, 0], [3, 4]], [[0, 0], [0, 4]])
    array([[0., 4.],
           [5., 3.]])
    >>> pairwise_distances([[0, 0], [3, 4]], [[0, 0]], metric="manhattan")
    array([[0.],
           [7.]])
    """
    called = "pairwise_distances"
    a, b = as_point_pair(called, ("a", a), ("b", b))
    rows_a, rows_b = measurable(called, ("a", a), ("b", b), metric)
    distances = difference_kernel(rows_a, rows_b, metric)(rows_a, rows_b)
    return _rounded_once(distances, a, b)


def measurable(
    called: str, first: tuple[str, Array], second: tuple[str, Array], metric: str
) -> tuple[Array, Array]:
    """Convert two valid point sets to what a kernel of the metric measures."""
    check_metric(called, metric)
    a, b = (to_float64(called, *named) for named in (first, second))
    if metric != "cosine":
        return a, b
    return unit_rows(called, first[0], a), unit_rows(called, second[0], b)


def check_metric(called: str, metric: str) -> None:
    """Refuse a metric that is not one of `METRICS`."""
    if metric not in METRICS:
        raise InvalidProblem(
            called,
            f"metric {metric!r}",
            "the metric is unknown",
            f"Use one of {', '.join(METRICS)}.",
        )


def difference_kernel(a: Array, b: Array, metric: str) -> Kernel:
    """Choose the kernel for rows of these float64 arrays; "cosine" expects unit rows."""
    if metric == "euclidean" and not squares_in_range(a, b):
        return partial(_in_chunks, _scaled_length)
    if api.is_numpy_array(a):
        return partial(_scipy_kernel, metric)
    if api.is_torch_array(a):
        return partial(_torch_kernel, metric)
    return partial(_in_chunks, _GAP_TO_DISTANCE[metric])


def squares_in_range(*arrays: Array) -> bool:
    """Tell whether no squared difference of coordinates can overflow or become subnormal."""
    smallest, largest = _SQUARES_IN_RANGE
    for array in arrays:
        xp = api.array_namespace(array)
        magnitudes = xp.abs(array)
        if bool(xp.any(magnitudes > largest)):
            return False
        if bool(xp.any((magnitudes < smallest) & (magnitudes > 0))):
            return False
    return True


def _scipy_kernel(metric: str, a: Array, b: Array) -> Array:
    distances = cdist(a, b, metric=_SCIPY_NAMES[metric])  # pyright: ignore[reportCallIssue, reportArgumentType]
    return distances / 2 if metric == "cosine" else distances


def _torch_kernel(metric: str, a: Array, b: Array) -> Array:
    # In its default mode torch.cdist takes a Gram product: up to 0.7 from a point to itself.
    distances = api.array_namespace(a).cdist(
        a, b, p=_TORCH_ORDERS[metric], compute_mode="donot_use_mm_for_euclid_dist"
    )
    return distances * distances / 2 if metric == "cosine" else distances


def _in_chunks(gap_to_distance: Callable[[Array], Array], a: Array, b: Array) -> Array:
    """Broadcast over a few rows at a time, so that no array (n, m, d) is ever made."""
    xp = api.array_namespace(a)
    with np.errstate(over="ignore"):
        blocks = [
            gap_to_distance(xp.abs(rows[:, None, :] - b[None, :, :]))
            for _, rows in row_blocks(a, b.shape[0] * b.shape[1])
        ]
    return xp.concat(blocks, axis=0)


def _scaled_length(gap: Array) -> Array:
    """Compute lengths in units of the largest coordinate, whose squares stay in range."""
    xp = api.array_namespace(gap)
    unit = xp.max(gap, axis=-1)
    unit = xp.where((unit > 0) & xp.isfinite(unit), unit, xp.ones_like(unit))
    gap = gap / unit[:, :, None]
    return unit * xp.sqrt(xp.sum(gap * gap, axis=-1))


def _length(gap: Array) -> Array:
    xp = api.array_namespace(gap)
    return xp.sqrt(xp.sum(gap * gap, axis=-1))


def _half_square(gap: Array) -> Array:
    return api.array_namespace(gap).sum(gap * gap, axis=-1) / 2


def _sum(gap: Array) -> Array:
    return api.array_namespace(gap).sum(gap, axis=-1)


def _largest(gap: Array) -> Array:
    return api.array_namespace(gap).max(gap, axis=-1)


_GAP_TO_DISTANCE = {
    "euclidean": _length,
    "cosine": _half_square,
    "manhattan": _sum,
    "chebyshev": _largest,
}


def narrow_result(*arrays: Array) -> bool:
    """Tell whether distances between these arrays are returned in float32."""
    return all(dtype_name(array) in ("float16", "bfloat16", "float32") for array in arrays)


def _rounded_once(distances: Array, a: Array, b: Array) -> Array:
    """Convert float64 distances between a and b to the dtype of the result."""
    xp = api.array_namespace(distances)
    dtype = xp.float32 if narrow_result(a, b) else xp.float64
    if not bool(xp.max(distances) <= xp.finfo(dtype).max):
        raise beyond_range(
            "pairwise_distances",
            ("a", a),
            ("b", b),
            "float32" if narrow_result(a, b) else "float64",
        )
    return xp.astype(distances, dtype, copy=False)


def beyond_range(
    called: str, first: tuple[str, Array], second: tuple[str, Array], dtype: str
) -> InvalidProblem:
    """Say that a distance overflows the dtype in which it would be returned."""
    return InvalidProblem(
        called,
        f"{describe(*first)}; {describe(*second)}",
        f"a distance between them is larger than the largest {dtype}",
        "Divide the points by a common factor, or convert float32 points to float64.",
    )
