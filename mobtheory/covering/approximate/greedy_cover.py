"""Greedy set cover inside a bisection over the radius."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mobtheory.covering.approximate.farthest_point import ANY_CENTERS
from mobtheory.covering.approximate.rule import Choice, Given, Rule
from mobtheory.covering.optimum.bracket import distances_between
from mobtheory.covering.optimum.task import CoverTask, Halves, farthest_order


def _choose(given: Given) -> Choice:
    """Farthest points give the first radius; greedy covers only replace what they improve.

    A cover may reach less than a radius at which there seemed to be none; that ends the search.
    """
    task, budget = given.task, given.problem.budget
    best = farthest_order(task.visual, [], budget).tolist()
    levels = distances_between(task, 0.0, _reached(task, best))
    low, high = -1, len(levels) - 1
    while high - low > 1:
        middle = (low + high) // 2
        cover = _cover(task.visual <= levels[middle], budget)
        if cover is None:
            low = middle
        else:
            added = farthest_order(task.visual, cover, budget - len(cover)).tolist()
            best = [*cover, *added]
            high = int(np.searchsorted(levels, _reached(task, best)))
    return Choice(Halves([], best), 2.0, ANY_CENTERS)


def _reached(task: CoverTask, centers: list[int]) -> float:
    return max(task.radii(Halves([], centers)))


def _cover(near: NDArray[Any], most: int) -> list[int] | None:
    """Take the token that is near most of what is uncovered, the lowest row at a tie."""
    gains = np.count_nonzero(near, axis=1)
    open_ = np.ones(len(near), dtype=bool)
    chosen: list[int] = []
    while open_.any():
        if len(chosen) == most:
            return None
        token = int(gains.argmax())
        covered = np.flatnonzero(near[token] & open_)
        open_[covered] = False
        gains = gains - np.count_nonzero(near[covered], axis=0)
        chosen.append(token)
    return chosen


GREEDY_COVER = Rule("k-center", "covering.seeded-fps", _choose)
