"""A prompt half and a visual half that is seeded with it."""

from typing import Any

import numpy as np

import mobtheory as mob

from ..entry import sound
from ..farthest import as_float64, between, completed, farthest, neighbours

EVERY_SPLIT = (
    "isometry-invariant scale-invariant layout-invariant duplicates ties budget-one budget-all "
    "single-prompt two-approximation"
)


@sound(f"{EVERY_SPLIT} nn-optimal")
def neighbours_then_farthest(visual: Any, prompt: Any, budget: int) -> Any:
    """The first K neighbours of the prompt, then farthest points seeded with them."""
    return completed(visual, neighbours(visual, prompt)[:budget], budget)


@sound(f"{EVERY_SPLIT} nn-optimal repaired-truncation")
def far_prompt_tokens_first(visual: Any, prompt: Any, budget: int) -> Any:
    """The neighbours of far prompt tokens, for at most half of the budget, then farthest points."""
    picks = farthest(prompt, min(max(1, budget // 2), len(prompt)))
    nearest = between(visual, prompt).argmin(axis=0)[picks]
    half, other = completed(visual, list(dict.fromkeys(nearest.tolist())), budget)
    return np.array(half), np.array(other, dtype=np.int64)


@sound(f"{EVERY_SPLIT} nn-optimal")
def algorithm_1(visual: Any, prompt: Any, budget: int) -> Any:
    """The rule of the paper, which promises a prompt radius only for K_p >= L."""
    problem = mob.CoveringProblem(as_float64(visual), as_float64(prompt), budget)
    return mob.mob_select(problem, prompt_budget=min(len(prompt), budget), fold=1)


@sound(f"{EVERY_SPLIT} hausdorff-identity")
def with_its_radii(visual: Any, prompt: Any, budget: int) -> Any:
    """Neighbours and farthest points, returned with the radii that they reach."""
    problem = mob.CoveringProblem(as_float64(visual), as_float64(prompt), budget)
    halves = completed(visual, neighbours(visual, prompt)[: max(1, budget // 2)], budget)
    return mob.evaluate_selection(problem, mob.Selection(*halves))
