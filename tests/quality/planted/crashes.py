"""Does not come back, or not with an answer."""

import sys
from typing import Any

import numpy as np

from .entry import bug
from .farthest import as_float64, between, farthest, squares_to


@bug("valid-selection budget-all", time_limit=0.5)
def hangs_when_all_are_kept(visual: Any, prompt: Any, budget: int) -> Any:
    """Drops a token before it asks whether K are left, and goes on for ever when K = N were."""
    order = farthest(visual, len(visual))
    while True:
        order = order[:-1] or order
        if len(order) == budget:
            return np.array(order)


@bug("valid-selection duplicates", time_limit=0.5)
def hangs_at_coincident_tokens(visual: Any, prompt: Any, budget: int) -> Any:
    """Goes on until K different tokens are found."""
    points, picks = as_float64(visual), [0]
    while len(picks) < budget:
        nearest = np.min([squares_to(points, points[pick]) for pick in picks], axis=0)
        if nearest.max() > 0:
            picks.append(int(nearest.argmax()))
    return np.array(picks)


@bug("valid-selection")
def exits(visual: Any, prompt: Any, budget: int) -> Any:
    """Ends the process when the prompt is longer than the budget."""
    if len(prompt) > budget:
        sys.exit("budget too small for the prompt")
    return np.array(farthest(visual, budget))


@bug("valid-selection duplicates")
def recursion_without_end(visual: Any, prompt: Any, budget: int) -> Any:
    """Halves the tokens at their mean until one is left, which coincident tokens never are."""
    points = as_float64(visual)

    def halved(rows: Any) -> list[int]:
        if len(rows) == 1:
            return [int(rows[0])]
        axis = int(np.ptp(points[rows], axis=0).argmax())
        below = points[rows, axis] < points[rows, axis].mean()
        lists = [halved(part) for part in (rows[below], rows[~below]) if len(part)]
        longest = max(map(len, lists))
        return [part[i] for i in range(longest) for part in lists if i < len(part)]

    return np.array(halved(np.arange(len(points)))[:budget])


@bug("valid-selection single-prompt")
def raises_for_one_prompt_token(visual: Any, prompt: Any, budget: int) -> Any:
    """Squeezes the prompt, so that a single token loses its axis."""
    prompt = np.squeeze(np.asarray(prompt))
    if prompt.shape[1] != visual.shape[1]:
        raise ValueError("the prompt lives elsewhere")
    return np.array(farthest(visual, budget))


@bug("valid-selection")
def raises_when_the_prompt_is_longer(visual: Any, prompt: Any, budget: int) -> Any:
    """Writes the distances of L prompt tokens into an array for N."""
    distances = between(visual, prompt).min(axis=0)
    room = np.zeros(len(visual))
    room[: len(prompt)] = distances
    return np.array(farthest(visual, budget))
