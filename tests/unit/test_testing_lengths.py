"""Lengths: comparisons of square roots, against integers of any size and against themselves."""

import math
from fractions import Fraction
from math import isqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobtheory.testing.lengths import Length, exceeds

SQUARES = st.fractions(0, 50, max_denominator=12)
LENGTHS = st.floats(0, 1e150, allow_subnormal=False).filter(lambda x: x == 0 or x > 1e-140)


def _is_greater(square: Fraction, *others: Fraction) -> bool:
    """sqrt(square) > sum of the other roots, from roots with 60 digits behind the point."""
    scale = 10**120
    common = math.lcm(*(one.denominator for one in (square, *others))) ** 2
    roots = [
        isqrt(int(one * common) * scale) for one in (square, *others)
    ]  # each between its root and 1 less
    left, right = roots[0], sum(roots[1:])
    if left > right + len(others):
        return True
    if left < right - 1:
        return False
    # So near that it must be equality: roots of such small numbers differ by far more.
    return False


@given(SQUARES, st.lists(SQUARES, min_size=1, max_size=2))
def test_fractions_are_compared_exactly(square, others):
    lengths = [Length.exactly(one) for one in others]
    assert exceeds(Length.exactly(square), *lengths) is _is_greater(square, *others)


@pytest.mark.parametrize("nudge", [Fraction(-1, 10**40), Fraction(0), Fraction(1, 10**40)])
def test_less_than_any_float_decides(nudge):
    # sqrt(8) = sqrt(2) + sqrt(2)
    two = Length.exactly(2)
    assert exceeds(Length.exactly(8 + nudge), two, two) is (nudge > 0)
    assert exceeds(Length.exactly(2 + nudge), two) is (nudge > 0)


@given(LENGTHS, LENGTHS)
def test_a_rounded_length_is_never_above_itself(one, other):
    low, high = sorted((one, other))
    rounded = Length.between(low, high)
    for inside in (low, high, (low / 2 + high / 2)):
        exact = Length.exactly(Fraction(inside) ** 2)
        assert exceeds(exact, rounded) is not True
        assert exceeds(rounded, exact) is not True
        assert exceeds(rounded, Length.between(inside, inside)) is not True
    doubled = rounded.times(2)
    assert exceeds(doubled, rounded, rounded) is not True
    assert exceeds(Length.exactly(4 * Fraction(high) ** 2), doubled) is not True


@pytest.mark.parametrize("unit", [1e-140, 1.0, 1e150])
def test_rounded_lengths_that_are_apart_are_decided(unit):
    short, long = Length.between(unit, 1.01 * unit), Length.between(3 * unit, 3.01 * unit)
    assert exceeds(long, short) is True
    assert exceeds(short, long) is False
    assert exceeds(long, short, short) is True
    assert exceeds(long, short, short.times(2)) is None
    assert exceeds(long, Length.exactly(Fraction(unit) ** 2)) is True


def test_an_open_bracket_stays_open():
    bracket = Length(Fraction(1), Fraction(4))
    assert bracket.rational
    assert not bracket.exact
    assert exceeds(bracket, Length.exactly(2)) is None
    assert exceeds(bracket, Length.exactly(4)) is False
    assert exceeds(bracket, Length.exactly(Fraction(1, 2))) is True


def test_infinite_lengths_exceed_all_but_themselves():
    infinite, one = Length(math.inf, math.inf), Length.exactly(1)
    assert exceeds(infinite, one) is True
    assert exceeds(one, infinite) is False
    assert exceeds(infinite, infinite) is False
    assert exceeds(infinite, one, infinite) is False
    assert float(infinite) == math.inf


@given(st.fractions(0, 10**9), st.integers(-400, 400))
def test_the_float_of_a_length_is_its_root(square, power):
    length = Length.exactly(square * Fraction(4) ** power)
    assert float(length) == pytest.approx(math.sqrt(square) * 2.0**power, rel=1e-15, abs=0)


@given(SQUARES, st.fractions(0, 5, max_denominator=7))
def test_stretching_is_exact(square, factor):
    stretched = Length.exactly(square).times(factor)
    assert stretched.exact
    assert stretched.low == square * factor**2
