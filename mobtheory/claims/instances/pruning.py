"""A pruning, and a pruning with a set function that stands for the model."""

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from mobtheory.claims.instances.drawing import draw_problem, draw_selection
from mobtheory.claims.instances.tokens import EPS, Points, measured_tokens
from mobtheory.claims.set_functions import (
    SetFunction,
    draw_control,
    draw_lipschitz_map,
    lipschitz_constant,
)
from mobtheory.covering import Covering, CoveringProblem, Selection, evaluate_selection
from mobtheory.errors import InvalidProblem


@dataclass(frozen=True, eq=False)
class Pruning:
    """A covering problem and any selection of it.

    ``read_as`` says how much of a pair of clouds an instance holds; every class here has it.
    """

    read_as: ClassVar[str] = "all tokens"

    problem: CoveringProblem
    selection: Selection

    @classmethod
    def from_clouds(cls, visual: Points, prompt: Points, rng: np.random.Generator) -> Self:
        """A random budget and a random selection on these clouds."""
        problem = draw_problem(visual, prompt, rng)
        return cls(problem, draw_selection(rng, problem))

    @cached_property
    def covering(self) -> Covering:
        return evaluate_selection(self.problem, self.selection)

    @cached_property
    def kept_to_prompt(self) -> float:
        """d_H(S, P); inf where S is empty."""
        everything = Selection(self.selection.indices, [])
        return evaluate_selection(self.problem, everything).prompt_radius

    @cached_property
    def measured_tokens(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """V and P as the problem measures them, in floats: normalised where it normalises."""
        return measured_tokens(self.problem)

    @cached_property
    def kept_points(self) -> NDArray[np.float64]:
        """The tokens of S followed by those of P."""
        visual, prompt = self.measured_tokens
        return np.concatenate([visual[np.asarray(self.selection.indices)], prompt])

    @cached_property
    def all_points(self) -> NDArray[np.float64]:
        """The tokens of V followed by those of P."""
        return np.concatenate(self.measured_tokens)

    def rounding(self, terms: int = 1) -> float:
        """Allowance for a comparison of `terms` added distances; 0 where it is exact."""
        if terms == 1 and self.problem.exact_order:
            return 0.0
        if self.problem.rounding == 0:
            return 0.0
        size = max(self.problem.visual_to_prompt, float(np.max(self.problem.visual_visual)))
        return 2 * terms * (self.problem.rounding + EPS * size)


@dataclass(frozen=True, eq=False)
class MapPruning(Pruning):
    """A pruning together with a set function that stands for the model.

    The constants of set functions are Euclidean, so the problem's metric must be.
    """

    map: SetFunction

    def __post_init__(self) -> None:
        if self.problem.metric != "euclidean":
            raise InvalidProblem(
                type(self).__name__,
                f"a problem with metric {self.problem.metric!r}",
                "Lipschitz constants of set functions are known for the Euclidean distance",
                'Pose the problem with metric="euclidean".',
            )

    @classmethod
    def from_clouds(cls, visual: Points, prompt: Points, rng: np.random.Generator) -> Self:
        base = Pruning.from_clouds(visual, prompt, rng)
        draw = draw_control if rng.random() < 0.25 else draw_lipschitz_map
        return cls(base.problem, base.selection, draw(rng, base.all_points))

    @cached_property
    def error(self) -> float:
        """``|F(V + P) - F(S + P)|``."""
        return float(np.linalg.norm(self.map(self.all_points) - self.map(self.kept_points)))

    @property
    def constant(self) -> float:
        """The Lipschitz constant of the map; raises where it has none."""
        return lipschitz_constant(self.map)

    def error_margin_rounding(self, terms: int = 1) -> float:
        """Allowance for comparing the error with C times `terms` added distances."""
        of_map = 2 * self.map.rounding(self.all_points)
        if of_map == 0 and self.rounding(terms) == 0:
            return 0.0
        constant = self.map.constant or 0.0
        return of_map + constant * self.rounding(terms) + 4 * EPS * self.error
