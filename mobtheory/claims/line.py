"""Covering numbers on a line of integers, exactly."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class LineCover:
    """Sorted distinct integers; closed intervals of half-length r, centres anywhere."""

    points: Sequence[int]

    @classmethod
    def of(cls, points: NDArray[Any]) -> Self:
        """From an (n, 1) array of integer values."""
        return cls([int(x) for x in np.unique(points)])

    def number(self, radius: float) -> int:
        """``N(X, r)``: the greedy cover from the left is optimal on a line."""
        count, end = 0, -float("inf")
        for x in self.points:
            if x > end:
                count, end = count + 1, x + 2 * radius
        return count

    @cached_property
    def breakpoints(self) -> tuple[float, ...]:
        """The radii at which ``N`` can drop: half the distances, 0 among them, ascending."""
        gaps = {b - a for i, a in enumerate(self.points) for b in self.points[i:]}
        return tuple(gap / 2 for gap in sorted(gaps))
