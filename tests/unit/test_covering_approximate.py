"""What the approximate solvers promise: guarantees by id, brackets, determinism, refusals."""

from dataclasses import FrozenInstanceError
from typing import get_args

import numpy as np
import pytest
import torch

import mobtheory as mob
from mobtheory.claims import Verdict
from mobtheory.covering import CoveringProblem, evaluate_selection, mob_select, solve_approximate
from mobtheory.covering.approximate.local_search import _Exchange
from mobtheory.covering.approximate.solve import ApproximateMethod
from mobtheory.errors import InvalidProblem

METHODS = get_args(ApproximateMethod)
CENTERS = ("farthest-point", "hochbaum-shmoys", "local-search", "greedy-cover")
HALVES = tuple(method for method in METHODS if method not in CENTERS)
RNG = np.random.default_rng(11)
CLOUD, PROMPT = RNG.integers(0, 50, size=(60, 3)), RNG.integers(0, 50, size=(4, 3))
PROBLEM = CoveringProblem(CLOUD, PROMPT, 10)
# The token 0 is between 1 and 2, but they are far apart.
NO_TRIANGLE = CoveringProblem.from_distances(
    [[0, 1, 1, 4], [1, 0, 9, 4], [1, 9, 0, 4], [4, 4, 4, 0]],
    [[1], [2], [3], [4]],
    2,
    prompt_prompt=[[0]],
)


def value(covering, objective):
    return {
        "radius": covering.radius,
        "union": max(covering.prompt_radius, covering.union_radius),
        "k-center": covering.union_radius,
    }[objective]


@pytest.mark.parametrize("method", METHODS)
def test_a_result_is_measured_and_complete(method):
    result = solve_approximate(PROBLEM, method)
    assert result.method == method
    assert result.covering == evaluate_selection(PROBLEM, result.selection)
    assert result.upper == value(result.covering, result.objective)
    assert 0 < result.lower <= result.upper
    assert result.gap == (result.upper - result.lower) / result.upper
    assert result.selection.indices.shape == (10,)
    assert result.notes == ()
    with pytest.raises(FrozenInstanceError):
        result.upper = 0.0


@pytest.mark.parametrize("method", METHODS)
def test_the_guarantee_is_a_claim_that_stands(method):
    result = solve_approximate(PROBLEM, method)
    claim = mob.claim(result.guarantee)
    assert claim.verdict is Verdict.PROVED
    assert claim.verdict_text == "proved"
    assert result.holds_for.startswith("in every metric, ")
    # The table of the documentation says the same.
    (row,) = (
        line.split()
        for line in solve_approximate.__doc__.splitlines()
        if line.strip().startswith(f"{method} ") and " covering." in line
    )
    assert row[1] == result.guarantee
    if result.factor is not None:
        assert str(int(result.factor)) in row


@pytest.mark.parametrize("method", METHODS)
def test_without_the_triangle_inequality_the_guarantee_is_dropped(method):
    assert not NO_TRIANGLE.is_metric
    result = solve_approximate(NO_TRIANGLE, method)
    assert (result.guarantee, result.factor) == (None, None)
    assert "triangle inequality fails" in result.notes[0]
    assert result.lower <= result.upper
    exact = mob.solve_exact(NO_TRIANGLE, objective=result.objective)
    assert result.lower <= exact.lower == exact.upper <= result.upper


def test_farthest_points_do_miss_their_factor_without_the_triangle_inequality():
    """So dropping the guarantee is not a formality."""
    distances = [[0, 1, 1, 1], [1, 0, 9, 9], [1, 9, 0, 9], [1, 9, 9, 0]]
    problem = CoveringProblem.from_distances(distances, [[0]] * 4, 1)
    starts_at_a_leaf = CoveringProblem.from_distances(
        np.asarray(distances)[::-1, ::-1], [[0]] * 4, 1
    )
    assert solve_approximate(problem, "farthest-point").upper == 1
    result = solve_approximate(starts_at_a_leaf, "farthest-point")
    assert (result.lower, result.upper) == (1.0, 9.0)
    assert result.guarantee is None


def test_cosine_distances_break_the_triangle_inequality():
    problem = CoveringProblem(CLOUD + 1, PROMPT + 1, 5, metric="cosine")
    assert solve_approximate(problem, "farthest-point").guarantee is None
    unit = CoveringProblem(CLOUD + 1, PROMPT + 1, 5, normalize=True)
    assert solve_approximate(unit, "farthest-point").guarantee == "covering.seeded-fps"


@pytest.mark.parametrize("method", METHODS)
def test_torch_problems_get_the_same_selection_as_tensors(method):
    tensors = CoveringProblem(torch.as_tensor(CLOUD), torch.as_tensor(PROMPT), 10)
    theirs, ours = solve_approximate(tensors, method), solve_approximate(PROBLEM, method)
    for half in ("prompt_centers", "visual_centers"):
        rows = getattr(theirs.selection, half)
        assert isinstance(rows, torch.Tensor)
        assert rows.tolist() == getattr(ours.selection, half).tolist()
    assert (theirs.lower, theirs.upper) == (ours.lower, ours.upper)


@pytest.mark.parametrize("method", METHODS)
def test_the_same_seed_gives_the_same_selection(method):
    for seed in (0, 5):
        one, other = (solve_approximate(PROBLEM, method, seed=seed) for _ in range(2))
        assert one == other
    assert solve_approximate(PROBLEM, method) == solve_approximate(PROBLEM, method, seed=0)


def test_only_local_search_looks_at_the_seed():
    for method in METHODS:
        selections = {solve_approximate(PROBLEM, method, seed=s).selection for s in range(6)}
        assert (len(selections) > 1) == (method == "local-search")


@pytest.mark.parametrize("method", ["local-search", "greedy-cover"])
def test_searches_are_never_worse_than_farthest_points_and_mostly_better(method):
    better = 0
    for seed in range(25):
        rng = np.random.default_rng(seed)
        problem = CoveringProblem(
            rng.integers(0, 30, size=(40, 2)), PROMPT[:, :2], int(rng.integers(1, 12))
        )
        start = solve_approximate(problem, "farthest-point").upper
        reached = solve_approximate(problem, method, seed=seed).upper
        assert reached <= start
        better += reached < start
    assert better >= 20


@pytest.mark.parametrize("budget", [1, 2, 7])
def test_exchanges_keep_the_two_nearest_centers_and_foresee_every_radius(budget):
    within = PROBLEM.visual_visual
    exchange = _Exchange(within, np.arange(budget), np.random.default_rng(3))
    exchange.run()
    held = exchange.held.tolist()
    assert len(set(held)) == budget
    nearest = np.sort(np.vstack([within[held], np.full((1, 60), np.inf)]), axis=0)
    assert np.array_equal(exchange.near, nearest[0])
    assert np.array_equal(exchange.next, nearest[1])
    entering = np.setdiff1d(np.arange(60), held)
    foreseen = exchange._radii(entering)
    for place in range(budget):
        rest = within[held[:place] + held[place + 1 :]].min(axis=0, initial=np.inf)
        radii = np.minimum(rest, within[entering]).max(axis=1)
        assert np.array_equal(foreseen[:, place], radii)


@pytest.mark.parametrize("method", METHODS)
def test_everything_kept_leaves_nothing_uncovered(method):
    problem = PROBLEM.with_budget(60)
    result = solve_approximate(problem, method)
    assert result.selection.indices.tolist() == list(range(60))
    assert result.covering.union_radius == 0
    assert (result.objective == "k-center") <= (result.lower == result.upper == 0)
    assert result.gap >= 0


@pytest.mark.parametrize("method", CENTERS)
def test_one_center_among_three_on_a_line(method):
    problem = CoveringProblem([[0], [2], [4]], [[9]], 1)
    result = solve_approximate(problem, method)
    searches = method in ("local-search", "greedy-cover")
    assert result.lower == 2.0
    assert result.upper == (2.0 if searches else 4.0)
    assert result.selection.visual_centers.tolist() == ([1] if searches else [0])


def test_one_token_for_both_halves():
    problem = CoveringProblem([[0], [2], [4]], [[3]], 1)
    result = solve_approximate(problem, "seeded-farthest-point")
    assert result.selection.prompt_centers.tolist() == [1]
    assert result.upper == 2.0
    assert solve_approximate(problem, "mob").selection == result.selection
    nothing_for_the_prompt = solve_approximate(problem, "mob", prompt_budget=0)
    assert nothing_for_the_prompt.selection.visual_centers.tolist() == [0]
    with pytest.raises(InvalidProblem, match="each half needs a token"):
        solve_approximate(problem, "repaired-truncation")


@pytest.mark.parametrize("method", METHODS)
def test_coinciding_tokens_are_kept_once_each(method):
    problem = CoveringProblem(np.zeros((5, 2)), np.zeros((3, 2)), 3)
    result = solve_approximate(problem, method)
    assert (result.lower, result.upper, result.gap) == (0.0, 0.0, 0.0)
    assert result.selection.indices.shape == (3,)


@pytest.mark.parametrize("method", [m for m in METHODS if m != "local-search"])
def test_ties_go_to_the_lowest_row(method):
    corners = np.asarray([[0, 0], [0, 6], [6, 0], [6, 6]] * 2)
    result = solve_approximate(CoveringProblem(corners, corners[:1], 4), method)
    assert result.selection.indices.tolist() == [0, 1, 2, 3]


def test_the_prompt_half_takes_all_neighbours_or_the_truncation():
    every = solve_approximate(PROBLEM, "seeded-farthest-point", prompt_budget=4)
    neighbours = mob.nearest_neighbour_cover(PROBLEM)
    assert every.factor == 3.0
    assert every.selection.prompt_centers.tolist() == neighbours.tolist()
    assert every.covering.prompt_radius == PROBLEM.prompt_to_visual
    few = solve_approximate(PROBLEM, "seeded-farthest-point", prompt_budget=2)
    assert few.factor == 5.0
    truncated = mob.repaired_truncation(PROBLEM, prompt_budget=2)
    assert few.selection.prompt_centers.tolist() == truncated.tolist()
    assert "|S_p| <= 2 and |S_v| <= 8" in few.holds_for


def test_farthest_points_are_seeded_only_where_the_prompt_half_counts_for_the_picture():
    # The prompt's token 0 covers one end of the line; alone, the picture needs a token there.
    problem = CoveringProblem([[0], [1], [10]], [[0]], 2)
    together = solve_approximate(problem, "seeded-farthest-point")
    assert together.selection == mob.Selection([0], [2])
    alone = solve_approximate(problem, "repaired-truncation")
    assert alone.selection == mob.Selection([0], [1])
    assert alone.upper == 9.0
    assert together.covering.radius == 10.0


@pytest.mark.parametrize("method", HALVES)
def test_the_default_leaves_the_picture_half_of_the_budget(method):
    for budget in (2, 3, 5, 30):
        result = solve_approximate(PROBLEM.with_budget(budget), method)
        split = max(1, min(4, budget // 2))
        same = solve_approximate(PROBLEM.with_budget(budget), method, prompt_budget=split)
        assert result == same
        assert result.selection.prompt_centers.shape[0] <= split


def test_mob_is_algorithm_1_with_the_least_fold():
    result = solve_approximate(PROBLEM, "mob", prompt_budget=9)
    assert result.selection == mob_select(PROBLEM, prompt_budget=9, fold=3)
    wider = solve_approximate(PROBLEM, "mob", prompt_budget=9, fold=5)
    assert wider.selection == mob_select(PROBLEM, prompt_budget=9, fold=5)


def test_distances_within_the_prompt_are_needed_only_for_the_truncation():
    problem = CoveringProblem.from_distances(PROBLEM.visual_visual, PROBLEM.visual_prompt, 10)
    for method in METHODS:
        if method == "repaired-truncation":
            continue
        expected = solve_approximate(PROBLEM, method).selection
        assert solve_approximate(problem, method).selection == expected
    for method, split in (("repaired-truncation", 4), ("seeded-farthest-point", 2)):
        with pytest.raises(InvalidProblem, match="prompt_prompt"):
            solve_approximate(problem, method, prompt_budget=split)


@pytest.mark.parametrize("method", ["gonzalez", "", None, 3, ["mob"]])
def test_an_unknown_method_is_told_the_known_ones(method):
    with pytest.raises(InvalidProblem, match="method is unknown") as caught:
        solve_approximate(PROBLEM, method)
    assert all(known in caught.value.mend for known in METHODS)


@pytest.mark.parametrize(
    ("method", "options", "told"),
    [
        *((method, {"seed": seed}, "seed") for method in METHODS for seed in (-1, 0.5, None, True)),
        *((method, {"prompt_budget": 2}, "prompt_budget") for method in CENTERS),
        *((method, {"fold": 2}, "fold") for method in METHODS if method != "mob"),
        *((method, {"prompt_budget": 11}, "prompt_budget") for method in HALVES),
        *((method, {"prompt_budget": -1}, "prompt_budget") for method in HALVES),
        *((method, {"prompt_budget": 2.0}, "prompt_budget") for method in HALVES),
        ("seeded-farthest-point", {"prompt_budget": 0}, "from 1 to 10"),
        ("repaired-truncation", {"prompt_budget": 0}, "from 1 to 9"),
        ("repaired-truncation", {"prompt_budget": 10}, "from 1 to 9"),
        ("mob", {"fold": 0}, "fold"),
        ("mob", {"fold": True}, "fold"),
    ],
)
def test_bad_options_are_refused(method, options, told):
    with pytest.raises(InvalidProblem, match=told) as caught:
        solve_approximate(PROBLEM, method, **options)
    assert caught.value.called == "solve_approximate"


def test_bare_points_are_refused():
    with pytest.raises(InvalidProblem, match="a CoveringProblem is needed"):
        solve_approximate(CLOUD, "mob")
