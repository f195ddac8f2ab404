"""A split of the budget between the heaviest tokens and farthest points, and the law it obeys."""

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from mobtheory.claims.instances.drawing import draw_budget
from mobtheory.claims.instances.row_pruning import draw_weights
from mobtheory.claims.instances.seeded_run import SeededRun
from mobtheory.claims.instances.tokens import EPS, Points, as_float
from mobtheory.claims.optimal_radii import SMALL
from mobtheory.geometry import distance_rounding, pairwise_distances

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class BudgetRun:
    """Tokens with their attention and a split of the budget; and the constants of a product law.

    Attributes
    ----------
    points, weights : (N, d) and (N,), visual tokens and their softmax weights, of sum at most 1
    budget, prompt_budget : K and K_p: so many heaviest tokens, then farthest points
    total : K of the law, which need not be that of these few tokens
    decay, dimension : gamma of the tail K_p^-gamma, d of the radii K_v^(-1/d)
    scale : tau of an exponential tail e^(-K_p/tau)
    share : another split, in (0, 1): K_p / K of the first law, K_p / (K - 1) of the second
    """

    read_as: ClassVar[str] = "at most 9 visual tokens"

    points: Points
    weights: Array
    budget: int
    prompt_budget: int
    total: int
    decay: float
    dimension: float
    scale: float
    share: float

    @classmethod
    def from_clouds(cls, visual: Points, prompt: Points, rng: np.random.Generator) -> Self:
        points = as_float(visual)[rng.permutation(len(visual))[:SMALL]]
        row = draw_weights(rng, np.concatenate([points, as_float(prompt)]))
        budget = draw_budget(rng, len(points))
        return cls(
            points,
            row[: len(points)],
            budget,
            int(rng.integers(0, budget + 1)),
            total=int(rng.integers(2, 600)),
            decay=float(10.0 ** rng.uniform(-2, 1)),
            dimension=float(10.0 ** rng.uniform(-0.5, 2)),
            scale=float(10.0 ** rng.uniform(-1, 3)),
            share=float(rng.uniform(0.001, 0.999)),
        )

    @cached_property
    def heaviest(self) -> NDArray[np.int64]:
        """S_p, the K_p heaviest tokens."""
        return np.argsort(-self.weights, kind="stable")[: self.prompt_budget]

    @cached_property
    def covering(self) -> SeededRun:
        """S_v: farthest points seeded with S_p."""
        picks = self.budget - self.prompt_budget
        return SeededRun(self.points, self.points[self.heaviest], picks)

    @cached_property
    def to_kept(self) -> Array:
        """(N,), the distance of every token to S."""
        kept = self.heaviest
        if self.covering.picks:
            kept = np.concatenate([kept, self.covering.picked])
        return pairwise_distances(self.points, np.asarray(self.points)[kept]).min(axis=1)

    @cached_property
    def tail(self) -> float:
        """The weight of all but the K_p heaviest tokens."""
        return float(np.sort(self.weights)[: len(self.weights) - self.prompt_budget].sum())

    @property
    def rounding(self) -> float:
        """Allowance for a weighted sum of distances against twice a distance."""
        farthest = float(self.covering.distances.max())
        units = 4 * (len(self.weights) + 4) * EPS
        return 6 * distance_rounding(as_float(self.points)) + units * farthest
