"""Farthest-point sampling in several right ways.

Picks do not depend on the budget, so every prefix is the choice for a smaller one.
"""

from typing import Any

import numpy as np

import mobtheory as mob

from ..entry import sound
from ..farthest import as_float64, farthest, squares_to

EVERY_GREEDY = (
    "isometry-invariant scale-invariant layout-invariant monotone-radius duplicates ties "
    "budget-one budget-all single-prompt two-approximation"
)


@sound(EVERY_GREEDY)
def from_row_0(visual: Any, prompt: Any, budget: int) -> Any:
    """Farthest points from row 0."""
    return np.array(farthest(visual, budget))


@sound(f"{EVERY_GREEDY} permutation-equivariant")
def from_the_outermost(visual: Any, prompt: Any, budget: int) -> Any:
    """Farthest points from the token farthest from the centroid, the leftmost of two such."""
    points = as_float64(visual)
    away = squares_to(points, points.mean(axis=0))
    # Of two tokens alone both are as far: only coordinates tell them apart in any order.
    start = min(np.flatnonzero(away == away.max()).tolist(), key=lambda row: tuple(points[row]))
    return np.array([start, *farthest(points, budget - 1, [start])])


@sound(f"{EVERY_GREEDY} permutation-equivariant")
def from_the_token_next_to_the_prompt(visual: Any, prompt: Any, budget: int) -> Any:
    """Farthest points from the token that is nearest to the prompt, as one list of ints."""
    points = as_float64(visual)
    to_prompt = np.min([squares_to(points, token) for token in as_float64(prompt)], axis=0)
    start = int(to_prompt.argmin())
    return [start, *farthest(points, budget - 1, [start])]


@sound("layout-invariant monotone-radius budget-one budget-all single-prompt")
def in_float32(visual: Any, prompt: Any, budget: int) -> Any:
    """Farthest points in float32 arithmetic, which rounds too much to promise a factor."""
    with np.errstate(all="ignore"):
        points = np.array(visual, dtype=np.float32)
        picks, nearest = [0], ((points - points[0]) ** 2).sum(axis=1)
        while len(picks) < budget:
            nearest[picks] = -1
            picks.append(int(nearest.argmax()))
            to_pick = ((points - points[picks[-1]]) ** 2).sum(axis=1)
            nearest = np.minimum(nearest, to_pick)
    return tuple(picks)


@sound("two-approximation no-worse-than=farthest-point approximation-factor=2")
def improved_by_exchanges(visual: Any, prompt: Any, budget: int) -> Any:
    """Farthest points, then exchanges of one token while they clearly lower the radius."""
    held = mob.farthest_point_sampling(visual, budget).tolist()
    points = as_float64(visual)
    if len(points) > 40:
        return np.array(held)
    squares = np.stack([squares_to(points, point) for point in points])
    radius = squares[:, held].min(axis=1).max()
    for place in range(budget):
        for row in range(len(points)):
            changed = [*held[:place], row, *held[place + 1 :]]
            reached = squares[:, changed].min(axis=1).max()
            # Less than rounding is no gain.
            if row not in held and reached < radius * (1 - 1e-9):
                held, radius = changed, reached
    return np.array(held)
