"""A solver of this project as an algorithm under test."""

from typing import Any

import mobtheory as mob

from ..entry import sound
from ..farthest import as_float64


@sound(
    "scale-invariant layout-invariant duplicates ties budget-one budget-all single-prompt "
    "two-approximation"
)
def local_search(visual: Any, prompt: Any, budget: int) -> Any:
    """Exchanges from farthest points on, with draws from a generator of its own."""
    problem = mob.CoveringProblem(as_float64(visual), as_float64(prompt), budget)
    return mob.solve_approximate(problem, "local-search").selection
