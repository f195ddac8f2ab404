"""Farthest-point sampling with seeds that cost nothing."""

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from mobtheory.claims.instances.tokens import Points, as_float
from mobtheory.claims.line import LineCover
from mobtheory.claims.optimal_radii import SMALL
from mobtheory.covering import farthest_point_sampling
from mobtheory.covering.grids import order_is_exact
from mobtheory.geometry import distance_rounding, pairwise_distances


@dataclass(frozen=True, eq=False)
class SeededRun:
    """A small point set, external seeds that cost nothing, and a number of picks.

    Attributes
    ----------
    points : (N, d), N small enough for enumeration
    seeds : (Z, d), possibly none
    picks : number of further centres
    """

    read_as: ClassVar[str] = "at most 9 visual tokens and 3 prompt tokens"

    points: Points
    seeds: Points
    picks: int

    @classmethod
    def from_clouds(cls, visual: Points, prompt: Points, rng: np.random.Generator) -> Self:
        points = visual[rng.permutation(len(visual))[:SMALL]]
        seeds = prompt[rng.permutation(len(prompt))[: int(rng.integers(0, 4))]]
        return cls(points, seeds, int(rng.integers(1, len(points) + 1)))

    @cached_property
    def distances(self) -> NDArray[np.float64]:
        """Between the points."""
        return pairwise_distances(self.points, self.points)

    @cached_property
    def seed_distances(self) -> NDArray[np.float64]:
        """Of every point to its nearest seed; inf without seeds."""
        if len(self.seeds) == 0:
            return np.full(len(self.points), np.inf)
        return pairwise_distances(self.points, self.seeds).min(axis=1)

    @cached_property
    def picked(self) -> NDArray[np.int64]:
        """Farthest-point sampling started from the seeds."""
        seeds = self.seeds if len(self.seeds) else None
        return np.asarray(farthest_point_sampling(self.points, self.picks, external_seeds=seeds))

    def radius(self, centres: Points) -> float:
        """``h(V -> Z + centres)`` for centres given as indices."""
        reach = self.distances[:, np.asarray(centres, dtype=np.int64)].min(axis=1, initial=np.inf)
        return float(np.minimum(reach, self.seed_distances).max())

    @cached_property
    def greedy_radius(self) -> float:
        return self.radius(self.picked)

    @cached_property
    def optimal_radius(self) -> float:
        """``OPT(k | Z)`` with centres among the points, by enumeration."""
        subsets = np.array(list(combinations(range(len(self.points)), self.picks)))
        reach = self.distances[:, subsets].min(axis=2)
        return float(np.minimum(reach, self.seed_distances[:, None]).max(axis=0).min())

    @property
    def external_optimum(self) -> float | None:
        """``OPT(k | Z)`` with centres anywhere; exact on a line of integers, None elsewhere."""
        points = np.asarray(self.points)
        if points.shape[1] != 1 or not np.all(points == np.round(points)):
            return None
        candidates = sorted(
            {
                *LineCover.of(points).breakpoints,
                *self.seed_distances[np.isfinite(self.seed_distances)],
            }
        )
        for r in candidates:
            left = points[self.seed_distances > r]
            if len(left) == 0 or LineCover.of(left).number(r) <= self.picks:
                return float(r)
        return float(candidates[-1])

    @property
    def rounding(self) -> float:
        """Allowance for a radius against twice another; 0 where single distances order exactly."""
        everything = np.concatenate([as_float(self.points), as_float(self.seeds)])
        if order_is_exact(everything, "euclidean"):
            return 0.0
        # Greedy radius, the triangle inequality behind it and the optimum: six distances at most.
        return 6 * distance_rounding(everything)
