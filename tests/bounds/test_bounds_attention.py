"""Claims about attention: both sides worked out by hand, riders, and checks that can fail."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from mobtheory import attention
from mobtheory.claims import Margin, claim, select_claims
from mobtheory.claims.clouds import EXACT_FAMILIES, FAMILIES
from mobtheory.claims.head_output import HeadOutput
from mobtheory.claims.instances import (
    BudgetRun,
    HeadPruning,
    LayerPruning,
    MultisetPair,
    RepeatedPicture,
    RowPruning,
    StackPruning,
    WeightedSeededRun,
)
from mobtheory.claims.pre_norm import PreNormLayer
from mobtheory.claims.set_functions import SoftmaxAttention
from mobtheory.covering import CoveringProblem, Selection

from .confrontation import seeded

pytestmark = pytest.mark.bounds

Array = np.ndarray[Any, Any]
E = math.e


def column(*values: float) -> Array:
    return np.array(values, dtype=float)[:, None]


def problem(visual: tuple[float, ...], prompt: tuple[float, ...]) -> CoveringProblem:
    return CoveringProblem(column(*visual), column(*prompt), len(visual), metric="euclidean")


def head(steepness: float) -> SoftmaxAttention:
    return SoftmaxAttention(np.array([steepness]), np.array([[1.0]]))


def row(weights: tuple[float, ...], values: tuple[float, ...], merged: bool = False) -> RowPruning:
    """Tokens 0 and 4 and the prompt token 8, of which 0 is dropped, or merged into 4."""
    return RowPruning(
        problem((0, 4), (8,)),
        Selection([], [1]),
        weights=np.array(weights),
        values=column(*values),
        merged=np.array([merged, False, False]),
        in_ball=np.zeros((3, 1)),
    )


def both() -> RowPruning:
    """Of the tokens 0, 1 and 4 and the prompt token 8, 0 is merged into 4 and 1 discarded."""
    return RowPruning(
        problem((0, 1, 4), (8,)),
        Selection([], [2]),
        weights=np.array([0.4, 0.1, 0.1, 0.4]),
        values=column(2, 10 / 3, 1, 0),
        merged=np.array([True, False, False, False]),
        in_ball=np.zeros((4, 1)),
    )


def layer(*, epsilon: float, mlp: float = 0.0) -> PreNormLayer:
    """One flat head that copies the normalised token, and a SwiGLU of width 1."""
    one, none = np.ones((1, 1, 1)), np.zeros((1, 1, 1))
    size, gain = np.full((1, 1), mlp), np.ones(1)
    return PreNormLayer(none, none, one, one, size, size, size, gain, gain, epsilon)


def line(*points: float) -> WeightedSeededRun:
    """One pick among the points, the seed 10, equal weights on all four."""
    return WeightedSeededRun(column(*points), column(10), 1, np.full((1, 4), 0.25), np.ones(1))


def split(*, decay: float, scale: float, share: float = 0.5) -> BudgetRun:
    """K = 3, d = 1; the share of 3 is the other split of the power law, of 2 the exponential's."""
    return BudgetRun(
        column(0), np.ones(1), 1, 1, total=3, decay=decay, dimension=1.0, scale=scale, share=share
    )


def pair(first: tuple[float, ...], second: tuple[float, ...], steepness: float) -> MultisetPair:
    return MultisetPair(column(*first), column(*second), head(steepness))


def picture(copies: int) -> RepeatedPicture:
    """As much mass on the picture as on the prompt."""
    values = np.ones((1, 1)), np.zeros((1, 1))
    return RepeatedPicture(np.ones(1), np.full(1, float(copies)), *values, copies)


# The Gauss node nearest to 0: there the two outputs lie farthest apart.
FIRST_TIME = (1 + float(np.polynomial.legendre.leggauss(24)[0][0])) / 2

WORKED: dict[str, list[tuple[Any, float, float]]] = {
    # The mass falls from 1/2 to 1/5.
    "attention.multiplicity-gap": [(picture(4), 0.3, 1 / 3)],
    # 0 moves to 1; the second multiset has the diameter 1.
    "attention.winf": [
        (pair((0, 2), (1, 2), 1.0), 2 * E**2 / (1 + E**2) - (1 + 2 * E) / (1 + E),
         1 + math.tanh(0.5)),
        (pair((0, 1), (1, 1), 0.0), 0.5, 1.0),
    ],
    "attention.w1": [
        (pair((0, 0), (0, 1), 2.0), E**2 / (1 + E**2), E**2 * 3 / 2),
        (pair((0,), (2,), 3.0), 2.0, E**6 * 7 * 2),
    ],
    # The output E/(2 + E) becomes 0; r(U) = 1/2.
    "attention.log-count": [
        (HeadPruning(problem((0, 1), (0,)), Selection([], [0]), head(1.0)), E / (2 + E), 1.5),
    ],
    "attention.minimal-metric": [
        (pair((0, 1), (1,), 1.0), 1 - math.log((1 + E) / 2), 1 / (1 + math.exp(FIRST_TIME))),
    ],
    # Plainly .3 becomes .1/.8; the kept masses grow by 3 and by 1.
    "attention.tanh": [
        (row((0.2, 0.1, 0.7), (1, 1, 0)), 0.175, math.tanh(math.log(3) / 4)),
        # No imbalance with log-counts, a move of 2, a cover of 1/2.
        (row((0.25, 0.25, 0.5), (3, 1, 1)), 0.5, 0.5),
        # With log-counts 2/3 becomes 1/2, and the logits lie log(4) apart; plainly it is 1/5.
        (row((8 / 15, 2 / 15, 5 / 15), (1, 1, 0)), 2 / 3 - 2 / 7, math.tanh(math.log(5) / 4)),
    ],
    "attention.hybrid-bound": [
        # Discarded at 3/2 from the new output; merged, the tanh bound.
        (row((0.5, 0.25, 0.25), (1, -1, 0)), 0.75, 0.75),
        (row((0.2, 0.1, 0.7), (1, 1, 0), merged=True), 0.3 - 2 / 9, 1 / 3),
        # .1 is discarded 3 from the new output 1/3; .4 moves by 1, with the odds 4.
        (both(), 0.9, 0.3 + 0.4 + 0.9 * 3 / 5),
    ],
    # sqrt(9 + 16) = 5: the tokens are read as +-.6, a third of the mass moves by 1.2.
    "attention.layer": [
        (LayerPruning(problem((-3, 3), (3,)), Selection([], [1]), layer(epsilon=16)), 0.4, 0.4),
    ],
    # sqrt(1 + 3) = 2: read as +-.5; -1 is replaced by 1, and nu = 1/2.
    "attention.stack": [
        (StackPruning(problem((1, -1), (1,)), Selection([], []), (layer(epsilon=3),)), 7 / 3, 3.0),
    ],
    # The distances 10, 6, 4 become 4, 0, 2, with the weight 1/4 each.
    "attention.greedy": [(line(0, 4, 6), (1 - 1 / E) * 3.5, 3.5)],
    # 3/2 against 1 in the power law, 2 against 1 in the exponential one.
    "attention.budget-split": [
        (split(decay=1.0, scale=1.0, share=1 / 3), (1 / 2.25) / (1 / 2), 1.0),
        (split(decay=0.01, scale=1.0), 2 / E, 1.0),
    ],
}  # fmt: skip
CASES = [(id, number) for id, cases in WORKED.items() for number in range(len(cases))]


@pytest.mark.parametrize(("id", "number"), CASES)
def test_both_sides_are_as_worked_out(id: str, number: int) -> None:
    instance, lhs, rhs = WORKED[id][number]
    assert claim(id).unmet(instance) == ()
    margin = claim(id).check(instance)
    assert (margin.lhs, margin.rhs) == pytest.approx((lhs, rhs), rel=1e-12)
    assert margin.rounding <= 1e-12 * max(1.0, rhs)


def test_identities_and_minimax_values_are_worked_out_elsewhere() -> None:
    """An identity compares a difference with 0; minimax values have instances that attain them."""
    ids = {c.id for c in select_claims("attention.*")}
    assert ids - set(WORKED) == {
        "attention.identity",
        "attention.hybrid-identity",
        "attention.minimax-plain",
        "attention.minimax-reweighted",
    }


@pytest.mark.parametrize("family", EXACT_FAMILIES)
@pytest.mark.parametrize("id", ["attention.identity", "attention.hybrid-identity"])
def test_identities_equate_values_that_are_not_zero(id: str, family: str) -> None:
    moved = 0
    for instance in seeded(EXACT_FAMILIES[family], claim(id), 40):
        assert instance.exact
        assert claim(id).check(instance) == Margin(0.0, 0.0)
        moved += bool(np.any(instance.output != instance.mean(instance.weights * instance.kept)))
    assert moved >= 20


# --- what is checked can fail -------------------------------------------------------------------

EXACTLY = [
    ("attention.multiplicity-gap", "attention_multiplicity", "pruning_error"),
    ("attention.multiplicity-gap", "attention_multiplicity", "multiplicity_shift"),
    ("attention.identity", "attention_identities", "pruning_error"),
    ("attention.hybrid-identity", "attention_identities", "hybrid_error"),
    ("attention.minimax-plain", "attention_minimax", "pruning_error"),
    ("attention.minimax-plain", "attention_minimax", "minimax_plain_error"),
    ("attention.minimax-reweighted", "attention_minimax", "pruning_error"),
    ("attention.minimax-reweighted", "attention_minimax", "merge_error"),
    ("attention.minimax-reweighted", "attention_minimax", "weighted_covering_cost"),
    ("attention.layer", "attention_layers", "layer_error"),
    ("attention.layer", "attention_layers", "swiglu_lipschitz"),
    ("attention.greedy", "attention_choice", "weighted_covering_cost"),
    ("attention.budget-split", "attention_choice", "attention_tail"),
]


@pytest.mark.parametrize("factor", [0.999, 1.001])
@pytest.mark.parametrize(("id", "module", "name"), EXACTLY)
def test_a_function_that_is_off_is_noticed(
    id: str, module: str, name: str, factor: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped: Callable[..., Any] = getattr(attention, name)
    monkeypatch.setattr(
        f"mobtheory.claims.{module}.{name}", lambda *a, **k: factor * shipped(*a, **k)
    )
    stated = claim(id)
    instances = [i for i in seeded(FAMILIES["grid"], stated, 60) if stated.applies(i)]
    assert any(stated.check(i).holds is False for i in instances)


@pytest.mark.parametrize(
    ("id", "module", "name"),
    [
        ("attention.winf", "attention_metrics", "displacement_constant"),
        ("attention.winf", "attention_metrics", "displacement_bound"),
        ("attention.w1", "attention_metrics", "transport_constant"),
        ("attention.tanh", "attention_bounds", "tanh_log_count_bound"),
        ("attention.tanh", "attention_bounds", "tanh_plain_bound"),
        ("attention.hybrid-bound", "attention_bounds", "hybrid_bound"),
        ("attention.multiplicity-gap", "attention_multiplicity", "multiplicity_gap"),
        ("attention.layer", "attention_layers", "attention_bound"),
        ("attention.stack", "attention_layers", "stack_factor"),
    ],
)
def test_a_bound_that_is_too_small_is_noticed(
    id: str, module: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped: Callable[..., Any] = getattr(attention, name)
    monkeypatch.setattr(f"mobtheory.claims.{module}.{name}", lambda *a, **k: 0.8 * shipped(*a, **k))
    stated, noticed = claim(id), False
    for family in FAMILIES.values():
        noticed |= any(stated.check(i).holds is False for i in seeded(family, stated, 40))
    assert noticed


@pytest.mark.parametrize("factor", [0.999, 1.001])
def test_a_split_that_is_off_is_noticed(factor: float, monkeypatch: pytest.MonkeyPatch) -> None:
    def off(*args: Any, **options: Any) -> attention.BudgetSplit:
        best = attention.budget_split(*args, **options)
        return replace(best, interior=factor * best.interior)

    stated = claim("attention.budget-split")
    instances = list(seeded(FAMILIES["grid"], stated, 40))
    monkeypatch.setattr("mobtheory.claims.attention_choice.budget_split", off)
    assert sum(stated.check(i).holds is False for i in instances) >= 35


def test_the_formula_is_not_clamped_where_it_is_compared() -> None:
    """60/21 is beyond K - 1 = 2, which is shipped and is not the best of all 0 < K_p < K."""
    assert attention.budget_split(3, tail=20.0, dimension=1.0).interior == 2
    beyond = split(decay=20.0, scale=1.0, share=20 / 21)
    assert claim("attention.budget-split").check(beyond).ratio == pytest.approx(1, rel=1e-12)


# --- riders -------------------------------------------------------------------------------------


def test_the_gaps_at_the_rates_of_the_paper() -> None:
    rates = [round(attention.multiplicity_gap(kappa), 3) for kappa in (3, 4.5, 9)]
    assert rates == [0.268, 0.359, 0.5]


def test_the_exponential_of_w1_is_necessary() -> None:
    """A small mass at a token with logit 6, all others at logit 0."""
    few = pair((0.0,), (0.0,) * 9999 + (1.0,), 6.0)
    gap = HeadOutput.of(few.head, few.second).output[0]
    without_exponential = (1 + 6) * 1e-4
    assert gap > 10 * without_exponential
    assert gap == pytest.approx(math.exp(6) * 1e-4, rel=0.05)


def test_plain_pruning_breaks_the_bound_that_log_counts_keep() -> None:
    equal = HeadPruning(problem((1, 1), (0,)), Selection([], [0]), head(0.0))
    plain = HeadOutput.of(equal.head, equal.all_points[equal.kept]).output
    assert equal.covering.pruning_distance == 0
    assert abs(equal.full.output - plain)[0] == pytest.approx(1 / 6)
    assert claim("attention.log-count").check(equal).lhs == pytest.approx(0.0, abs=1e-15)


@pytest.mark.parametrize("radius", [10.0, 1000.0])
def test_the_constant_of_log_counts_depends_on_the_input(radius: float) -> None:
    """V = {(t, R), (0, R)}, S = {(0, R)}, P = {(0, -R)}, a = (1, 0), W_V = I: 2 R/9 at least."""
    visual, prompt = np.array([[1e-4, radius], [0, radius]]), np.array([[0, -radius]])
    of = CoveringProblem(visual, prompt, 1)
    pruning = HeadPruning(of, Selection([], [1]), SoftmaxAttention(np.array([1.0, 0]), np.eye(2)))
    error = np.linalg.norm(pruning.full.output - pruning.biased.output)
    assert error / pruning.covering.pruning_distance >= 0.99 * 2 * radius / 9
    assert claim("attention.log-count").check(pruning).holds is True


def test_known_prompt_values_change_the_worst_case() -> None:
    """Weight .1 on a prompt of value 0: keeping the heaviest is then worse than the lightest."""
    weights = np.array([0.12, 0.04, *[0.74 / 7] * 7, 0.1])

    def worst(kept: int) -> float:
        alone = np.isin(np.arange(10), [kept, 9])
        share = weights[kept] / weights[alone].sum()
        return abs(weights[kept] - share) + weights[:9].sum() - weights[kept]

    assert worst(0) == pytest.approx(1.205, abs=5e-4)
    assert worst(1) == pytest.approx(1.106, abs=5e-4)
    assert weights[:9].sum() == pytest.approx(0.9)
