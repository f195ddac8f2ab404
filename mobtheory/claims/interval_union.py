"""A union of closed intervals on a line: its covering numbers in exact arithmetic."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class IntervalUnion:
    """Disjoint closed intervals, ascending, each given by its two ends."""

    parts: tuple[tuple[Fraction, Fraction], ...]

    @classmethod
    def around(cls, points: NDArray[Any], width: float) -> Self:
        """All numbers within `width` of an (L, 1) array; the array itself for width 0."""
        reach = Fraction(width)
        parts: list[tuple[Fraction, Fraction]] = []
        for x in (Fraction(value) for value in np.unique(points).tolist()):
            if parts and x - reach <= parts[-1][1]:
                parts[-1] = (parts[-1][0], x + reach)
            else:
                parts.append((x - reach, x + reach))
        return cls(tuple(parts))

    @property
    def length(self) -> Fraction:
        return sum((right - left for left, right in self.parts), Fraction(0))

    def number(self, radius: Fraction) -> int:
        """``N(X, r)``, centres anywhere: placing intervals from the left is optimal."""
        count, end = 0, self.parts[0][0] - 1
        for left, right in self.parts:
            if right > end:
                start = max(left, end)
                needed = max(1, math.ceil((right - start) / (2 * radius)))
                count, end = count + needed, start + 2 * radius * needed
        return count

    def constants(self, high: Fraction) -> tuple[Fraction, Fraction]:
        """The best a and b with ``a <= r N(X, r) <= b`` for all r in (0, high].

        Notes
        -----
        X has J parts and length M > 0.  N intervals have length 2 r N in all, so r N >= M/2; each
        part takes fewer than one interval more than its share, so r N < M/2 + J r.  Hence a = M/2,
        the limit for r -> 0, and once some r N exceeds M/2 only radii above (b - M/2) / J can
        exceed b.  N is constant between the radii of `_drops`, where b is approached from below.
        """
        least = self.length / 2
        greatest = high * self.number(high)
        while high * len(self.parts) > greatest - least:
            low = high / 2
            cuts = sorted({low, *self._drops(low, high), high})
            steps = (right * self.number(left) for left, right in pairwise(cuts))
            greatest, high = max(greatest, *steps), low
        return least, greatest

    def _drops(self, low: Fraction, high: Fraction) -> Iterator[Fraction]:
        """All radii in (low, high) at which ``N`` can fall.

        The intervals form chains without a break, each from the left end of some part.  As r
        grows, the count changes only where a chain of m intervals comes to end with some part:
        2 r m is then the span of the chain, and every gap within it is shorter than 2 r.
        """
        for first, (left, _) in enumerate(self.parts):
            end = left
            for start, right in self.parts[first:]:
                if start - end >= 2 * high:
                    break
                end = right
                links = math.floor((right - left) / (2 * high)) + 1
                while (right - left) > 2 * links * low:
                    yield (right - left) / (2 * links)
                    links += 1
