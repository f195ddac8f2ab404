"""Off by one, and other ways to miss the budget."""

from typing import Any

import numpy as np

from .entry import bug
from .farthest import as_float64, completed, farthest, filled, neighbours


@bug("valid-selection")
def one_too_few(visual: Any, prompt: Any, budget: int) -> Any:
    """Counts the start as a pick twice and returns K - 1 tokens."""
    return np.array(farthest(visual, max(budget - 1, 1)))


@bug("valid-selection")
def one_too_many(visual: Any, prompt: Any, budget: int) -> Any:
    """Picks K tokens besides the start."""
    return np.array(farthest(visual, min(budget + 1, len(visual))))


@bug("valid-selection budget-one")
def never_less_than_two(visual: Any, prompt: Any, budget: int) -> Any:
    """Starts from a pair of far tokens, also where K is 1."""
    return np.array(farthest(visual, min(max(budget, 2), len(visual))))


@bug("two-approximation", claims="budget-all")
def last_token_never_seen(visual: Any, prompt: Any, budget: int) -> Any:
    """Searches for the farthest token in rows 0 to N - 2."""
    count = len(visual)
    return np.array(filled(farthest(visual[:-1], min(budget, count - 1)), count, budget))


@bug("two-approximation")
def start_is_dropped(visual: Any, prompt: Any, budget: int) -> Any:
    """Picks K + 1 tokens and drops the start, since it was arbitrary."""
    picks = farthest(visual, min(budget + 1, len(visual)))
    return np.array(picks[-budget:])


@bug("valid-selection")
def both_halves_rounded_up(visual: Any, prompt: Any, budget: int) -> Any:
    """Gives each half (K + 1) // 2 tokens, which is one too many for odd K."""
    half = (budget + 1) // 2
    picks = farthest(visual, min(2 * half, len(visual)))
    return picks[:half], picks[half:]


@bug("valid-selection budget-all")
def partition_at_the_end(visual: Any, prompt: Any, budget: int) -> Any:
    """Partitions the scores at place K, which does not exist for K = N."""
    scores = np.linalg.norm(as_float64(visual), axis=1)
    return np.argpartition(-scores, budget)[:budget]


@bug("valid-selection")
def last_zero_tokens(visual: Any, prompt: Any, budget: int) -> Any:
    """Takes the last K - K_p of an order by [-room:], which is all of it when there is no room."""
    half = neighbours(visual, prompt)[:budget]
    order = farthest(visual, len(visual) - len(half), half)[::-1]
    room = budget - len(half)
    return half, order[-room:]


@bug("valid-selection")
def pruned_instead_of_kept(visual: Any, prompt: Any, budget: int) -> Any:
    """Returns the tokens that are to be pruned."""
    return np.setdiff1d(np.arange(len(visual)), farthest(visual, budget))


@bug("valid-selection")
def missing_candidates(visual: Any, prompt: Any, budget: int) -> Any:
    """Hands no place on to the visual half when the prompt has fewer than K_p neighbours."""
    prompt_budget = (budget + 1) // 2
    half = neighbours(visual, prompt)[:prompt_budget]
    return half, farthest(visual, budget - prompt_budget, half)


@bug("valid-selection")
def more_prompt_tokens_than_budget(visual: Any, prompt: Any, budget: int) -> Any:
    """Keeps the neighbours of all L prompt tokens, also where these are more than K."""
    half = neighbours(visual, prompt)
    return completed(visual, half, max(budget, len(half)))
