"""Make a failing input smaller: fewer tokens and axes, then whole and smaller numbers."""

import math
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import combinations_with_replacement, pairwise

import numpy as np
from numpy.typing import NDArray

from mobtheory.strategies.inputs import CoveringInput
from mobtheory.testing.calls import like
from mobtheory.testing.searching import Failure, Search, Stopped
from mobtheory.testing.whole import unit_exponent

_POLISHING = 1.5  # seconds for smaller numbers after each round
_PATIENCE = 5  # so many times the limit on the clock
_AT_LEAST = 24  # tries, for a target so slow that the time is over at once
_GRIDS = (3, 9, 30, 100, 1000)
_EASY = 5  # visual tokens
_COORDINATES = 64  # more are not moved one by one

Points = NDArray[np.floating]
Shorter = Callable[[CoveringInput, NDArray[np.int64]], Iterable[CoveringInput]]


def reduce(search: Search, failure: Failure, seconds: float = 6.0) -> Failure:
    """Return the smallest input that can be reached by steps that keep it failing.

    Parameters
    ----------
    search : what judges inputs
    failure : the failing input to begin with
    seconds : limit on processor time; leaving out tokens comes before smaller numbers

    Returns
    -------
    Failure
        No single token of it can be left out, unless the time was over.
    """
    reducer = _Reducer(search, failure, seconds)
    try:
        while reducer.goes_round():
            pass
    except (_TimeOver, Stopped):
        pass
    return reducer.current


class _TimeOver(Exception):
    pass


class _Reducer:
    """The smallest failing input so far, and passes that make it smaller."""

    def __init__(self, search: Search, failure: Failure, seconds: float) -> None:
        self.search, self.current = search, failure
        # Busy neighbours must not make counterexamples larger, so the time of this process counts.
        self.last = time.process_time() + seconds
        self.latest = time.monotonic() + _PATIENCE * seconds
        self.kind, self.tries = _kind(failure), 0

    def goes_round(self) -> bool:
        """Make every pass once; whether anything became smaller."""
        before = _rank(self.current)
        self.first(_plainer)
        self.first(_to_whole)
        self.drop(lambda given: len(given.prompt), _fewer_prompt)
        self.drop(lambda given: given.visual.shape[1], _fewer_axes)
        self.first(_smaller_budgets)
        self.drop(lambda given: len(given.visual), _fewer_visual)
        self.first(_earlier_seeds)
        finished = time.process_time() + _POLISHING
        while time.process_time() < finished and self.first(_smaller_numbers):
            pass
        self.first(_ascending)
        return _rank(self.current) < before

    def accepts(self, smaller: CoveringInput) -> bool:
        """Whether it fails in the same way and is smaller; then it is the new one."""
        self.tries += 1
        over = time.process_time() > self.last or time.monotonic() > self.latest
        if over and self.tries > _AT_LEAST:
            raise _TimeOver
        found, _ = self.search.judge(smaller)
        if found is None or _kind(found) != self.kind or _rank(found) >= _rank(self.current):
            return False
        self.current = found
        return True

    def first(self, steps: Callable[[CoveringInput], Iterable[CoveringInput]]) -> bool:
        """Take the first step that can be taken."""
        return any(self.accepts(smaller) for smaller in steps(self.current.given))

    def drop(self, count: Callable[[CoveringInput], int], shorter: Shorter) -> None:
        """Leave out halves, quarters, ... and single ones, going on where a part went."""
        size = max(1, count(self.current.given) // 2)
        while True:
            start = 0
            while start < (total := count(self.current.given)) and total > 1:
                left = np.delete(np.arange(total), slice(start, start + size))
                candidates = shorter(self.current.given, left) if len(left) else ()
                if not any(self.accepts(candidate) for candidate in candidates):
                    start += size
            if size == 1:
                return
            size //= 2


def _kind(failure: Failure) -> str:
    """What a smaller input must show as well."""
    if failure.misbehaviour is None:
        return "violated"
    return f"{failure.misbehaviour.kind}{' plainly' if failure.plain_call else ''}"


def _rank(failure: Failure) -> tuple[float, ...]:
    """Fewer tokens first; then whole numbers before small ones, and what is laid out plainly."""
    given = failure.given
    arrays = (given.visual, given.prompt)
    *counts, magnitude = failure.size
    whole = all((a == np.round(a)).all() for a in arrays)
    plain = sum(a.flags.c_contiguous for a in arrays) + sum(a.flags.writeable for a in arrays)
    few = given.visual.size + given.prompt.size <= _COORDINATES
    # Of inputs as large, the one whose first rows lie in the origin.
    order = (float(x) for a in arrays for x in np.abs(a).ravel()) if few else ()
    negative = sum(int((a < 0).sum()) for a in arrays)
    oddity = (-given.visual.dtype.itemsize, -plain, given.seed)
    return (*counts, not whole, magnitude, negative, *order, *oddity)


def _fewer_visual(given: CoveringInput, left: NDArray[np.int64]) -> Iterator[CoveringInput]:
    count, budget = len(given.visual), given.budget
    visual = like(given.visual[left], given.visual)
    in_proportion = budget * len(left) // count
    for fewer in sorted(
        {min(budget, len(left)), max(1, budget - count + len(left)), max(1, in_proportion)}
    ):
        yield replace(given, visual=visual, budget=fewer)


def _fewer_prompt(given: CoveringInput, left: NDArray[np.int64]) -> Iterator[CoveringInput]:
    yield replace(given, prompt=like(given.prompt[left], given.prompt))


def _fewer_axes(given: CoveringInput, left: NDArray[np.int64]) -> Iterator[CoveringInput]:
    arrays = (like(a[:, left], a) for a in (given.visual, given.prompt))
    yield replace(given, visual=next(arrays), prompt=next(arrays))


def _smaller_budgets(given: CoveringInput) -> Iterator[CoveringInput]:
    for budget in sorted({1, given.budget // 2, given.budget - 1} - {0, given.budget}):
        yield replace(given, budget=budget)


def _earlier_seeds(given: CoveringInput) -> Iterator[CoveringInput]:
    for seed in range(min(given.seed, 4)):
        yield replace(given, seed=seed)


def _plainer(given: CoveringInput) -> Iterator[CoveringInput]:
    visual, prompt = (np.array(a, order="C") for a in (given.visual, given.prompt))
    yield replace(given, visual=visual.astype(np.float64), prompt=prompt.astype(np.float64))
    yield replace(given, visual=visual, prompt=prompt)


def _to_whole(given: CoveringInput) -> Iterator[CoveringInput]:
    """Whole numbers: those of the power of two that all are multiples of, or rounded ones."""
    both = np.concatenate([given.visual, given.prompt]).astype(np.float64)
    if (both == np.round(both)).all():
        return
    low, extent = both.min(axis=0), float(np.ptp(both, axis=0).max())
    exponent = unit_exponent(both)
    for start in (0.0, low):
        if np.abs(both - start).max() < 2.0 ** (exponent + 53):
            yield _split(given, (both - start) * 2.0**-exponent)
    for steps in _GRIDS if extent else ():
        yield _split(given, np.round((both - low) * (steps / extent)))
        yield _split(given, np.round(both * (steps / extent)))


def _smaller_numbers(given: CoveringInput) -> Iterator[CoveringInput]:
    both = np.concatenate([given.visual, given.prompt]).astype(np.float64)
    exponent = unit_exponent(both)
    for origin in (both.min(axis=0), *both[:8]):
        yield _split(given, both - origin)
        yield _split(given, origin - both)
    if exponent > 0:
        yield _split(given, both * 2.0**-exponent)
    if (both != np.round(both)).any():
        return
    if np.abs(both).max() < 2.0**62:
        yield _split(given, both / max(1, np.gcd.reduce(np.abs(both).astype(np.int64), axis=None)))
    yield _split(given, np.trunc(both / 2))
    yield _split(given, -both)
    if both.size <= _COORDINATES:
        yield from _one_by_one(given, both)


def _one_by_one(given: CoveringInput, both: NDArray[np.float64]) -> Iterator[CoveringInput]:
    for axis in range(both.shape[1]):
        for low, high in pairwise(np.unique(both[:, axis])):
            for less in {float((high - low) // 2), 1.0}:  # a narrower gap: all beyond moves as one
                moved = both.copy()
                moved[both[:, axis] >= high, axis] -= less
                yield _split(given, moved)
    for row, axis in np.ndindex(both.shape):
        value = float(both[row, axis])
        for nearer in {0.0, math.trunc(value / 2), value - math.copysign(1, value)} - {value}:
            moved = both.copy()
            moved[row, axis] = nearer
            yield _split(given, moved)


def _ascending(given: CoveringInput) -> Iterator[CoveringInput]:
    """Few tokens on a line, in ascending order from 0 on: nothing is easier to read."""
    count = len(given.visual)
    if given.visual.shape[1] > 1 or count > _EASY:
        return
    rest = combinations_with_replacement(range(4), count - 1)
    for places in sorted(rest, key=sum):
        both = np.zeros((count + len(given.prompt), 1))
        both[1:count, 0] = places
        yield _split(given, both)


def _split(given: CoveringInput, both: NDArray[np.float64]) -> CoveringInput:
    """Other coordinates in the same dtype and layout."""
    count = len(given.visual)
    visual, prompt = (a + 0.0 for a in (both[:count], both[count:]))
    return replace(given, visual=like(visual, given.visual), prompt=like(prompt, given.prompt))
