"""A front in a moment: nested greedy halves for all splits, with lower bounds from packings."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mobtheory.covering.optimum.staircase import Staircase, Step
from mobtheory.covering.optimum.task import CoverTask, Halves, farthest_order


def greedy_staircases(
    task: CoverTask, budgets: Sequence[int]
) -> tuple[list[Staircase], tuple[str, ...]]:
    """One step for each prompt budget K_p, with bounds on what the split could reach.

    The prompt half takes, again and again, the nearest token of the prompt token that is worst
    off; the visual half is farthest-point sampling without these tokens.
    """
    budget = task.limits[0]
    prompt_order, worst_off = _prompt_order(task, max(budgets))
    most_visual = min(budget - min(budgets), task.visual_count - 1)
    picks = farthest_order(task.visual, [], most_visual + 1)
    prompt_lowers = np.maximum(_packing_radii(task.prompt.T[worst_off]), _floor(task))
    visual_lowers = _packing_radii(task.visual[picks])
    staircases: list[Staircase] = []
    for k in budgets:
        prompt = prompt_order[:k]
        room = min(budget - k, task.visual_count - len(prompt))
        visual = farthest_order(task.visual, [], room, banned=prompt).tolist()
        halves = Halves(prompt, visual)
        reached = task.radii(halves)
        # k centres serve some two of the k + 1 worst-off prompt tokens by one token.
        prompt_lower = float(prompt_lowers[k] if k < len(prompt_lowers) else _floor(task))
        centers = budget - k
        visual_lower = float(visual_lowers[centers]) if centers < len(visual_lowers) else 0.0
        step = Step(halves, *reached, min(prompt_lower, reached[0]), min(visual_lower, reached[1]))
        floors = min(visual_lower, reached[1]), min(prompt_lower, reached[0])
        staircases.append(Staircase((k, centers), (step,), *floors))
    return staircases, ()


def _floor(task: CoverTask) -> float:
    """h(P -> V)."""
    return float(task.prompt.min(axis=0).max())


def _prompt_order(task: CoverTask, most: int) -> tuple[list[int], list[int]]:
    """Tokens in the order in which a growing prompt half takes them, and for whom each came.

    The order of the prompt tokens has one more: the one that is worst off in the end.
    """
    nearest = np.full(task.prompt_count, np.inf)
    tokens: list[int] = []
    served: list[int] = []
    while True:
        # The first is the prompt token that is hardest to reach.
        key = task.prompt.min(axis=0) if not tokens else nearest
        row = int(key.argmax())
        served.append(row)
        if len(tokens) == most or len(set(served)) < len(served) or nearest[row] == 0:
            return tokens, served if len(set(served)) == len(served) else served[:-1]
        order = np.argsort(task.prompt[:, row], kind="stable")
        token = next((int(t) for t in order if int(t) not in tokens), None)
        if token is None or len(tokens) + 2 > task.visual_count:
            return tokens, served
        tokens.append(token)
        np.minimum(nearest, task.prompt[token], out=nearest)


def _packing_radii(to_tokens: NDArray[np.float64]) -> NDArray[np.float64]:
    """For k = 0, 1, ...: below this radius no k tokens reach the first k + 1 rows.

    Of k + 1 rows two share a token, so the radius is at least the least over pairs of rows of the
    least over tokens of the larger of both distances. No triangle inequality is needed.
    """
    radii = np.full(len(to_tokens), np.inf)
    for row in range(1, len(to_tokens)):
        shared = np.maximum(to_tokens[:row], to_tokens[row]).min(axis=1).min()
        radii[row] = min(radii[row - 1], shared)
    return radii
