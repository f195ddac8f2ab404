"""How far a computed distance may lie from the true one."""

import math
from typing import Any

import numpy as np

from mobtheory.geometry.distances import check_metric, narrow_result
from mobtheory.geometry.points import Array, as_point_pair, to_float64, to_numpy

_EPSILON = 2.0**-52
_STEPS_PER_UNIT = 2.0**10
_EXACT_INTEGERS = 2.0**53


def distance_rounding(
    a: Array, b: Array | None = None, *, metric: str = "euclidean", normalize: bool = False
) -> float:
    """Bound the error of every entry of `pairwise_distances` for these inputs.

    Parameters
    ----------
    a : array of shape (n, d)
    b : array of shape (m, d); a itself by default
    metric : the metric of the distances
    normalize : bound the distances between `normalize_rows` of both, against exact unit rows

    Returns
    -------
    An absolute bound; 0.0 where the distances are exact.

    Raises
    ------
    InvalidProblem
        If an input is no point set, if the two do not fit together or if the metric is unknown.

    Notes
    -----
    The inputs count as exact. On a small grid (multiples of 2**-10) all differences and sums are
    exact, so that Manhattan, Chebyshev and one-dimensional distances carry no error. So are the
    squared Euclidean distances, and their square root is correctly rounded, hence monotone: half a
    unit in the last place. Otherwise the bound is (d + 4) eps times the diagonal of the smallest
    box around all points, whatever their common offset; unit rows add 4 (d + 8) eps. Where
    `pairwise_distances` returns float32 the bound includes that last rounding; convert the points
    to float64 to have the bound on what `hausdorff` and `covering_radius` return.

    Examples
    --------
    >>> distance_rounding([[0], [1], [5]])
    0.0
    >>> distance_rounding([[0, 0], [3, 4]]) == 2.0**-51
    True
    >>> distance_rounding([[0.1, 0.2], [0.3, 0.7]]) < 1e-14
    True
    """
    called = "distance_rounding"
    check_metric(called, metric)
    a, b = as_point_pair(called, ("a", a), ("b", a if b is None else b))
    dimension = a.shape[1]
    if normalize or metric == "cosine":
        norm_ratio = math.sqrt(dimension) if metric == "manhattan" else 1.0
        error = 4 * (dimension + 8) * _EPSILON * norm_ratio
        # Normalised rows are float64, and so are the distances between them.
        return error if normalize or not narrow_result(a, b) else error + 2 * 2.0**-24
    values = [to_numpy(to_float64(called, name, x)) for name, x in (("a", a), ("b", b))]
    sides = _box_sides(*values)
    diagonal = _length(sides, metric)
    error = (dimension + 4) * _EPSILON * diagonal + (math.ulp(0.0) if diagonal else 0.0)
    if all(_on_small_grid(x) for x in values):
        error = _grid_rounding(sides, metric, error)
    exact_in_float32 = error == 0.0 and diagonal * _STEPS_PER_UNIT <= 2.0**24
    if narrow_result(a, b) and not exact_in_float32:
        error += 2.0**-24 * diagonal + 2.0**-150
    return error


def correctly_rounded(values: Any) -> bool:
    """Tell whether Euclidean distances between these points are correctly rounded."""
    with np.errstate(over="ignore"):
        squares = np.square(_box_sides(values) * _STEPS_PER_UNIT)
    return _on_small_grid(values) and float(squares.sum()) <= _EXACT_INTEGERS


def _on_small_grid(values: Any) -> bool:
    """Tell whether all coordinates are multiples of 2**-10 whose differences are exact."""
    if np.abs(values).max() > _EXACT_INTEGERS / (2 * _STEPS_PER_UNIT):
        return False
    steps = values * _STEPS_PER_UNIT
    return bool((steps == np.floor(steps)).all())


def _grid_rounding(sides: Any, metric: str, otherwise: float) -> float:
    steps = sides * _STEPS_PER_UNIT
    if metric == "chebyshev" or len(sides) == 1:
        return 0.0
    if metric == "manhattan":
        return 0.0 if steps.sum() <= _EXACT_INTEGERS else otherwise
    if np.square(steps).sum() > _EXACT_INTEGERS:
        return otherwise
    # Half a unit in the last place of a value that the diagonal, itself rounded, does not exceed.
    return math.ulp(math.nextafter(_length(sides, metric), math.inf)) / 2


def _box_sides(*values: Any) -> Any:
    """Measure the smallest box with sides along the axes that holds all points."""
    highest = np.max([x.max(axis=0) for x in values], axis=0)
    lowest = np.min([x.min(axis=0) for x in values], axis=0)
    with np.errstate(over="ignore"):
        return highest - lowest


def _length(sides: Any, metric: str) -> float:
    if metric == "chebyshev":
        return float(sides.max())
    if metric == "manhattan":
        with np.errstate(over="ignore"):
            return float(sides.sum())
    return math.hypot(*sides.tolist())
