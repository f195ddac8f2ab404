"""Farthest-point sampling under another distance than the one that is judged."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .entry import bug
from .farthest import as_float64


def _sampled(
    points: NDArray[Any], budget: int, distances: Callable[[NDArray[Any]], NDArray[Any]]
) -> NDArray[np.int64]:
    picks, nearest = [0], distances(points[0])
    while len(picks) < budget:
        nearest[picks] = -1
        picks.append(int(nearest.argmax()))
        nearest = np.minimum(nearest, distances(points[picks[-1]]))
    return np.array(picks)


@bug("two-approximation isometry-invariant")
def cosine_for_euclid(visual: Any, prompt: Any, budget: int) -> Any:
    """Ranks by cosine distance."""
    points = as_float64(visual)
    points /= np.maximum(np.linalg.norm(points, axis=1, keepdims=True), 1e-300)
    return _sampled(points, budget, lambda center: 1 - points @ center)


@bug("two-approximation isometry-invariant")
def first_coordinate_alone(visual: Any, prompt: Any, budget: int) -> Any:
    """Measures along the first coordinate only."""
    points = as_float64(visual)
    return _sampled(points, budget, lambda center: np.abs(points[:, 0] - center[0]))


@bug("two-approximation isometry-invariant")
def last_coordinate_left_out(visual: Any, prompt: Any, budget: int) -> Any:
    """Leaves the last coordinate out, unless it is the only one."""
    points = as_float64(visual)
    some = points[:, : max(1, points.shape[1] - 1)]
    return _sampled(some, budget, lambda center: ((some - center) ** 2).sum(axis=1))


@bug("isometry-invariant two-approximation")
def manhattan_for_euclid(visual: Any, prompt: Any, budget: int) -> Any:
    """Adds absolute differences, which turn with the axes."""
    points = as_float64(visual)
    return _sampled(points, budget, lambda center: np.abs(points - center).sum(axis=1))


@bug("two-approximation isometry-invariant")
def difference_of_norms(visual: Any, prompt: Any, budget: int) -> Any:
    """Compares the lengths of tokens instead of the length of their difference."""
    norms = np.linalg.norm(as_float64(visual), axis=1)
    return _sampled(norms, budget, lambda center: np.abs(norms - center))


@bug("two-approximation isometry-invariant")
def signed_differences(visual: Any, prompt: Any, budget: int) -> Any:
    """Adds the differences up before it squares them."""
    points = as_float64(visual)
    return _sampled(points, budget, lambda center: (points - center).sum(axis=1) ** 2)


@bug("two-approximation isometry-invariant")
def coordinates_sorted(visual: Any, prompt: Any, budget: int) -> Any:
    """Sorts along the wrong axis, within each token."""
    points = np.sort(as_float64(visual), axis=1)
    return _sampled(points, budget, lambda center: ((points - center) ** 2).sum(axis=1))


@bug("two-approximation isometry-invariant")
def inner_products(visual: Any, prompt: Any, budget: int) -> Any:
    """Takes the least similar token by inner product, as for unit vectors."""
    points = as_float64(visual)
    similar = points @ points[0]
    picks = [0]
    while len(picks) < budget:
        similar[picks] = np.inf
        picks.append(int(similar.argmin()))
        similar = np.maximum(similar, points @ points[picks[-1]])
    return np.array(picks)
