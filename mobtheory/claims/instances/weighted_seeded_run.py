"""Seeds that cost nothing, and rows of attention that say how much each distance matters."""

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from mobtheory.claims.instances.row_pruning import draw_weights
from mobtheory.claims.instances.seeded_run import SeededRun
from mobtheory.claims.instances.tokens import EPS, Points, as_float
from mobtheory.geometry import distance_rounding, pairwise_distances

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class WeightedSeededRun(SeededRun):
    """A seeded run whose points carry the attention of several rows.

    Attributes
    ----------
    weights : (R, N + Z), softmax rows over the points and then the seeds
    importance : (R,), lambda of each row
    """

    weights: Array
    importance: Array

    @classmethod
    def from_clouds(cls, visual: Points, prompt: Points, rng: np.random.Generator) -> Self:
        base = SeededRun.from_clouds(as_float(visual), as_float(prompt), rng)
        tokens = np.concatenate([base.points, base.seeds])
        rows = [draw_weights(rng, tokens) for _ in range(int(rng.integers(1, 4)))]
        return cls(base.points, base.seeds, base.picks, np.stack(rows), rng.random(len(rows)))

    @cached_property
    def token_weights(self) -> Array:
        """(N,), of the points, summed over the rows."""
        return self.importance @ self.weights[:, : len(self.points)]

    @cached_property
    def all_distances(self) -> Array:
        """(N + Z, N + Z), between all points and seeds."""
        everything = np.concatenate([as_float(self.points), as_float(self.seeds)])
        return pairwise_distances(everything, everything)

    def cost(self, centres: Any) -> float:
        """``Phi``: the weighted sum of the distances to seeds and centres."""
        reach = self.distances[:, np.asarray(centres, dtype=np.int64)].min(axis=1, initial=np.inf)
        return float(self.token_weights @ np.minimum(reach, self.seed_distances))

    @cached_property
    def least_cost(self) -> float:
        """The least Phi over all choices of so many centres, by enumeration."""
        subsets = np.array(list(combinations(range(len(self.points)), self.picks)))
        reach = np.minimum(self.distances[:, subsets].min(axis=2), self.seed_distances[:, None])
        return float((self.token_weights @ reach).min())

    @property
    def cost_rounding(self) -> float:
        """Allowance for one value of Phi."""
        everything = np.concatenate([as_float(self.points), as_float(self.seeds)])
        farthest = float(max(self.distances.max(), self.seed_distances.max()))
        units = 2 * (len(self.points) + len(self.weights) + 2) * EPS
        return float(self.token_weights.sum()) * (distance_rounding(everything) + units * farthest)
