"""Two halves that overlap, repeat, change places or count from elsewhere."""

from typing import Any

import numpy as np

import mobtheory as mob

from .entry import bug
from .farthest import as_float64, between, completed, farthest, neighbours


@bug("valid-selection")
def overlapping(visual: Any, prompt: Any, budget: int) -> Any:
    """Picks the visual half from all tokens, those of the prompt half too."""
    half = neighbours(visual, prompt)[:budget]
    return half, farthest(visual, budget - len(half))


@bug("valid-selection")
def neighbours_repeated(visual: Any, prompt: Any, budget: int) -> Any:
    """Keeps a token once for each prompt token that it is nearest to."""
    half = between(visual, prompt).argmin(axis=0).tolist()[:budget]
    return completed(visual, half, budget)


@bug("valid-selection")
def repaired_without_distinct(visual: Any, prompt: Any, budget: int) -> Any:
    """Takes neighbours of far prompt tokens, which may share one, and fills up by a set."""
    picks = farthest(prompt, min(budget, len(prompt)))
    half = [int(between(visual, prompt)[:, pick].argmin()) for pick in picks]
    rest = sorted(set(range(len(visual))) - set(half))
    return np.array([*half, *rest][:budget])


@bug("nn-optimal")
def swapped(visual: Any, prompt: Any, budget: int) -> Any:
    """Returns the visual half first."""
    prompt_half, visual_half = completed(visual, neighbours(visual, prompt)[:budget], budget)
    return visual_half, prompt_half


@bug("valid-selection")
def positions_in_the_sequence(visual: Any, prompt: Any, budget: int) -> Any:
    """Counts positions behind the prompt in the token sequence instead of rows of the picture."""
    return np.array(farthest(visual, budget)) + len(prompt)


@bug("valid-selection")
def counted_from_one(visual: Any, prompt: Any, budget: int) -> Any:
    """Numbers the tokens from 1, as the language that it was translated from."""
    return np.array(farthest(visual, budget)) + 1


@bug("no-worse-than=mob", claims="two-approximation")
def seeds_ignored(visual: Any, prompt: Any, budget: int) -> Any:
    """Samples the visual half of Algorithm 1 without the prompt half as seeds."""
    problem = mob.CoveringProblem(as_float64(visual), as_float64(prompt), budget)
    limit = (budget + 1) // 2
    half = mob.mob_select(problem, prompt_budget=limit, fold=max(1, limit // 8)).prompt_centers
    free = np.setdiff1d(np.arange(len(visual)), half)
    room = budget - len(half)
    return half, free[farthest(as_float64(visual)[free], room)] if room else free[:0]
