"""Smaller witnesses: fewer points, then fewer dimensions, then smaller integers."""

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

import numpy as np

from mobtheory.experiments.draws import Draw, Points, Trial
from mobtheory.experiments.trials import Trials

SHRINKING, SMALL_CLOUDS = "shrinking", "small clouds"
_SEEDS = 2**24
_MANY = 8
_RANGES = (1, 2, 3, 4, 6, 9, 16)


def shrink(
    trials: Trials,
    start: Trial,
    keeps: Callable[[Trial], bool],
    count: int,
    rng: np.random.Generator,
    *,
    seeds: int = 24,
) -> Trial:
    """Make a witness smaller, step by step, while it still shows what it shows.

    Parameters
    ----------
    trials : the ledger
    start : the witness
    keeps : whether another trial shows the same
    count : number of trials
    rng : the source of further seeds
    seeds : how many are tried for every smaller pair of clouds, for they draw the rest

    Returns
    -------
    Trial
        The smallest by `Draw.size`; no single step makes it smaller, unless `count` ran out.
    """
    goes_on, current = trials.allowance(count, once_settled=True), start

    def first_smaller(candidates: Iterable[Draw]) -> Trial | None:
        for draw in candidates:
            if not goes_on():
                return None
            found = trials.run(draw, SHRINKING)
            if keeps(found):
                return found
        return None

    while goes_on():
        smaller = [
            pair for pair in _reductions(current.draw) if Draw(*pair, 0).size < current.draw.size
        ]
        same_seed = (Draw(*pair, current.draw.seed) for pair in smaller)
        other_seeds = (
            Draw(*pair, seed)
            for pair in smaller
            for seed in rng.integers(_SEEDS, size=seeds).tolist()
        )
        found = first_smaller(same_seed) or first_smaller(other_seeds)
        if found is None:
            return current
        current = found
    return current


def _reductions(draw: Draw) -> Iterator[tuple[Points, Points]]:
    """Clouds that are one step smaller, large steps first; floats only lose points and axes."""
    visual, prompt = draw.visual, draw.prompt
    for row in range(len(visual) if len(visual) > 1 else 0):
        yield np.delete(visual, row, axis=0), prompt
    for row in range(len(prompt) if len(prompt) > 1 else 0):
        yield visual, np.delete(prompt, row, axis=0)
    for axis in range(visual.shape[1] if visual.shape[1] > 1 else 0):
        yield np.delete(visual, axis, axis=1), np.delete(prompt, axis, axis=1)
    if draw.integral:
        yield from _smaller_integers(visual, prompt)


def _smaller_integers(visual: Points, prompt: Points) -> Iterator[tuple[Points, Points]]:
    both, cut = np.concatenate([visual, prompt]), len(visual)

    def split(points: Points) -> tuple[Points, Points]:
        return points[:cut], points[cut:]

    divisor = int(np.gcd.reduce(both, axis=None))
    if divisor > 1:
        yield split(both // divisor)
    yield split(np.trunc(both / 2).astype(both.dtype))
    low, high = both.min(axis=0), both.max(axis=0)
    for origin in (low, (low + high) // 2, *both):
        yield split(both - origin)
    for axis in range(both.shape[1]):
        values = np.unique(both[:, axis])
        for low, high in pairwise(values):
            # Narrow a gap: everything beyond it moves as one.
            for less in {int(high - low) // 2, 1}:
                moved = both.copy()
                moved[both[:, axis] >= high, axis] -= less
                yield split(moved)
    for row, axis in np.ndindex(both.shape):
        value = int(both[row, axis])
        for nearer in {0, value // 2, value - int(np.sign(value))}:
            moved = both.copy()
            moved[row, axis] = nearer
            yield split(moved)


def search_small(
    trials: Trials,
    keeps: Callable[[Trial], bool],
    points: int,
    count: int,
    rng: np.random.Generator,
) -> Trial | None:
    """Look for a witness among few integers on a line, fewest points first.

    Parameters
    ----------
    trials : the ledger
    keeps : whether a trial is a witness
    points : only fewer points than these, and than eight, both clouds together
    count : number of trials, shared alike between the numbers of points
    rng : the source of clouds and seeds

    Returns
    -------
    Trial or None
        The first that was found.
    """
    sizes, goes_on = range(2, min(points, _MANY)), trials.allowance(count, once_settled=True)
    for size in sizes:
        for number in range(count // len(sizes)):
            if not goes_on():
                return None
            values = rng.integers(0, 1 + _RANGES[number % len(_RANGES)], (size, 1))
            cut = int(rng.integers(1, size))
            draw = Draw(values[:cut], values[cut:], int(rng.integers(_SEEDS)))
            found = trials.run(draw, SMALL_CLOUDS)
            if keeps(found):
                return found
    return None
