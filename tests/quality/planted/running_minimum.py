"""Farthest-point sampling whose distances to the picks are not those to the nearest pick."""

from typing import Any

import numpy as np

from .entry import bug
from .farthest import as_float64, farthest, filled, squares_to


@bug("two-approximation")
def stale_distances(visual: Any, prompt: Any, budget: int) -> Any:
    """Never updates the distances: the K tokens that are farthest from row 0."""
    points = as_float64(visual)
    order = np.argsort(-squares_to(points, points[0]), kind="stable")
    return np.array([0, *order[order != 0][: budget - 1]])


@bug("two-approximation")
def updated_every_other_time(visual: Any, prompt: Any, budget: int) -> Any:
    """Updates the distances after every second pick only."""
    points = as_float64(visual)
    nearest, picks = squares_to(points, points[0]), [0]
    while len(picks) < budget:
        nearest[picks] = -1
        picks.append(int(nearest.argmax()))
        if len(picks) % 2:
            nearest = np.minimum(nearest, squares_to(points, points[picks[-1]]))
    return np.array(picks)


@bug("two-approximation")
def last_pick_alone(visual: Any, prompt: Any, budget: int) -> Any:
    """Forgets the running minimum: the token that is farthest from the last pick."""
    points, picks = as_float64(visual), [0]
    while len(picks) < budget:
        nearest = squares_to(points, points[picks[-1]])
        nearest[picks] = -1
        picks.append(int(nearest.argmax()))
    return np.array(picks)


@bug("two-approximation")
def running_maximum(visual: Any, prompt: Any, budget: int) -> Any:
    """Keeps the largest distance to the picks instead of the smallest."""
    points, picks = as_float64(visual), [0]
    reach = squares_to(points, points[0])
    while len(picks) < budget:
        reach[picks] = -1
        picks.append(int(reach.argmax()))
        reach = np.maximum(reach, squares_to(points, points[picks[-1]]))
    return np.array(picks)


@bug("two-approximation")
def nearest_next(visual: Any, prompt: Any, budget: int) -> Any:
    """Takes the argmin: the token that is nearest to the picks."""
    points, picks = as_float64(visual), [0]
    nearest = squares_to(points, points[0])
    while len(picks) < budget:
        nearest[picks] = np.inf
        picks.append(int(nearest.argmin()))
        nearest = np.minimum(nearest, squares_to(points, points[picks[-1]]))
    return np.array(picks)


@bug("two-approximation")
def mean_distance(visual: Any, prompt: Any, budget: int) -> Any:
    """Takes the token with the largest mean distance to the picks."""
    points, picks = as_float64(visual), [0]
    total = np.sqrt(squares_to(points, points[0]))
    while len(picks) < budget:
        total[picks] = -1
        picks.append(int(total.argmax()))
        total = total + np.sqrt(squares_to(points, points[picks[-1]]))
    return np.array(picks)


@bug("two-approximation scale-invariant")
def squares_against_distances(visual: Any, prompt: Any, budget: int) -> Any:
    """Compares squared distances to the start with plain distances to the others."""
    points, picks = as_float64(visual), [0]
    nearest = squares_to(points, points[0])
    while len(picks) < budget:
        nearest[picks] = -1
        picks.append(int(nearest.argmax()))
        nearest = np.minimum(nearest, np.sqrt(squares_to(points, points[picks[-1]])))
    return np.array(picks)


@bug("two-approximation")
def prompt_counts_as_picked(visual: Any, prompt: Any, budget: int) -> Any:
    """Starts from the distances to the prompt tokens, which are no tokens of the picture."""
    points, picks = as_float64(visual), list[int]()
    nearest = np.min([squares_to(points, token) for token in as_float64(prompt)], axis=0)
    while len(picks) < budget:
        nearest[picks] = -1
        picks.append(int(nearest.argmax()))
        nearest = np.minimum(nearest, squares_to(points, points[picks[-1]]))
    return np.array(picks)


@bug("two-approximation")
def stops_early(visual: Any, prompt: Any, budget: int) -> Any:
    """Stops once the radius has fallen to a half and fills up with the first tokens."""
    points, picks = as_float64(visual), [0]
    nearest = squares_to(points, points[0])
    enough = nearest.max() / 4
    while len(picks) < budget and nearest.max() > enough:
        picks.append(int(nearest.argmax()))
        nearest = np.minimum(nearest, squares_to(points, points[picks[-1]]))
    return np.array(filled(picks, len(points), budget))


@bug("two-approximation")
def farthest_from_the_centroid(visual: Any, prompt: Any, budget: int) -> Any:
    """Keeps the K tokens that are farthest from the centroid, however near to each other."""
    points = as_float64(visual)
    spread = squares_to(points, points.mean(axis=0))
    return np.argsort(-spread, kind="stable")[:budget]


@bug("two-approximation")
def half_at_once(visual: Any, prompt: Any, budget: int) -> Any:
    """Samples half of the tokens and takes the next farthest ones all at once."""
    points = as_float64(visual)
    picks = farthest(points, max(1, budget // 2))
    nearest = np.min([squares_to(points, points[pick]) for pick in picks], axis=0)
    nearest[picks] = -1
    order = np.argsort(-nearest, kind="stable")
    return np.array([*picks, *order[: budget - len(picks)]])
