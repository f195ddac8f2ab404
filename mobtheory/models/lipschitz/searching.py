"""Local search for the subset with the largest lower bound."""

from collections.abc import Iterator

import numpy as np

from mobtheory.models.lipschitz.outputs import Function, Outputs
from mobtheory.models.lipschitz.pairs import Pair, measure_prunings
from mobtheory.models.lipschitz.sample import Places, Sample

FAMILY = "adversarial"


def search_subset(
    function: Function,
    sample: Sample,
    full: Outputs,
    start: Places,
    rng: np.random.Generator,
    *,
    reading: str,
    rounds: int,
    width: int,
) -> Pair:
    """Climb from kept tokens to others with a larger ratio, less what may be rounding.

    Each round tries `width` neighbours: one kept token exchanged for a dropped one, the farthest
    dropped token (which alone sets d_H) taken back with or without giving up another, one more
    token dropped. The best of them is gone to if it is better.
    """
    (best,) = measure_prunings(function, sample, full, [(FAMILY, start)])
    kept = start
    for _ in range(rounds):
        tried = list(_neighbours(sample, kept, width, rng))
        if not tried:
            break
        pairs = measure_prunings(function, sample, full, [(FAMILY, other) for other in tried])
        number = max(range(len(pairs)), key=lambda i: pairs[i].lower_bound(reading))
        if pairs[number].lower_bound(reading) > best.lower_bound(reading):
            best, kept = pairs[number], tried[number]
    return best


def _neighbours(
    sample: Sample, kept: Places, width: int, rng: np.random.Generator
) -> Iterator[Places]:
    inside = np.zeros(sample.count, dtype=bool)
    inside[kept] = True
    dropped = np.flatnonzero(~inside)
    if len(dropped) == 0:
        return
    for number in range(width):
        after, kind = inside.copy(), number % 4
        gone, come = rng.choice(kept), rng.choice(dropped)
        if kind in (1, 2):
            come = sample.farthest(kept)
        after[come] |= kind != 3
        after[gone] &= kind == 2
        if 0 < after.sum() < sample.count:
            yield np.flatnonzero(after)
