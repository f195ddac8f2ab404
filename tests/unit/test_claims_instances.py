"""Instances of claims: built from any clouds, the same for the same seed, refused when wrong."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import mobtheory as mob
from mobtheory.claims import Claim
from mobtheory.claims.clouds import CLOUD_FAMILIES, EXACT_FAMILIES, FAMILIES, token_like
from mobtheory.claims.instances import (
    GreedyRun,
    LinePruning,
    MapPruning,
    Pruning,
    RegularSet,
    SeededRun,
    Sizes,
)
from mobtheory.claims.set_functions import (
    Composed,
    DistancesToProbes,
    MaxPooledFeatures,
    MeanPooling,
    SoftmaxAttention,
    SupportFunctions,
)
from mobtheory.claims.theorem_2 import alpha_term, beta_term, operations
from mobtheory.covering import CoveringProblem, Selection
from mobtheory.errors import InvalidProblem

CLAIMS = mob.list_claims()
TYPES = tuple({c.instance_type: c for c in CLAIMS}.values())


def claim_id(claim: Claim) -> str:
    return claim.id


def type_name(claim: Claim) -> str:
    return claim.instance_type.__name__


def drawn(claim: Claim, seed: int, family: str = "grid") -> Any:
    rng = np.random.default_rng(seed)
    return claim.instance_type.from_clouds(*FAMILIES[family](rng), rng)


@pytest.mark.parametrize("claim", CLAIMS, ids=claim_id)
def test_same_seed_same_margin(claim: Claim) -> None:
    for seed in range(5):
        one, other = drawn(claim, seed), drawn(claim, seed)
        assert claim.unmet(one) == claim.unmet(other)
        if claim.applies(one):
            assert claim.check(one) == claim.check(other)


@pytest.mark.parametrize("claim", CLAIMS, ids=claim_id)
def test_check_is_defined_or_refused_where_hypotheses_fail(claim: Claim) -> None:
    """Never a wrong number or a foreign error, whatever the instance."""
    for family in FAMILIES:
        for seed in range(12):
            instance = drawn(claim, seed, family)
            assert claim.applies(instance) == (not claim.unmet(instance))
            try:
                margin = claim.check(instance)
            except InvalidProblem:
                assert not claim.applies(instance)
            else:
                assert isinstance(margin, mob.Margin)


@pytest.mark.parametrize("claim", CLAIMS, ids=claim_id)
def test_instances_of_another_type_are_refused(claim: Claim) -> None:
    for call in (claim.check, claim.applies, claim.unmet):
        with pytest.raises(InvalidProblem, match=claim.instance_type.__name__) as caught:
            call(np.zeros((2, 2)))
        assert "an instance of ndarray" in str(caught.value)


@pytest.mark.parametrize("claim", TYPES, ids=type_name)
def test_real_tokens_take_the_same_way(claim: Claim) -> None:
    """Single precision, hundreds of tokens."""
    rng = np.random.default_rng(3)
    visual, prompt = token_like(rng, visual_count=200, prompt_count=12, dimension=64)
    instance = claim.instance_type.from_clouds(  # pyright: ignore[reportAttributeAccessIssue]
        visual.astype(np.float32), prompt.astype(np.float32), rng
    )
    if claim.applies(instance):
        assert claim.check(instance).holds is not False


def test_families_are_as_they_say() -> None:
    for name, draw in FAMILIES.items():
        for seed in range(20):
            visual, prompt = draw(np.random.default_rng(seed))
            assert visual.ndim == prompt.ndim == 2
            assert visual.shape[1] == prompt.shape[1]
            assert len(visual) >= 1
            assert len(prompt) >= 1
            assert np.issubdtype(visual.dtype, np.integer) == (name in EXACT_FAMILIES)
            assert CoveringProblem(visual, prompt, 1).exact_order == (name in EXACT_FAMILIES)
            if name == "coincident":
                assert mob.hausdorff(visual, prompt) == 0
            if name == "shifted":
                assert 0 < mob.hausdorff(visual, prompt) <= 2
            if name == "duplicates":
                assert len(np.unique(visual, axis=0)) < len(visual)
            if name == "one-prompt":
                assert len(prompt) == 1
            if name in {"sphere", "token-like"}:
                assert np.allclose(np.linalg.norm(visual, axis=1), 1)
            if name == "collinear":
                assert np.linalg.matrix_rank(np.concatenate([visual, prompt])) == 1
    assert not set(EXACT_FAMILIES) & set(CLOUD_FAMILIES)


def test_modalities_lie_apart() -> None:
    for seed in range(20):
        visual, prompt = FAMILIES["modality-gap"](np.random.default_rng(seed))
        axis = visual.mean(axis=0) - prompt.mean(axis=0)
        assert np.mean(visual @ axis) > 0 > np.mean(prompt @ axis)


def test_budgets_reach_both_ends_and_selections_all_kinds() -> None:
    seen: set[str] = set()
    for seed in range(300):
        pruning = drawn(mob.claim("geometry.domination"), seed)
        assert isinstance(pruning, Pruning)
        count, budget = pruning.problem.visual_count, pruning.problem.budget
        prompt_half, visual_half = (
            len(half)
            for half in (pruning.selection.prompt_centers, pruning.selection.visual_centers)
        )
        assert prompt_half + visual_half <= budget
        seen |= {"K=1"} if budget == 1 else set()
        seen |= {"K=2"} if budget == 2 < count else set()
        seen |= {"K=N"} if budget == count > 1 else set()
        seen |= {"empty"} if prompt_half + visual_half == 0 else set()
        seen |= {"fewer"} if 0 < prompt_half + visual_half < budget else set()
        seen |= {"prompt only"} if prompt_half and not visual_half else set()
        seen |= {"visual only"} if visual_half and not prompt_half else set()
        seen |= {"both"} if prompt_half and visual_half else set()
    assert len(seen) == 8


LINE = CoveringProblem(np.array([[0], [3], [10]]), np.array([[4]]), 2)


def test_points_of_a_pruning() -> None:
    pruning = Pruning(LINE, Selection([2], [0]))
    assert pruning.all_points.tolist() == [[0], [3], [10], [4]]
    assert pruning.kept_points.tolist() == [[0], [10], [4]]
    assert pruning.kept_to_prompt == 6
    assert Pruning(LINE, Selection([], [])).kept_to_prompt == float("inf")


def test_allowance_is_zero_where_arithmetic_is_exact() -> None:
    assert Pruning(LINE, Selection([], [])).rounding(terms=3) == 0
    plane = CoveringProblem(np.array([[0, 0], [1, 2]]), np.array([[5, 5]]), 1)
    pruning = Pruning(plane, Selection([], []))
    assert pruning.rounding() == 0
    assert 0 < pruning.rounding(terms=2) < 1e-13
    thirds = CoveringProblem(np.array([[1 / 3, 0], [1, 2]]), np.array([[5, 5.0]]), 1)
    assert 0 < Pruning(thirds, Selection([], [])).rounding() < 1e-13


def test_a_control_has_no_constant() -> None:
    pruning = MapPruning(LINE, Selection([], [0]), MeanPooling())
    assert pruning.error == pytest.approx(abs(17 / 4 - 4 / 2))
    with pytest.raises(InvalidProblem, match="MeanPooling"):
        _ = pruning.constant
    with pytest.raises(InvalidProblem, match="no Lipschitz constant"):
        _ = Composed(MeanPooling(), np.eye(1)).constant


def test_terms_of_theorem_2_are_refused_without_regularity() -> None:
    run = GreedyRun.of(LINE, 1, 1, DistancesToProbes(np.zeros((1, 1))))
    with pytest.raises(InvalidProblem, match="prompt tokens with fewer than two distances"):
        alpha_term(run)
    same = CoveringProblem(np.zeros((2, 1)), np.array([[1.0], [2.0], [4.0]]), 2)
    with pytest.raises(InvalidProblem, match="visual tokens with fewer than two distances"):
        beta_term(GreedyRun.of(same, 1, 1, DistancesToProbes(np.zeros((1, 1)))))


def test_set_functions_compute_what_they_say() -> None:
    points = np.array([[0.0, 0.0], [3.0, 4.0]])
    probes = DistancesToProbes(np.array([[3.0, 0.0], [6.0, 8.0]]))
    assert probes(points).tolist() == [3, 5]
    assert probes.constant == pytest.approx(2**0.5)
    assert SupportFunctions(np.array([[1.0, 0.0], [0.0, -2.0]]))(points).tolist() == [3, 0]
    pooled = MaxPooledFeatures(np.array([[1.0, 1.0]]), np.array([-1.0]))
    assert pooled(points) == pytest.approx(np.tanh([6.0]))
    composed = Composed(pooled, np.array([[2.0]]))
    assert composed(points) == pytest.approx(2 * np.tanh(np.tanh([6.0])))
    assert composed.constant == pytest.approx(2 * 2**0.5)
    assert MeanPooling()(points).tolist() == [1.5, 2]
    flat = SoftmaxAttention(np.zeros(2), np.eye(2))
    assert flat(points).tolist() == [1.5, 2]
    peaked = SoftmaxAttention(np.array([100.0, 0.0]), np.eye(2))
    assert peaked(points) == pytest.approx([3, 4])


def test_operations_are_counted_step_by_step() -> None:
    """N=576, L=10, K=64, d=4096 with k=4, K_p=32: near N (L + K) d, the paper's 1.7e-4 TFLOPs."""
    counted = operations(
        Sizes(visual=576, prompt=10, width=4096, budget=64, prompt_budget=32, fold=4)
    )
    leading = 576 * (10 + 64) * 4096
    assert 1.7e8 < leading < counted < 1.05 * leading


def test_regular_sets_count_covering_balls() -> None:
    spread = RegularSet(
        points=np.array([[0.0], [1.0], [10.0]]),
        width=0.5,
        high=20.0,
        exponent=1.0,
        lower=1.0,
        upper=1.0,
        radius=1.0,
    )
    assert [spread.number(r) for r in (0.5, 1.0, 9.0, 10.0)] == [3, 2, 1, 1]
    wider = replace(spread, points=np.arange(12.0)[:, None])
    assert [wider.number(r) for r in (0.5, 100.0)] == [12, 1]


def test_lines_are_projected_to_integers() -> None:
    for family in FAMILIES:
        for seed in range(10):
            instance = drawn(mob.claim("covering.tradeoff"), seed, family)
            assert isinstance(instance, LinePruning)
            for points in (instance.problem.visual, instance.problem.prompt):
                assert points.shape[1] == 1
                assert np.issubdtype(points.dtype, np.integer)
                assert np.abs(points).max() <= 2**15
            assert 0 < instance.low < instance.high


def test_seeded_runs_are_small_enough_to_enumerate() -> None:
    for family in FAMILIES:
        run = drawn(mob.claim("covering.seeded-fps"), 0, family)
        assert isinstance(run, SeededRun)
        assert len(run.points) <= 9
        assert len(run.picked) == run.picks
        assert run.greedy_radius <= run.radius(np.array([], dtype=np.int64))
