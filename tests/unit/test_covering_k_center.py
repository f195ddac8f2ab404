"""k-center on a matrix: edges, refusals, near-equal distances, and where no metric is given."""

from math import inf

import numpy as np
import pytest
import torch

from mobtheory.covering import CoveringProblem, k_center, solve_exact, verify_lower_bound
from mobtheory.errors import InvalidProblem

POINTS = np.random.default_rng(3).integers(0, 30, (25, 2)).astype(float)
DISTANCES = np.sqrt(((POINTS[:, None] - POINTS) ** 2).sum(axis=2))


@pytest.mark.parametrize("k", [1, 2, 5, 24, 25])
def test_the_bracket_closes_and_both_ends_are_checked_again(k):
    result = k_center(DISTANCES, k)
    centers = result.selection.visual_centers
    assert result.status == "optimal"
    assert result.lower == result.upper == DISTANCES[:, centers].min(axis=1).max()
    assert result.gap == 0
    assert len(centers) == k
    assert result.covering is None
    assert verify_lower_bound(DISTANCES, result).confirmed


def test_it_agrees_with_the_problem_form():
    problem = CoveringProblem(POINTS, POINTS[:1], 6)
    result = solve_exact(problem, objective="k-center")
    assert result.upper == k_center(problem.visual_visual, 6).upper
    assert verify_lower_bound(problem, result).confirmed


def test_every_point_a_center_costs_nothing_and_needs_no_proof():
    result = k_center(DISTANCES, 25)
    assert result.upper == 0
    assert result.certificate.kind == "trivial"
    assert k_center([[0.0]], 1).upper == 0


def test_tensors_give_tensors():
    result = k_center(torch.as_tensor(DISTANCES), 4)
    assert isinstance(result.selection.visual_centers, torch.Tensor)
    assert result.upper == k_center(DISTANCES, 4).upper
    narrow = k_center(torch.as_tensor(DISTANCES, dtype=torch.float32), 4)
    assert narrow.upper == k_center(DISTANCES.astype(np.float32), 4).upper


@pytest.mark.parametrize(
    ("distances", "k"),
    [
        ([[0, 1], [2, 0]], 1),
        ([[0, -1], [-1, 0]], 1),
        ([[0, inf], [inf, 0]], 2),
        ([[0, float("nan")], [float("nan"), 0]], 1),
        ([[1, 1], [1, 0]], 1),
        ([[0, 1, 2], [1, 0, 3]], 1),
        ([], 1),
        (DISTANCES, 0),
        (DISTANCES, 26),
        (DISTANCES, 2.0),
        (DISTANCES, True),
    ],
)
def test_bad_input_is_refused(distances, k):
    with pytest.raises(InvalidProblem) as caught:
        k_center(distances, k)
    assert caught.value.called == "k_center"


def test_a_disconnected_graph_is_told_what_to_do():
    with pytest.raises(InvalidProblem, match="each component"):
        k_center([[0, inf], [inf, 0]], 1)


@pytest.mark.parametrize("time_limit", [0, -1, float("nan"), "1", True])
def test_a_time_limit_is_a_positive_number(time_limit):
    with pytest.raises(InvalidProblem, match="time limit"):
        k_center(DISTANCES, 3, time_limit=time_limit)


def test_without_the_triangle_inequality_the_optimum_is_right_and_the_reader_is_told():
    # Farthest points starts at 0 and reaches 9; half of it is no bound, for point 1 is near to all.
    distances = np.full((6, 6), 9.0)
    distances[1] = distances[:, 1] = 1.0
    np.fill_diagonal(distances, 0)
    result = k_center(distances, 1)
    assert result.upper == result.lower == 1.0
    assert verify_lower_bound(distances, result).confirmed
    assert any("triangle inequality fails" in note for note in result.notes)
    assert k_center(DISTANCES, 3).notes == ()


def test_distances_equal_but_for_rounding_are_still_told_apart():
    # On a circle of 12 points neighbours differ in the last digits only.
    rng = np.random.default_rng(0)
    base = np.abs(np.arange(12)[:, None] - np.arange(12))
    distances = np.minimum(base, 12 - base).astype(float)
    noise = rng.integers(0, 4, (12, 12)) * 2.0**-50
    distances += np.triu(noise, 1) + np.triu(noise, 1).T
    for k in (2, 3, 4, 5):
        result = k_center(distances, k)
        centers = result.selection.visual_centers
        assert result.status == "optimal"
        assert result.lower == result.upper == distances[:, centers].min(axis=1).max()
        assert verify_lower_bound(distances, result).confirmed
        assert not verify_lower_bound(distances * (1 - 2.0**-40), result).confirmed


def test_the_bracket_only_shrinks_on_the_way():
    cloud = np.random.default_rng(1).normal(size=(120, 8))
    seen = []
    distances = CoveringProblem(cloud, cloud[:1], 12).visual_visual
    result = k_center(distances, 12, progress=lambda *bracket: seen.append(bracket))
    labels, lowers, uppers = zip(*seen, strict=True)
    assert set(labels) == {"k-center"}
    assert list(lowers) == sorted(lowers)
    assert list(uppers) == sorted(uppers, reverse=True)
    assert (lowers[-1], uppers[-1]) == (result.lower, result.upper)


def test_the_same_call_gives_the_same_answer():
    cloud = np.random.default_rng(1).normal(size=(120, 8))
    distances = CoveringProblem(cloud, cloud[:1], 12).visual_visual
    assert k_center(distances, 12) == k_center(distances, 12)
