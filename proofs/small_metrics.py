"""All metrics on a handful of points: the distances are unknown reals, max and min closed forms.

A cross-check of the general proofs that does without levels and quantifiers.
"""

from collections.abc import Iterable, Sequence
from functools import reduce
from typing import Any

from .solver import z3


def smallest(values: Iterable[Any]) -> Any:
    """The minimum, as nested If."""
    return reduce(lambda a, b: z3.If(a <= b, a, b), values)


def largest(values: Iterable[Any]) -> Any:
    """The maximum, as nested If."""
    return reduce(lambda a, b: z3.If(a >= b, a, b), values)


class SmallMetric:
    """An arbitrary metric (strictly, pseudometric) on the points 0, ..., count - 1."""

    def __init__(self, count: int) -> None:
        self.points = range(count)
        self.axioms: list[Any] = []
        unknown = {(i, j): z3.Real(f"d{i}{j}") for j in self.points for i in range(j)}
        self._distance = {**unknown, **{(j, i): d for (i, j), d in unknown.items()}}
        for i in self.points:
            self._distance[i, i] = z3.RealVal(0)
        for (i, j), d in unknown.items():
            self.axioms.append(d >= 0)
            others = (k for k in self.points if k not in (i, j))
            self.axioms += [d <= self.dist(i, k) + self.dist(k, j) for k in others]

    def dist(self, i: int, j: int) -> Any:
        """Between two points."""
        return self._distance[i, j]

    def to_set(self, i: int, members: Sequence[int]) -> Any:
        """``dist(i, members)``."""
        return smallest(self.dist(i, m) for m in members)

    def directed(self, a: Sequence[int], b: Sequence[int]) -> Any:
        """``h(A -> B)``."""
        return largest(self.to_set(i, b) for i in a)

    def hausdorff(self, a: Sequence[int], b: Sequence[int]) -> Any:
        """``d_H(A, B)``."""
        return largest([self.directed(a, b), self.directed(b, a)])

    def greedy(
        self, points: Sequence[int], picks: Sequence[int], seeds: Sequence[int]
    ) -> list[Any]:
        """Each of `picks` is farthest in `points` from the seeds and the earlier picks."""
        chosen = list(seeds)
        conditions: list[Any] = []
        for pick in picks:
            reach = self.to_set(pick, chosen)
            conditions += [self.to_set(v, chosen) <= reach for v in points]
            chosen.append(pick)
        return conditions
