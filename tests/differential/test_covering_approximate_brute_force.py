"""Approximate solvers against all selections: brackets and guarantees in whole numbers."""

from itertools import combinations
from math import inf, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobtheory.covering import CoveringProblem, k_center, solve_approximate, solve_exact

pytestmark = pytest.mark.differential

CENTERS = ("farthest-point", "hochbaum-shmoys", "local-search", "greedy-cover")
HALVES = ("seeded-farthest-point", "mob", "repaired-truncation")


class AllSelections:
    """Every pair of disjoint halves of a few tokens, with its radii in whole numbers.

    Distances are whole numbers that order like the true ones: squares under "euclidean".
    """

    def __init__(self, within, to_prompt):
        self.within, self.to_prompt = within, to_prompt
        count = len(within)
        self.halves = [
            (prompt, visual)
            for prompt in subsets(range(count))
            for visual in subsets([t for t in range(count) if t not in prompt])
        ]
        self.values = {halves: self.radii(*halves) for halves in self.halves}

    def radii(self, prompt, visual):
        """d_H(S_p, P), h(V -> S_v) and h(V -> S_p + S_v)."""
        tokens, prompts = range(len(self.within)), range(len(self.to_prompt[0]))
        covered = max(min((self.to_prompt[t][p] for t in prompt), default=inf) for p in prompts)
        strays = max((min(self.to_prompt[t]) for t in prompt), default=0)
        alone, together = (
            max(min((self.within[v][t] for t in half), default=inf) for v in tokens)
            for half in (visual, (*prompt, *visual))
        )
        return max(covered, strays), alone, together

    def value(self, objective, prompt, visual):
        prompt_radius, alone, together = self.radii(prompt, visual)
        return {
            "k-center": together,
            "union": max(prompt_radius, together),
            "radius": max(prompt_radius, alone),
        }[objective]

    def least(self, objective, fits):
        return min(
            self.value(objective, *halves) for halves in self.halves if fits(*map(len, halves))
        )


def subsets(items):
    items = list(items)
    return [rows for size in range(len(items) + 1) for rows in combinations(items, size)]


def whole(a, b, metric):
    gaps = np.abs(a[:, None, :] - b[None, :, :])
    if metric == "euclidean":
        return (gaps**2).sum(axis=2).tolist()
    return (gaps.sum(axis=2) if metric == "manhattan" else gaps.max(axis=2)).tolist()


def chosen(result):
    selection = result.selection
    return tuple(selection.prompt_centers.tolist()), tuple(selection.visual_centers.tolist())


@st.composite
def small_problems(draw):
    """A problem on a small grid, its metric, and everything that could be selected."""
    dimension = draw(st.integers(1, 2))
    point = st.tuples(*[st.integers(-6, 6)] * dimension)
    visual = np.asarray(draw(st.lists(point, min_size=1, max_size=5)))
    prompt = np.asarray(draw(st.lists(point, min_size=1, max_size=3)))
    metric = draw(st.sampled_from(["euclidean", "manhattan", "chebyshev"]))
    problem = CoveringProblem(visual, prompt, draw(st.integers(1, len(visual))), metric=metric)
    every = AllSelections(whole(visual, visual, metric), whole(visual, prompt, metric))
    return problem, every


def as_float(problem, value):
    return sqrt(value) if problem.metric == "euclidean" else float(value)


def within_factor(problem, value, factor, optimum):
    """Value <= factor * optimum, in whole numbers."""
    return value <= factor ** (2 if problem.metric == "euclidean" else 1) * optimum


def check_bracket(problem, every, result):
    """The ends hold the optimum over all selections of K tokens; `upper` is what is reached."""
    reached = every.value(result.objective, *chosen(result))
    optimum = every.least(result.objective, lambda p, v: p + v <= problem.budget)
    assert result.upper == as_float(problem, reached)
    assert result.lower <= as_float(problem, optimum) <= result.upper
    assert sum(map(len, chosen(result))) == problem.budget
    return reached, optimum


@pytest.mark.parametrize("method", CENTERS)
@given(small_problems(), st.integers(0, 3))
def test_centers_are_within_twice_the_optimum(method, drawn, seed):
    problem, every = drawn
    result = solve_approximate(problem, method, seed=seed)
    assert (result.objective, result.factor) == ("k-center", 2.0)
    reached, optimum = check_bracket(problem, every, result)
    assert within_factor(problem, reached, 2, optimum)
    assert chosen(result)[0] == ()


@given(small_problems(), st.data())
def test_both_halves_together_are_within_three_or_five_times_the_optimum(drawn, data):
    problem, every = drawn
    split = data.draw(st.integers(1, problem.budget))
    result = solve_approximate(problem, "seeded-farthest-point", prompt_budget=split)
    reached, _ = check_bracket(problem, every, result)
    of_split = every.least("union", lambda p, v: p <= split and v <= problem.budget - split)
    assert within_factor(problem, reached, result.factor, of_split)
    nearest = {
        min(range(len(row)), key=row.__getitem__) for row in zip(*every.to_prompt, strict=True)
    }
    assert result.factor == (3.0 if len(nearest) <= split else 5.0)
    assert len(chosen(result)[0]) <= split


@given(small_problems(), st.data())
def test_mob_is_within_twice_the_best_completion_of_its_prompt_half(drawn, data):
    problem, every = drawn
    split, fold = data.draw(st.integers(0, problem.budget)), data.draw(st.integers(1, 3))
    result = solve_approximate(problem, "mob", prompt_budget=split, fold=fold)
    reached, _ = check_bracket(problem, every, result)
    prompt, visual = chosen(result)
    best = min(
        every.radii(prompt, others)[2]
        for others in combinations(range(problem.visual_count), len(visual))
    )
    assert within_factor(problem, reached, result.factor, best)


@given(small_problems().filter(lambda drawn: drawn[0].budget > 1), st.data())
def test_the_repaired_truncation_bounds_the_prompt_half(drawn, data):
    problem, every = drawn
    split = data.draw(st.integers(1, problem.budget - 1))
    result = solve_approximate(problem, "repaired-truncation", prompt_budget=split)
    check_bracket(problem, every, result)
    assert result.factor is None
    prompt, _ = chosen(result)
    assert 1 <= len(prompt) <= split
    # h(P -> V) and OPT_P(K_p) are at most what the best K_p tokens reach.
    best = min(radii[0] for (half, _), radii in every.values.items() if 1 <= len(half) <= split)
    assert within_factor(problem, every.radii(*chosen(result))[0], 3, best)


@st.composite
def any_distances(draw):
    """Whole numbers that seldom obey the triangle inequality."""
    count, prompts = draw(st.integers(1, 5)), draw(st.integers(1, 3))
    number = st.integers(0, 30)
    pairs = draw(st.lists(number, min_size=count * count, max_size=count * count))
    within = np.triu(np.reshape(pairs, (count, count)), 1)
    within = within + within.T
    cells = draw(st.lists(number, min_size=count * prompts, max_size=count * prompts))
    to_prompt = np.reshape(cells, (count, prompts))
    apart = np.full((prompts, prompts), 7) - 7 * np.eye(prompts, dtype=int)
    problem = CoveringProblem.from_distances(
        within, to_prompt, draw(st.integers(1, count)), prompt_prompt=apart
    )
    return problem, AllSelections(within.tolist(), to_prompt.tolist())


@pytest.mark.parametrize("method", CENTERS + HALVES)
@given(any_distances())
def test_the_bracket_needs_no_triangle_inequality(method, drawn):
    problem, every = drawn
    if problem.budget == 1 and method == "repaired-truncation":
        return
    result = solve_approximate(problem, method)
    check_bracket(problem, every, result)
    assert (result.guarantee is not None) == problem.is_metric


@given(small_problems(), st.integers(0, 9))
def test_local_search_ends_where_no_exchange_helps(drawn, seed):
    problem, every = drawn
    result = solve_approximate(problem, "local-search", seed=seed)
    _, centers = chosen(result)
    reached = every.radii((), centers)[2]
    for out in centers:
        for into in set(range(problem.visual_count)) - set(centers):
            exchanged = (*(c for c in centers if c != out), into)
            assert every.radii((), exchanged)[2] >= reached


@pytest.mark.parametrize("seed", range(12))
def test_no_exchange_helps_among_many_tokens_either(seed):
    rng = np.random.default_rng(seed)
    visual, budget = rng.integers(0, 60, size=(60, 2)), int(rng.integers(2, 20))
    problem = CoveringProblem(visual, visual[:1], budget)
    result = solve_approximate(problem, "local-search", seed=seed)
    within, centers = problem.visual_visual, result.selection.visual_centers.tolist()
    assert within[centers].min(axis=0).max() == result.upper
    for out in centers:
        rest = within[[c for c in centers if c != out]].min(axis=0)
        assert np.minimum(rest, within).max(axis=1).min() >= result.upper


@pytest.mark.parametrize("seed", range(4))
def test_brackets_of_larger_clouds_hold_the_proven_optimum(seed):
    rng = np.random.default_rng(seed)
    visual = rng.integers(0, 40, size=(70, 2))
    problem = CoveringProblem(visual, rng.integers(0, 40, size=(4, 2)), 9)
    optimum = k_center(problem.visual_visual, 9)
    union = solve_exact(problem, objective="union")
    radius = solve_exact(problem)
    assert {optimum.status, union.status, radius.status} == {"optimal"}
    exact = {"k-center": optimum.upper, "union": union.upper, "radius": radius.upper}
    farthest = solve_approximate(problem, "farthest-point").upper
    for method in CENTERS + HALVES:
        result = solve_approximate(problem, method)
        assert result.lower <= exact[result.objective] <= result.upper
        assert result.lower >= exact[result.objective] / 2
        if method in ("local-search", "greedy-cover"):
            assert result.upper < farthest
