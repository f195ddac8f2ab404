"""Does what it says, but promises more."""

from dataclasses import replace
from typing import Any

import numpy as np

import mobtheory as mob

from .entry import bug
from .farthest import as_float64, between, farthest, filled


@bug("approximation-factor=1.5", claims="two-approximation")
def factor_three_halves(visual: Any, prompt: Any, budget: int) -> Any:
    """Farthest points with a factor 1.5, which is 2."""
    return np.array(farthest(visual, budget))


@bug("no-worse-than=farthest-point")
def random_no_worse_than_farthest(visual: Any, prompt: Any, budget: int) -> Any:
    """Random tokens that claim to be no worse than farthest points."""
    return np.random.default_rng(budget).permutation(len(visual))[:budget]


@bug("no-worse-than=farthest-point")
def exchanges_for_the_mean(visual: Any, prompt: Any, budget: int) -> Any:
    """Exchanges tokens of farthest-point sampling while that lowers the mean distance."""
    distances, held = between(visual, visual), farthest(visual, budget)
    if len(distances) > 40:
        return np.array(held)
    for place in range(budget):
        others = [row for i, row in enumerate(held) if i != place]
        for row in set(range(len(distances))) - set(held):
            changed = [*others, row]
            if distances[:, changed].min(axis=1).mean() < distances[:, held].min(axis=1).mean():
                held = [*held[:place], row, *held[place + 1 :]]
    return np.array(held)


@bug("two-approximation")
def random_tokens(visual: Any, prompt: Any, budget: int) -> Any:
    """Random tokens, deterministically, that claim a factor 2."""
    return np.random.default_rng(len(visual)).permutation(len(visual))[:budget]


@bug("two-approximation monotone-radius")
def evenly_spaced_rows(visual: Any, prompt: Any, budget: int) -> Any:
    """Evenly spaced rows, which need not be evenly spaced tokens nor grow with the budget."""
    rows = np.linspace(0, len(visual) - 1, budget).astype(np.int64)
    return np.array(filled(list(dict.fromkeys(rows.tolist())), len(visual), budget))


@bug("monotone-radius", claims="two-approximation")
def start_by_the_budget(visual: Any, prompt: Any, budget: int) -> Any:
    """Starts at row K - 1, so that one more token may give a larger radius."""
    start = budget - 1
    return np.array([start, *farthest(visual, budget - 1, [start])])


@bug("monotone-radius")
def samples_even_budgets(visual: Any, prompt: Any, budget: int) -> Any:
    """Samples farthest points for even budgets and keeps the first rows for odd ones."""
    return np.arange(budget) if budget % 2 else np.array(farthest(visual, budget))


@bug("nn-optimal two-approximation")
def prompt_ignored(visual: Any, prompt: Any, budget: int) -> Any:
    """Splits farthest points into halves and claims that the first serves the prompt."""
    picks = farthest(visual, budget)
    half = min(len(prompt), budget)
    return picks[:half], picks[half:]


@bug("hausdorff-identity")
def reports_stale_radii(visual: Any, prompt: Any, budget: int) -> Any:
    """Reports the radii from before the last pick."""
    problem = mob.CoveringProblem(as_float64(visual), as_float64(prompt), budget)
    picks = farthest(visual, budget)
    before = mob.evaluate_selection(problem, mob.Selection([], picks[: max(1, budget - 1)]))
    return replace(before, selection=mob.Selection([], picks))


@bug("hausdorff-identity")
def reports_the_union_radius(visual: Any, prompt: Any, budget: int) -> Any:
    """Reports h(V -> S) as the distance that pruning makes, though prompt tokens stay."""
    problem = mob.CoveringProblem(as_float64(visual), as_float64(prompt), budget)
    covering = mob.evaluate_selection(problem, mob.Selection([], farthest(visual, budget)))
    return replace(covering, pruning_distance=covering.union_radius)
