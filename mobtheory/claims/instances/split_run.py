"""A small problem with a split of its budget, whose optimum can be enumerated."""

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from mobtheory.claims.instances.drawing import draw_problem
from mobtheory.claims.instances.tokens import EPS, Points
from mobtheory.claims.optimal_radii import SMALL
from mobtheory.covering import (
    ApproximateResult,
    CoveringProblem,
    nearest_neighbour_cover,
    solve_approximate,
)


@dataclass(frozen=True, eq=False)
class SplitRun:
    """A small covering problem, and how many tokens the prompt half may take.

    Attributes
    ----------
    problem : few visual tokens, so that all pairs of halves can be enumerated
    prompt_budget : K_p, from 1 to K
    """

    read_as: ClassVar[str] = "at most 9 visual and 9 prompt tokens"

    problem: CoveringProblem
    prompt_budget: int

    @classmethod
    def from_clouds(cls, visual: Points, prompt: Points, rng: np.random.Generator) -> Self:
        visual = visual[rng.permutation(len(visual))[:SMALL]]
        prompt = prompt[rng.permutation(len(prompt))[:SMALL]]
        problem = draw_problem(visual, prompt, rng)
        return cls(problem, int(rng.integers(1, problem.budget + 1)))

    @cached_property
    def greedy(self) -> ApproximateResult:
        """A cover of the prompt, and farthest points seeded with it."""
        return solve_approximate(
            self.problem, "seeded-farthest-point", prompt_budget=self.prompt_budget
        )

    @cached_property
    def keeps_neighbours(self) -> bool:
        """Whether all nearest neighbours of the prompt fit into the prompt half."""
        return len(nearest_neighbour_cover(self.problem)) <= self.prompt_budget

    @cached_property
    def optimum(self) -> float:
        """The least max{d_H(S_p, P), h(V -> S_p + S_v)}, |S_p| <= K_p, |S_v| <= K - K_p."""
        to_visual, to_prompt = self.problem.visual_visual, self.problem.visual_prompt
        count = self.problem.visual_count
        halves = [half for half in _subsets(count, self.prompt_budget) if half]
        # A larger visual half is never worse.
        others = list(combinations(range(count), self.problem.budget - self.prompt_budget))
        reach = np.array([_nearest(to_visual, list(other)) for other in others])
        best = np.inf
        for half in halves:
            to_half = to_prompt[list(half)]
            prompt_radius = max(to_half.min(axis=0).max(), to_half.min(axis=1).max())
            visual_radius = np.minimum(reach, _nearest(to_visual, list(half))).max(axis=1).min()
            best = min(best, max(prompt_radius, visual_radius))
        return float(best)

    @property
    def rounding(self) -> float:
        """Allowance for a radius against five times another; 0 where no distance is rounded."""
        problem = self.problem
        if problem.rounding == 0:
            return 0.0
        size = max(problem.visual_to_prompt, float(np.max(problem.visual_visual)))
        # The greedy radius, the four distances on the way behind it, and five times the optimum.
        return 10 * (problem.rounding + EPS * size)


def _subsets(count: int, largest: int) -> list[tuple[int, ...]]:
    return [rows for size in range(largest + 1) for rows in combinations(range(count), size)]


def _nearest(to_visual: NDArray[Any], centers: list[int]) -> NDArray[np.float64]:
    return to_visual[centers].min(axis=0, initial=np.inf)
