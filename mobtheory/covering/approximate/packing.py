"""The least radius that packings do not refute, a lower end in any case."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mobtheory.covering.optimum.bracket import distances_between
from mobtheory.covering.optimum.floors import contested_floor, packing_floor, prompt_floor
from mobtheory.covering.optimum.relaxation import packing_bound
from mobtheory.covering.optimum.task import CoverTask


class Packing(NamedTuple):
    """A lower end of the optimum, and rows that are packed within it.

    Attributes
    ----------
    radius : no selection has a smaller objective
    rows : at most K rows of which no two share a column within `radius`, and to which none can be
        added; named as in `CoverSystem`
    """

    radius: float
    rows: NDArray[np.int64]


def least_packed(task: CoverTask, upper: float) -> Packing:
    """Bisect over the distances for a radius that greedy packing does not refute.

    Parameters
    ----------
    task : with one limit K for both halves and all visual rows
    upper : a distance that some selection reaches

    Notes
    -----
    Of K + 1 rows two share a token, so where no two of them have a token in common within r, no K
    tokens reach them. The triangle inequality is not needed. A larger radius may happen to be
    refuted where a smaller one was not, but whatever is refuted lies below the optimum.
    """
    levels = distances_between(task, _floor(task), upper)
    low, high = -1, len(levels) - 1
    while high - low > 1:
        middle = (low + high) // 2
        if len(_packed(task, levels[middle])) > task.limits[0]:
            low = middle
        else:
            high = middle
    return Packing(float(levels[high]), _packed(task, levels[high]))


def _packed(task: CoverTask, radius: float) -> NDArray[np.int64]:
    return packing_bound(task.system(radius, radius)).dual.rows


def _floor(task: CoverTask) -> float:
    floors = [packing_floor(task)]
    if task.objective != "k-center":
        floors += [prompt_floor(task), contested_floor(task)]
    # Where the triangle inequality fails, the packing floor is a sentence that says so.
    return max((floor.value for floor in floors if floor and not isinstance(floor, str)), default=0)
