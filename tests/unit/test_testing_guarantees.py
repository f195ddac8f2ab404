"""Every guarantee: an algorithm that keeps it, one that breaks it, and what then is shown."""

import random

import numpy as np
import pytest

from mobtheory.covering import CoveringProblem, Selection, evaluate_selection
from mobtheory.testing import GUARANTEES, check_covering_algorithm
from mobtheory.testing.rules import (
    exact_k_center,
    farthest_points,
    nearest_then_farthest,
    repaired_truncation,
)

PARAMETRISED = ("approximation-factor=1", "approximation-factor=2", "no-worse-than=farthest-point")


METAMORPHIC = (
    "permutation-equivariant",
    "isometry-invariant",
    "scale-invariant",
    "layout-invariant",
    "dtype-consistent",
)


# Algorithms that keep what they should ------------------------------------------------------------


def farthest(start=0, last=False):
    """Farthest points in NumPy alone; `last` takes the last of several farthest tokens."""

    def select(visual, prompt, budget):
        visual = visual.astype(np.float64)
        kept = [start]
        apart = ((visual - visual[start]) ** 2).sum(axis=1)
        while len(kept) < budget:
            open_ = apart.copy()
            open_[kept] = -1
            ends = np.flatnonzero(open_ == open_.max())
            kept.append(int(ends[-1 if last else 0]))
            apart = np.minimum(apart, ((visual - visual[kept[-1]]) ** 2).sum(axis=1))
        return kept

    return select


def nearest_to_prompt(last=False):
    """The tokens nearest to the prompt; of equally near ones the first, or the last."""

    def select(visual, prompt, budget):
        visual, prompt = visual.astype(np.float64), prompt.astype(np.float64)
        apart = ((visual[:, None] - prompt) ** 2).sum(axis=2).min(axis=1)
        if last:
            return len(visual) - 1 - np.argsort(apart[::-1], kind="stable")[:budget]
        return np.argsort(apart, kind="stable")[:budget]

    return select


def in_torch(visual, prompt, budget):
    """Farthest points in the dtype of the tensors, whichever that is."""
    import torch

    visual = visual if isinstance(visual, torch.Tensor) else torch.tensor(np.array(visual))
    kept, apart = [0], (visual - visual[0]).square().sum(dim=1)
    while len(kept) < budget:
        apart[kept] = -1
        kept.append(int(apart.argmax()))
        apart = torch.minimum(apart, (visual - visual[kept[-1]]).square().sum(dim=1))
    return torch.tensor(kept)


# Algorithms that do not ---------------------------------------------------------------------------


def last_rows(visual, prompt, budget):
    return np.arange(len(visual))[len(visual) - budget :]


def nowhere_twice(visual, prompt, budget):
    return [0] * budget


def centred_in_place(visual, prompt, budget):
    if visual.flags.writeable:
        visual -= visual.mean(axis=0)
    return np.arange(budget)


def prompt_scaled_in_place(visual, prompt, budget):
    if prompt.flags.writeable:
        prompt *= 2
    return np.arange(budget)


def remembering():
    seen = []

    def select(visual, prompt, budget):
        seen.append(1)
        return (np.arange(budget) + len(seen)) % len(visual)

    return select


def unseeded(visual, prompt, budget):
    return np.random.default_rng().permutation(len(visual))[:budget]


def seeded(visual, prompt, budget):
    return np.random.default_rng(0).permutation(len(visual))[:budget]


def drawing(visual, prompt, budget):
    np.random.rand()  # noqa: NPY002
    return np.arange(budget)


def shuffling(visual, prompt, budget):
    rows = list(range(len(visual)))
    random.shuffle(rows)
    return rows[:budget]


def seeding(visual, prompt, budget):
    import torch

    torch.manual_seed(0)
    return np.arange(budget)


def outermost(visual, prompt, budget):
    """The longest vectors: where the origin lies matters."""
    return np.argsort(-(visual.astype(np.float64) ** 2).sum(axis=1), kind="stable")[:budget]


def farthest_by_axes(visual, prompt, budget):
    """By distances of Manhattan, which a rotation changes and an exchange of axes does not."""
    kept, apart = [0], np.abs(visual - visual[0]).sum(axis=1)
    while len(kept) < budget:
        apart[kept] = -1
        kept.append(int(apart.argmax()))
        apart = np.minimum(apart, np.abs(visual - visual[kept[-1]]).sum(axis=1))
    return kept


def within_one(visual, prompt, budget):
    """Tokens further than 1 from those kept, whatever 1 is in the unit of the tokens."""
    kept = []
    for row in range(len(visual)):
        near = [row for other in kept if np.linalg.norm(visual[row] - visual[other]) <= 1]
        if len(kept) < budget and not near:
            kept.append(row)
    return [*kept, *(row for row in range(len(visual)) if row not in kept)][:budget]


def in_memory_order(visual, prompt, budget):
    return farthest()(np.ravel(visual, order="K").reshape(visual.shape), prompt, budget)


def writing(visual, prompt, budget):
    visual[0] += 0
    return farthest()(visual, prompt, budget)


def other_in_float32(visual, prompt, budget):
    return (farthest() if visual.dtype == np.float64 else last_rows)(visual, prompt, budget)


def other_in_torch(visual, prompt, budget):
    if isinstance(visual, np.ndarray):
        return farthest()(visual, prompt, budget)
    return list(range(len(visual)))[len(visual) - budget :]


def other_in_bfloat16(visual, prompt, budget):
    import torch

    if isinstance(visual, torch.Tensor) and visual.dtype == torch.bfloat16:
        return list(range(len(visual)))[len(visual) - budget :]
    return in_torch(visual, prompt, budget)


def odd_budgets_wrong(visual, prompt, budget):
    return (last_rows if budget % 2 else farthest())(visual, prompt, budget)


def distinct_only(visual, prompt, budget):
    return np.unique(visual, axis=0, return_index=True)[1][:budget]


def all_nearest(visual, prompt, budget):
    """Those at most as far as the budget-th: too many where distances tie."""
    apart = ((visual[:, None] - prompt) ** 2).sum(axis=2).min(axis=1)
    return np.flatnonzero(apart <= np.sort(apart)[budget - 1])


def half_each(visual, prompt, budget):
    return np.arange(2 * (budget // 2)) if budget < len(visual) else np.arange(budget)


def never_all(visual, prompt, budget):
    return np.arange(min(budget, len(visual) - 1))


def squeezed(visual, prompt, budget):
    assert np.squeeze(prompt[:, :1]).shape[0]
    return np.arange(budget)


def any_prompt_half(visual, prompt, budget):
    return np.arange(budget - budget // 4), np.arange(budget - budget // 4, budget)


def first_neighbours(visual, prompt, budget):
    """The neighbours of the first prompt tokens only, and the rest at random."""
    apart = ((visual[:, None].astype(np.float64) - prompt) ** 2).sum(axis=2)
    half = list(dict.fromkeys(apart.argmin(axis=0).tolist()))[: (budget + 1) // 2]
    return half, [row for row in range(len(visual)) if row not in half][: budget - len(half)]


def evaluated(change):
    def select(visual, prompt, budget):
        problem = CoveringProblem(np.array(visual), np.array(prompt), budget)
        selection = Selection(
            list(range((budget + 1) // 2)), list(range((budget + 1) // 2, budget))
        )
        covering = evaluate_selection(problem, selection)
        for name, value in change(covering).items():
            object.__setattr__(covering, name, value)
        return covering

    return select


KEEPS = {
    "valid-selection": [farthest(), last_rows, any_prompt_half, in_torch],
    "input-unchanged": [farthest(), outermost],
    "deterministic": [farthest(), drawing],
    "global-rng-independent": [farthest(), seeded],
    "permutation-equivariant": [nearest_to_prompt(), nearest_to_prompt(last=True), outermost],
    "isometry-invariant": [farthest(), farthest(last=True), nearest_to_prompt(last=True)],
    "scale-invariant": [farthest(), farthest(last=True), outermost, farthest_by_axes],
    "layout-invariant": [farthest(), outermost],
    "dtype-consistent": [farthest(), farthest(last=True), in_torch],
    "monotone-radius": [farthest(), last_rows, exact_k_center],
    "duplicates": [farthest(), farthest(last=True), last_rows],
    "ties": [farthest(), farthest(last=True), last_rows],
    "budget-one": [farthest(), last_rows],
    "budget-all": [farthest(), half_each],
    "single-prompt": [farthest(), nearest_to_prompt()],
    "two-approximation": [
        farthest(),
        farthest(last=True),
        in_torch,
        exact_k_center,
        nearest_then_farthest,
    ],
    "two-approximation-external": [farthest(), farthest(last=True), exact_k_center],
    "nn-optimal": [nearest_then_farthest, repaired_truncation],
    "repaired-truncation": [nearest_then_farthest, repaired_truncation],
    "hausdorff-identity": [repaired_truncation, evaluated(lambda covering: {})],
    "approximation-factor=1": [exact_k_center],
    "approximation-factor=2": [farthest(), exact_k_center],
    "no-worse-than=farthest-point": [farthest_points, exact_k_center],
}


def shows(words="", kind="violated", most=5, **attributes):
    """What a counterexample must look like: words of it, its kind, how many tokens, and more."""
    return words, kind, most, attributes


BREAKS = {
    "valid-selection": [(nowhere_twice, shows("row 0 is there twice", "invalid-indices", 3))],
    "input-unchanged": [
        (centred_in_place, shows("the call changed visual", most=2)),
        (prompt_scaled_in_place, shows("the call changed prompt", most=2)),
    ],
    "deterministic": [
        (remembering(), shows("called again", most=3)),
        (unseeded, shows("called again")),
    ],
    "global-rng-independent": [
        (drawing, shows("draws from numpy.random", most=2)),
        (shuffling, shows("draws from random", most=3)),
        (seeding, shows("torch", most=2)),
    ],
    "permutation-equivariant": [
        (last_rows, shows("in reverse order", most=4, seed=0)),
        (farthest(), shows("no tie")),
    ],
    "isometry-invariant": [
        (outermost, shows("translation")),
        (farthest_by_axes, shows("rotation", most=576)),
    ],
    "scale-invariant": [(within_one, shows("scaled by 2**", most=5))],
    "layout-invariant": [
        (in_memory_order, shows("Fortran order", most=6)),
        (writing, shows("read-only", "raised", most=3)),
    ],
    "dtype-consistent": [
        (other_in_float32, shows("NumPy float32")),
        (other_in_torch, shows("torch float64")),
        (other_in_bfloat16, shows("torch bfloat16")),
    ],
    "monotone-radius": [(odd_budgets_wrong, shows("exact", most=6))],
    "duplicates": [(distinct_only, shows("1 rows for a budget of 2", "invalid-indices", 3))],
    "ties": [(all_nearest, shows("2 rows for a budget of 1", "invalid-indices", 3))],
    "budget-one": [(half_each, shows("0 rows for a budget of 1", "invalid-indices", 3))],
    "budget-all": [(never_all, shows("0 rows for a budget of 1", "invalid-indices", 2))],
    "single-prompt": [(squeezed, shows("IndexError", "raised", 2))],
    "two-approximation": [
        (last_rows, shows("2 OPT", most=5)),
        (nearest_to_prompt(), shows("2 OPT", most=5)),
        (any_prompt_half, shows("2 OPT", most=10)),
    ],
    "two-approximation-external": [(last_rows, shows("centres anywhere", most=5))],
    "nn-optimal": [(any_prompt_half, shows("h(P -> V)", most=4))],
    "repaired-truncation": [(first_neighbours, shows("OPT_P", most=8))],
    "hausdorff-identity": [
        (evaluated(lambda c: {"union_radius": c.union_radius / 2}), shows("union_radius", most=3)),
        (
            evaluated(lambda c: {"visual_radius": 2 * c.visual_radius}),
            shows("visual_radius", most=3),
        ),
        (evaluated(lambda c: {"prompt_radius": np.nan}), shows("prompt_radius", most=3)),
        (
            evaluated(lambda c: {"pruning_distance": c.union_radius}),
            shows("pruning_distance", most=4),
        ),
    ],
    "approximation-factor=1": [(farthest(), shows("OPT(", most=5))],
    "approximation-factor=2": [(last_rows, shows("2 OPT", most=5))],
    "no-worse-than=farthest-point": [(last_rows, shows("of farthest-point", most=5))],
}


def test_every_guarantee_is_here():
    assert set(KEEPS) == set(BREAKS) == {*GUARANTEES, *PARAMETRISED}


def _cases(table):
    return [
        pytest.param(id, *case, id=f"{id}-{number}")
        for id, cases in table.items()
        for number, case in enumerate(cases if isinstance(cases[0], tuple) else zip(cases))
    ]


def _local(rule):
    """Without an import path, so that no second process starts."""
    return lambda visual, prompt, budget: rule(visual, prompt, budget)


@pytest.mark.parametrize(("guarantee", "select"), _cases(KEEPS))
def test_it_is_kept(guarantee, select):
    report = check_covering_algorithm(
        _local(select), guarantees=[guarantee], max_examples=50, seed=4, on_fail="return"
    )
    result = report[guarantee]
    assert result.status == "passed", result.reason
    assert result.checks >= 5


@pytest.mark.parametrize(("guarantee", "select", "shown"), _cases(BREAKS))
def test_it_is_broken(guarantee, select, shown):
    words, kind, most, attributes = shown
    report = check_covering_algorithm(_local(select), guarantees=[guarantee], on_fail="return")
    result = report[guarantee]
    assert result.status == "failed"
    found = result.counterexample
    assert found.kind == kind, result.reason
    assert words in f"{found.left} {found.right} {found.detail} {'exact' if found.exact else ''}"
    assert found.points <= most
    for name, value in attributes.items():
        assert getattr(found, name) == value
    if kind == "violated" and not np.isnan(found.lhs):
        assert found.lhs > found.rhs
        assert found.exact
    assert found.integral or most > 10


def middle_first(last=False):
    """Farthest points from the token nearest to the middle, which no order changes."""

    def select(visual, prompt, budget):
        visual = visual.astype(np.float64)
        away = ((visual - visual.mean(axis=0)) ** 2).sum(axis=1)
        ends = np.flatnonzero(away == away.min())
        return farthest(int(ends[-1 if last else 0]), last)(visual, prompt, budget)

    return select


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("guarantee", METAMORPHIC)
@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize("make", [nearest_to_prompt, middle_first])
def test_how_ties_are_broken_is_nobodys_business(make, last, guarantee, seed):
    report = check_covering_algorithm(
        make(last), guarantees=[guarantee], max_examples=50, seed=seed, on_fail="return"
    )
    assert report.passed, report[guarantee].reason


def test_optima_and_bounds_of_a_counterexample_are_what_they_say():
    report = check_covering_algorithm(
        last_rows, guarantees=["two-approximation"], seed=3, on_fail="return"
    )
    found = report["two-approximation"].counterexample

    def radius(rows):
        apart = np.abs(found.visual - found.visual[list(rows)].T)
        return apart.min(axis=1).max()

    assert found.visual.shape[1] == 1
    assert found.lhs == radius(found.kept[1])
    assert found.rhs == 2 * radius(found.optimum)
    assert len(found.optimum) == found.budget
