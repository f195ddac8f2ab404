"""A prompt half that does not serve the prompt."""

from typing import Any

import numpy as np

import mobtheory as mob

from .entry import bug
from .farthest import as_float64, between, completed, farthest, neighbours


@bug("nn-optimal")
def nearest_to_any(visual: Any, prompt: Any, budget: int) -> Any:
    """Ranks visual tokens by their nearest prompt token, so one prompt token takes all places."""
    order = np.argsort(between(visual, prompt).min(axis=1), kind="stable")
    return order[:budget], []


@bug("nn-optimal")
def wrong_axis(visual: Any, prompt: Any, budget: int) -> Any:
    """Takes the argmin over the prompt tokens and uses their numbers as visual rows."""
    rows = between(visual, prompt).argmin(axis=1) % len(visual)
    return completed(visual, list(dict.fromkeys(rows.tolist()))[:budget], budget)


@bug("nn-optimal", claims="single-prompt")
def second_nearest(visual: Any, prompt: Any, budget: int) -> Any:
    """Skips the nearest token, as one does when a point is its own neighbour."""
    order = np.argsort(between(visual, prompt), axis=0, kind="stable")
    rows = order[min(1, len(visual) - 1)].tolist()
    return completed(visual, list(dict.fromkeys(rows))[:budget], budget)


@bug("nn-optimal")
def neighbours_of_the_mean(visual: Any, prompt: Any, budget: int) -> Any:
    """Ranks by the distance to the mean prompt token."""
    mean = as_float64(prompt).mean(axis=0, keepdims=True)
    order = np.argsort(between(visual, mean)[:, 0], kind="stable")
    return order[:budget], []


@bug("nn-optimal")
def first_prompt_token_alone(visual: Any, prompt: Any, budget: int) -> Any:
    """Looks at the first prompt token only."""
    order = np.argsort(between(visual, prompt[:1])[:, 0], kind="stable")
    return order[:budget], []


@bug("nn-optimal", claims="two-approximation")
def neighbours_by_cosine(visual: Any, prompt: Any, budget: int) -> Any:
    """Normalises the tokens before it looks for Euclidean neighbours."""

    def unit(points: Any) -> Any:
        points = as_float64(points)
        return points / np.maximum(np.linalg.norm(points, axis=1, keepdims=True), 1e-300)

    return completed(visual, neighbours(unit(visual), unit(prompt))[:budget], budget)


@bug("nn-optimal")
def standardised_by_the_prompt(visual: Any, prompt: Any, budget: int) -> Any:
    """Divides by the standard deviation of the prompt, which a single token does not have."""
    prompt = as_float64(prompt)
    centred = prompt - prompt.mean(axis=0)
    with np.errstate(all="ignore"):
        scale = np.sqrt((centred**2).sum() / (np.float64(len(prompt)) - 1))
        rows = neighbours(as_float64(visual) / scale, prompt / scale)
    return completed(visual, rows[:budget], budget)


@bug("repaired-truncation", claims="two-approximation")
def truncated_in_order(visual: Any, prompt: Any, budget: int) -> Any:
    """Keeps the neighbours of the first prompt tokens when there are too many."""
    return completed(visual, neighbours(visual, prompt)[:budget], budget)


@bug("repaired-truncation", claims="two-approximation")
def truncated_by_similarity(visual: Any, prompt: Any, budget: int) -> Any:
    """Keeps the K_p most similar candidates, as the paper does, and claims that they cover."""
    problem = mob.CoveringProblem(as_float64(visual), as_float64(prompt), budget)
    return mob.mob_select(problem, prompt_budget=budget, fold=1)


@bug("repaired-truncation")
def truncated_without_neighbours(visual: Any, prompt: Any, budget: int) -> Any:
    """Keeps the visual tokens with the numbers of far prompt tokens, not their neighbours."""
    limit = min(max(1, budget // 2), len(prompt), len(visual))
    picks = [pick for pick in farthest(prompt, limit) if pick < len(visual)]
    return completed(visual, picks, budget)
