"""Farthest-point sampling, the nearest-neighbour cover and the repaired truncation at the edges."""

from math import inf

import numpy as np
import pytest
import torch

from mobtheory.covering import (
    CoveringProblem,
    Selection,
    evaluate_selection,
    farthest_point_sampling,
    farthest_points,
    mob_select,
    nearest_neighbour_cover,
    repaired_truncation,
)
from mobtheory.errors import InvalidProblem, InvalidSelection
from mobtheory.geometry import METRICS, pairwise_distances

LINE = np.asarray([[0.0], [1.0], [5.0], [9.0]])
MATRIX = np.abs(LINE - LINE.T)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("library", [np.asarray, torch.as_tensor])
def test_points_and_their_distances_give_the_same_picks(metric, library):
    rng = np.random.default_rng(4)
    points, outside = library(rng.normal(size=(50, 6))), library(rng.normal(size=(3, 6)))
    distances = pairwise_distances(points, points, metric=metric)
    to_outside = pairwise_distances(points, outside, metric=metric)
    seeds = [40, 7]
    for from_points, from_distances in (
        ({}, {}),
        ({"seeds": seeds}, {"seeds": library(np.asarray(seeds))}),
        ({"external_seeds": outside}, {"start_distances": to_outside}),
        (
            {"external_seeds": outside, "seeds": seeds},
            {
                "start_distances": to_outside.min(1) if library is np.asarray else to_outside,
                "seeds": seeds,
            },
        ),
    ):
        picks = farthest_point_sampling(points, 9, metric=metric, **from_points)
        assert type(picks) is type(points)
        assert picks.tolist() == farthest_points(distances, 9, **from_distances).tolist()
        assert len(set(picks.tolist())) == 9


def test_the_first_pick_without_seeds_is_row_zero_and_ties_go_to_the_lowest_row():
    square = np.asarray([[0, 0], [1, 0], [0, 1], [1, 1], [-1, 0], [0, -1]])
    assert farthest_point_sampling(square, 3, metric="manhattan").tolist() == [0, 3, 1]
    assert farthest_point_sampling(square, 1, seeds=[3], metric="chebyshev").tolist() == [4]


def test_coinciding_points_are_each_picked_once_in_order():
    points = np.asarray([[2.0], [2.0], [2.0], [7.0], [7.0]])
    assert farthest_point_sampling(points, 5).tolist() == [0, 3, 1, 2, 4]
    assert farthest_point_sampling(points, 3, seeds=[1, 4]).tolist() == [0, 2, 3]
    assert farthest_point_sampling(points, 2, external_seeds=[[2.0], [7.0]]).tolist() == [0, 1]


def test_half_precision_and_integer_points_are_sampled_as_their_values():
    for dtype in (torch.float16, torch.bfloat16, torch.int8, torch.float32):
        points = torch.as_tensor(LINE).to(dtype)
        assert farthest_point_sampling(points, 3).tolist() == [0, 3, 2]


def test_nothing_to_pick_gives_an_empty_array():
    picks = farthest_point_sampling(LINE, 0)
    assert picks.shape == (0,)
    assert picks.dtype == np.int64
    assert farthest_point_sampling(LINE, 0, seeds=range(4)).tolist() == []


@pytest.mark.parametrize(
    "arguments",
    [
        {"k": -1},
        {"k": 5},
        {"k": 2.0},
        {"k": True},
        {"k": 4, "seeds": [0]},
        {"metric": "hamming"},
        {"points": LINE[:0]},
        {"points": LINE[:, 0]},
        {"points": LINE * np.nan},
        {"points": LINE.astype(complex)},
        {"external_seeds": np.ones((2, 2))},
        {"external_seeds": np.ones((0, 1))},
        {"external_seeds": torch.ones((1, 1))},
        {"external_seeds": np.asarray([[inf]])},
        {"metric": "cosine"},
    ],
)
def test_bad_sampling_input_is_refused(arguments):
    arguments = {"points": LINE, "k": 1, **arguments}
    with pytest.raises(InvalidProblem):
        farthest_point_sampling(arguments.pop("points"), arguments.pop("k"), **arguments)


@pytest.mark.parametrize(
    "seeds", [[4], [-1], [1, 1], [0.5], [True], "0", [[0]], np.asarray([1.0]), None]
)
def test_bad_seeds_are_refused(seeds):
    with pytest.raises(InvalidSelection, match="seeds"):
        farthest_point_sampling(LINE, 1, seeds=seeds)
    with pytest.raises(InvalidSelection, match="seeds"):
        farthest_points(MATRIX, 1, seeds=seeds)


@pytest.mark.parametrize(
    ("distances", "start"),
    [
        (MATRIX[:2], None),
        (-MATRIX, None),
        (MATRIX + 1, None),
        (np.triu(MATRIX), None),
        (MATRIX, np.ones(3)),
        (MATRIX, -np.ones(4)),
        (MATRIX, np.full(4, np.nan)),
        (MATRIX, torch.ones(4)),
        (MATRIX, np.ones((4, 0))),
    ],
)
def test_bad_distances_are_refused(distances, start):
    with pytest.raises(InvalidProblem) as caught:
        farthest_points(distances, 1, start_distances=start)
    assert caught.value.called == "farthest_points"


def problem_on_a_line(prompt, budget=3):
    return CoveringProblem(LINE, np.asarray(prompt)[:, None], budget)


def test_the_cover_lists_neighbours_in_the_order_of_the_prompt():
    assert nearest_neighbour_cover(problem_on_a_line([8.0, 0.1, 9.5, 4.0])).tolist() == [3, 0, 2]
    assert nearest_neighbour_cover(problem_on_a_line([0.5])).tolist() == [0]


def test_the_cover_may_need_more_than_the_budget_unless_a_limit_is_set():
    problem = problem_on_a_line([0.0, 1.0, 5.0], budget=2)
    assert nearest_neighbour_cover(problem).tolist() == [0, 1, 2]
    with pytest.raises(InvalidProblem, match="3 distinct nearest neighbours"):
        nearest_neighbour_cover(problem, prompt_budget=2)
    assert nearest_neighbour_cover(problem_on_a_line([0, 0, 1]), prompt_budget=2).tolist() == [0, 1]


@pytest.mark.parametrize("prompt_budget", [0, -1, 4, 1.5, True, "1"])
def test_bad_prompt_budgets_are_refused(prompt_budget):
    problem = problem_on_a_line([0.0])
    for rule in (nearest_neighbour_cover, repaired_truncation):
        with pytest.raises(InvalidProblem, match="prompt_budget"):
            rule(problem, prompt_budget=prompt_budget)
    with pytest.raises(InvalidProblem, match="must be an integer from 1 to 3"):
        repaired_truncation(problem, prompt_budget=None)


def test_the_truncation_of_the_paper_fails_where_the_repaired_one_holds():
    # Theory section 7.2: P = {0, M}, fold 2, K_p = 2; the top candidates all sit next to 0.
    far = 1000.0
    visual = np.asarray([[0.1], [0.2], [far + 1], [far + 2]])
    problem = CoveringProblem(visual, np.asarray([[0.0], [far]]), 3)
    printed = mob_select(problem, prompt_budget=2, fold=2)
    assert printed.prompt_centers.tolist() == [0, 1]
    assert evaluate_selection(problem, printed).prompt_radius == pytest.approx(far - 0.2)
    repaired = repaired_truncation(problem, prompt_budget=2)
    covering = evaluate_selection(problem, Selection(repaired, []))
    assert covering.prompt_radius == problem.prompt_to_visual == 1.0


def test_the_truncation_works_from_distances_if_those_within_the_prompt_are_known():
    problem = problem_on_a_line([0.2, 8.0, 4.0], budget=2)
    given = CoveringProblem.from_distances(
        problem.visual_visual, problem.visual_prompt, 2, prompt_prompt=problem.prompt_prompt
    )
    assert repaired_truncation(given, prompt_budget=2).tolist() == [0, 3]
    unknown = CoveringProblem.from_distances(problem.visual_visual, problem.visual_prompt, 2)
    with pytest.raises(InvalidProblem, match="prompt_prompt"):
        repaired_truncation(unknown, prompt_budget=2)
