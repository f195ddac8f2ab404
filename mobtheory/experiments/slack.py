"""How far above its left side the right side of a bound can be: families along which it grows."""

import math
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from mobtheory.claims import Claim
from mobtheory.experiments.draws import Draw, Points, Trial
from mobtheory.experiments.trials import Trials

MOVED, MORE = "points moved away", "more points"
_FACTORS = (10, 100, 1000, 10000)
_COUNTS = (4, 8, 16, 32)
_SEEDS_PER_COUNT = 40
_LARGEST = 2**24  # so far squares of differences are exact


def measure_slack(
    trials: Trials, others: Iterable[Trial], rng: np.random.Generator
) -> dict[str, Any] | None:
    """The growth of rhs/lhs, lhs > 0, along a family: what was measured, and no proof.

    Parameters
    ----------
    trials : the ledger, which knows the loosest instances
    others : further instances to start from
    rng : the source of seeds

    Returns
    -------
    dict or None
        ``label`` "unbounded slack" where rhs/lhs at least trebles with every tenfold step of
        points, or grows at least by half with every doubling of the number of points, three times
        in a row; else "slack up to a factor x", x the largest that was found. With it ``excess``,
        rhs/lhs, and the clouds and seeds that give it. None where no left side is above 0.
    """
    found = _best_moved(trials, [*trials.loosest, *others]) or _more_points(trials, rng)
    if found is not None:
        return {"label": "unbounded slack", **found}
    if not trials.loosest:
        return None
    loosest = trials.loosest[0]
    label = f"slack up to a factor {loosest.excess:.3g}"
    return {"label": label, "family": None, **_measured([loosest])}


def _measured(members: list[Trial]) -> dict[str, Any]:
    draws = [
        {"visual": t.draw.visual.tolist(), "prompt": t.draw.prompt.tolist(), "seed": t.draw.seed}
        for t in members
    ]
    return {"excess": [t.excess for t in members], "draws": draws}


def excess_of(claim: Claim, slack: dict[str, Any]) -> list[float]:
    """``rhs / lhs`` along a stored family, computed again."""
    draws = (Draw(np.array(d["visual"]), np.array(d["prompt"]), d["seed"]) for d in slack["draws"])
    return [Trial.of(claim, draw).excess for draw in draws]


def _best_moved(trials: Trials, starts: Iterable[Trial]) -> dict[str, Any] | None:
    """Move points of an instance away; the seed, and so the rest, stays."""
    for start in starts:
        for name, family in _families(start.draw):
            if max(draw.size[2] for draw in family) >= _LARGEST:
                continue
            # From the far end, so that a family that does not grow is soon given up.
            far = [trials.run(draw, MOVED) for draw in family[-2:]]
            if not _grows(far, 3.0):
                continue
            members = [trials.run(draw, MOVED) for draw in family[:-2]] + far
            if _grows(members, 3.0):
                words = f"{MOVED}: {name}, M = {', '.join(map(str, _FACTORS))}"
                return {"family": words, **_measured(members)}
    return None


def _grows(members: list[Trial], least: float) -> bool:
    """Whether the excess of each member is at least `least` times that of the one before."""
    excesses = [member.excess for member in members]
    return all(math.isfinite(e) for e in excesses) and all(
        after >= least * before for before, after in pairwise(excesses)
    )


def _families(draw: Draw) -> Iterator[tuple[str, list[Draw]]]:
    """One point moved away from 0, or a gap along an axis made M times as wide."""
    both, cut = np.concatenate([draw.visual, draw.prompt]), len(draw.visual)

    def family(moved: Callable[[int], Points]) -> list[Draw]:
        pairs = ((points[:cut], points[cut:]) for points in map(moved, _FACTORS))
        return [Draw(*pair, draw.seed) for pair in pairs]

    def away(row: int, factor: int) -> Points:
        points = both.copy()
        points[row] = np.where(both[row] == 0, factor - 1, both[row] * factor)
        return points

    def apart(axis: int, low: int, high: int, factor: int) -> Points:
        points = both.copy()
        points[both[:, axis] >= high, axis] += (high - low) * (factor - 1)
        return points

    for row in range(len(both)):
        name = f"visual point {row}" if row < cut else f"prompt point {row - cut}"
        yield f"{name} times M", family(partial(away, row))
    for axis in range(both.shape[1]):
        values = np.unique(both[:, axis]).tolist()
        for low, high in pairwise([values[0] - 1, *values]):
            name = f"gap from {low} to {high} along axis {axis} times M"
            yield name, family(partial(apart, axis, low, high))


def _more_points(trials: Trials, rng: np.random.Generator) -> dict[str, Any] | None:
    """Points 0, 1, ..., n - 1 with one prompt point beside them; the loosest of several seeds."""

    def loosest(count: int) -> Trial:
        visual, prompt = np.arange(count)[:, None], np.array([[-1]])
        seeds = rng.integers(2**24, size=_SEEDS_PER_COUNT).tolist()
        found = [trials.run(Draw(visual, prompt, seed), MORE) for seed in seeds]
        return max(found, key=lambda t: t.excess if math.isfinite(t.excess) else 0.0)

    members = [loosest(count) for count in _COUNTS]
    if not _grows(members, 1.5):
        return None
    words = f"{MORE}: V = {{0, ..., n - 1}}, P = {{-1}}, n = {', '.join(map(str, _COUNTS))}"
    return {"family": words, **_measured(members)}
