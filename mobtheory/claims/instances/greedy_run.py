"""A run of the paper's Algorithm 1, with the regularity that Theorem 2 supposes."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from mobtheory.claims.instances.drawing import draw_problem
from mobtheory.claims.instances.pruning import MapPruning
from mobtheory.claims.instances.seeded_run import SeededRun
from mobtheory.claims.instances.tokens import Points, measured_tokens
from mobtheory.claims.optimal_radii import SMALL, best_radius
from mobtheory.claims.regularity import Regularity, regularity
from mobtheory.claims.set_functions import SetFunction, draw_lipschitz_map
from mobtheory.covering import CoveringProblem, mob_select


def _few_bits(value: float) -> float:
    """Rounded up to eight binary digits, so that products of a few such radii stay exact."""
    fraction, power = np.frexp(value)
    return float(np.ldexp(np.ceil(fraction * 256) / 256, power))


def _draw_range(
    rng: np.random.Generator, distances: NDArray[Any], centres: int
) -> tuple[float, float] | None:
    """A short range just above the radius that `centres` balls reach: Theorem 2 needs such ones."""
    if rng.random() < 0.25:
        return None
    # Where so many centres reach everything any range will do, on a single point as well.
    reached = best_radius(distances, max(centres, 1))[1] or float(distances.max()) or 1.0
    if rng.random() < 0.5:
        # From there on `centres` balls do, so that (b/k)^(1/d) lies in the range.
        low = _few_bits(reached)
        return low, _few_bits(low * rng.uniform(1.05, 1.5))
    high = _few_bits(reached * rng.uniform(1, 1.3))
    return _few_bits(high * rng.uniform(0.2, 0.9)), high


@dataclass(frozen=True, eq=False)
class GreedyRun(MapPruning):
    """A run of the paper's Algorithm 1, with the regularity that Theorem 2 supposes of both sets.

    Attributes
    ----------
    prompt_budget, fold : K_p and k of Algorithm 1; ``selection`` is its output
    exponent : d_eff of the regularity ``a r^-d_eff <= N(X, r) <= b r^-d_eff``
    prompt_range, visual_range : (delta, eps_0] for P and for V; None for the default of
        `regularity`
    """

    prompt_budget: int
    fold: int
    exponent: float
    prompt_range: tuple[float, float] | None
    visual_range: tuple[float, float] | None

    @classmethod
    def of(
        cls,
        problem: CoveringProblem,
        prompt_budget: int,
        fold: int,
        map: SetFunction,
        *,
        exponent: float = 1.0,
        prompt_range: tuple[float, float] | None = None,
        visual_range: tuple[float, float] | None = None,
    ) -> Self:
        """Run Algorithm 1 on `problem`."""
        selection = mob_select(problem, prompt_budget=prompt_budget, fold=fold)
        ranges = (prompt_range, visual_range)
        return cls(problem, selection, map, prompt_budget, fold, exponent, *ranges)

    @classmethod
    def from_clouds(cls, visual: Points, prompt: Points, rng: np.random.Generator) -> Self:
        problem = draw_problem(visual, prompt, rng)
        between = rng.integers(0, problem.budget + 1, 3)
        prompt_budget = int(rng.choice([problem.budget, *between]))
        points = np.concatenate(measured_tokens(problem))
        return cls.of(
            problem,
            prompt_budget,
            int(rng.integers(1, 4)),
            draw_lipschitz_map(rng, points),
            exponent=float(rng.choice([1.0, 2.0])),
            prompt_range=_draw_range(rng, problem.prompt_prompt, prompt_budget),
            visual_range=_draw_range(rng, problem.visual_visual, problem.budget - prompt_budget),
        )

    @property
    def visual_budget(self) -> int:
        return self.problem.budget - self.prompt_budget

    @cached_property
    def prompt_regularity(self) -> Regularity | None:
        """The constants a and b of P; None where P has no range of positive length."""
        _, prompt = self.measured_tokens
        distances = self.problem.prompt_prompt
        return regularity(prompt, distances, self.exponent, self.prompt_range)

    @cached_property
    def visual_regularity(self) -> Regularity | None:
        """The constants a' and b' of V; None where V has no range of positive length."""
        visual, _ = self.measured_tokens
        distances = self.problem.visual_visual
        return regularity(visual, distances, self.exponent, self.visual_range)

    @cached_property
    def seeded_optimum(self) -> float | None:
        """``OPT(K_v | S_p)`` with centres among V, by enumeration; None for many tokens."""
        visual, _ = self.measured_tokens
        picks = len(self.selection.visual_centers)
        if len(visual) > SMALL or picks == 0:
            return None
        return SeededRun(
            visual, visual[np.asarray(self.selection.prompt_centers)], picks
        ).optimal_radius
