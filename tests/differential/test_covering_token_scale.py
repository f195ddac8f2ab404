"""Solvers on clouds of the size of a picture: known optima, unsafe short cuts, many tokens."""

from time import monotonic

import numpy as np
import pytest

from benchmarks.instances.clouds import clustered, token_like, uniform
from benchmarks.instances.prompts import prompts_near
from mobtheory.covering import (
    CoveringProblem,
    farthest_points,
    k_center,
    pareto_front,
    solve_exact,
    verify_lower_bound,
)

pytestmark = pytest.mark.differential

TOKENS = token_like(576)
CLUSTERS = clustered(576)


def joint(visual, budget, gap=0.0):
    return CoveringProblem(visual, prompts_near(visual, 32, gap=gap), budget)


def test_a_token_dominated_in_one_half_may_be_needed_in_the_other():
    # Leaving out dominated or forced tokens before the halves are made disjoint gives 0.6979.
    problem = joint(TOKENS, 64)
    result = solve_exact(problem)
    assert result.status == "optimal"
    assert round(result.upper, 4) == 0.7007
    check = verify_lower_bound(problem, result)
    assert check.confirmed or check.confirmed_given_trust
    prompt = set(result.selection.prompt_centers.tolist())
    assert prompt.isdisjoint(result.selection.visual_centers.tolist())


@pytest.mark.parametrize("budget", [64, 128])
def test_a_contested_token_sets_the_optimum_whatever_the_budget(budget):
    # One token is a prompt token's only match and far from all others, so both halves want it.
    problem = joint(CLUSTERS, budget)
    result = solve_exact(problem)
    within = problem.visual_visual + np.diag(np.full(576, np.inf))
    match = problem.visual_prompt.argmin(axis=0)
    assert result.status == "optimal"
    assert result.upper in within[match].min(axis=1)
    assert result.upper > k_center(problem.visual_visual, budget - 32).upper
    assert result.certificate.kind == "dual"
    assert verify_lower_bound(problem, result).confirmed


def test_the_prompt_alone_may_set_the_optimum():
    problem = joint(TOKENS, 128, gap=0.6)
    result = solve_exact(problem)
    assert result.upper == problem.prompt_to_visual
    assert verify_lower_bound(problem, result).confirmed


@pytest.mark.parametrize("cloud", [TOKENS, CLUSTERS])
@pytest.mark.parametrize("centers", [64, 128])
def test_farthest_points_miss_the_proven_optimum(cloud, centers):
    distances = CoveringProblem(cloud, cloud[:1], 1).visual_visual
    result = k_center(distances, centers)
    assert result.status == "optimal"
    greedy = distances[:, farthest_points(distances, centers)].min(axis=1).max()
    assert result.upper < greedy <= 2 * result.lower
    check = verify_lower_bound(distances, result)
    assert check.confirmed or check.confirmed_given_trust


def test_without_structure_the_time_limit_leaves_a_bracket():
    cloud = uniform(576)
    distances = CoveringProblem(cloud, cloud[:1], 1).visual_visual
    start = monotonic()
    result = k_center(distances, 64, time_limit=4.0)
    assert monotonic() - start < 12
    assert result.status == "time-limit"
    assert result.lower < result.upper
    assert result.gap < 0.1
    reached = distances[:, result.selection.visual_centers].min(axis=1).max()
    assert result.upper == reached
    check = verify_lower_bound(distances, result)
    assert check.confirmed or check.confirmed_given_trust


@pytest.mark.parametrize("objective", ["radius", "union", "k-center"])
def test_rows_taken_in_as_needed_change_nothing(objective, monkeypatch):
    cloud = clustered(300, clusters=12)
    problem = CoveringProblem(cloud, prompts_near(cloud, 8), 20)
    whole = solve_exact(problem, objective=objective)
    monkeypatch.setattr("mobtheory.covering.optimum.task._ROWS_AT_ONCE", 50)
    result = solve_exact(problem, objective=objective)
    assert (result.status, result.upper) == ("optimal", whole.upper)
    check = verify_lower_bound(problem, result)
    assert check.confirmed or check.confirmed_given_trust


def test_a_front_at_this_size_is_ordered_and_bracketed():
    problem = CoveringProblem(TOKENS, prompts_near(TOKENS, 6), 40)
    exact = pareto_front(problem)
    greedy = pareto_front(problem, method="greedy")
    assert exact.status == "optimal"
    assert greedy.status == "approximate"
    assert 1 < greedy.factor < 2.5
    for point in exact:
        best = [other for other in greedy if other.prompt_radius <= point.prompt_radius]
        assert all(other.visual_radius >= point.visual_radius for other in best)
        assert any(
            other.prompt_radius <= greedy.factor * point.prompt_radius
            and other.visual_radius <= greedy.factor * point.visual_radius
            for other in greedy
        )


def test_a_hurried_answer_is_valid_at_every_limit():
    problem = joint(TOKENS, 64)
    optimum = 0.7007307034262931
    for time_limit in (1e-3, 0.05, 0.3, 1.0):
        for objective in ("radius", "union", "k-center"):
            result = solve_exact(problem, objective=objective, time_limit=time_limit)
            check = verify_lower_bound(problem, result)
            assert check.confirmed or check.confirmed_given_trust
            assert result.lower <= result.upper
            if objective == "radius":
                assert result.lower <= optimum <= result.upper
