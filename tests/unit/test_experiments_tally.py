"""Counts and extremes of a tally against a recount."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobtheory.claims import Claim, Hypothesis, Margin, Statement, Verdict
from mobtheory.experiments import Tally

NUMBERS = st.integers(-4, 4).map(float)
MARGINS = st.builds(Margin, NUMBERS, NUMBERS, st.sampled_from([0.0, 0.5, 2.0]))


def _claim(*, dominating=None):
    """A claim whose instances are margins; it speaks of those with a nonnegative right side."""
    return Claim(
        id="planted",
        title="planted",
        source="planted",
        statement=Statement("lhs <= rhs"),
        reason="planted",
        verdict=Verdict.DOMINATED,
        instance_type=Margin,
        margin=lambda margin: margin,
        hypotheses=(Hypothesis("rhs >= 0", lambda margin: margin.rhs >= 0),),
        domination=dominating,
    )


def _tally(margins):
    tally = Tally()
    for margin in margins:
        tally.add(_claim(), margin)
    return tally


@given(st.lists(MARGINS))
def test_counts(margins):
    tally = _tally(margins)
    met = [m for m in margins if m.rhs >= 0]
    assert tally.drawn == len(margins)
    assert tally.met == len(met)
    assert tally.held == sum(m.lhs + m.rounding <= m.rhs for m in met)
    assert tally.violated == sum(m.lhs - m.rounding > m.rhs for m in met)
    assert tally.open == tally.met - tally.held - tally.violated


@given(st.lists(MARGINS, min_size=1))
def test_extremes_tell_apart_what_failed_and_what_rounding_explains(margins):
    tally = _tally(margins)
    assert (tally.worst_margin < 0) is (tally.violated > 0)
    assert (tally.tightest_ratio > 1) is (tally.violated > 0)
    clear = [m.rhs - m.lhs for m in margins if m.rhs >= 0 and m.holds is not None]
    if tally.met and tally.open == 0:
        assert tally.worst_margin == min(clear)


@given(st.lists(MARGINS), st.lists(MARGINS))
def test_addition_is_the_tally_of_both(left, right):
    assert _tally(left) + _tally(right) == _tally([*left, *right])


def test_an_infinite_ratio_is_kept_as_a_word():
    data = _tally([Margin(1.0, 0.0)]).to_dict()
    assert data["tightest_ratio"] == "inf"
    assert data["worst_margin"] == -1.0


def test_without_inputs_there_are_no_extremes():
    data = _tally([Margin(0.0, -1.0)]).to_dict()
    assert data["drawn"] == 1
    assert data["met"] == 0
    assert data["worst_margin"] is None
    assert data["tightest_ratio"] is None


@pytest.mark.parametrize(("better", "count"), [(0.0, 0), (1.0, 0), (1.5, 1)])
def test_domination_is_checked_where_the_hypotheses_hold(better, count):
    """The dominating right side against the claim's own, which is 1."""
    tally = Tally()
    claim = _claim(dominating=lambda margin: Margin(better, margin.rhs))
    tally.add(claim, Margin(0.5, 1.0))
    tally.add(claim, Margin(0.5, -1.0))
    assert tally.not_dominated == count


def test_plain_numbers_are_json_numbers():
    data = Tally(1, 1, 1, worst_margin=np.float64(0.5), tightest_ratio=math.inf).to_dict()
    assert type(data["worst_margin"]) is float
    assert data["tightest_ratio"] == "inf"
