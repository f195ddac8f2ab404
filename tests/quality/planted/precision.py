"""Arithmetic that loses what decides."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .entry import bug
from .farthest import as_float64, farthest, filled, squares_to


def _sampled_by_products(points: NDArray[Any], budget: int) -> NDArray[np.int64]:
    """Farthest points by |x|^2 + |y|^2 - 2 x.y, which cancels far from the origin."""
    lengths = (points * points).sum(axis=1)
    squares = np.maximum(lengths[:, None] + lengths - 2 * points @ points.T, 0)
    picks, nearest = [0], squares[0].copy()
    while len(picks) < budget:
        nearest[picks] = -1
        picks.append(int(nearest.argmax()))
        nearest = np.minimum(nearest, squares[picks[-1]])
    return np.array(picks)


@bug(
    "two-approximation isometry-invariant",
    needs="float64 products cancel only where tokens are 1e7 times farther from 0 than apart",
)
def products_float64(visual: Any, prompt: Any, budget: int) -> Any:
    """Expands the square, so that squared distances cancel far from the origin."""
    return _sampled_by_products(as_float64(visual), budget)


@bug(
    "two-approximation isometry-invariant",
    needs="float32 products cancel only where tokens are 1e3 times farther from 0 than apart",
)
def products_float32(visual: Any, prompt: Any, budget: int) -> Any:
    """Expands the square in float32."""
    return _sampled_by_products(as_float64(visual).astype(np.float32), budget)


@bug(
    "two-approximation valid-selection",
    needs="float32 rounds coordinates only from 2**24 on, and overflows at 2**128",
)
def cast_to_float32(visual: Any, prompt: Any, budget: int) -> Any:
    """Casts the tokens to float32, where neighbours far from the origin coincide."""
    return np.array(farthest(as_float64(visual).astype(np.float32), budget))


@bug(
    "two-approximation scale-invariant",
    needs="float16 overflows where coordinates differ by 256 and rounds from 2**11 on",
)
def float16_sums(visual: Any, prompt: Any, budget: int) -> Any:
    """Accumulates squared distances in float16."""
    with np.errstate(all="ignore"):
        points = as_float64(visual).astype(np.float16)
        picks, nearest = [0], ((points - points[0]) ** 2).sum(axis=1, dtype=np.float16)
        while len(picks) < budget:
            nearest[picks] = -1
            picks.append(int(nearest.argmax()))
            to_pick = ((points - points[picks[-1]]) ** 2).sum(axis=1, dtype=np.float16)
            nearest = np.minimum(nearest, to_pick)
    return np.array(picks)


@bug(
    "two-approximation scale-invariant",
    needs="squares wrap around only where coordinates differ by 46341; fractions are cut off",
)
def int32_squares(visual: Any, prompt: Any, budget: int) -> Any:
    """Casts the tokens to int32: squares overflow and fractions are lost."""
    with np.errstate(all="ignore"):
        points = as_float64(visual).astype(np.int32)
        picks, nearest = [0], ((points - points[0]) ** 2).sum(axis=1, dtype=np.int32)
        while len(picks) < budget:
            nearest[picks] = -1
            picks.append(int(nearest.argmax()))
            to_pick = ((points - points[picks[-1]]) ** 2).sum(axis=1, dtype=np.int32)
            nearest = np.minimum(nearest, to_pick)
    return np.array(filled(list(dict.fromkeys(picks)), len(points), budget))


@bug("two-approximation")
def int8_differences(visual: Any, prompt: Any, budget: int) -> Any:
    """Squares differences of tokens quantised to int8 without widening: 12 * 12 is negative."""
    with np.errstate(all="ignore"):
        points = as_float64(visual).astype(np.int8)
        picks, nearest = [0], ((points - points[0]) ** 2).sum(axis=1, dtype=np.int8)
        while len(picks) < budget:
            nearest[picks] = -128
            picks.append(int(nearest.argmax()))
            to_pick = ((points - points[picks[-1]]) ** 2).sum(axis=1, dtype=np.int8)
            nearest = np.minimum(nearest, to_pick)
    return np.array(filled(list(dict.fromkeys(picks)), len(points), budget))


@bug(
    "two-approximation scale-invariant",
    needs="tokens must be nearer to each other than the absolute tolerance",
)
def absolute_tolerance(visual: Any, prompt: Any, budget: int) -> Any:
    """Takes tokens within 1e-6 for covered, at any scale, and fills up with the first ones."""
    points, picks = as_float64(visual), [0]
    nearest = np.sqrt(squares_to(points, points[0]))
    while len(picks) < budget and nearest.max() > 1e-6:
        picks.append(int(nearest.argmax()))
        nearest = np.minimum(nearest, np.sqrt(squares_to(points, points[picks[-1]])))
    return np.array(filled(picks, len(points), budget))


@bug(
    "two-approximation scale-invariant",
    needs="integers are rounded to themselves; fractions of 0.01 must decide",
)
def rounded_to_decimals(visual: Any, prompt: Any, budget: int) -> Any:
    """Rounds the tokens to two decimals to find equal ones."""
    return np.array(farthest(np.round(as_float64(visual), 2), budget))


@bug(
    "two-approximation scale-invariant",
    needs="squares fall below the guard only where tokens are nearer than 1e-4",
)
def guarded_square_root(visual: Any, prompt: Any, budget: int) -> Any:
    """Takes roots of max(square, 1e-8), as one does for gradients: all near tokens tie."""
    points, picks = as_float64(visual), [0]
    nearest = np.sqrt(np.maximum(squares_to(points, points[0]), 1e-8))
    while len(picks) < budget:
        nearest[picks] = -1
        picks.append(int(nearest.argmax()))
        to_pick = np.sqrt(np.maximum(squares_to(points, points[picks[-1]]), 1e-8))
        nearest = np.minimum(nearest, to_pick)
    return np.array(picks)
