"""The Pareto front against all selections, in whole numbers."""

from itertools import combinations
from math import inf

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mobtheory.covering import CoveringProblem, evaluate_selection, pareto_front
from mobtheory.covering.optimum.verify import check_refutation

pytestmark = pytest.mark.differential


def all_radii(vv, vp, budgets):
    """Every pair of radii that some split (most prompt centres, most visual centres) reaches."""
    tokens = range(len(vp))
    for most_prompt, most_visual in budgets:
        for prompt_size in range(1, most_prompt + 1):
            for prompt in combinations(tokens, prompt_size):
                to_prompt = vp[list(prompt)]
                prompt_radius = max(to_prompt.min(axis=0).max(), to_prompt.min(axis=1).max())
                rest = [token for token in tokens if token not in prompt]
                for visual in combinations(rest, min(most_visual, len(rest))):
                    yield float(prompt_radius), float(vv[:, list(visual)].min(axis=1).max())


def front_of(pairs):
    front, best = [], inf
    for prompt_radius, visual_radius in sorted(set(pairs)):
        if visual_radius < best:
            front.append((prompt_radius, visual_radius))
            best = visual_radius
    return front


@st.composite
def problems(draw):
    tokens, prompts = draw(st.integers(3, 6)), draw(st.integers(1, 4))
    if draw(st.booleans()):
        grid = st.lists(st.integers(0, 9), min_size=tokens + prompts, max_size=tokens + prompts)
        places = np.asarray(draw(grid), dtype=float)
        visual, prompt = places[:tokens], places[tokens:]
        vv, vp = np.abs(visual[:, None] - visual), np.abs(visual[:, None] - prompt)
    else:
        entry = st.integers(0, 6)
        half = np.asarray(
            [[draw(entry) for _ in range(tokens)] for _ in range(tokens)], dtype=float
        )
        vv = np.triu(half, 1) + np.triu(half, 1).T
        vp = np.asarray([[draw(entry) for _ in range(prompts)] for _ in range(tokens)], dtype=float)
    budget = draw(st.integers(2, tokens))
    return CoveringProblem.from_distances(vv, vp, budget)


# Token 2 is the only one near the prompt and the only one near itself.
CONTESTED = CoveringProblem.from_distances(
    np.abs(np.asarray([0.0, 1, 9, 12])[:, None] - np.asarray([0.0, 1, 9, 12])),
    np.abs(np.asarray([0.0, 1, 9, 12])[:, None] - np.asarray([9.0])),
    3,
)


@settings(max_examples=250, deadline=None)
@given(problems(), st.booleans(), st.data())
@example(CONTESTED, False, None)
def test_the_exact_front_is_the_front_of_all_selections(problem, restricted, data):
    every = range(1, problem.budget)
    chosen = list(every)
    if restricted:
        chosen = data.draw(st.lists(st.sampled_from(chosen), min_size=1, unique=True))
    splits = [(k, problem.budget - k) for k in chosen]
    front = pareto_front(problem, prompt_budgets=chosen if restricted else None)
    expected = front_of(all_radii(problem.visual_visual, problem.visual_prompt, splits))
    assert [(p.prompt_radius, p.visual_radius) for p in front] == expected
    assert front.status == "optimal"
    assert front.factor == 1.0
    for point in front:
        assert (point.lower, point.upper, point.status) == (*[point.visual_radius] * 2, "optimal")
        assert point.split in splits
        assert point.selection.prompt_centers.shape[0] <= point.split[0]
        assert point.selection.visual_centers.shape[0] <= point.split[1]
        covering = evaluate_selection(problem, point.selection)
        assert covering.prompt_radius == point.prompt_radius
        assert covering.visual_radius == point.visual_radius


@settings(max_examples=300, deadline=None)
@given(problems(), st.sampled_from(["greedy", "hasty"]), st.booleans(), st.data())
def test_an_inexact_front_is_within_its_factor_and_its_brackets(problem, kind, restricted, data):
    chosen = list(range(1, problem.budget))
    if restricted:
        chosen = data.draw(st.lists(st.sampled_from(chosen), min_size=1, unique=True))
    how = {"method": "greedy"} if kind == "greedy" else {"time_limit": 1e-9}
    front = pareto_front(problem, prompt_budgets=chosen if restricted else None, **how)
    splits = [(k, problem.budget - k) for k in chosen]
    exact = front_of(all_radii(problem.visual_visual, problem.visual_prompt, splits))
    assert front.factor >= 1
    if front.factor < inf:
        for prompt_radius, visual_radius in exact:
            assert any(
                point.prompt_radius <= front.factor * prompt_radius
                and point.visual_radius <= front.factor * visual_radius
                for point in front
            )
    for point in front:
        least = min(v for p, v in exact if p <= point.prompt_radius)
        assert point.lower <= least <= point.upper == point.visual_radius
        assert point.selection.prompt_centers.shape[0] <= point.split[0]
        assert point.selection.visual_centers.shape[0] <= point.split[1]
    radii = [(p.prompt_radius, p.visual_radius) for p in front]
    assert radii == front_of(radii)


@settings(max_examples=150, deadline=None)
@given(problems())
@example(CONTESTED)
def test_each_point_carries_proofs_of_its_bounds(problem):
    within, to_prompt = problem.visual_visual, problem.visual_prompt

    def confirmed(certificate, objective, limits, near_visual, near_prompt):
        return check_refutation(
            certificate.refutation,
            near_visual=near_visual,
            near_prompt=near_prompt,
            objective=objective,
            limits=limits,
        ).confirmed

    for point in pareto_front(problem):
        prompts, visuals = point.split
        nearer = within < point.visual_alone, to_prompt < point.prompt_alone
        if point.visual_alone > 0:
            assert confirmed(point.certificate, "k-center", (visuals,), *nearer)
            farther = within <= point.visual_alone, nearer[1]
            assert not confirmed(point.certificate, "k-center", (len(within),), *farther)
        if point.prompt_alone > 0:
            assert confirmed(point.prompt_certificate, "prompt", (prompts,), *nearer)
        # The bound of the point is what its visual half alone shows, or what both show together.
        if point.joint_certificate is None:
            assert point.lower == point.visual_alone
        else:
            nearer = within < point.lower, to_prompt <= point.prompt_radius
            assert confirmed(point.joint_certificate, "radius", point.split, *nearer)
        assert point.solver is None
