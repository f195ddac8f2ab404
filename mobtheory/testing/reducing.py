"""Make a failing input smaller: fewer tokens and axes, then whole and smaller numbers."""

import math
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from mobtheory.strategies.inputs import CoveringInput
from mobtheory.testing.searching import Failure, Search, Stopped

_GRIDS = (3, 9, 30, 100, 1000)
_AT_LEAST = 24  # tries, for a target so slow that the time is over at once
_COORDINATES = 64  # more are not moved one by one


def reduce(search: Search, failure: Failure, seconds: float = 6.0) -> Failure:
    """Return the smallest input that can be reached by steps that keep it failing.

    Parameters
    ----------
    search : what judges inputs
    failure : the failing input to begin with
    seconds : limit; leaving out tokens comes first

    Returns
    -------
    Failure
        No single token of it can be left out, unless the time was over.
    """
    last, current = time.monotonic() + seconds, failure
    kind = _kind(failure)
    shrunk = True
    tries = 0
    while shrunk:
        shrunk = False
        for smaller in _steps(current.given):
            tries += 1
            if time.monotonic() > last and tries > _AT_LEAST:
                return current
            try:
                found, _ = search.judge(smaller)
            except Stopped:
                return current
            if found is not None and _kind(found) == kind and _less(found, current):
                current, shrunk = found, True
                break
    return current


def _kind(failure: Failure) -> str:
    return "violated" if failure.misbehaviour is None else failure.misbehaviour.kind


def _less(found: Failure, than: Failure) -> bool:
    return _rank(found) < _rank(than)


def _rank(failure: Failure) -> tuple[float, ...]:
    """Whole numbers before small ones; the rest in the order of `Failure.size`."""
    *counts, magnitude = failure.size
    whole, *oddity = _oddity(failure.given)
    return (*counts, whole, magnitude, *oddity)


def _oddity(given: CoveringInput) -> tuple[float, ...]:
    """Wide, plainly laid out and writable is least odd; then come whole numbers."""
    arrays = (given.visual, given.prompt)
    plain = sum(a.flags.c_contiguous for a in arrays) + sum(a.flags.writeable for a in arrays)
    whole = all((a == np.round(a)).all() for a in arrays)
    return (not whole, -given.visual.dtype.itemsize, -plain, given.seed)


def _steps(given: CoveringInput) -> Iterator[CoveringInput]:
    yield from _fewer_rows(given)
    yield from _fewer_axes(given)
    for budget in sorted({1, given.budget // 2, given.budget - 1} - {0, given.budget}):
        yield replace(given, budget=budget)
    yield from _plainer(given)
    yield from _whole(given)


def _fewer_rows(given: CoveringInput) -> Iterator[CoveringInput]:
    visual, prompt, budget = given.visual, given.prompt, given.budget
    for rows in _without_chunks(len(visual)):
        gone = len(visual) - len(rows)
        budgets = {
            min(budget, len(rows)),
            max(1, budget - gone),
            max(1, budget * len(rows) // len(visual)),
        }
        for fewer in sorted(budgets):
            yield replace(given, visual=_taken(visual, rows), budget=fewer)
    for rows in _without_chunks(len(prompt)):
        yield replace(given, prompt=_taken(prompt, rows))


def _fewer_axes(given: CoveringInput) -> Iterator[CoveringInput]:
    for axes in _without_chunks(given.visual.shape[1]):
        yield _moved(given, given.visual[:, axes], given.prompt[:, axes])


def _without_chunks(count: int) -> Iterator[NDArray[np.int64]]:
    """All but a half, all but a quarter, ... all but one."""
    rows, size = np.arange(count), count // 2
    while size:
        for start in range(0, count, size):
            left = np.concatenate([rows[:start], rows[start + size :]])
            if len(left):
                yield left
        size //= 2


def _plainer(given: CoveringInput) -> Iterator[CoveringInput]:
    visual, prompt = (np.array(a, order="C") for a in (given.visual, given.prompt))
    yield replace(given, visual=visual, prompt=prompt)
    yield replace(given, visual=visual.astype(np.float64), prompt=prompt.astype(np.float64))
    for seed in range(min(given.seed, 4)):
        yield replace(given, seed=seed)


def _whole(given: CoveringInput) -> Iterator[CoveringInput]:
    both = np.concatenate([given.visual, given.prompt]).astype(np.float64)
    if (both != np.round(both)).any():
        yield _split(given, both * 2.0 ** -_exponent(both))
        low, extent = both.min(axis=0), float(np.ptp(both, axis=0).max())
        for steps in _GRIDS if extent else ():
            yield _split(given, np.round((both - low) * (steps / extent)))
            yield _split(given, np.round(both * (steps / extent)))
        return
    for origin in (both.min(axis=0), *both):
        yield _split(given, both - origin)
    divisor = (
        float(np.gcd.reduce(np.abs(both).ravel().astype(np.int64)))
        if abs(both).max() < 2**62
        else 1.0
    )
    if divisor > 1:
        yield _split(given, both / divisor)
    yield _split(given, np.trunc(both / 2))
    if both.size <= _COORDINATES:
        yield from _one_by_one(given, both)


def _exponent(both: NDArray[np.float64]) -> float:
    """Of the unit of which all coordinates are whole multiples."""
    parts, exponents = np.frexp(both[both != 0])
    bits = np.ldexp(parts, 53).astype(np.int64)
    return float((np.log2((bits & -bits).astype(np.float64)) + exponents - 53).min())


def _one_by_one(given: CoveringInput, both: NDArray[np.float64]) -> Iterator[CoveringInput]:
    for axis in range(both.shape[1]):
        for low, high in pairwise(np.unique(both[:, axis])):
            for less in {(high - low) // 2, 1.0}:  # narrow a gap: all beyond it moves as one
                moved = both.copy()
                moved[both[:, axis] >= high, axis] -= less
                yield _split(given, moved)
    for row, axis in np.ndindex(both.shape):
        value = float(both[row, axis])
        for nearer in {0.0, float(value // 2), value - math.copysign(1, value)} - {value}:
            moved = both.copy()
            moved[row, axis] = nearer
            yield _split(given, moved)


def _split(given: CoveringInput, both: NDArray[np.float64]) -> CoveringInput:
    return _moved(given, both[: len(given.visual)], both[len(given.visual) :])


def _moved(
    given: CoveringInput, visual: NDArray[np.float64], prompt: NDArray[np.float64]
) -> CoveringInput:
    """Other coordinates in the same dtype, as writable or not."""
    arrays = [np.array(a, dtype=given.visual.dtype) + 0 for a in (visual, prompt)]
    for array, pattern in zip(arrays, (given.visual, given.prompt), strict=True):
        array.flags.writeable = pattern.flags.writeable
    return replace(given, visual=arrays[0], prompt=arrays[1])


def _taken(points: NDArray[np.float64], rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Some rows, laid out like all of them."""
    taken = points[rows] if points.flags.c_contiguous else np.asfortranarray(points[rows])
    taken.flags.writeable = points.flags.writeable
    return taken
