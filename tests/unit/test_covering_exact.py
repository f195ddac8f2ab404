"""What the exact solver promises besides the optimum: limits, filling up, brackets, refusals."""

from math import inf
from time import monotonic

import numpy as np
import pytest

from mobtheory.covering import (
    CoveringProblem,
    Selection,
    evaluate_selection,
    farthest_point_sampling,
    solve_exact,
)
from mobtheory.errors import InvalidProblem

CLOUD = np.random.default_rng(8).normal(size=(14, 3))
PROMPT = np.random.default_rng(9).normal(size=(3, 3)) + 1


def value(covering, objective):
    return {
        "radius": covering.radius,
        "union": max(covering.prompt_radius, covering.union_radius),
        "k-center": covering.union_radius,
    }[objective]


@pytest.mark.parametrize("objective", ["radius", "union", "k-center"])
def test_the_upper_bound_is_the_evaluation_of_the_selection(objective):
    problem = CoveringProblem(CLOUD, PROMPT, 5, normalize=True)
    result = solve_exact(problem, objective=objective)
    assert result.objective == objective
    assert result.status == "optimal"
    assert result.lower == result.upper == value(result.covering, objective)
    assert evaluate_selection(problem, result.selection) == result.covering
    assert result.selection.indices.shape == (5,)


@pytest.mark.parametrize("objective", ["radius", "union"])
def test_a_given_split_is_kept_and_never_better_than_a_free_one(objective):
    problem = CoveringProblem(CLOUD, PROMPT, 6)
    free = solve_exact(problem, objective=objective)
    split = [solve_exact(problem, objective=objective, prompt_budget=k) for k in range(1, 6)]
    for prompt_budget, result in enumerate(split, start=1):
        assert result.selection.prompt_centers.shape[0] <= prompt_budget
        assert result.selection.visual_centers.shape[0] == 6 - prompt_budget
    assert min(result.upper for result in split) == free.upper


def test_the_optimum_falls_as_the_budget_grows():
    problem = CoveringProblem(CLOUD, PROMPT, 2)
    for objective in ("radius", "union", "k-center"):
        optima = [
            solve_exact(problem.with_budget(k), objective=objective).upper for k in range(2, 15)
        ]
        assert optima == sorted(optima, reverse=True)
    assert solve_exact(problem.with_budget(14), objective="k-center").upper == 0.0


def test_the_prompt_half_is_filled_up_only_within_the_radius():
    line = np.asarray([[0.0], [1.0], [2.0], [3.0], [50.0], [51.0], [90.0]])
    problem = CoveringProblem(line, np.asarray([[0.0]]), 5)
    result = solve_exact(problem, prompt_budget=3)
    assert result.upper == 39.0
    assert set(result.selection.prompt_centers.tolist()) <= {0, 1, 2, 3}
    assert result.selection.indices.shape == (5,)
    # One visual centre at 50 reaches all within 50; tokens 5 and 6 lie farther from the prompt.
    one_visual = solve_exact(problem.with_budget(7), prompt_budget=6)
    assert one_visual.upper == 50.0
    assert one_visual.selection == Selection([0, 1, 2, 3], [4])


def test_one_token_may_serve_where_no_second_half_is_needed():
    problem = CoveringProblem(CLOUD, PROMPT, 1)
    assert solve_exact(problem, objective="union").selection.visual_centers.shape == (0,)
    assert solve_exact(problem, objective="k-center").selection.visual_centers.shape == (1,)
    all_prompt = solve_exact(problem.with_budget(3), objective="union", prompt_budget=3)
    assert all_prompt.selection.prompt_centers.shape[0] >= 1
    single = CoveringProblem(CLOUD[:1], PROMPT, 1)
    assert solve_exact(single, objective="k-center").upper == 0.0


def test_two_halves_never_share_the_one_good_token():
    # Token 1 is the best centre of either half; one half must do with a neighbour.
    problem = CoveringProblem([[0], [2], [4]], [[2]], 2)
    result = solve_exact(problem)
    assert result.upper == 2.0
    assert result.selection in (Selection([0], [1]), Selection([2], [1]))


def test_coinciding_tokens_may_stand_on_either_side():
    problem = CoveringProblem(np.zeros((4, 2)), np.zeros((2, 2)), 2)
    assert solve_exact(problem).upper == 0.0


def test_at_the_time_limit_the_bracket_still_holds():
    problem = CoveringProblem(CLOUD, PROMPT, 4)
    for objective in ("radius", "union", "k-center"):
        hasty = solve_exact(problem, objective=objective, time_limit=1e-9)
        exact = solve_exact(problem, objective=objective, time_limit=inf)
        assert hasty.status == "time-limit"
        assert hasty.lower <= exact.lower == exact.upper <= hasty.upper
        assert hasty.upper == value(hasty.covering, objective)
        assert hasty.selection.indices.shape == (4,)


def test_the_search_stops_soon_after_its_deadline():
    rng = np.random.default_rng(0)
    problem = CoveringProblem(rng.uniform(size=(500, 4)), rng.uniform(size=(8, 4)), 60)
    start = monotonic()
    result = solve_exact(problem, time_limit=0.5)
    assert monotonic() - start < 4
    assert result.status == "time-limit"
    assert result.nodes > 0
    assert 0 < result.lower < result.upper


def test_more_workers_are_allowed_and_change_nothing():
    problem = CoveringProblem(CLOUD, PROMPT, 4)
    assert solve_exact(problem, workers=8) == solve_exact(problem)


def test_greedy_is_within_twice_the_proven_lower_bound():
    problem = CoveringProblem(CLOUD, PROMPT, 5)
    picks = farthest_point_sampling(CLOUD, 5)
    greedy = evaluate_selection(problem, Selection([], picks)).union_radius
    assert greedy <= 2 * solve_exact(problem, objective="k-center").lower


@pytest.mark.parametrize(
    "options",
    [
        {"objective": "mean"},
        {"objective": None},
        {"objective": "k-center", "prompt_budget": 1},
        {"prompt_budget": 0},
        {"prompt_budget": 3},
        {"prompt_budget": 1.0},
        {"prompt_budget": True},
        {"objective": "union", "prompt_budget": 4},
        {"time_limit": 0},
        {"time_limit": -1.0},
        {"time_limit": float("nan")},
        {"time_limit": "60"},
        {"time_limit": True},
        {"time_limit": None},
        {"workers": 0},
        {"workers": 1.5},
    ],
)
def test_bad_options_are_refused(options):
    with pytest.raises(InvalidProblem) as caught:
        solve_exact(CoveringProblem(CLOUD, PROMPT, 3), **options)
    assert caught.value.called == "solve_exact"


def test_two_halves_need_a_budget_of_two():
    with pytest.raises(InvalidProblem, match="each half needs a token"):
        solve_exact(CoveringProblem(CLOUD, PROMPT, 1))


def test_the_prompt_half_takes_the_fewest_centers_not_the_first_that_cover():
    # Token 2 reaches most prompt tokens, but tokens 0 and 1 reach all; the picture needs the rest.
    near = {0: "abc", 1: "def", 2: "abde", 3: "c", 4: "f"}
    to_prompt = [[1 if p in near[v] else 5 for p in "abcdef"] for v in range(5)]
    group = [0, 1, 0, 1, 1]
    within = [
        [0 if v == w else 1 if group[v] == group[w] else 5 for w in range(5)] for v in range(5)
    ]
    result = solve_exact(CoveringProblem.from_distances(within, to_prompt, 4))
    assert result.upper == 1.0
    assert set(result.selection.prompt_centers.tolist()) == {0, 1}
