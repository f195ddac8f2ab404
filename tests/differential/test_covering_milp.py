"""The exact solver against integer programming, at sizes that enumeration cannot reach."""

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from mobtheory.covering import CoveringProblem, evaluate_selection, mob_select, solve_exact

pytestmark = pytest.mark.differential


def exists_within(problem, radius, objective, prompt_budget):
    """Whether an integer program finds a selection within the radius."""
    near_visual = problem.visual_visual <= radius
    near_prompt = problem.visual_prompt <= radius
    count = problem.visual_count
    nothing = np.zeros((count, count))
    one_each = np.hstack([np.eye(count), np.eye(count)])
    ones, zeros = np.ones(count), np.zeros(count)
    covers_visual = near_visual if objective != "radius" else nothing
    constraints = [
        LinearConstraint(np.hstack([covers_visual, near_visual]), lb=1),
        LinearConstraint(one_each, ub=1),
        LinearConstraint(np.concatenate([ones, ones])[None, :], ub=problem.budget),
    ]
    highest = np.concatenate([zeros, ones])
    if objective != "k-center":
        cover_prompt = np.hstack([near_prompt.T, np.zeros_like(near_prompt.T)])
        constraints.append(LinearConstraint(cover_prompt, lb=1))
        highest[:count] = near_prompt.any(axis=1)
    if prompt_budget is not None:
        halves = np.stack([np.concatenate([ones, zeros]), np.concatenate([zeros, ones])])
        limits = [prompt_budget, problem.budget - prompt_budget]
        constraints.append(LinearConstraint(halves, ub=limits))
    result = milp(
        np.zeros(2 * count),
        integrality=np.ones(2 * count),
        bounds=Bounds(0, highest),
        constraints=constraints,
    )
    assert result.status in (0, 2)
    return result.status == 0


@pytest.mark.parametrize("objective", ["radius", "union", "k-center"])
@pytest.mark.parametrize(
    ("tokens", "prompts", "dimension", "budget", "split"),
    [(16, 3, 2, 5, True), (24, 4, 8, 6, True), (24, 6, 3, 12, False), (40, 5, 2, 9, False)],
)
def test_no_integer_program_beats_the_optimum(tokens, prompts, dimension, budget, split, objective):
    rng = np.random.default_rng(tokens + budget)
    visual = rng.normal(size=(tokens, dimension))
    prompt = 0.5 + rng.normal(size=(prompts, dimension))
    problem = CoveringProblem(visual, prompt, budget)
    prompt_budget = budget // 3 if split and objective != "k-center" else None
    result = solve_exact(problem, objective=objective, prompt_budget=prompt_budget)
    assert result.status == "optimal"
    assert result.lower == result.upper
    assert evaluate_selection(problem, result.selection) == result.covering
    radii = np.unique([*problem.visual_visual.ravel(), *problem.visual_prompt.ravel()])
    below = radii[radii < result.upper].max()
    assert exists_within(problem, result.upper, objective, prompt_budget)
    assert not exists_within(problem, below, objective, prompt_budget)


@pytest.mark.parametrize("seed", range(5))
def test_no_heuristic_beats_the_optimum(seed):
    rng = np.random.default_rng(seed)
    problem = CoveringProblem(rng.normal(size=(20, 3)), rng.normal(size=(3, 3)), 6, normalize=True)
    optimum = solve_exact(problem).upper
    achieved = [
        evaluate_selection(problem, mob_select(problem, prompt_budget=k, fold=fold)).radius
        for k in range(1, 6)
        for fold in (1, 2, 4)
    ]
    assert min(achieved) >= optimum > 0
