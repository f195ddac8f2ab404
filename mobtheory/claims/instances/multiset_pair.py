"""Two multisets of tokens that one head reads, and how far apart their measures are."""

from dataclasses import dataclass
from functools import cached_property
from math import lcm
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from mobtheory.claims.head_output import HeadOutput, draw_head
from mobtheory.claims.instances.tokens import EPS, Points, as_float
from mobtheory.claims.set_functions import SoftmaxAttention
from mobtheory.geometry import distance_rounding, pairwise_distances

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class MultisetPair:
    """Two multisets of tokens, and a head that reads them.

    Attributes
    ----------
    first, second : (n, d) and (n', d), tokens with their multiplicities
    head : the same for both
    """

    read_as: ClassVar[str] = "at most 8 visual and 4 prompt tokens"

    first: Points
    second: Points
    head: SoftmaxAttention

    @classmethod
    def from_clouds(cls, visual: Points, prompt: Points, rng: np.random.Generator) -> Self:
        """Pruned, moved, merged, or with other multiplicities."""
        v = as_float(visual)[rng.permutation(len(visual))[:8]]
        p = as_float(prompt)[rng.permutation(len(prompt))[:4]]
        first = np.concatenate([v, p])
        kept = np.concatenate([v[: int(rng.integers(0, len(v) + 1))], p])
        kind = int(rng.integers(4))
        if kind == 0:
            second = kept
        elif kind == 1:
            spread = float(np.ptp(first, axis=0).max()) or 1.0
            length = spread * 10.0 ** rng.uniform(-6, 0)
            second = first + length * rng.normal(size=first.shape)
        elif kind == 2:
            second = kept[pairwise_distances(first, kept).argmin(axis=1)]
        else:
            second = first[rng.integers(0, len(first), int(rng.integers(1, 13)))]
        return cls(first, second, draw_head(rng, first))

    @cached_property
    def outputs(self) -> tuple[HeadOutput, HeadOutput]:
        """What the head reads in each."""
        return HeadOutput.of(self.head, self.first), HeadOutput.of(self.head, self.second)

    @cached_property
    def gap(self) -> float:
        """``|o_mu - o_nu|``."""
        one, other = self.outputs
        return float(np.linalg.norm(one.output - other.output))

    @cached_property
    def moves(self) -> Array:
        """Distances of the best transport; both multisets are repeated until they count alike."""
        counts = len(self.first), len(self.second)
        size = lcm(*counts)
        rows, columns = (np.repeat(np.arange(n), size // n) for n in counts)
        costs = pairwise_distances(self.first, self.second)[np.ix_(rows, columns)]
        return costs[linear_sum_assignment(costs)]

    @property
    def transport(self) -> float:
        """``W_1(mu, nu)`` of the normalised empirical measures."""
        return float(self.moves.mean())

    @property
    def longest_move(self) -> float:
        """``delta``: no token need move farther to turn one multiset into the other."""
        return float(self.moves.max())

    @property
    def distance_rounding(self) -> float:
        """Allowance for a distance, or a mean of distances."""
        if not self.moves.any():
            return 0.0  # equal tokens are at distance 0 exactly
        everything = np.concatenate([as_float(self.first), as_float(self.second)])
        units = 2 * len(self.moves) * EPS
        return distance_rounding(everything) + units * self.longest_move
