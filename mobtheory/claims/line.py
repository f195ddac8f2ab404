"""Covering numbers on a line of integers, exactly."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from mobtheory.geometry.line import intervals_needed


@dataclass(frozen=True, eq=False)
class LineCover:
    """Sorted distinct integers; closed intervals of half-length r, centres anywhere."""

    points: list[float]

    @classmethod
    def of(cls, points: NDArray[Any]) -> Self:
        """From an (n, 1) array of integer values."""
        return cls(np.unique(points).tolist())

    def number(self, radius: float) -> int:
        """``N(X, r)``: the greedy cover from the left is optimal on a line."""
        return intervals_needed(self.points, 2 * radius)

    @cached_property
    def breakpoints(self) -> tuple[float, ...]:
        """The radii at which ``N`` can drop: half the distances, 0 among them, ascending."""
        gaps = {b - a for i, a in enumerate(self.points) for b in self.points[i:]}
        return tuple(gap / 2 for gap in sorted(gaps))
