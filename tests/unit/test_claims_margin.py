"""Both sides of an inequality, and when rounding leaves it open."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobtheory import Margin
from mobtheory.errors import InvalidProblem

NUMBERS = st.floats(-1e6, 1e6)
ALLOWANCES = st.floats(0, 10)


@given(NUMBERS, NUMBERS)
def test_exact_margin_is_never_open(lhs: float, rhs: float) -> None:
    assert Margin(lhs, rhs).holds is (Fraction(lhs) <= Fraction(rhs))


@given(NUMBERS, NUMBERS, ALLOWANCES)
def test_a_verdict_survives_every_error_within_the_allowance(
    lhs: float, rhs: float, rounding: float
) -> None:
    """True or False are only said where moving the left side by the allowance changes nothing."""
    margin = Margin(lhs, rhs, rounding)
    low, high = lhs - rounding <= rhs, lhs + rounding <= rhs
    assert margin.holds is (True if high else None if low else False)


@given(NUMBERS, NUMBERS, ALLOWANCES, ALLOWANCES)
def test_more_rounding_never_settles_anything(
    lhs: float, rhs: float, small: float, more: float
) -> None:
    before, after = Margin(lhs, rhs, small).holds, Margin(lhs, rhs, small + more).holds
    assert after in (before, None)


def test_examples() -> None:
    assert Margin(1, 2).holds is True
    assert Margin(2, 2).holds is True
    assert Margin(2, 1).holds is False
    assert Margin(2, 2, 1e-12).holds is None
    assert Margin(2, 1, 2).holds is None


def test_slack_and_ratio() -> None:
    assert (Margin(1, 4).slack, Margin(1, 4).ratio) == (3, 0.25)
    assert (Margin(4, 1).slack, Margin(4, 1).ratio) == (-3, 4)
    assert Margin(0, 0).ratio == 1
    assert Margin(1, 0).ratio == math.inf
    assert Margin(-1, 0).ratio == 0


def test_infinite_sides() -> None:
    unbounded = Margin(1, math.inf)
    assert (unbounded.holds, unbounded.slack, unbounded.ratio) == (True, math.inf, 0)
    both = Margin(math.inf, math.inf)
    assert (both.holds, both.slack, both.ratio) == (True, 0, 1)
    assert Margin(math.inf, 1).holds is False


@pytest.mark.parametrize(
    ("lhs", "rhs", "rounding"),
    [(math.nan, 1, 0), (1, math.nan, 0), (1, 1, -1e-9), (1, 1, math.nan)],
)
def test_what_is_no_margin(lhs: float, rhs: float, rounding: float) -> None:
    with pytest.raises(InvalidProblem, match="both sides must be numbers"):
        Margin(lhs, rhs, rounding)


@given(st.tuples(NUMBERS, ALLOWANCES), st.tuples(NUMBERS, ALLOWANCES), ALLOWANCES)
def test_brackets_decide_only_what_all_their_values_agree_on(
    left: tuple[float, float], right: tuple[float, float], rounding: float
) -> None:
    lhs, rhs = (left[0], left[0] + left[1]), (right[0], right[0] + right[1])
    margin = Margin.from_brackets(lhs, rhs, rounding)
    unit = 1e-9  # halving and adding the ends rounds
    if margin.holds is True:
        assert lhs[1] <= rhs[0] - rounding + unit
    if margin.holds is False:
        assert lhs[0] > rhs[1] + rounding - unit


def test_a_bracket_without_width_is_exact() -> None:
    assert Margin.from_brackets((3, 3), (2, 2)) == Margin(3, 2, 0)
    assert Margin.from_brackets((1, 3), (2, 2)).holds is None
