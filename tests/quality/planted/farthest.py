"""Right parts that the planted algorithms share, so that each shows its own mistake alone."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def as_float64(points: Any) -> NDArray[np.float64]:
    """The points as a float64 array in C order that shares no memory with them."""
    return np.array(points, dtype=np.float64, order="C")


def squares_to(points: NDArray[np.float64], center: NDArray[np.float64]) -> NDArray[np.float64]:
    """Squared distances of all points to a center, by differences."""
    return ((points - center) ** 2).sum(axis=1)


def between(points: Any, centers: Any) -> NDArray[np.float64]:
    """Distances of n points to m centers, shape (n, m), by differences."""
    points, centers = as_float64(points), as_float64(centers)
    return np.stack([np.sqrt(squares_to(points, center)) for center in centers], axis=1)


def farthest(points: Any, count: int, seeds: Sequence[int] = ()) -> list[int]:
    """Pick `count` more points, each the farthest from the seeds and the earlier picks.

    The first is row 0 where there are no seeds. The lowest row wins a tie.
    """
    points = as_float64(points)
    nearest = np.full(len(points), np.inf)
    picks = list(seeds)
    for row in picks:
        nearest = np.minimum(nearest, squares_to(points, points[row]))
    nearest[picks] = -1.0
    while len(picks) < len(seeds) + count:
        row = int(nearest.argmax())
        picks.append(row)
        nearest = np.minimum(nearest, squares_to(points, points[row]))
        nearest[row] = -1.0
    return picks[len(seeds) :]


def neighbours(visual: Any, prompt: Any) -> list[int]:
    """The nearest visual token of each prompt token, each once, in the order of the prompt."""
    return list(dict.fromkeys(between(visual, prompt).argmin(axis=0).tolist()))


def completed(visual: Any, prompt_half: Sequence[int], budget: int) -> tuple[list[int], list[int]]:
    """The prompt half, and farthest points seeded with it up to the budget."""
    half = list(prompt_half)
    return half, farthest(visual, budget - len(half), half)


def filled(picks: Sequence[int], count: int, budget: int) -> list[int]:
    """The picks, and the lowest rows that are missing up to the budget."""
    rest = [row for row in range(count) if row not in set(picks)]
    return [*picks, *rest[: budget - len(picks)]]
