"""The subsets of the visual tokens that are compared: four ways to keep K of N."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mobtheory.covering import CoveringProblem, mob_select
from mobtheory.covering.farthest_point import farthest_points
from mobtheory.experiments.layers.space import Integers, Space, halves

METHODS = ("random", "fps", "attention", "mob")


@dataclass(frozen=True, eq=False)
class Subset:
    """Kept visual tokens, sorted, and their halves S_p and S_v."""

    method: str
    kept: Integers
    prompt_half: Integers
    visual_half: Integers


def subsets(
    raw: Space, unit: Space, attention: NDArray[np.float64], budget: int, rng: np.random.Generator
) -> tuple[Subset, ...]:
    """Choose `budget` visual tokens in each of the four ways.

    Parameters
    ----------
    raw, unit : distances of the tokens as they are, and of length 1
    attention : (N,) weight that the prompt gives to each visual token
    budget : K, from 1 to N - 1
    rng : draws the random subset

    Returns
    -------
    tuple of Subset
        Random; farthest-point sampling on the tokens as they are, from token 0; the K heaviest;
        and algorithm 1 of the paper (MoB) on tokens of length 1, as `PaperRule` says. Only MoB has
        halves of its own; the others are split by `halves` in the unit space.
    """
    count = len(attention)
    heaviest = np.argsort(-attention, kind="stable")[:budget]
    chosen = {
        "random": rng.permutation(count)[:budget],
        "fps": np.asarray(farthest_points(raw.visual_visual, budget)),
        "attention": heaviest,
    }
    found = [
        Subset(name, kept, *halves(unit, kept))
        for name, kept in ((name, np.sort(rows)) for name, rows in chosen.items())
    ]
    return (*found, mob_subset(unit, budget))


@dataclass(frozen=True)
class PaperRule:
    """How algorithm 1 divides a budget: K_p = K/2 and k = K_p/8, rounded, at least 1."""

    budget: int

    @property
    def prompt_budget(self) -> int:
        """The prompt half, K_p."""
        return max(1, self.budget // 2)

    @property
    def fold(self) -> int:
        """Nearest visual tokens that each prompt token proposes, k."""
        return max(1, round(self.prompt_budget / 8))


def mob_subset(unit: Space, budget: int) -> Subset:
    """What algorithm 1 keeps."""
    problem = CoveringProblem.from_distances(unit.visual_visual, unit.visual_prompt, budget)
    rule = PaperRule(budget)
    selection = mob_select(problem, prompt_budget=rule.prompt_budget, fold=rule.fold)
    prompt, visual = (
        np.sort(np.asarray(half, dtype=np.int64))
        for half in (selection.prompt_centers, selection.visual_centers)
    )
    return Subset("mob", np.sort(np.concatenate([prompt, visual])), prompt, visual)


def prompt_seeded(space: Space, budget: int) -> Integers:
    """Farthest-point sampling seeded with the prompt tokens: what Assumption 1 recommends."""
    picks = farthest_points(space.visual_visual, budget, start_distances=space.visual_prompt)
    return np.sort(np.asarray(picks))
