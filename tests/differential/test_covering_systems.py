"""Bounds, searches and proofs on cover systems against all sets of columns."""

from itertools import combinations
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mobtheory.covering.optimum.cover_system import CoverSystem
from mobtheory.covering.optimum.integer import refute_by_solver
from mobtheory.covering.optimum.local_search import search_cover
from mobtheory.covering.optimum.reduction import reduced
from mobtheory.covering.optimum.refute import CaseDistinction, CoverFound, Refuted, tightened
from mobtheory.covering.optimum.relaxation import linear_bound, packing_bound

pytestmark = pytest.mark.differential


@st.composite
def systems(draw, most_rows=6, most_columns=8):
    rows, tokens = draw(st.integers(0, most_rows)), draw(st.integers(1, most_columns // 2))
    width = 2 * tokens
    covers = [[draw(st.booleans()) for _ in range(width)] for _ in range(rows)]
    paired = draw(st.booleans())
    split = draw(st.booleans())
    limits = draw(st.tuples(*[st.integers(0, 3)] * (1 + split)))
    return CoverSystem.of(
        np.asarray(covers, dtype=bool).reshape(rows, width),
        limits,
        group=np.repeat([0, int(split)], tokens),
        partner=np.roll(np.arange(width), tokens) if paired else -1,
    )


def all_covers(system):
    for size in range(sum(system.limits) + 1):
        for chosen in combinations(range(len(system.columns)), size):
            if system.is_cover(np.asarray(chosen, dtype=np.int64)):
                yield set(system.columns[list(chosen)].tolist())


def positions(system, names):
    return np.flatnonzero(np.isin(system.columns, names))


def columns_found_by(decide):
    try:
        decide()
    except Refuted:
        return None
    except CoverFound as found:
        return found.columns
    return None


@settings(max_examples=400, deadline=None)
@given(systems())
def test_a_cover_is_found_or_refuted_and_never_both(system):
    exists = next(all_covers(system), None) is not None
    for decide in (
        lambda: CaseDistinction(10_000, inf).refute(system),
        lambda: CaseDistinction(10_000, inf).refute(reduced(system)[0]),
        lambda: refute_by_solver(tightened(system, inf), 10.0),
    ):
        found = columns_found_by(decide)
        assert (found is not None) == exists
        if found is not None:
            assert len(set(found.tolist())) == len(found)
            assert system.is_cover(positions(system, found))


@settings(max_examples=300, deadline=None)
@given(systems())
def test_local_search_finds_only_covers_and_misses_none_of_these(system):
    exists = next(all_covers(system), None) is not None
    found = search_cover(system, exchanges=3000, deadline=inf)
    assert (found is not None) <= exists
    if found is not None:
        assert system.is_cover(positions(system, found))
    elif exists and (system.partner < 0).all():
        pytest.fail("a cover without partners was missed")


@settings(max_examples=300, deadline=None)
@given(systems())
def test_reduction_keeps_a_cover_iff_there_was_one(system):
    smaller, _ = reduced(system)
    assert set(smaller.rows.tolist()) <= set(system.rows.tolist())
    assert set(smaller.columns.tolist()) <= set(system.columns.tolist())
    kept, had = next(all_covers(smaller), None), next(all_covers(system), None)
    assert (kept is None) == (had is None)


@settings(max_examples=300, deadline=None)
@given(systems())
def test_duals_rule_out_no_column_of_a_cover(system):
    bounds = [packing_bound(system)]
    if len(system.rows):
        relaxed = linear_bound(system, 10.0)
        assert relaxed is not None
        bounds.append(relaxed[0])
    covers = list(all_covers(system))
    for bound in bounds:
        assert (bound.slack >= 0).all()
        if covers:
            assert bound.gap >= 0
            needed = set.union(*covers)
            out = set(system.columns[bound.slack > bound.gap].tolist())
            assert not needed & out


def test_a_column_with_a_partner_stands_in_for_nobody():
    # Token 0 covers both prompt rows and is also the only cover of its own visual row; dropping
    # token 1 in its favour would leave the prompt half without a column.
    covers = np.asarray([[1, 1, 0, 0], [0, 0, 1, 0]], dtype=bool)
    partner = np.asarray([2, 3, 0, 1])
    system = CoverSystem.of(covers, (2,), partner=partner)
    smaller, _ = reduced(system)
    assert 1 in smaller.columns
    with pytest.raises(CoverFound) as found:
        CaseDistinction(10, inf).refute(system)
    assert sorted(found.value.columns.tolist()) == [1, 2]


@pytest.mark.parametrize(("rows", "density"), [(40, 0.02), (40, 0.3), (150, 0.03), (150, 0.2)])
def test_nothing_that_reduction_could_leave_out_stays(rows, density):
    covers = np.random.default_rng(rows).random((rows, rows + 9)) < density
    covers[np.arange(rows), np.arange(rows)] = True
    smaller, _ = reduced(CoverSystem.of(covers, (5,)))
    for sets in (smaller.covers, smaller.covers.T):
        for one, other in combinations(range(len(sets)), 2):
            assert (sets[one] & ~sets[other]).any()
            assert (sets[other] & ~sets[one]).any()
