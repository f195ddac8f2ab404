"""Rows whose inner products rank squared distances, and how wrong that ranking may be.

One matrix product gives many squared distances, |x|^2 + |y|^2 - 2<x, y>, at the speed of BLAS. They
rank and are never reported: radii come from differences of coordinates.
"""

from dataclasses import dataclass
from typing import Any

import array_api_compat as api
import numpy as np

from mobtheory.geometry.distances import narrow_result
from mobtheory.geometry.points import Array

# The finest grid that is looked for, as `order_is_exact` does.
_STEPS_PER_UNIT = 2.0**10
# Centring takes a copy, so it is left out where it would not shorten squares by this factor.
_LONGER = 2
# Above these whole numbers float32 leaves one out, and roots of float64 may coincide.
_LARGEST_EXACT = {"float32": 2.0**24, "float64": 2.0**50}


@dataclass(frozen=True, eq=False)
class ProductRows:
    """One point set, or a batch of them, as rows for products.

    Parameters
    ----------
    rows : (..., n, d) float32 or float64: the points, centred if a center is given, or unit rows
    squares : (..., n), their squared lengths; inf where these leave the range of the dtype
    steps : (...) float64, steps per unit of the grid that holds the points: 1, 1024, or inf off it
    center : (..., 1, d), the point that was subtracted, or None
    """

    rows: Array
    squares: Array
    steps: Array
    center: Array | None

    @classmethod
    def of(cls, points: Array, center: Array | None, dtype: Any) -> "ProductRows":
        """Subtract a center, which is exact on a grid and removes a common offset.

        The dtype must hold the points and the center exactly.
        """
        xp = api.array_namespace(points)
        with np.errstate(over="ignore"):  # The squares say so.
            if center is None:
                rows = xp.astype(points, dtype, copy=False)
            elif api.is_numpy_array(points):
                rows = np.subtract(points, center, dtype=dtype, order="C")
            else:
                rows = xp.astype(points, dtype) - xp.astype(center, dtype)
        rows = _in_one_layout(rows)
        return cls(rows, _squares(rows), _steps(points), center)

    def as_batch(self) -> "ProductRows":
        """Return one point set as a batch of one."""
        center = None if self.center is None else self.center[None]
        return ProductRows(self.rows[None], self.squares[None], self.steps[None], center)

    def rounding(self, *others: "ProductRows") -> Array:
        """Bound the error of a squared distance within and between these sets, shape (...).

        0 where it is exact, inf where this dtype cannot rank. Let u be the unit roundoff, s the
        largest squared length and g(m) = m u / (1 - m u). Centring moves each coordinate of a
        difference by u (|x_i| + |y_i|), hence a squared distance by less than 8 u s (1 + u). The
        squared lengths and twice the product are sums of d products each, in any order, wrong by
        at most 2 g(d) s together with 2 g(d) s; adding the three takes two operations on
        numbers up to 4 s, at most 8 u s. Unit rows (s = 1) have lengths wrong by g(d) / 2 + 3 u
        instead of centring and squares that are 1 by definition, which changes 2 g(d) s + 8 u s
        to 2 g(d) + 12 u. In all less than 4 (d + 6) u s to first order; 4 (d + 8) u s divided by
        1 - 4 (d + 8) u covers the second order and products that underflow, where s is at least
        d / u of the smallest normal numbers.
        """
        xp = api.array_namespace(self.rows)
        largest, steps = self.largest(), self.steps
        for other in others:
            largest = xp.maximum(largest, other.largest())
            steps = xp.maximum(steps, other.steps)
        dimension, limits = self.rows.shape[-1], xp.finfo(self.rows.dtype)
        unit = float(limits.eps) / 2
        share = (dimension + 8) * unit
        if share > 1 / 8:
            return xp.full_like(largest, xp.inf)
        bound = 4 * share / (1 - 4 * share) * largest
        lowest = dimension * float(limits.smallest_normal) / unit
        in_range = (largest >= lowest) & (largest <= float(limits.max) / 2**8)
        bound = xp.where(in_range, bound, xp.inf)
        narrow = self.rows.dtype == xp.float32
        if narrow:  # A grid that is too fine for float32 is exact in float64.
            bound = xp.where(xp.isfinite(steps), xp.inf, bound)
        whole_numbers = _LARGEST_EXACT["float32" if narrow else "float64"]
        exact = xp.isfinite(steps) & (largest <= whole_numbers / (4 * steps**2))
        return xp.where(exact, 0.0, bound)

    def largest(self) -> Array:
        """The largest squared length, shape (...), float64."""
        xp = api.array_namespace(self.squares)
        return xp.astype(xp.max(self.squares, axis=-1), xp.float64)


def product_rows(
    points: Array, dtype: str, *, unit: bool, beside: ProductRows | None = None
) -> ProductRows:
    """Prepare valid points (..., n, d) for products in a dtype that holds them exactly.

    They are scaled to length 1 if `unit`. Otherwise they are centred as the rows are `beside` which
    they will be ranked, or, without those, where that makes the longest of them shorter by far.
    """
    xp = api.array_namespace(points)
    working = getattr(xp, dtype)
    if unit:
        return _unit_rows(points, working)
    if beside is not None:
        center = beside.center
    else:
        center = points[..., :1, :]
        rows = ProductRows.of(points, None, working)
        if bool(xp.all(rows.largest() <= _LONGER * _farthest_from_first(rows))):
            return rows
    return ProductRows.of(points, center, working)


def _unit_rows(points: Array, dtype: Any) -> ProductRows:
    """Scale the rows to length 1; where squares leave the range no distance will be trusted."""
    xp = api.array_namespace(points)
    rows = _in_one_layout(xp.astype(points, dtype, copy=False))
    squares, limits = _squares(rows), xp.finfo(dtype)
    lowest = rows.shape[-1] * float(limits.smallest_normal) / float(limits.eps)
    in_range = (squares >= lowest) & (squares <= float(limits.max) / 2**8)
    lengths = xp.sqrt(xp.where(in_range, squares, xp.ones_like(squares)))
    rows = rows * (1 / lengths)[..., None]
    ones = xp.where(in_range, xp.ones_like(squares), xp.full_like(squares, xp.inf))
    return ProductRows(rows, ones, xp.full_like(xp.astype(ones[..., 0], xp.float64), xp.inf), None)


def _farthest_from_first(rows: ProductRows) -> Array:
    """The largest squared distance to the first row, shape (...)."""
    xp = api.array_namespace(rows.rows)
    with np.errstate(over="ignore", invalid="ignore"):
        inner = xp.matmul(rows.rows, rows.rows[..., 0, :, None])[..., 0]
        squared = rows.squares - 2 * inner + rows.squares[..., :1]
    return xp.astype(xp.max(squared, axis=-1), xp.float64)


def _in_one_layout(rows: Array) -> Array:
    return np.ascontiguousarray(rows) if api.is_numpy_array(rows) else rows.contiguous()


def squared_distances(a: ProductRows, b: ProductRows) -> Array:
    """All squared distances between two sets, shape (..., n, m), as products give them."""
    xp = api.array_namespace(a.rows)
    # Whatever leaves the range here is not trusted.
    with np.errstate(over="ignore", invalid="ignore"):
        squared = xp.matmul(a.rows, xp.matrix_transpose(b.rows))
        squared *= -2
        squared += a.squares[..., :, None]
        squared += b.squares[..., None, :]
    return squared


def _squares(rows: Array) -> Array:
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        return api.array_namespace(rows).linalg.vecdot(rows, rows)


def _steps(points: Array) -> Array:
    xp = api.array_namespace(points)
    steps = xp.full_like(xp.astype(points[..., 0, 0], xp.float64), xp.inf)
    # Rounded values may lie on a grid that the points are off.
    exact = xp.float32 if narrow_result(points) else xp.float64
    # One row tells real numbers from a grid.
    if not bool(xp.any(_on_grid(xp.astype(points[..., :1, :], exact), _STEPS_PER_UNIT))):
        return steps
    values = xp.astype(points, exact, copy=False)
    for candidate in (_STEPS_PER_UNIT, 1.0):
        steps = xp.where(_on_grid(values, candidate), candidate, steps)
    return steps


def _on_grid(values: Array, steps: float) -> Array:
    xp = api.array_namespace(values)
    with np.errstate(over="ignore"):
        scaled = values * steps
    return xp.all(scaled == xp.floor(scaled), axis=(-2, -1))
