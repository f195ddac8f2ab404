"""Clouds with the seed that draws the rest of an instance, and what a claim says of them."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mobtheory.claims import Claim, Margin
from mobtheory.errors import MobtheoryError
from mobtheory.experiments.exactness import violates_exactly

Points = NDArray[Any]
Closeness = tuple[int, float]

NOT_MET, NO_RATIO, RATIO, VIOLATED, VIOLATED_EXACTLY = range(5)
"""How near a trial is to breaking its claim, before numbers are compared."""


@dataclass(frozen=True, eq=False)
class Draw:
    """A visual and a prompt cloud, and the seed that draws budget, selection, map and the like.

    Attributes
    ----------
    visual, prompt : (N, d) and (L, d); integers, or floats
    seed : of the draws, together with the shapes, as `mobtheory.strategies.instances` has it
    """

    visual: Points
    prompt: Points
    seed: int

    def instance(self, claim: Claim) -> Any:
        """The instance of `claim` that these clouds and this seed give."""
        rng = np.random.default_rng([self.seed, *self.visual.shape, *self.prompt.shape])
        return claim.instance_type.from_clouds(self.visual, self.prompt, rng)  # pyright: ignore[reportAttributeAccessIssue]

    @property
    def integral(self) -> bool:
        """Whether this is the exact lane: both clouds are integers."""
        return all(np.issubdtype(c.dtype, np.integer) for c in (self.visual, self.prompt))

    @cached_property
    def size(self) -> tuple[int, int, float, float]:
        """Number of points, dimension, largest and total magnitude: what shrinking makes less."""
        magnitudes = [np.abs(cloud) for cloud in (self.visual, self.prompt)]
        return (
            len(self.visual) + len(self.prompt),
            self.visual.shape[1],
            float(max(m.max() for m in magnitudes)),
            float(sum(m.sum() for m in magnitudes)),
        )


@dataclass(frozen=True, eq=False)
class Trial:
    """A draw, and what became of a claim on it.

    Attributes
    ----------
    margin : both sides; None where a hypothesis does not hold
    unmet : how many hypotheses do not hold
    exact : whether the claim is violated and exact arithmetic says so
    """

    draw: Draw
    margin: Margin | None
    unmet: int
    exact: bool = False

    @classmethod
    def of(cls, claim: Claim, draw: Draw) -> "Trial":
        """Confront `claim` with `draw`; clouds that its instances refuse meet no hypothesis."""
        try:
            instance = draw.instance(claim)
            unmet = len(claim.unmet(instance))
            margin = None if unmet else claim.check(instance)
        except MobtheoryError:
            return cls(draw, None, len(claim.hypotheses) + 1)
        exact = margin is not None and violates_exactly(instance, margin)
        return cls(draw, margin, unmet, exact)

    @cached_property
    def closeness(self) -> Closeness:
        """How near this comes to a violation; larger is nearer.

        A ratio lhs/rhs counts where both sides are positive and finite, less what rounding, or
        the bracket of an optimum, leaves open. Where there is no ratio the difference counts, a
        positive one in units of its allowance: so far two sides that should agree may be apart.
        Of violations the one with the least rounding is nearest to an exact one.
        """
        margin = self.margin
        if margin is None:
            return NOT_MET, -float(self.unmet)
        if margin.holds is False:
            return (VIOLATED_EXACTLY if self.exact else VIOLATED), -margin.rounding
        if self.has_ratio:
            return RATIO, (margin.lhs - margin.rounding) / margin.rhs
        if not (math.isfinite(margin.lhs) and math.isfinite(margin.rhs)):
            return NO_RATIO, -math.inf
        apart = margin.lhs - margin.rhs
        return NO_RATIO, apart / margin.rounding if apart > 0 else apart

    @property
    def has_ratio(self) -> bool:
        """Whether both sides are positive and finite."""
        margin = self.margin
        return margin is not None and 0 < margin.lhs < math.inf and 0 < margin.rhs < math.inf

    @property
    def excess(self) -> float:
        """``rhs / lhs``; nan where there is no ratio, or the left side is within rounding of 0."""
        margin = self.margin
        if margin is None or not self.has_ratio or margin.lhs <= margin.rounding:
            return math.nan
        return float(margin.rhs / margin.lhs)

    @property
    def reaches(self) -> bool:
        """Whether both sides are positive and equal, or equal within rounding alone.

        The allowance of a bracket is no rounding: it is large beside the sides.
        """
        margin = self.margin
        if margin is None or not self.has_ratio:
            return False
        return abs(margin.slack) <= margin.rounding <= 1e-6 * margin.rhs
