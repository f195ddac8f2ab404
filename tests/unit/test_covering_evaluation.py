"""Radii of selections at the edges: empty halves, everything kept, misfits."""

from math import inf

import numpy as np
import pytest
import torch
from scipy.spatial.distance import directed_hausdorff

from mobtheory.covering import (
    CoveringProblem,
    Selection,
    evaluate_selection,
    mob_select,
    nearest_neighbour_cover,
    repaired_truncation,
    solve_exact,
)
from mobtheory.errors import InvalidSelection
from mobtheory.geometry import hausdorff

VISUAL = np.random.default_rng(0).normal(size=(12, 3))
PROMPT = np.random.default_rng(1).normal(size=(4, 3)) + 1


def two_sided(a, b):
    return max(directed_hausdorff(a, b)[0], directed_hausdorff(b, a)[0])


def test_radii_of_a_cloud_are_those_of_scipy():
    covering = evaluate_selection(CoveringProblem(VISUAL, PROMPT, 5), Selection([7, 2], [0, 11]))
    kept = VISUAL[[7, 2, 0, 11]]
    expected = {
        "prompt_radius": two_sided(kept[:2], PROMPT),
        "visual_radius": two_sided(kept[2:], VISUAL),
        "union_radius": directed_hausdorff(VISUAL, kept)[0],
        "prompt_to_selected": directed_hausdorff(PROMPT, kept[:2])[0],
        "selected_to_prompt": directed_hausdorff(kept[:2], PROMPT)[0],
        "pruning_distance": two_sided(np.vstack([VISUAL, PROMPT]), np.vstack([kept, PROMPT])),
    }
    for name, value in expected.items():
        assert getattr(covering, name) == pytest.approx(value, rel=1e-13, abs=0), name
    assert covering.prompt_radius == hausdorff(kept[:2], PROMPT)
    assert all(type(value) is float for value in expected.values())


def test_an_empty_half_is_infinitely_far_and_strays_nowhere():
    problem = CoveringProblem(VISUAL, PROMPT, 2)
    nothing = evaluate_selection(problem, Selection([], []))
    assert nothing.prompt_radius == nothing.visual_radius == nothing.union_radius == inf
    assert nothing.selected_to_prompt == 0.0
    assert nothing.pruning_distance == problem.visual_to_prompt
    only_prompt = evaluate_selection(problem, Selection([3], []))
    assert only_prompt.visual_radius == only_prompt.radius == inf
    assert only_prompt.union_radius < inf
    only_visual = evaluate_selection(problem, Selection([], [3]))
    assert only_visual.prompt_radius == inf
    assert only_visual.visual_radius == only_visual.union_radius == only_prompt.union_radius


def test_keeping_everything_costs_nothing():
    problem = CoveringProblem(VISUAL, PROMPT, 12)
    covering = evaluate_selection(problem, Selection([], range(12)))
    assert covering.visual_radius == covering.union_radius == covering.pruning_distance == 0.0


def test_no_selection_is_farther_than_the_prompt_allows():
    # Proposition 2.1 and corollary 2.2.
    rng = np.random.default_rng(5)
    problem = CoveringProblem(VISUAL, PROMPT, 12)
    for _ in range(200):
        order = rng.permutation(12)
        split, kept = sorted(rng.integers(0, 13, 2))
        covering = evaluate_selection(problem, Selection(order[:split], order[split:kept]))
        assert covering.pruning_distance <= min(covering.union_radius, problem.visual_to_prompt)


@pytest.mark.parametrize(
    "selection", [Selection([12], []), Selection([0], [99]), Selection([], [2**62])]
)
def test_rows_out_of_range_are_refused(selection):
    with pytest.raises(InvalidSelection, match="end at 11"):
        evaluate_selection(CoveringProblem(VISUAL, PROMPT, 3), selection)


def test_more_tokens_than_the_budget_are_refused():
    with pytest.raises(InvalidSelection, match="budget of 2"):
        evaluate_selection(CoveringProblem(VISUAL, PROMPT, 2), Selection([0], [1, 2]))


@pytest.mark.parametrize("normalize", [False, True])
@pytest.mark.parametrize("metric", ["euclidean", "manhattan", "chebyshev", "cosine"])
def test_torch_and_numpy_agree_and_keep_their_library(metric, normalize):
    problems = [
        CoveringProblem(library(VISUAL), library(PROMPT), 5, metric=metric, normalize=normalize)
        for library in (np.asarray, torch.as_tensor)
    ]
    for use in (
        lambda problem: mob_select(problem, prompt_budget=2, fold=2).indices,
        lambda problem: (
            mob_select(problem, prompt_budget=0, fold=1, start="farthest-mean").visual_centers
        ),
        nearest_neighbour_cover,
        lambda problem: repaired_truncation(problem, prompt_budget=2),
        lambda problem: solve_exact(problem).selection.indices,
        lambda problem: solve_exact(problem, objective="k-center").selection.visual_centers,
    ):
        from_numpy, from_torch = map(use, problems)
        assert isinstance(from_numpy, np.ndarray)
        assert isinstance(from_torch, torch.Tensor)
        assert from_torch.dtype == torch.int64
        assert from_numpy.dtype == np.int64
        assert from_torch.tolist() == from_numpy.tolist()
    selection = Selection([1, 2], [3])
    of_numpy, of_torch = (evaluate_selection(problem, selection) for problem in problems)
    assert of_torch.radius == pytest.approx(of_numpy.radius, rel=1e-12)
    assert of_torch.pruning_distance == pytest.approx(of_numpy.pruning_distance, rel=1e-12)
