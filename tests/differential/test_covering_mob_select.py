"""Algorithm 1 of the paper, written down a second time, step by step."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mobtheory.covering import CoveringProblem, mob_select

pytestmark = pytest.mark.differential


def algorithm_1(similarity, spread, prompt_budget, budget, fold, duplicates="max"):
    """Select from similarities (L, N) and distances (N, N); lowest index at ties."""
    survivors = {}
    for row in similarity:
        for column in sorted(range(len(row)), key=lambda v: (-row[v], v))[:fold]:
            survivors.setdefault(column, []).append(row[column])
    pick = {"max": max, "first": lambda s: s[0], "last": lambda s: s[-1]}[duplicates]
    ranked = sorted(survivors, key=lambda v: (-pick(survivors[v]), v))
    prompt, visual = ranked[:prompt_budget], []
    while len(prompt) + len(visual) < budget:
        kept = prompt + visual
        free = [v for v in range(len(spread)) if v not in kept]
        gap = {v: min([float("inf"), *(spread[v][s] for s in kept)]) for v in free}
        visual.append(min(free, key=lambda v: (-gap[v], v)))
    return prompt, visual


def halves(selection):
    return selection.prompt_centers.tolist(), selection.visual_centers.tolist()


@pytest.mark.parametrize("duplicates", ["max", "first", "last"])
@pytest.mark.parametrize("library", [np.asarray, torch.as_tensor])
@pytest.mark.parametrize(("prompt_budget", "fold"), [(0, 1), (4, 1), (6, 3), (10, 40), (12, 4)])
def test_on_unit_vectors_it_is_the_algorithm_with_cosines(prompt_budget, fold, library, duplicates):
    rng = np.random.default_rng(prompt_budget + fold)
    visual, prompt = rng.normal(size=(40, 6)), rng.normal(size=(5, 6))
    unit_visual = visual / np.linalg.norm(visual, axis=1, keepdims=True)
    unit_prompt = prompt / np.linalg.norm(prompt, axis=1, keepdims=True)
    expected = algorithm_1(
        unit_prompt @ unit_visual.T, 1 - unit_visual @ unit_visual.T,
        prompt_budget, 12, fold, duplicates,
    )  # fmt: skip
    problem = CoveringProblem(library(visual), library(prompt), 12, normalize=True)
    selection = mob_select(problem, prompt_budget=prompt_budget, fold=fold, duplicates=duplicates)
    assert halves(selection) == expected


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_on_whole_numbers_every_tie_goes_to_the_lowest_index(data):
    point = st.tuples(st.integers(0, 3), st.integers(0, 3))
    visual = np.asarray(data.draw(st.lists(point, min_size=1, max_size=9)))
    prompt = np.asarray(data.draw(st.lists(point, min_size=1, max_size=4)))
    budget = data.draw(st.integers(1, len(visual)))
    prompt_budget = data.draw(st.integers(0, budget))
    fold = data.draw(st.integers(1, len(visual) + 2))
    duplicates = data.draw(st.sampled_from(["max", "first", "last"]))
    to_prompt = ((prompt[:, None] - visual[None]) ** 2).sum(-1)
    spread = ((visual[:, None] - visual[None]) ** 2).sum(-1)
    expected = algorithm_1(-to_prompt, spread, prompt_budget, budget, fold, duplicates)

    options = {"prompt_budget": prompt_budget, "fold": fold, "duplicates": duplicates}
    selection = mob_select(CoveringProblem(visual, prompt, budget), **options)
    assert halves(selection) == expected
    assert len(set(selection.indices.tolist())) == budget

    tensors = CoveringProblem(torch.as_tensor(visual), torch.as_tensor(prompt), budget)
    given_distances = CoveringProblem.from_distances(np.sqrt(spread), np.sqrt(to_prompt).T, budget)
    for problem in (tensors, given_distances):
        assert halves(mob_select(problem, **options)) == expected
