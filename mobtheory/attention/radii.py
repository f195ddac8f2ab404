"""How far values lie apart: upper bounds of diameters and circumradii."""

from typing import Any

import array_api_compat as api

from mobtheory.attention.arrays import lengths
from mobtheory.attention.pruned import Values, read_values
from mobtheory.attention.rows import EPSILON
from mobtheory.geometry.distances import difference_kernel
from mobtheory.geometry.points import Array, to_numpy

_STEPS = 64
_ROWS = 1024


def circumradius(values: Any) -> Array:
    """Bound the radius of the smallest ball that holds all values, from above.

    Parameters
    ----------
    values : array of shape (n, d) or (H_kv, n, d)

    Returns
    -------
    float64 array of shape () or (H_kv,): the radius of a ball that holds all values, rounded up.

    Raises
    ------
    InvalidProblem
        If the values are no array of finite numbers of such a shape.

    Notes
    -----
    Every centre c gives a ball of radius max ||u_i - c|| that holds all values, so the least over
    some centres is an upper bound whatever they are. They start in the middle of the bounding box
    and move 64 times towards the farthest value by a shrinking step (Badoiu and Clarkson 2003),
    which on clouds of values and on simplices ends within 2 per cent of the optimum.

    Examples
    --------
    >>> radius = float(circumradius([[-1.0, 0.0], [1.0, 0.0], [0.0, 0.5]]))
    >>> 1.0 <= radius < 1.05
    True
    """
    read = read_values("circumradius", values)
    return _lead(read, radius_bound(read) * read.unit)


def diameter(values: Any) -> Array:
    """Bound the largest distance between two values, from above.

    Parameters
    ----------
    values : array of shape (n, d) or (H_kv, n, d)

    Returns
    -------
    float64 array of shape () or (H_kv,): the largest of all distances, rounded up.

    Raises
    ------
    InvalidProblem
        If the values are no array of finite numbers of such a shape.

    Examples
    --------
    >>> 5.0 <= float(diameter([[0.0, 0.0], [3.0, 4.0], [1.0, 1.0]])) < 5.0 + 1e-12
    True
    """
    read = read_values("diameter", values)
    return _lead(read, diameter_bound(read.points, read.reach) * read.unit)


def radius_bound(values: Values) -> Array:
    """(J, 1) upper bounds of the circumradii of centred values."""
    xp, points = api.array_namespace(values.points), values.points
    center = xp.zeros_like(points[:, :1, :])
    least = values.reach
    for step in range(2, _STEPS + 2):
        distances = lengths(points - center)
        radius = xp.max(distances, axis=1)[:, None]
        least = xp.where(radius < least, radius, least)
        farthest = to_numpy(xp.argmax(distances, axis=1)).tolist()
        target = xp.stack([points[head, row, :] for head, row in enumerate(farthest)], axis=0)
        center = center + (target[:, None, :] - center) / step
    return _rounded_up(least, values.reach, points.shape[-1])


def diameter_bound(points: Array, reach: Array) -> Array:
    """(J, 1) upper bounds of the diameters of centred points (J, n, d)."""
    xp, count = api.array_namespace(points), points.shape[1]
    diameters = []
    for head in range(points.shape[0]):
        rows = points[head, :, :]
        kernel = difference_kernel(rows, rows, "euclidean")
        blocks = [
            xp.max(kernel(rows[start : min(start + _ROWS, count), :], rows))
            for start in range(0, count, _ROWS)
        ]
        diameters.append(xp.max(xp.stack(blocks)))
    return _rounded_up(xp.stack(diameters)[:, None], reach, points.shape[-1])


def _rounded_up(measured: Array, reach: Array, dimension: int) -> Array:
    # Centring and scaling round coordinates, and lengths round once for each coordinate.
    return measured * (1 + (dimension + 8) * EPSILON) + 8 * EPSILON * reach


def _lead(values: Values, bounds: Array) -> Array:
    return api.array_namespace(bounds).reshape(bounds, tuple(values.array.shape[:-2]))
