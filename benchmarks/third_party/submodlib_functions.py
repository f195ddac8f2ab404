"""submodlib: greedy facility location and greedy dispersion."""

from typing import Any

import numpy as np
from submodlib import DisparityMinFunction, FacilityLocationFunction

from benchmarks.third_party.claiming import claiming
from mobtheory.testing import OutsideDomain

PACKAGE = "submodlib-py"
_SATURATES = {
    "two-approximation": "Nobody claims it. Besides, similarities are exp(-distance) in float32: 1 "
    "where distances are small or cancel far from the origin, 0 where they are large, and then "
    "everything ties.",
    "scale-invariant": "By design: similarities are exp(-distance). In float32 they are all 1 "
    "where distances are small, and all 0 where they are large.",
    "isometry-invariant": "Similarities are computed in float32, which holds no digits of them "
    "far from the origin.",
}


@claiming(package=PACKAGE, causes=_SATURATES)
def facility_location(visual: np.ndarray, prompt: np.ndarray, budget: int) -> list[int]:
    """`FacilityLocationFunction` maximised by the naive greedy optimizer; nobody claims a radius.

    Added here: all rows where the budget is all rows, which the library refuses.
    """
    return _maximised(FacilityLocationFunction, visual, budget)


@claiming(package=PACKAGE, causes=_SATURATES)
def disparity_min(visual: np.ndarray, prompt: np.ndarray, budget: int) -> list[int]:
    """`DisparityMinFunction` maximised by the naive greedy optimizer.

    In exact arithmetic the greedy rule is farthest-point sampling, but the documentation speaks of
    diversity alone, so that no radius is claimed. Added here: all rows where the budget is all
    rows, which the library refuses; and numbers beyond float32, which do not end well (see the next
    selector), are refused.
    """
    if np.abs(visual).max() > np.finfo(np.float32).max:
        raise OutsideDomain("numbers beyond float32")
    return _maximised(DisparityMinFunction, visual, budget)


@claiming(package=PACKAGE, hopes=())
def disparity_min_of_any_size(visual: np.ndarray, prompt: np.ndarray, budget: int) -> list[int]:
    """The same for numbers of any size, and asked for the contract alone."""
    return _maximised(DisparityMinFunction, visual, budget)


def _maximised(function: Any, visual: np.ndarray, budget: int) -> list[int]:
    if budget == len(visual):
        return list(range(budget))
    chosen = function(n=len(visual), mode="dense", data=visual, metric="euclidean").maximize(
        budget=budget,
        optimizer="NaiveGreedy",
        stopIfZeroGain=False,
        stopIfNegativeGain=False,
        show_progress=False,
    )
    return [row for row, _ in chosen]
