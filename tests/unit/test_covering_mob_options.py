"""The options of `mob_select`, one for each place where the paper is silent."""

import numpy as np
import pytest

from mobtheory.covering import CoveringProblem, evaluate_selection, mob_select
from mobtheory.errors import InvalidProblem

LINE = np.asarray([[0.0], [1.0], [2.0], [10.0]])


def line_problem(prompt, budget):
    return CoveringProblem(LINE, np.asarray(prompt)[:, None], budget)


def test_duplicates_decide_which_similarity_ranks_a_candidate():
    # Token 1 is proposed at distances 0.75 and 0.25, token 0 at 0.25 and token 2 at 0.75.
    problem = line_problem([0.25, 1.25], 1)
    options = {"prompt_budget": 1, "fold": 2}
    assert mob_select(problem, **options).prompt_centers.tolist() == [0]
    chosen = {
        duplicates: mob_select(
            line_problem([0.3, 1.2], 1), duplicates=duplicates, **options
        ).prompt_centers.tolist()
        for duplicates in ("max", "first", "last")
    }
    assert chosen == {"max": [1], "first": [0], "last": [1]}
    reversed_prompt = line_problem([1.2, 0.3], 1)
    assert mob_select(reversed_prompt, duplicates="last", **options).prompt_centers.tolist() == [0]


def test_a_shortfall_goes_to_the_visual_half_or_is_refused():
    problem = line_problem([0.0], 3)
    selection = mob_select(problem, prompt_budget=2, fold=1)
    assert selection.prompt_centers.tolist() == [0]
    assert selection.visual_centers.tolist() == [3, 2]
    with pytest.raises(InvalidProblem, match="1 distinct candidates at fold=1"):
        mob_select(problem, prompt_budget=2, fold=1, shortfall="raise")
    assert mob_select(problem, prompt_budget=1, fold=1, shortfall="raise").indices.shape == (3,)


def test_without_a_prompt_half_sampling_starts_where_it_is_told():
    problem = line_problem([0.0], 2)
    first = {
        start: mob_select(problem, prompt_budget=0, fold=1, start=start).visual_centers.tolist()
        for start in ("index0", "farthest-mean")
    }
    assert first == {"index0": [0, 3], "farthest-mean": [3, 0]}


def test_with_a_prompt_half_the_start_does_not_matter():
    problem = line_problem([1.0], 3)
    one, other = (
        mob_select(problem, prompt_budget=1, fold=1, start=start)
        for start in ("index0", "farthest-mean")
    )
    assert one == other


def test_a_fold_above_the_number_of_tokens_counts_as_that_number():
    problem = line_problem([3.0], 4)
    assert mob_select(problem, prompt_budget=4, fold=10**9) == mob_select(
        problem, prompt_budget=4, fold=4
    )


def test_coinciding_tokens_are_not_picked_twice():
    problem = CoveringProblem(np.ones((5, 2)), np.ones((2, 2)), 4)
    selection = mob_select(problem, prompt_budget=2, fold=2)
    assert selection.prompt_centers.tolist() == [0, 1]
    assert selection.visual_centers.tolist() == [2, 3]


def test_the_printed_guarantee_of_the_visual_half_fails():
    # Theory section 7.3: d_H(S_v, V) = M while 2 OPT(2) = 2, and the union covers within 0.1.
    far = 1000.0
    visual = np.asarray([[0.0], [0.1], [far], [far + 2]])
    problem = CoveringProblem(visual, np.asarray([[-0.5]]), 3)
    covering = evaluate_selection(problem, mob_select(problem, prompt_budget=1, fold=1))
    assert covering.visual_radius == far
    assert covering.union_radius == 0.1


@pytest.mark.parametrize(
    "options",
    [
        {"prompt_budget": -1},
        {"prompt_budget": 4},
        {"prompt_budget": 1.0},
        {"prompt_budget": True},
        {"prompt_budget": None},
        {"fold": 0},
        {"fold": -2},
        {"fold": 1.5},
        {"fold": False},
        {"fold": "2"},
        {"fold": np.asarray([1, 2])},
        {"duplicates": "sum"},
        {"shortfall": "prompt"},
        {"start": "random"},
    ],
)
def test_bad_options_are_refused(options):
    problem = line_problem([0.0], 3)
    with pytest.raises(InvalidProblem) as caught:
        mob_select(problem, **{"prompt_budget": 1, "fold": 1, **options})
    assert caught.value.called == "mob_select"
    assert next(iter(options)) in caught.value.received
