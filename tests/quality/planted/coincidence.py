"""Right for distinct tokens, wrong for coincident ones."""

from typing import Any

import numpy as np

from .entry import bug
from .farthest import as_float64, farthest, squares_to


@bug("valid-selection duplicates")
def picked_again(visual: Any, prompt: Any, budget: int) -> Any:
    """Does not exclude picked rows, so that one comes again when all distances are 0."""
    points, picks = as_float64(visual), [0]
    nearest = squares_to(points, points[0])
    while len(picks) < budget:
        picks.append(int(nearest.argmax()))
        nearest = np.minimum(nearest, squares_to(points, points[picks[-1]]))
    return np.array(picks)


@bug("valid-selection duplicates")
def distinct_tokens_only(visual: Any, prompt: Any, budget: int) -> Any:
    """Removes coincident tokens first and returns fewer than K when too few are left."""
    _, first = np.unique(as_float64(visual), axis=0, return_index=True)
    first = np.sort(first)
    picks = farthest(as_float64(visual)[first], min(budget, len(first)))
    return first[picks]


@bug("valid-selection duplicates")
def relative_to_the_radius(visual: Any, prompt: Any, budget: int) -> Any:
    """Divides by the radius, which is 0 / 0 for coincident tokens, and NaN wins every argmax."""
    points, picks = as_float64(visual), [0]
    nearest = squares_to(points, points[0])
    while len(picks) < budget:
        with np.errstate(all="ignore"):
            share = nearest / nearest.max()
        picks.append(int(share.argmax()))
        nearest = np.minimum(nearest, squares_to(points, points[picks[-1]]))
    return np.array(picks)


@bug("valid-selection duplicates")
def rows_by_value(visual: Any, prompt: Any, budget: int) -> Any:
    """Looks rows up by their values, which finds the first of equal ones."""
    points = as_float64(visual)
    kept = points[farthest(points, budget)]
    return np.array([int(np.flatnonzero((points == token).all(axis=1))[0]) for token in kept])


@bug("two-approximation")
def last_pick_alone_at_duplicates(visual: Any, prompt: Any, budget: int) -> Any:
    """Where tokens coincide, forgets the running minimum."""
    points, picks = as_float64(visual), [0]
    coincide = len(np.unique(points, axis=0)) < len(points)
    nearest = squares_to(points, points[0])
    while len(picks) < budget:
        nearest[picks] = -1
        picks.append(int(nearest.argmax()))
        to_pick = squares_to(points, points[picks[-1]])
        nearest = to_pick if coincide else np.minimum(nearest, to_pick)
    return np.array(picks)
