"""Making counterexamples smaller: no token can be left out, numbers are whole, budgets small."""

import time
from dataclasses import replace

import numpy as np
import pytest

from mobtheory.strategies import CoveringInput
from mobtheory.testing import GUARANTEES
from mobtheory.testing.calls import Calls
from mobtheory.testing.reducing import reduce
from mobtheory.testing.searching import Search
from mobtheory.testing.target import as_algorithm

SIXTY_FOUR = 64


def last_rows(visual, prompt, budget):
    return np.arange(len(visual))[len(visual) - budget :]


def farthest(visual, prompt, budget):
    kept, apart = [0], ((visual - visual[0]) ** 2).sum(axis=1)
    while len(kept) < budget:
        apart[kept] = -1
        kept.append(int(apart.argmax()))
        apart = np.minimum(apart, ((visual - visual[kept[-1]]) ** 2).sum(axis=1))
    return kept


def good_up_to_64(visual, prompt, budget):
    return (last_rows if len(visual) > SIXTY_FOUR else farthest)(visual, prompt, budget)


def raises_beyond_64(visual, prompt, budget):
    if len(visual) > SIXTY_FOUR:
        raise ValueError("too many")
    return range(budget)


def raises_on_five_tokens_of_three(visual, prompt, budget):
    if len(visual) >= 5 and len(prompt) >= 2 and visual.shape[1] >= 3 and budget >= 2:
        raise ValueError("there")
    return range(budget)


def _reduced(select, guarantee, given, **options):
    calls = Calls(as_algorithm(select))
    search = Search(GUARANTEES[guarantee], calls, 0)
    failure, _ = search.judge(given)
    assert failure is not None, "the input to begin with must fail"
    return search, reduce(search, failure, **options)


def _cloud(count=200, length=6, dimension=5, budget=40, dtype=np.float64, seed=0):
    """A cloud and far from it the first token, which is a centre of every good selection."""
    rng = np.random.default_rng(seed)
    visual = rng.normal(size=(count, dimension))
    visual[0] += 100
    return CoveringInput(
        visual.astype(dtype),
        rng.normal(size=(length, dimension)).astype(dtype),
        budget,
        seed,
    )


def _require_no_droppable_token(search, failure):
    given = failure.given
    for row in range(len(given.visual) if len(given.visual) > 1 else 0):
        fewer = np.delete(given.visual, row, axis=0)
        for budget in {min(given.budget, len(fewer)), max(1, given.budget - 1)}:
            smaller = replace(given, visual=fewer, budget=budget)
            assert search.judge(smaller)[0] is None, f"token {row} can be left out"
    for row in range(len(given.prompt) if len(given.prompt) > 1 else 0):
        smaller = replace(given, prompt=np.delete(given.prompt, row, axis=0))
        assert search.judge(smaller)[0] is None, f"prompt token {row} can be left out"


@pytest.mark.parametrize(
    ("select", "guarantee"),
    [(good_up_to_64, "two-approximation"), (raises_beyond_64, "valid-selection")],
)
def test_a_failure_that_needs_more_than_64_tokens_ends_with_65(select, guarantee):
    search, smallest = _reduced(select, guarantee, _cloud(dimension=2), seconds=60)
    given = smallest.given
    assert given.visual.shape == (SIXTY_FOUR + 1, 1)
    assert len(given.prompt) == 1
    _require_no_droppable_token(search, smallest)
    assert given.seed == 0
    if guarantee == "valid-selection":
        assert given.budget == 1
        assert not given.visual.any()


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("seed", [0, 5])
def test_an_approximation_failure_ends_with_a_few_whole_numbers(dtype, seed):
    search, smallest = _reduced(last_rows, "two-approximation", _cloud(dtype=dtype, seed=seed))
    given = smallest.given
    assert len(given.visual) + len(given.prompt) <= 5
    assert (given.visual == np.round(given.visual)).all()
    assert (given.prompt == np.round(given.prompt)).all()
    assert np.abs(given.visual).max() <= 3
    assert given.visual.shape[1] == 1
    assert given.budget <= 2
    assert given.visual.dtype == np.float64
    assert smallest.finding.exact
    _require_no_droppable_token(search, smallest)


def test_every_quantity_is_reduced_as_far_as_it_goes():
    search, smallest = _reduced(raises_on_five_tokens_of_three, "valid-selection", _cloud())
    given = smallest.given
    assert (given.visual.shape, given.prompt.shape, given.budget) == ((5, 3), (2, 3), 2)
    assert not given.visual.any()
    assert not given.prompt.any()
    _require_no_droppable_token(search, smallest)


def test_the_budget_is_reduced_where_no_token_can_go():
    def ten(visual, prompt, budget):
        if len(visual) == 10 and budget >= 2:
            raise ValueError("ten")
        return range(budget)

    _, smallest = _reduced(ten, "valid-selection", _cloud(count=10, budget=9))
    assert (len(smallest.given.visual), smallest.given.budget) == (10, 2)


def test_the_kind_of_a_failure_stays():
    def two_faults(visual, prompt, budget):
        if len(visual) > 10:
            raise ValueError("many")
        return [0.5] * budget

    _, smallest = _reduced(two_faults, "valid-selection", _cloud(count=30, budget=3))
    assert smallest.misbehaviour.kind == "raised"
    assert len(smallest.given.visual) == 11


@pytest.mark.parametrize("made", ["float32", "Fortran", "strided", "read-only"])
def test_what_a_failure_needs_of_the_array_is_kept(made):
    arrays = {
        "float32": lambda a: a.astype(np.float32),
        "Fortran": np.asfortranarray,
        "strided": lambda a: np.repeat(np.repeat(a, 2, 0), 2, 1)[::2, ::2],
        "read-only": _frozen,
    }[made]
    needs = {
        "float32": lambda a: a.dtype == np.float32,
        "Fortran": lambda a: not a.flags.c_contiguous and a.flags.f_contiguous,
        "strided": lambda a: not a.flags.c_contiguous and not a.flags.f_contiguous,
        "read-only": lambda a: not a.flags.writeable,
    }[made]

    def choosy(visual, prompt, budget):
        if needs(visual):
            raise ValueError("not like this")
        return range(budget)

    plain = _cloud(count=20, budget=4)
    given = replace(plain, visual=arrays(plain.visual), prompt=arrays(plain.prompt))
    search, smallest = _reduced(choosy, "valid-selection", given)
    assert needs(smallest.given.visual)
    assert len(smallest.given.visual) <= 2  # one row or column is C as well as Fortran order
    assert search.judge(smallest.given)[0] is not None


def _frozen(array):
    frozen = array.copy()
    frozen.flags.writeable = False
    return frozen


def test_what_is_unneeded_of_the_array_is_dropped():
    plain = _cloud(count=20, budget=4, dtype=np.float32)
    given = replace(
        plain, visual=_frozen(np.asfortranarray(plain.visual)), prompt=_frozen(plain.prompt)
    )
    _, smallest = _reduced(last_rows, "two-approximation", given)
    for array in (smallest.given.visual, smallest.given.prompt):
        assert array.dtype == np.float64
        assert array.flags.c_contiguous
        assert array.flags.writeable


def test_large_offsets_and_scales_are_taken_away():
    plain = _cloud(count=12, budget=4)
    for scale, offset in ((2.0**40, 0.0), (2.0**-40, 0.0), (1.0, 2.0**20)):
        given = replace(
            plain, visual=plain.visual * scale + offset, prompt=plain.prompt * scale + offset
        )
        _, smallest = _reduced(last_rows, "two-approximation", given)
        assert np.abs(smallest.given.visual).max() <= 3
        assert (smallest.given.visual == np.round(smallest.given.visual)).all()


def test_without_time_only_a_few_steps_are_tried():
    calls = []

    def counting(visual, prompt, budget):
        calls.append(1)
        return last_rows(visual, prompt, budget)

    given = _cloud()
    search, smallest = _reduced(counting, "two-approximation", given, seconds=0.0)
    assert len(calls) < 40
    assert search.judge(smallest.given)[0] is not None


def test_a_flaky_failure_is_not_lost():
    calls = []

    def flaky(visual, prompt, budget):
        calls.append(1)
        if len(calls) == 1:
            raise ValueError("only once")
        return range(budget)

    given = _cloud(count=10, budget=2)
    _, smallest = _reduced(flaky, "valid-selection", given)
    assert smallest.given is given
    assert smallest.misbehaviour.kind == "raised"


def test_hangs_on_the_way_do_not_escape():
    """Smaller inputs may hang, and where that is tolerated it ends the search at once."""

    def hangs_on_few(visual, prompt, budget):
        if len(visual) < 5:
            time.sleep(60)
        return last_rows(visual, prompt, budget)

    calls = Calls(as_algorithm(hangs_on_few), time_limit=0.05)
    search = Search(GUARANTEES["two-approximation"], calls, 0, tolerant=True)
    failure, _ = search.judge(_cloud(count=12, budget=4))
    smallest = reduce(search, failure)
    assert smallest.finding.broken
    assert len(smallest.given.visual) >= 5
