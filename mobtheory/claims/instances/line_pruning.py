"""A pruning on a line of integers, where covering numbers are exact."""

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import ClassVar, Self

import numpy as np

from mobtheory.claims.instances.drawing import draw_budget, draw_selection
from mobtheory.claims.instances.pruning import Pruning
from mobtheory.claims.instances.tokens import Points, as_float
from mobtheory.claims.line import LineCover
from mobtheory.claims.optimal_radii import SMALL
from mobtheory.claims.set_functions import (
    SetFunction,
    draw_lipschitz_map,
)
from mobtheory.covering import (
    CoveringProblem,
    Selection,
    farthest_point_sampling,
)
from mobtheory.errors import InvalidProblem


@dataclass(frozen=True, eq=False)
class LinePruning(Pruning):
    """V, P and a selection on a line of integers, where covering numbers are exact.

    Attributes
    ----------
    low, high : the radii of regularity (delta, eps_0]
    exponent : d_eff, a positive integer so that powers stay exact
    """

    read_as: ClassVar[str] = (
        "one coordinate of at most 12 tokens of each kind, as integers of at most 16 bits"
    )

    low: float
    high: float
    exponent: int

    def __post_init__(self) -> None:
        points, normalised = self.problem.visual, self.problem.normalize
        if (
            normalised
            or points is None
            or points.shape[1] != 1
            or np.any(points != np.round(points))
        ):
            raise InvalidProblem(
                type(self).__name__,
                f"{self.problem!r}",
                "covering numbers are exact on a line of integers only",
                "Pass integer tokens of shape (n, 1), not normalised.",
            )

    @classmethod
    def from_clouds(cls, visual: Points, prompt: Points, rng: np.random.Generator) -> Self:
        """Project on a coordinate, keep a few points, and round to integers of at most 16 bits."""
        axis = int(rng.integers(visual.shape[1]))
        v = np.asarray(visual)[rng.permutation(len(visual))[: SMALL + 3], axis]
        p = np.asarray(prompt)[rng.permutation(len(prompt))[: SMALL + 3], axis]
        if not np.issubdtype(v.dtype, np.integer) or max(np.abs(v).max(), np.abs(p).max()) > 2**15:
            scale = max(float(np.abs(v).max()), float(np.abs(p).max())) or 1.0
            v, p = (np.round(2.0**15 * as_float(x) / scale) for x in (v, p))
        v, p = v.astype(np.int64)[:, None], p.astype(np.int64)[:, None]
        problem = CoveringProblem(v, p, draw_budget(rng, len(v)))
        spread = float(max(np.ptp(np.concatenate([v, p])), 1))
        # Radii are multiples of a quarter: products of a few of them stay exact.
        low = float(rng.choice([0.25, np.ceil(spread / 8) / 4, np.ceil(spread * rng.random()) / 4]))
        high = float(low + spread * (1 + int(rng.integers(2))))
        base = cls(problem, draw_selection(rng, problem), low, high, int(rng.integers(1, 3)))
        if rng.random() < 0.3:
            return replace(base, selection=base.balanced_selection(rng))
        return base

    def balanced_selection(self, rng: np.random.Generator) -> Selection:
        """Farthest points of the picture, the first few of them given to the prompt half."""
        order = np.asarray(farthest_point_sampling(self.problem.visual, self.problem.budget))
        cut = int(rng.integers(1, max(2, self.problem.budget)))
        return Selection(order[:cut], order[cut:])

    @cached_property
    def visual_line(self) -> LineCover:
        return LineCover.of(self.problem.visual)

    @cached_property
    def prompt_line(self) -> LineCover:
        return LineCover.of(self.problem.prompt)

    def total(self, radius: float) -> int:
        """``N(P, r) + N(V, r)``."""
        return self.prompt_line.number(radius) + self.visual_line.number(radius)

    @cached_property
    def breakpoints(self) -> tuple[float, ...]:
        """All radii at which one of the two covering numbers can drop, ascending."""
        return tuple(sorted({*self.visual_line.breakpoints, *self.prompt_line.breakpoints}))

    @cached_property
    def optimal_radius(self) -> float:
        """``r* = min{r : N(P, r) + N(V, r) <= K}``; inf where K < 2."""
        fitting = (r for r in self.breakpoints if self.total(r) <= self.problem.budget)
        return next(fitting, float("inf"))

    @property
    def eta(self) -> float:
        """The coupling d_H(V, P)."""
        return self.problem.coupling

    @cached_property
    def best_level(self) -> float | None:
        """``sup eta/z`` over the z that the paper admits, None where there is none.

        Admissible: ``r = eta/z`` in (delta, eta) with ``N(P, r) + N(V, r) > K``.
        """
        inside = [self.low, *(r for r in self.breakpoints if self.low < r < self.eta), self.eta]
        level = None
        for left, right in pairwise(inside):
            # The numbers are constant on [left, right); its middle stands for the open interval.
            if left < right and self.total((left + right) / 2) > self.problem.budget:
                level = right
        return level

    @cached_property
    def constants(self) -> tuple[float, float]:
        """The best ``a`` (of P) and ``a'`` (of V) with ``N(X, r) >= a r^-d`` on (delta, eps_0]."""
        return tuple(
            min(
                line.number(r) * r**self.exponent
                for r in (self.low, *line.breakpoints)
                if self.low <= r <= self.high
            )
            for line in (self.prompt_line, self.visual_line)
        )  # pyright: ignore[reportReturnType]

    @property
    def in_range(self) -> bool:
        """Both radii lie in (delta, eps_0]."""
        radii = (self.covering.prompt_radius, self.covering.visual_radius)
        return all(self.low < r <= self.high for r in radii)


@dataclass(frozen=True, eq=False)
class LinePruningMap(LinePruning):
    """A pruning on a line with a set function."""

    map: SetFunction

    @classmethod
    def from_clouds(cls, visual: Points, prompt: Points, rng: np.random.Generator) -> Self:
        base = LinePruning.from_clouds(visual, prompt, rng)
        fields = {n: getattr(base, n) for n in ("problem", "selection", "low", "high", "exponent")}
        return cls(**fields, map=draw_lipschitz_map(rng, base.all_points))

    @cached_property
    def error(self) -> float:
        """``|F(V + P) - F(S + P)|``."""
        return float(np.linalg.norm(self.map(self.all_points) - self.map(self.kept_points)))
