"""The approximate solvers of this project as algorithms under test."""

from typing import Any

import mobtheory as mob

from ..entry import sound
from ..farthest import as_float64

EVERY_SOLVER = (
    "scale-invariant layout-invariant duplicates ties budget-one budget-all single-prompt "
    "two-approximation"
)


def _solved(visual: Any, prompt: Any, budget: int, method: Any) -> mob.Selection:
    problem = mob.CoveringProblem(as_float64(visual), as_float64(prompt), budget)
    return mob.solve_approximate(problem, method).selection


@sound(EVERY_SOLVER)
def local_search(visual: Any, prompt: Any, budget: int) -> Any:
    """Exchanges from farthest points on, with draws from a generator of its own."""
    return _solved(visual, prompt, budget, "local-search")


@sound(EVERY_SOLVER)
def greedy_cover(visual: Any, prompt: Any, budget: int) -> Any:
    """Greedy covers."""
    return _solved(visual, prompt, budget, "greedy-cover")


@sound(f"{EVERY_SOLVER} isometry-invariant")
def hochbaum_shmoys(visual: Any, prompt: Any, budget: int) -> Any:
    """The bottleneck method."""
    return _solved(visual, prompt, budget, "hochbaum-shmoys")
