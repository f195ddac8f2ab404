"""The geometry of one sample: against direct measurement and the theory's counterexamples."""

import math
from itertools import combinations

import numpy as np
import pytest

from mobtheory.attention import attention_weights
from mobtheory.experiments.layers.budget_splits import fit_prompt_tail
from mobtheory.experiments.layers.covering_slope import (
    fit_covering_slope,
    insertion_radii,
    joint_radii,
)
from mobtheory.experiments.layers.identity import check_identity
from mobtheory.experiments.layers.laws import Laws
from mobtheory.experiments.layers.proof_steps import proof_steps
from mobtheory.experiments.layers.published import lemma_1, lemma_2, no_better_than_nothing
from mobtheory.experiments.layers.replacing_tokens import log_counts
from mobtheory.experiments.layers.space import Space, halves
from mobtheory.experiments.layers.subsets import METHODS, Subset, prompt_seeded, subsets
from mobtheory.geometry import covering_radius, directed_hausdorff, hausdorff


def _cloud(seed, visual=30, prompt=5, width=6):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(visual, width)), rng.normal(size=(prompt, width)) + 1


def _line(*visual, prompt):
    return Space.of(np.asarray(visual)[:, None], np.asarray(prompt)[:, None])


@pytest.mark.parametrize("seed", range(5))
def test_every_distance_is_the_one_that_geometry_measures(seed):
    visual, prompt = _cloud(seed)
    space = Space.of(visual, prompt)
    kept = np.sort(np.random.default_rng(seed).permutation(30)[:7])
    whole, pruned = np.concatenate([visual, prompt]), np.concatenate([visual[kept], prompt])
    assert space.pruning_distance(kept) == pytest.approx(hausdorff(whole, pruned), rel=1e-12)
    assert space.cover(kept) == pytest.approx(covering_radius(visual, visual[kept]), rel=1e-12)
    assert space.prompt_radius(kept) == pytest.approx(hausdorff(visual[kept], prompt), rel=1e-12)
    assert space.coupling == pytest.approx(hausdorff(visual, prompt), rel=1e-12)
    forth = directed_hausdorff(visual, prompt).distance
    assert space.visual_to_prompt == pytest.approx(forth, rel=1e-12)
    target = space.nearest_kept(kept)
    assert set(target) <= set(kept)
    assert (target[kept] == kept).all()
    assert np.bincount(target).sum() == np.exp(log_counts(target, kept)).sum() == 30


def test_published_sides_are_those_of_the_counterexamples_of_the_theory():
    # 2.3: V = P = {0, 1, 2}, S_p = {0}, S_v = {1}: Lemma 2's right side is 2, the truth 0
    space = _line(0.0, 1.0, 2.0, prompt=[0.0, 1.0, 2.0])
    subset = Subset("mob", np.array([0, 1]), np.array([0]), np.array([1]))
    assert lemma_2(space, subset) == 2
    assert space.pruning_distance(subset.kept) == 0
    # 10.4: V = S = {0, 1}, P = {5}: Lemma 1 beats the bound for keeping nothing, Lemma 2 cannot
    space = _line(0.0, 1.0, prompt=[5.0])
    subset = Subset("all", np.array([0, 1]), np.array([1]), np.array([0]))
    assert lemma_1(space, subset) == 0
    assert no_better_than_nothing(space, subset) == {"lemma-1": False, "lemma-2": True}


@pytest.mark.parametrize("seed", range(10))
def test_lemma_2_never_beats_keeping_nothing(seed):
    raw, unit = (Space.of(*_cloud(seed), unit=unit) for unit in (False, True))
    attention = np.random.default_rng(seed).random(30)
    chosen = subsets(raw, unit, attention, 8, np.random.default_rng(seed))
    assert [subset.method for subset in chosen] == list(METHODS)
    for subset in chosen:
        assert len(subset.kept) == 8
        assert (np.diff(subset.kept) > 0).all()
        parts = np.sort(np.concatenate([subset.prompt_half, subset.visual_half]))
        assert np.array_equal(parts, subset.kept)
        assert no_better_than_nothing(raw, subset)["lemma-2"]
        assert no_better_than_nothing(unit, subset)["lemma-2"]


def test_halves_put_the_tokens_nearest_to_the_prompt_first():
    space = _line(0.0, 4.0, 1.0, 9.0, 2.0, prompt=[0.0])
    first, second = halves(space, np.array([1, 2, 3, 4]))
    assert (first.tolist(), second.tolist()) == ([2, 4], [1, 3])
    assert [half.tolist() for half in halves(space, np.array([3]))] == [[3], []]


def test_the_proof_step_that_the_theory_refutes_fails_and_its_repair_holds():
    # 7.3: S_p = {0}, S_v = {M + 2, M}: d_H(S_v, V) = M, OPT(2) = 1, h(V -> S) = 0.1
    space = _line(0.0, 0.1, 50.0, 52.0, prompt=[-0.5])
    subset = Subset("mob", np.array([0, 2, 3]), np.array([0]), np.array([2, 3]))
    laws = Laws(insertion_radii(space.visual_visual), np.ones(5), None, None, None, None)
    steps = proof_steps(space, subset, laws, {"alpha": 10.0, "beta": 4.0})
    assert steps["visual_radius"] == 50
    assert steps["optimum_low"] <= 1 <= steps["optimum_high"]
    assert not steps["visual_alone_twice"]
    assert steps["union_twice"]
    assert steps["nearest_cover_optimal"]
    assert steps["truncation"]
    # 7.2: P = {0, M}, S_p = {0.1, 0.2}: d_H(S_p, P) = M - 0.2 against 6 eta = 12 for M = 50
    space = _line(0.1, 0.2, 51.0, 52.0, prompt=[0.0, 50.0])
    subset = Subset("mob", np.array([0, 1]), np.array([0, 1]), np.array([], dtype=int))
    steps = proof_steps(space, subset, laws, {"alpha": 12.0, "beta": math.inf})
    assert steps["prompt_radius"] == pytest.approx(49.8)
    assert not steps["truncation"]


def test_prompt_seeded_sampling_beats_alignment_where_the_theory_says_so():
    # 2.4: V = {0, 10}, P = {0.1}, K = 1: alignment keeps 0 (G = 9.9), seeding keeps 10 (G = 0.1)
    space = _line(0.0, 10.0, prompt=[0.1])
    kept = prompt_seeded(space, 1)
    assert kept.tolist() == [1]
    assert space.pruning_distance(kept) == pytest.approx(0.1)
    assert space.pruning_distance(np.array([0])) == pytest.approx(9.9)


def test_the_covering_dimension_rises_with_that_of_the_cloud_and_is_biased_low():
    found = []
    for dimension in (1, 2, 3):
        points = np.random.default_rng(0).random((600, dimension))
        space = Space.of(points, points[:1])
        law = fit_covering_slope(insertion_radii(space.visual_visual), (3, 150))
        assert 0.65 * dimension < law.dimension < dimension
        assert law.error < 0.05
        found.append(law.dimension)
    assert found == sorted(found)


def test_insertion_radii_are_covering_radii_and_bracket_the_optimum():
    visual, prompt = _cloud(7, visual=12, width=2)
    space = Space.of(visual, prompt)
    radii = insertion_radii(space.visual_visual)
    assert radii[-1] == 0
    assert (np.diff(radii) <= 0).all()
    pairs = [(i, j) for i in range(12) for j in range(i)]
    best = min(space.cover(np.array(pair)) for pair in pairs)  # centres among the points
    assert radii[1] / 2 <= best <= radii[1]
    assert radii[1] == space.cover(np.array([0, space.visual_visual[0].argmax()]))


@pytest.mark.parametrize("seed", range(4))
def test_the_joint_radius_brackets_the_best_one_over_all_splits(seed):
    visual, prompt = _cloud(seed, visual=7, prompt=4, width=2)
    parts = [Space.of(points, points) for points in (visual, prompt)]

    def least(space, count):  # centres among the points, at least the best anywhere
        return min(
            space.cover(np.array(c)) for c in combinations(range(len(space.visual_visual)), count)
        )

    radii = joint_radii(*(insertion_radii(part.visual_visual) for part in parts))
    for budget in range(2, 11):
        best = min(
            max(least(parts[0], budget - count), least(parts[1], count))
            for count in range(max(1, budget - 7), min(4, budget - 1) + 1)
        )
        assert radii[budget - 1] / 2 - 1e-12 <= best <= radii[budget - 1] + 1e-12
    assert radii[0] == math.inf
    assert radii[-1] == 0


def test_no_law_is_fitted_where_the_radius_does_not_fall():
    assert fit_covering_slope(np.ones(20), (3, 10)) is None
    assert fit_covering_slope(np.asarray([4.0, 2.0, 0.0, 0.0]), (1, 4)) is None


@pytest.mark.parametrize("gamma", [0.5, 1.5])
def test_the_tail_exponent_of_a_power_law_is_recovered(gamma):
    tails = 0.3 * np.arange(1, 400.0) ** -gamma
    dust = np.full(2000, tails[-1] / 2000)
    weights = np.concatenate([-np.diff(np.append(0.9, tails)), dust, [0.1]])
    visual = np.arange(len(weights) - 1)
    tail = fit_prompt_tail(weights[None], visual, 100)
    assert tail.law.exponent == pytest.approx(gamma, rel=1e-6)
    assert tail.error < 1e-6
    assert tail.best is tail.law


def test_an_exponential_tail_is_told_and_no_tail_is_none():
    weights = np.concatenate([0.5 ** np.arange(1, 40.0), [0.5**39]])
    tail = fit_prompt_tail(weights[None], np.arange(39), 30)
    assert tail.best is tail.exponential
    assert tail.to_dict()["tau"] == pytest.approx(1 / math.log(2), rel=1e-3)
    assert fit_prompt_tail(np.asarray([[0.0, 0.5, 0.5]]), np.arange(2), 2) is None


def _heads(seed=0):
    rng = np.random.default_rng(seed)
    weights = np.asarray(attention_weights(rng.normal(size=(4, 3, 12))))
    values, output = rng.normal(size=(2, 12, 5)), rng.normal(size=(4, 7, 5))
    kept = np.arange(12) % 3 > 0
    pruned = np.where(kept, weights, 0)
    pruned /= pruned.sum(axis=-1, keepdims=True)
    shared = np.repeat(values, 2, axis=0)
    change = np.einsum("hde,hre->rd", output, (weights - pruned) @ shared)
    return weights, values, kept, output, change, 3 * rng.normal(size=(3, 7))


@pytest.mark.parametrize("dtype", ["float64", "float32", "bfloat16"])
def test_the_identity_holds_for_softmax_heads_that_share_keys(dtype):
    *heads, state = _heads()
    found = check_identity(*heads, state, dtype)
    assert found.outcome == "holds"
    assert found.residual < 1e-12


@pytest.mark.parametrize("dtype", ["float64", "float32", "bfloat16"])
def test_the_identity_fails_when_one_head_is_read_wrongly(dtype):
    weights, values, kept, output, change, state = _heads()
    broken = output.copy()
    broken[2] = -broken[2]
    assert check_identity(weights, values, kept, broken, change, state, dtype).outcome == "fails"


def test_a_change_below_the_rounding_of_the_state_says_nothing():
    weights, values, kept, output, change, state = _heads()
    large = 1e8 * state
    found = check_identity(weights, values, kept, output, 0 * change, large, "float32")
    assert found.outcome == "below rounding"
