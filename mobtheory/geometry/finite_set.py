"""The distinct points of a set, and which of them lie within a radius of each other."""

import math
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from mobtheory.geometry.distances import difference_kernel
from mobtheory.geometry.points import Array, as_points, to_float64, to_numpy
from mobtheory.geometry.rounding import correctly_rounded

_EXACT_DECISIONS = 20_000


class Reach(NamedTuple):
    """Which pairs lie within a radius, read strictly and generously.

    A pair is certain if both its computed and its true distance are at most the radius, and
    possible if one of them is. The two differ only where rounding decides.
    """

    certain: Any
    possible: Any

    def only(self, members: Any) -> "Reach":
        """Restrict both readings to some of the points."""
        pick = np.ix_(members, members)
        return Reach(self.certain[pick], self.possible[pick])


class FiniteSet:
    """The distinct points of a set in lexicographic order, as float64 NumPy rows."""

    def __init__(self, points: Any) -> None:
        self.points = np.unique(points, axis=0)
        self.size, self.dimension = self.points.shape
        self.kernel = difference_kernel(self.points, self.points, "euclidean")

    @classmethod
    def of(cls, called: str, points: Array) -> "FiniteSet":
        """Check an argument called points and take its distinct rows."""
        array = as_points(called, "points", points)
        return cls(to_numpy(to_float64(called, "points", array)))

    @cached_property
    def slack(self) -> float:
        """The relative error of a computed distance; 0.0 where it is correctly rounded."""
        return 0.0 if correctly_rounded(self.points) else (self.dimension + 4) * 2.0**-52

    @cached_property
    def distances(self) -> Any:
        """All distances, shape (size, size)."""
        return self.kernel(self.points, self.points)

    def within(self, radius: float) -> Reach:
        """Decide for every pair whether its distance is at most the radius."""
        computed = self.distances <= radius
        # The last term is far above the rounding of subnormal distances, far below all others.
        margin = self.slack * (self.distances + radius + 2.0**-1000)
        doubtful = (np.abs(self.distances - radius) <= margin) & (margin > 0)
        np.fill_diagonal(doubtful, False)
        rows, columns = np.nonzero(np.triu(doubtful))
        if len(rows) * self.dimension > _EXACT_DECISIONS:
            return Reach(computed & ~doubtful, computed | doubtful)
        true = computed.copy()
        for i, j in zip(rows, columns, strict=True):
            true[i, j] = true[j, i] = at_most(self.points[i], self.points[j], radius)
        return Reach(computed & true, computed | true)

    def insertion_radii(self, *, stop: float = 0.0, limit: int | None = None) -> Any:
        """Measure farthest-point sampling: the distance of each next point to those before it.

        It starts at the first point and ends before the first distance that is at most `stop`, or
        after `limit` distances.
        The values fall; the points whose value exceeds some radius are more than that radius
        apart, and all points lie within the next value of them.
        """
        to_chosen = np.full(self.size, np.inf)
        radii: list[float] = []
        chosen = 0
        for _ in range(self.size if limit is None else min(limit, self.size)):
            new = self.kernel(self.points, self.points[chosen : chosen + 1])[:, 0]
            np.minimum(to_chosen, new, out=to_chosen)
            chosen = int(to_chosen.argmax())
            if to_chosen[chosen] <= stop:
                break
            radii.append(float(to_chosen[chosen]))
        return np.array(radii)


def rounded_up(radius: float) -> Fraction:
    """Return the largest real number that rounds to the radius, ties included.

    A radius that is itself a computed distance, such as the square root of 3, means every real
    number that float64 does not tell from it.
    """
    return Fraction(radius) + Fraction(math.ulp(radius)) / 2


def at_most(x: Any, y: Any, radius: float) -> bool:
    """Compare the true distance of two points with the radius, in rational arithmetic."""
    squared = sum(
        ((Fraction(s) - Fraction(t)) ** 2 for s, t in zip(x.tolist(), y.tolist(), strict=True)),
        start=Fraction(0),
    )
    return squared <= rounded_up(radius) ** 2
