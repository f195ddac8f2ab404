"""Random budgets, problems and selections on given clouds."""

import numpy as np

from mobtheory.claims.instances.tokens import Points, as_float
from mobtheory.covering import (
    CoveringProblem,
    Selection,
    farthest_point_sampling,
    mob_select,
    nearest_neighbour_cover,
)


def draw_budget(rng: np.random.Generator, count: int) -> int:
    """K=1, K=2 (the least for two halves) and K=N often enough, everything between otherwise."""
    between = rng.integers(1, count + 1, 2)
    return int(rng.choice([1, min(2, count), count, *between]))


def _can_be_normalised(*clouds: Points) -> bool:
    return all(bool(np.any(as_float(cloud) != 0, axis=1).all()) for cloud in clouds)


def draw_problem(visual: Points, prompt: Points, rng: np.random.Generator) -> CoveringProblem:
    """A random budget; clouds of floats are normalised now and then, as the paper does."""
    floats = not np.issubdtype(np.asarray(visual).dtype, np.integer)
    normalize = floats and rng.random() < 0.25 and _can_be_normalised(visual, prompt)
    return CoveringProblem(visual, prompt, draw_budget(rng, len(visual)), normalize=normalize)


def draw_selection(rng: np.random.Generator, problem: CoveringProblem) -> Selection:
    """Algorithm 1, farthest points, nearest neighbours, random halves; any size, S empty too."""
    count, budget = problem.visual_count, problem.budget
    kind = int(rng.integers(6))
    if kind == 0:
        prompt_budget = int(rng.integers(0, budget + 1))
        return mob_select(problem, prompt_budget=prompt_budget, fold=int(rng.integers(1, 4)))
    if kind == 1:
        return Selection([], farthest_point_sampling(problem.visual, budget))
    if kind == 2:
        nearest = np.asarray(nearest_neighbour_cover(problem))[:budget]
        rest = np.setdiff1d(np.arange(count), nearest)[: budget - len(nearest)]
        return Selection(nearest, rest)
    size = budget if kind < 5 else int(rng.integers(0, budget + 1))
    chosen = rng.permutation(count)[:size]
    cut = int(rng.integers(0, size + 1))
    return Selection(chosen[:cut], chosen[cut:])
