"""What a covering problem accepts, measures and refuses."""

from dataclasses import FrozenInstanceError

import numpy as np
import pytest
import torch
from scipy.spatial.distance import cdist

from mobtheory.covering import (
    CoveringProblem,
    Selection,
    evaluate_selection,
    mob_select,
    nearest_neighbour_cover,
    repaired_truncation,
    solve_exact,
)
from mobtheory.errors import InvalidProblem, InvalidSelection
from mobtheory.geometry import METRICS, hausdorff, normalize_rows, pairwise_distances

VISUAL = np.asarray([[0.0, 0.0], [3.0, 4.0], [6.0, 8.0]])
PROMPT = np.asarray([[3.0, 0.0], [6.0, 9.0]])
SCIPY = {"euclidean": "euclidean", "manhattan": "cityblock", "chebyshev": "chebyshev"}


@pytest.mark.parametrize("metric", SCIPY)
def test_distances_are_those_of_scipy(metric):
    problem = CoveringProblem(VISUAL, PROMPT, 2, metric=metric)
    assert (problem.visual_count, problem.prompt_count, problem.budget) == (3, 2, 2)
    np.testing.assert_array_equal(problem.visual_visual, cdist(VISUAL, VISUAL, SCIPY[metric]))
    np.testing.assert_array_equal(problem.visual_prompt, cdist(VISUAL, PROMPT, SCIPY[metric]))
    np.testing.assert_array_equal(problem.prompt_prompt, cdist(PROMPT, PROMPT, SCIPY[metric]))


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("normalize", [False, True])
def test_the_coupling_is_the_hausdorff_distance(metric, normalize):
    rng = np.random.default_rng(1)
    visual, prompt = rng.normal(size=(9, 4)), rng.normal(size=(5, 4))
    problem = CoveringProblem(visual, prompt, 3, metric=metric, normalize=normalize)
    if normalize:
        visual, prompt = normalize_rows(visual), normalize_rows(prompt)
    assert problem.coupling == hausdorff(visual, prompt, metric=metric)
    distances = pairwise_distances(visual, prompt, metric=metric)
    assert problem.visual_to_prompt == distances.min(axis=1).max()
    assert problem.prompt_to_visual == distances.min(axis=0).max()


@pytest.mark.parametrize(
    "dtype", ["float16", "bfloat16", "float32", "float64", "int8", "uint8", "int64"]
)
def test_every_real_dtype_is_measured_exactly_in_float64(dtype):
    visual = torch.as_tensor(VISUAL).to(getattr(torch, dtype))
    prompt = torch.as_tensor(PROMPT).to(getattr(torch, dtype))
    problem = CoveringProblem(visual, prompt, 1)
    assert problem.visual_prompt.dtype == torch.float64
    np.testing.assert_array_equal(problem.visual_prompt.numpy(), cdist(VISUAL, PROMPT))
    assert problem.visual.dtype == visual.dtype


def test_strided_and_nested_input_is_measured_as_it_reads():
    wide = np.zeros((6, 4))
    wide[::2, ::2] = VISUAL
    for visual in (wide[::2, ::2], np.asfortranarray(VISUAL), VISUAL.tolist()):
        problem = CoveringProblem(visual, PROMPT, 1)
        np.testing.assert_array_equal(problem.visual_prompt, cdist(VISUAL, PROMPT))


def test_later_changes_of_the_callers_arrays_do_not_reach_the_problem():
    visual, prompt = VISUAL.copy(), torch.as_tensor(PROMPT).clone()
    numpy_problem = CoveringProblem(visual, PROMPT, 1)
    torch_problem = CoveringProblem(torch.as_tensor(VISUAL), prompt, 1)
    given = cdist(VISUAL, VISUAL)
    matrix_problem = CoveringProblem.from_distances(given, cdist(VISUAL, PROMPT), 1)
    visual += 100
    prompt += 100
    given[:] = 7
    expected = cdist(VISUAL, VISUAL)
    np.testing.assert_array_equal(numpy_problem.visual_visual, expected)
    np.testing.assert_array_equal(matrix_problem.visual_visual, expected)
    np.testing.assert_array_equal(torch_problem.visual_prompt.numpy(), cdist(VISUAL, PROMPT))


def test_a_problem_is_frozen_and_shares_its_distances_with_other_budgets():
    problem = CoveringProblem(VISUAL, PROMPT, 1)
    with pytest.raises(FrozenInstanceError):
        problem.budget = 2
    matrix = problem.visual_visual
    other = problem.with_budget(3)
    assert (problem.budget, other.budget) == (1, 3)
    assert other.visual_visual is matrix is problem.visual_visual
    assert other.visual is problem.visual
    late = problem.with_budget(2).visual_prompt
    assert problem.visual_prompt is late


@pytest.mark.parametrize("library", [np.asarray, torch.as_tensor])
@pytest.mark.parametrize("metric", METRICS)
def test_single_columns_agree_to_the_last_bit_with_the_whole_matrix(metric, library):
    visual = np.random.default_rng(2).normal(size=(40, 33))
    fresh, cached = (
        CoveringProblem(library(visual), library(visual[:3]), 4, metric=metric) for _ in range(2)
    )
    rows = library(np.asarray([5, 39, 0]))
    whole = cached.visual_visual
    columns = fresh.distances.to_visual(rows)
    assert columns.shape == (40, 3)
    assert bool((columns == whole[:, rows]).all())
    assert bool((cached.distances.to_visual(rows) == columns).all())
    assert fresh.distances.to_visual(rows[:0]).shape == (40, 0)


def test_order_is_exact_on_small_grids_only():
    grid = np.asarray([[0, 1], [5, 2]])
    assert CoveringProblem(grid, grid, 1).exact_order
    assert CoveringProblem(grid / 1024, grid, 1, metric="manhattan").exact_order
    assert not CoveringProblem(grid / 3, grid, 1).exact_order
    assert not CoveringProblem(grid * 2**40, grid, 1, metric="chebyshev").exact_order
    assert not CoveringProblem(grid * 2**20, grid, 1).exact_order
    assert CoveringProblem([[0, 0], [2**15 - 1, 1]], [[0, 0]], 1).exact_order
    assert not CoveringProblem([[0, 0], [2**15, 1]], [[0, 0]], 1).exact_order
    assert CoveringProblem(grid * 2**20, grid, 1, metric="manhattan").exact_order
    assert not CoveringProblem(grid, grid, 1, metric="cosine").exact_order
    assert not CoveringProblem(grid, grid, 1, normalize=True).exact_order
    assert CoveringProblem.from_distances([[0]], [[0.1]], 1).exact_order


def test_rounding_bounds_the_error_of_every_distance():
    from mpmath import mp, mpf

    rng = np.random.default_rng(3)
    visual, prompt = rng.normal(size=(6, 5)), rng.normal(size=(3, 5))

    def true_distances(a, b, normalize):
        with mp.workdps(60):
            rows = [[mpf(float(x)) for x in row] for row in [*a, *b]]
            if normalize:
                lengths = [mp.sqrt(sum(x * x for x in row)) for row in rows]
                rows = [[x / s for x in row] for row, s in zip(rows, lengths, strict=True)]
            for i in range(len(a)):
                for j in range(len(b)):
                    pair = zip(rows[i], rows[len(a) + j], strict=True)
                    yield i, j, mp.sqrt(sum((x - y) ** 2 for x, y in pair))

    for normalize in (False, True):
        problem = CoveringProblem(visual, prompt, 1, normalize=normalize)
        assert 0 < problem.rounding < 1e-13
        for i, j, true in true_distances(visual, prompt, normalize):
            assert abs(float(true - mpf(float(problem.visual_prompt[i, j])))) <= problem.rounding
    assert CoveringProblem([[0], [4]], [[9]], 1).rounding == 0.0
    assert CoveringProblem.from_distances([[0]], [[0.1]], 1).rounding == 0.0


def test_the_triangle_inequality_is_found_out_and_not_required():
    assert CoveringProblem(VISUAL, PROMPT, 1).is_metric
    right_angle = np.asarray([[1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    assert not CoveringProblem(right_angle, right_angle, 1, metric="cosine").is_metric
    assert CoveringProblem(right_angle[:1], right_angle[:1], 1, metric="cosine").is_metric
    vv, vp, pp = (cdist(a, b) for a, b in ((VISUAL, VISUAL), (VISUAL, PROMPT), (PROMPT, PROMPT)))
    assert CoveringProblem.from_distances(vv, vp, 1).is_metric
    assert CoveringProblem.from_distances(vv, vp, 1, prompt_prompt=pp).is_metric
    assert not CoveringProblem.from_distances(vv, vp, 1, prompt_prompt=pp * 100).is_metric
    assert not CoveringProblem.from_distances(vv * 100, vp, 1).is_metric
    single = (matrix.astype(np.float32) for matrix in (vv / 3, vp / 3))
    assert CoveringProblem.from_distances(*single, 1).is_metric


def test_unknown_prompt_distances_count_as_metric_when_some_would_do():
    # p is 1 from a and 3 from b, q is 3 and 1: with d(a, b) = 2 any d(p, q) from 2 to 4 will do.
    assert CoveringProblem.from_distances([[0, 2], [2, 0]], [[1, 3], [3, 1]], 1).is_metric
    for between, expected in ((1, False), (2, True), (4, True), (5, False)):
        pp = [[0, between], [between, 0]]
        problem = CoveringProblem.from_distances(
            [[0, 2], [2, 0]], [[1, 3], [3, 1]], 1, prompt_prompt=pp
        )
        assert problem.is_metric is expected


def test_distances_within_the_prompt_may_be_missing():
    problem = CoveringProblem.from_distances([[0]], [[1, 2]], 1)
    with pytest.raises(InvalidProblem, match="prompt_prompt"):
        _ = problem.prompt_prompt
    assert problem.visual is problem.prompt is None
    assert problem.metric == "precomputed"


def test_the_text_of_a_problem_rebuilds_it():
    names = {"CoveringProblem": CoveringProblem, "array": np.asarray}
    problem = CoveringProblem(VISUAL, PROMPT, 2, metric="manhattan")
    rebuilt = eval(repr(problem), names)
    assert (rebuilt.budget, rebuilt.metric) == (2, "manhattan")
    np.testing.assert_array_equal(rebuilt.visual_prompt, problem.visual_prompt)
    given = CoveringProblem.from_distances(problem.visual_visual, problem.visual_prompt, 1)
    np.testing.assert_array_equal(eval(repr(given), names).visual_prompt, given.visual_prompt)
    pp = problem.prompt_prompt
    given = CoveringProblem.from_distances(
        problem.visual_visual, problem.visual_prompt, 1, prompt_prompt=pp
    )
    np.testing.assert_array_equal(eval(repr(given), names).prompt_prompt, pp)


@pytest.mark.parametrize(
    "budget",
    [0, -1, 4, 1.0, 1.5, True, "2", None, np.True_, [1, 2], float("nan"), torch.tensor(2.0)],
)
def test_bad_budgets_are_refused(budget):
    problem = CoveringProblem(VISUAL, PROMPT, 1)
    for pose in (
        lambda: CoveringProblem(VISUAL, PROMPT, budget),
        lambda: CoveringProblem.from_distances(
            cdist(VISUAL, VISUAL), cdist(VISUAL, PROMPT), budget
        ),
        lambda: problem.with_budget(budget),
    ):
        with pytest.raises(InvalidProblem, match="from 1 to 3"):
            pose()


@pytest.mark.parametrize("budget", [2, np.int32(2), np.asarray(2), torch.tensor(2)])
def test_every_kind_of_integer_is_a_budget(budget):
    assert CoveringProblem(VISUAL, PROMPT, budget).budget == 2
    assert type(CoveringProblem(VISUAL, PROMPT, budget).budget) is int


BAD_POINTS = {
    "empty": np.empty((0, 2)),
    "without columns": np.empty((3, 0)),
    "one-dimensional": np.ones(2),
    "three-dimensional": np.ones((1, 3, 2)),
    "complex": np.ones((3, 2), dtype=complex),
    "text": np.full((3, 2), "1"),
    "objects": np.ones((3, 2), dtype=object),
    "truth values": np.ones((3, 2), dtype=bool),
    "nan": np.asarray([[0.0, np.nan]]),
    "infinite": np.asarray([[0.0, np.inf]]),
    "another dimension": np.ones((3, 3)),
    "another library": torch.ones(3, 2),
    "ragged": [[1.0, 2.0], [3.0]],
    "nothing": None,
    "meta device": torch.empty(3, 2, device="meta"),
}


@pytest.mark.parametrize("bad", BAD_POINTS.values(), ids=BAD_POINTS.keys())
def test_bad_tokens_are_refused_on_either_side(bad):
    with pytest.raises(InvalidProblem) as caught:
        CoveringProblem(bad, PROMPT, 1)
    assert caught.value.called == "CoveringProblem"
    with pytest.raises(InvalidProblem):
        CoveringProblem(VISUAL, bad, 1)


def test_bad_options_are_refused_at_once():
    with pytest.raises(InvalidProblem, match="metric"):
        CoveringProblem(VISUAL, PROMPT, 1, metric="hamming")
    for options in ({"normalize": True}, {"metric": "cosine"}):
        with pytest.raises(InvalidProblem, match="zero"):
            CoveringProblem(VISUAL, PROMPT, 1, **options)


def _changed(matrix, row, column, value):
    changed = matrix.copy()
    changed[row, column] = value
    return changed


VV, VP, PP = cdist(VISUAL, VISUAL), cdist(VISUAL, PROMPT), cdist(PROMPT, PROMPT)
BAD_DISTANCES = {
    "not square": (VV[:2], VP, None),
    "another N": (VV[:2, :2], VP, None),
    "another L": (VV, VP, VV),
    "not symmetric": (_changed(VV, 0, 1, 5.000001), VP, None),
    "a diagonal": (_changed(VV, 1, 1, 1e-16), VP, None),
    "negative": (VV, _changed(VP, 0, 0, -1e-9), None),
    "negative within V": (-VV, VP, None),
    "nan": (VV, _changed(VP, 0, 0, np.nan), None),
    "infinite": (_changed(VV, 0, 1, np.inf), VP, None),
    "empty": (np.empty((0, 0)), np.empty((0, 2)), None),
    "no prompt": (VV, np.empty((3, 0)), None),
    "one-dimensional": (VV, VP[:, 0], None),
    "complex": (VV, VP.astype(complex), None),
    "truth values": (VV > 1, VP, None),
    "prompt not symmetric": (VV, VP, _changed(PP, 0, 1, 1.0)),
    "another library": (VV, torch.as_tensor(VP), None),
    "too large integers": (VV, np.full((3, 2), 2**53 + 1), None),
}


@pytest.mark.parametrize("bad", BAD_DISTANCES.values(), ids=BAD_DISTANCES.keys())
def test_bad_distances_are_refused(bad):
    visual_visual, visual_prompt, prompt_prompt = bad
    with pytest.raises(InvalidProblem) as caught:
        CoveringProblem.from_distances(visual_visual, visual_prompt, 1, prompt_prompt=prompt_prompt)
    assert caught.value.called == "CoveringProblem.from_distances"


@pytest.mark.parametrize(
    "call",
    [
        lambda wrong: evaluate_selection(wrong, Selection([], [0])),
        lambda wrong: mob_select(wrong, prompt_budget=1, fold=1),
        lambda wrong: solve_exact(wrong),
        lambda wrong: nearest_neighbour_cover(wrong),
        lambda wrong: repaired_truncation(wrong, prompt_budget=1),
    ],
)
@pytest.mark.parametrize("wrong", [None, np.zeros((3, 2))])
def test_what_is_no_problem_is_refused(call, wrong):
    with pytest.raises(InvalidProblem, match="a CoveringProblem is needed"):
        call(wrong)


def test_bare_indices_are_no_selection():
    problem = CoveringProblem(np.eye(3), np.eye(3), 2)
    for wrong in ([0, 1], ([0], [1]), None):
        with pytest.raises(InvalidSelection, match="which half"):
            evaluate_selection(problem, wrong)
