"""The rules of the conformance kit: what they keep, and what they rightly do not claim."""

from itertools import combinations
from typing import Any

import numpy as np
import pytest

from mobtheory.covering import Selection
from mobtheory.testing import (
    GUARANTEES,
    RULES,
    ConformanceFailure,
    OutsideDomain,
    assert_guarantee,
    rules,
)
from mobtheory.testing.answers import read_answer

NAMES = tuple(RULES)


@pytest.mark.parametrize("name", NAMES)
def test_it_names_guarantees_with_a_claim_behind_each(name: str) -> None:
    named = RULES[name].guarantees
    assert "two-approximation" in named
    assert set(named) - {"approximation-factor=1"} <= set(GUARANTEES)
    assert len(set(named)) == len(named)
    assert all(GUARANTEES[id].claim for id in named if id in GUARANTEES)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_it_keeps_as_many_as_it_may(name: str, dtype: Any) -> None:
    rng = np.random.default_rng(5)
    visual = np.repeat(rng.integers(0, 4, (4, 2)), 2, axis=0).astype(dtype)  # each token twice
    prompt = rng.integers(0, 4, (3, 2)).astype(dtype)
    for budget in range(1, 9):
        read_answer(RULES[name](visual, prompt, budget), 8, budget)


def test_the_optimum_is_the_least_radius_of_all_sets_of_centres() -> None:
    visual = np.random.default_rng(2).integers(0, 9, (7, 2)).astype(float)
    distances = np.linalg.norm(visual[:, None] - visual, axis=2)

    def radius(centers: Any) -> float:
        return distances[:, list(centers)].min(axis=1).max()

    for budget in range(1, 8):
        kept = rules.exact_k_center(visual, visual[:1], budget)
        assert radius(kept) == min(map(radius, combinations(range(7), budget)))


def test_an_optimum_that_takes_too_long_is_outside_the_domain(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rules, "_SECONDS", 1e-9)
    with pytest.raises(OutsideDomain, match="optimum"):
        rules.exact_k_center(np.random.default_rng(1).normal(size=(30, 2)), np.zeros((1, 2)), 7)


def test_neighbours_that_outnumber_the_budget_are_thinned_out() -> None:
    line = np.asarray([[0.0], [1.0], [50.0], [99.0], [100.0]])
    prompt = np.asarray([[0.0], [1.0], [99.0], [100.0]])
    assert rules.nearest_then_farthest(line, prompt, 2) == Selection([0, 4], [])
    assert rules.nearest_then_farthest(line, prompt, 5) == Selection([0, 1, 3, 4], [2])


def test_half_of_the_budget_goes_to_the_prompt() -> None:
    line = np.arange(40.0)[:, None]
    prompt = np.asarray([[3.0], [30.0]])
    # K_p = 16 and fold 2: each of both prompt tokens proposes two, and no more come.
    assert len(rules.mob(line, prompt, 32).prompt_centers) == 4
    assert len(rules.mob(line, line, 9).prompt_centers) == 5
    assert len(rules.repaired_truncation(line, line, 9).selection.prompt_centers) == 5


@pytest.mark.parametrize(
    ("name", "id", "visual", "prompt", "budget"),
    [
        ("farthest-point", "permutation-equivariant", [[4], [0], [9]], [[0]], 1),
        (
            *("nearest-then-farthest", "permutation-equivariant"),
            *([[0], [9]], [[-2], [12]], 1),
        ),
        # For K = 2 (10, 0) covers both corners; for K = 3 the prompt takes (7, 0) in its place.
        (
            *("mob", "monotone-radius"),
            *([[0, 0], [7, 0], [10, 0], [9, 3], [9, -3]], [[0, 0], [7, 0]], 2),
        ),
        ("mob", "repaired-truncation", [[0], [1], [90]], [[0], [1], [90]], 3),
    ],
)
def test_what_it_does_not_claim_it_does_not_keep(
    name: str, id: str, visual: Any, prompt: Any, budget: int
) -> None:
    assert id not in RULES[name].guarantees
    with pytest.raises(ConformanceFailure, match=id):
        assert_guarantee(RULES[name], id, visual, prompt, budget)
