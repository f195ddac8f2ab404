"""A line on which large gaps shrink where small ones would vanish."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import numpy as np


@dataclass(frozen=True)
class LineScale:
    """Where numbers lie on a drawn or printed line.

    Examples
    --------
    >>> LineScale.through([0, 1, 1025], start=0.0, end=120.0, readable=2.0).place(1)
    10.0
    """

    values: Sequence[float]
    places: Sequence[float]
    shortened: bool

    @classmethod
    def through(
        cls, numbers: Iterable[float], *, start: float, end: float, readable: float
    ) -> Self:
        """The line through `numbers`, from one place to another.

        Parameters
        ----------
        numbers : what must be shown
        start, end : places of the least and the greatest number
        readable : gaps that would be smaller than this make the large ones shrink
        """
        values = sorted(set(numbers))
        gaps = [float(b - a) for a, b in pairwise(values)]
        room = end - start
        smallest = min(gaps, default=1.0)
        shortened = len(gaps) < 30 and smallest / (sum(gaps) or 1.0) * room < readable
        if shortened:
            gaps = [1 + math.log2(gap / smallest) for gap in gaps]
        places, place = [start], start
        for gap in gaps:
            place += gap / sum(gaps) * room
            places.append(place)
        return cls(values, places, shortened)

    def place(self, number: float) -> float:
        """Where `number` lies, between its neighbours if it is none of the numbers."""
        return float(np.interp(number, self.values, self.places))

    @property
    def narrowest(self) -> float:
        """The least distance of two places; inf for a single one."""
        return min((b - a for a, b in pairwise(self.places)), default=math.inf)
