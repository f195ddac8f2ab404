"""A point set and the regularity that Lemma 3 supposes of its neighbourhood."""

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from mobtheory.claims.instances.tokens import Points, as_float
from mobtheory.claims.optimal_radii import covering_profile
from mobtheory.errors import InvalidProblem
from mobtheory.geometry import pairwise_distances


@dataclass(frozen=True, eq=False)
class RegularSet:
    """A point set and the covering regularity that Lemma 3 supposes of its neighbourhood.

    Attributes
    ----------
    points : (L, d)
    width : delta, the radius of the neighbourhood P_delta
    high : eps_0
    exponent : d_eff
    lower, upper : a and b, supposed to hold for ``N(P_delta, r)`` on all of (0, eps_0]
    radius : a radius in (delta, eps_0] at which the conclusion is read
    """

    read_as: ClassVar[str] = "at most 8 prompt tokens"

    points: Points
    width: float
    high: float
    exponent: float
    lower: float
    upper: float
    radius: float

    def __post_init__(self) -> None:
        values = (self.width, self.high, self.exponent, self.lower, self.upper, self.radius)
        if not all(np.isfinite(value) and value > 0 for value in values):
            raise InvalidProblem(
                "RegularSet",
                f"delta, eps_0, d_eff, a, b, radius = {values}",
                "constants and radii must be positive and finite",
                "Choose 0 < delta < radius <= eps_0.",
            )

    def number(self, radius: float) -> int:
        """The covering number of the points with centres among them."""
        return 1 + int(np.count_nonzero(self._profile > radius))

    @cached_property
    def _profile(self) -> NDArray[np.float64]:
        return covering_profile(pairwise_distances(self.points, self.points))

    @classmethod
    def from_clouds(cls, visual: Points, prompt: Points, rng: np.random.Generator) -> Self:
        points = as_float(prompt)[:8]
        spread = float(np.ptp(points, axis=0).max()) or 1.0
        width = spread * 10.0 ** rng.uniform(-3, -0.5)
        high = width * 10.0 ** rng.uniform(0.1, 3)
        exponent = float(rng.choice([0.5, 1.0, 2.0, points.shape[1], 16.0, 4096.0]))
        radius = float(width + (high - width) * (1 - rng.random()))
        lower, upper = (float(x) for x in 10.0 ** rng.uniform([-9, -1], [1, 9]))
        return cls(points, width, high, exponent, lower, upper, radius)
