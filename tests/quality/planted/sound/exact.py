"""The optimum, where it is in reach.

Several choices reach it, also off ties: the order of the tokens decides which one is kept.
"""

from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

import mobtheory as mob

from ..entry import sound
from ..farthest import as_float64, between, farthest, filled, squares_to

EVERY_EXACT = (
    "scale-invariant layout-invariant duplicates ties budget-one budget-all single-prompt "
    "two-approximation approximation-factor=2"
)


def _from_the_outermost(points: NDArray[np.float64], budget: int) -> NDArray[np.int64]:
    start = int(squares_to(points, points.mean(axis=0)).argmax())
    return np.array([start, *farthest(points, budget - 1, [start])])


@sound(f"{EVERY_EXACT} isometry-invariant monotone-radius")
def all_choices(visual: Any, prompt: Any, budget: int) -> Any:
    """The best of all choices of K tokens among up to 7, farthest points among more."""
    points = as_float64(visual)
    if len(points) > 7:
        return _from_the_outermost(points, budget)
    squares = np.stack([squares_to(points, point) for point in points])
    choices = list(combinations(range(len(points)), budget))
    radii = [squares[:, list(choice)].min(axis=1).max() for choice in choices]
    return np.array(choices[int(np.argmin(radii))])


@sound(f"{EVERY_EXACT} isometry-invariant monotone-radius")
def by_k_center(visual: Any, prompt: Any, budget: int) -> Any:
    """The exact solver up to 24 tokens, farthest points beyond."""
    points = as_float64(visual)
    if len(points) > 24:
        return _from_the_outermost(points, budget)
    return mob.k_center(between(points, points), budget).selection


@sound(f"{EVERY_EXACT} isometry-invariant monotone-radius")
def sweep_on_the_line(visual: Any, prompt: Any, budget: int) -> Any:
    """In one dimension the optimum by sweeps at the candidate radii, farthest points in more."""
    points = as_float64(visual)
    if points.shape[1] > 1:
        return _from_the_outermost(points, budget)
    order = np.argsort(points[:, 0], kind="stable")
    line = points[order, 0]
    radii = np.unique(np.abs(line[:, None] - line))
    low, high = 0, len(radii) - 1
    while low < high:
        middle = (low + high) // 2
        fits = len(_swept(line, radii[middle])) <= budget
        low, high = (low, middle) if fits else (middle + 1, high)
    return np.array(filled(order[_swept(line, radii[low])].tolist(), len(line), budget))


def _swept(line: NDArray[np.float64], radius: float) -> list[int]:
    """Places of the fewest centres, from left to right, each as far to the right as it can be."""
    centers, place = list[int](), 0
    while place < len(line):
        center = int(np.flatnonzero(line - line[place] <= radius)[-1])
        centers.append(center)
        covered = np.flatnonzero(line - line[center] <= radius)
        place = int(covered[-1]) + 1
    return centers


@sound(
    "isometry-invariant scale-invariant layout-invariant duplicates ties budget-one budget-all "
    "single-prompt two-approximation approximation-factor=2"
)
def bottleneck(visual: Any, prompt: Any, budget: int) -> Any:
    """Hochbaum and Shmoys: independent tokens at the least distance that is not refuted."""
    distances = between(visual, visual)
    radii = np.unique(distances)
    low, high = 0, len(radii) - 1
    while low < high:
        middle = (low + high) // 2
        fits = len(_independent(distances <= radii[middle])) <= budget
        low, high = (low, middle) if fits else (middle + 1, high)
    centers = _independent(distances <= radii[low])
    return np.array([*centers, *farthest(visual, budget - len(centers), centers)])


def _independent(near: NDArray[np.bool_]) -> list[int]:
    """A maximal set of tokens of which no two have a common token within the radius."""
    centers, free = list[int](), np.ones(len(near), dtype=bool)
    while free.any():
        center = int(free.argmax())
        centers.append(center)
        free &= ~near[near[center]].any(axis=0)
    return centers
