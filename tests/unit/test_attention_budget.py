"""The tail law bounds the tail, and the split is the best integer of the product law."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobtheory import CoveringRegularity, attention, effective_dimension
from mobtheory.attention import TailFit, budget_split, fit_tail
from mobtheory.errors import InvalidProblem, InvalidSelection


def product(prompt: int, budget: int, law: TailFit, dimension: float, mass: float) -> float:
    tail = min(mass, law.law(prompt)) if prompt else mass
    return tail * (budget - prompt) ** (-1 / dimension)


laws = st.builds(
    TailFit,
    st.sampled_from(["power", "exponential"]),
    st.one_of(st.just(0.0), st.floats(1e-3, 3.0)),
    st.floats(0.05, 40.0),
    st.just((1, 300)),
)


@given(laws, st.integers(1, 200), st.floats(0.3, 20.0), st.floats(0.01, 1.0))
def test_no_integer_split_is_better(
    law: TailFit, budget: int, dimension: float, mass: float
) -> None:
    split = budget_split(budget, tail=law, dimension=dimension, visual_mass=mass)
    assert split.prompt_budget + split.visual_budget == budget
    assert split.visual_budget >= 1
    products = [product(k, budget, law, dimension, mass) for k in range(budget)]
    reached = products[split.prompt_budget]
    assert reached <= min(products) * (1 + 1e-9)
    assert split.bound == pytest.approx(reached, rel=1e-9, abs=1e-300)


@given(st.floats(0.01, 5.0), st.floats(0.5, 20.0), st.integers(2, 500))
def test_the_closed_form_of_the_power_law(gamma: float, dimension: float, budget: int) -> None:
    split = budget_split(budget, tail=gamma, dimension=dimension)
    closed = budget * gamma * dimension / (1 + gamma * dimension)
    assert split.interior == pytest.approx(min(closed, budget - 1), rel=1e-12)
    if split.rule == "interior":
        assert abs(split.prompt_budget - split.interior) < 1


def test_the_interior_is_a_stationary_point() -> None:
    """Stationary: gamma / K_p = 1 / (d (K - K_p)); 1 / tau for gamma / K_p if exponential."""
    gamma, dimension, budget = 0.7, 3.0, 1000
    inner = budget_split(budget, tail=gamma, dimension=dimension).interior
    assert gamma / inner == pytest.approx(1 / (dimension * (budget - inner)), rel=1e-12)
    law = TailFit("exponential", 1 / 40, 1.0, (1, 1000))
    inner = budget_split(budget, tail=law, dimension=dimension).interior
    assert budget - inner == pytest.approx(40 / dimension, rel=1e-12)


def test_a_slow_tail_leaves_everything_to_the_covering() -> None:
    """With c = 30, gamma = d = 1, K = 48: .0417 by the formula, .0208 without prompt tokens."""
    law = TailFit("power", 1.0, 30.0, (1, 47))
    split = budget_split(48, tail=law, dimension=1.0)
    assert (split.prompt_budget, split.rule, split.interior) == (0, "no-prompt", 24.0)
    assert split.bound == pytest.approx(1 / 48)
    assert product(24, 48, law, 1.0, 1.0) == pytest.approx(1 / 24)
    assert min(1.0, law.law(24)) == 1.0


def test_clamps() -> None:
    slow = TailFit("exponential", 1 / 100, 1.0, (1, 64))
    assert budget_split(50, tail=slow, dimension=2.0).prompt_budget == 0
    fast = TailFit("exponential", 10.0, 1.0, (1, 64))
    assert budget_split(50, tail=fast, dimension=2.0).visual_budget == 1
    assert budget_split(50, tail=1e9, dimension=2.0).visual_budget == 1
    assert budget_split(50, tail=0.0, dimension=2.0).prompt_budget == 0
    assert budget_split(1, tail=3.0, dimension=2.0).prompt_budget == 0
    assert budget_split(50, tail=1.0, dimension=2.0, visual_mass=0.0).prompt_budget == 0


def test_measured_laws_say_whether_the_split_lies_in_their_range() -> None:
    points = np.random.default_rng(0).random((200, 2))
    regularity = effective_dimension(points)
    law = TailFit("power", 1.0, 1.0, (1, 100))
    inside = budget_split(60, tail=law, dimension=regularity)
    expected = (regularity.upper_constant / inside.visual_budget) ** (1 / regularity.dimension)
    assert inside.covering_radius == pytest.approx(expected)
    low, high = regularity.radius_range
    assert inside.within_range is (low <= expected <= high)
    far = budget_split(10**6, tail=TailFit("power", 1.0, 1.0, (1, 10**6)), dimension=regularity)
    assert far.within_range is False
    short = TailFit("power", 1.0, 1.0, (1, 2))
    assert budget_split(60, tail=short, dimension=regularity).within_range is False
    assert budget_split(60, tail=1.0, dimension=regularity).within_range is None
    assert budget_split(60, tail=law, dimension=2.0).covering_radius is None


weights = st.integers(0, 2**32 - 1).map(
    lambda seed: np.random.default_rng(seed).dirichlet(
        np.full(int(np.random.default_rng(seed).integers(5, 60)), 10 ** (seed % 4 - 2.0))
    )
)


@given(weights, st.sampled_from(["power", "exponential", "best"]))
def test_the_law_is_never_below_the_tail(row: Any, kind: Any) -> None:
    tails = attention.attention_tail(row)
    if np.count_nonzero(tails[1:]) < 3:
        return
    law = fit_tail(row, kind=kind)
    low, high = law.count_range
    assert low == 1
    assert high == np.count_nonzero(tails[1:])
    ratios = [tails[k] / law.bound(k) for k in range(low, high + 1)]
    # A true bound, and no larger a constant than that takes.
    assert max(ratios) <= 1
    assert max(ratios) >= 1 - 1e-9
    assert law.exponent >= 0


@given(weights)
def test_the_fit_is_the_least_squares_line(row: Any) -> None:
    tails = attention.attention_tail(row)
    if np.count_nonzero(tails[1:]) < 3:
        return
    for kind, steps_of in (("power", np.log), ("exponential", np.float64)):
        law = fit_tail(row, kind=kind)
        counts = np.arange(1, law.count_range[1] + 1)
        logs = np.log(tails[counts])
        slope, height = np.polyfit(steps_of(counts), logs, 1)
        assert law.exponent == pytest.approx(-slope, rel=1e-6, abs=1e-9)
        residuals = logs - (slope * steps_of(counts) + height)
        assert law.residual == pytest.approx(np.sqrt(np.mean(residuals**2)), rel=1e-5, abs=1e-9)


def row_with(tails: Any) -> Any:
    """Weights with these tails at 1, 2, ...; the rest is spread over a hundred light tokens."""
    return np.concatenate([-np.diff([1.0, *tails]), np.full(100, tails[-1] / 100)])


def test_known_laws_are_found() -> None:
    counts = np.arange(1, 40)
    row = row_with(0.5 * counts**-0.7)
    for kind in ("power", "best"):
        law = fit_tail(row, kind=kind, counts=(1, 39))
        assert law.kind == "power"
        assert (law.exponent, law.constant) == (pytest.approx(0.7), pytest.approx(0.5))
        assert law.residual < 1e-12
    law = fit_tail(row_with(0.5 * np.exp(-counts / 6)), kind="best", counts=(1, 39))
    assert law.kind == "exponential"
    assert (1 / law.exponent, law.constant) == (pytest.approx(6.0), pytest.approx(0.5))


def test_the_tail_of_several_rows_is_that_of_their_mean() -> None:
    rng = np.random.default_rng(5)
    rows = rng.dirichlet(np.ones(9), size=(3, 2))
    importance = rng.random((3, 2))
    visual = [1, 2, 4, 5, 8]
    tails = attention.attention_tail(rows, visual=visual, importance=importance)
    mean = np.tensordot(importance / importance.sum(), rows, axes=2)[visual]
    heaviest = np.sort(mean)[::-1]
    np.testing.assert_allclose(tails, [heaviest[k:].sum() for k in range(6)], atol=1e-15)


def test_tiny_tails_are_precise() -> None:
    row = np.asarray([1.0, 1e-20, 1e-25])
    np.testing.assert_allclose(
        attention.attention_tail(row), [1.0, 1e-20 + 1e-25, 1e-25, 0.0], rtol=1e-14
    )


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        ({"kind": "line"}, "unknown"),
        ({"counts": (0, 3)}, "integer from 1"),
        ({"counts": (1, 9)}, "0 beyond"),
        ({"counts": (2, 3)}, "at least 3 counts"),
        ({"importance": 0.0}, "some row"),
        ({"visual": [0, 1]}, "at least 3 counts"),
    ],
)
def test_fits_that_cannot_be_made(options: Any, rule: str) -> None:
    with pytest.raises(InvalidProblem, match=rule):
        fit_tail([0.4, 0.3, 0.2, 0.1], **options)


def test_laws_beyond_float64() -> None:
    row = np.concatenate([np.full(50, 1 / 50), [1e-100, 1e-200, 1e-300]])
    with pytest.raises(InvalidProblem, match="leaves the range"):
        fit_tail(row, counts=(50, 52))
    flat = CoveringRegularity(1e-3, 0.5, 1e9, (1.0, 2.0), 0.0)
    split = budget_split(4, tail=TailFit("power", 1.0, 1.0, (1, 4)), dimension=flat)
    assert split.covering_radius == math.inf
    assert split.within_range is False


def test_no_visual_tokens_have_no_tail() -> None:
    with pytest.raises(InvalidSelection, match="at least one token"):
        fit_tail([0.4, 0.3, 0.2, 0.1], visual=[])


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        ({"budget": 0}, "budget"),
        ({"budget": 4.0}, "budget"),
        ({"dimension": 0.0}, "dimension"),
        ({"dimension": math.inf}, "dimension"),
        ({"tail": -1.0}, "tail"),
        ({"visual_mass": 1.5}, "visual_mass"),
    ],
)
def test_splits_that_cannot_be_made(options: Any, rule: str) -> None:
    arguments = {"budget": 8, "tail": 1.0, "dimension": 2.0, **options}
    with pytest.raises(InvalidProblem, match=rule):
        budget_split(arguments.pop("budget"), **arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        ("line", 1.0, 1.0, (1, 3)),
        ("power", -1.0, 1.0, (1, 3)),
        ("power", 1.0, 0.0, (1, 3)),
        ("power", 1.0, 1.0, (0, 3)),
        ("power", 1.0, 1.0, (3, 1)),
    ],
)
def test_laws_that_are_none(arguments: Any) -> None:
    with pytest.raises(InvalidProblem):
        TailFit(*arguments)


def test_the_product_law_bounds_phi() -> None:
    """Top tokens by attention, then farthest points: Phi <= tail 2 (b' / K_v)^(1/d)."""
    from mobtheory import farthest_point_sampling, pairwise_distances

    rng = np.random.default_rng(8)
    points = rng.random((120, 2))
    regularity = effective_dimension(points)
    row = rng.dirichlet(np.full(120, 0.3))
    law = fit_tail(row)
    split = budget_split(24, tail=law, dimension=regularity)
    heaviest = np.argsort(-row)[: split.prompt_budget]
    covering = farthest_point_sampling(points, split.visual_budget, seeds=heaviest)
    kept = np.concatenate([heaviest, covering])
    phi = attention.weighted_covering_cost(row, pairwise_distances(points, points), kept)
    assert split.within_range
    assert float(phi) <= split.bound * 2 * regularity.upper_constant ** (1 / regularity.dimension)
