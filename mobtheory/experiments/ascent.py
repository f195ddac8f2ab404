"""Local search on the coordinates of both clouds and on the seed that draws the rest."""

from collections.abc import Callable

import numpy as np

from mobtheory.claims.clouds import CLOUD_FAMILIES, EXACT_FAMILIES
from mobtheory.experiments.draws import RATIO, Closeness, Draw, Points, Trial
from mobtheory.experiments.trials import Trials

INTEGER_STEPS, COPIES = "integer steps", "more copies"
PATTERN, DIFFERENCES = "pattern search", "finite differences"
MOST_VISUAL, MOST_PROMPT, LARGEST = 12, 6, 4096
_PATIENCE = 40
_MOST_COPIES, _SEEDS_PER_DOUBLING = 1024, 400
_MOST_COORDINATES = 72
_SEEDS = 2**24


def fresh_draw(rng: np.random.Generator, *, integral: bool = True) -> Draw:
    """Small clouds of a random family and a random seed."""
    names = [n for n in (EXACT_FAMILIES if integral else CLOUD_FAMILIES) if n != "token-like"]
    families = EXACT_FAMILIES | CLOUD_FAMILIES
    visual, prompt = families[names[int(rng.integers(len(names)))]](rng)
    return Draw(visual[:MOST_VISUAL], prompt[:MOST_PROMPT], int(rng.integers(_SEEDS)))


def climb(
    trials: Trials,
    count: int,
    rng: np.random.Generator,
    nearer: Callable[[Trial], Closeness] | None = None,
) -> None:
    """Integer steps with restarts, from fresh clouds and from the best so far in turn.

    Parameters
    ----------
    trials : the ledger
    count : number of trials
    rng : the source of all choices
    nearer : what is maximised, rather than how near a trial comes to a violation
    """
    goes_on = trials.allowance(count, once_settled=nearer is not None)
    nearer = nearer or (lambda trial: trial.closeness)
    while goes_on():
        known = trials.best.get(True)
        if known is not None and rng.random() < 0.5:
            current = known
        else:
            current = trials.run(fresh_draw(rng), INTEGER_STEPS)
        stale = 0
        while stale < _PATIENCE and goes_on():
            found = trials.run(integer_step(current.draw, rng), INTEGER_STEPS)
            stale = 0 if nearer(found) > nearer(current) else stale + 1
            if nearer(found) >= nearer(current):  # along a plateau too
                current = found


def integer_step(draw: Draw, rng: np.random.Generator) -> Draw:
    """One change: a coordinate, a point more or less, a point of the other cloud, or the seed."""
    clouds = draw.visual.astype(np.int64), draw.prompt.astype(np.int64)
    which = int(rng.integers(2))
    cloud, other = clouds[which], clouds[1 - which]
    row, most = int(rng.integers(len(cloud))), (MOST_VISUAL, MOST_PROMPT)[which]
    kind = int(rng.integers(8))
    if kind == 0:
        return Draw(clouds[0], clouds[1], int(rng.integers(_SEEDS)))
    if kind == 1 and len(cloud) > 1:
        cloud = np.delete(cloud, row, axis=0)
    elif kind == 2 and len(cloud) < most:
        cloud = np.concatenate([cloud, cloud[row : row + 1]])
    elif kind == 3:
        cloud[row] = other[int(rng.integers(len(other)))]
    else:
        axis = int(rng.integers(cloud.shape[1]))
        steps = (-1, 1, -1, 1, -2, 2, -7, 7, cloud[row, axis], -cloud[row, axis] // 2)
        moved = cloud[row, axis] + rng.choice(steps)
        cloud[row, axis] = np.clip(moved, -LARGEST, LARGEST)
    return Draw(*((other, cloud) if which else (cloud, other)), draw.seed)


def double(trials: Trials, start: Trial, rng: np.random.Generator) -> Trial:
    """Twice the visual points again and again, as long as the ratio grows.

    Some bounds are reached only in the limit of many points, which single steps do not come to.
    """
    goes_on, current = trials.allowance(_MOST_COPIES * _SEEDS_PER_DOUBLING), start
    while goes_on() and 2 * len(current.draw.visual) <= _MOST_COPIES:
        visual = np.concatenate([current.draw.visual, current.draw.visual])
        seeds = rng.integers(_SEEDS, size=_SEEDS_PER_DOUBLING).tolist()
        draws = (Draw(visual, current.draw.prompt, seed) for seed in seeds)
        found = (trials.run(draw, COPIES) for draw in draws)
        nearer = next((t for t in found if t.closeness > current.closeness), None)
        if nearer is None:
            return current
        current = nearer
    return current


def real_start(trials: Trials, rng: np.random.Generator) -> Trial | None:
    """The best trial in floats that is small enough for a search coordinate by coordinate."""
    known = trials.best.get(False)
    if known is not None and _coordinates(known.draw).size <= _MOST_COORDINATES:
        return known
    fresh = trials.run(fresh_draw(rng, integral=False), PATTERN)
    return fresh if _coordinates(fresh.draw).size <= _MOST_COORDINATES else None


def search_pattern(trials: Trials, start: Trial, count: int) -> Trial:
    """Hooke and Jeeves: a step along every coordinate in turn, steps halved where none helps."""
    goes_on = trials.allowance(count)
    current, step = start, 0.25 * _scale(start.draw)
    while goes_on() and step > 1e-9 * _scale(start.draw):
        before = current
        for position in range(_coordinates(start.draw).size):
            for sign in (step, -step):
                if not goes_on():
                    return current
                found = trials.run(_moved(current.draw, position, sign), PATTERN)
                if found.closeness > current.closeness:
                    current = found
                    break
        if current is before:
            step /= 2
    return current


def ascend(trials: Trials, start: Trial, count: int) -> Trial:
    """Steps along central finite differences of the ratio, while the ratio grows.

    The sides depend on selections, hence only piecewise smoothly on the coordinates: a direction
    is tried at shorter and shorter steps, and where the differences vanish the search ends.
    """
    goes_on = trials.allowance(count)
    current, reach = start, 0.1 * _scale(start.draw)
    while goes_on() and current.closeness[0] == RATIO:
        slopes = _differences(trials, current, goes_on)
        length = None if slopes is None else float(np.linalg.norm(slopes))
        if slopes is None or not length:
            return current
        step = reach
        while goes_on() and step > 1e-8 * reach:
            towards = _coordinates(current.draw) + step * slopes / length
            found = trials.run(_with_coordinates(current.draw, towards), DIFFERENCES)
            if found.closeness > current.closeness:
                break
            step /= 4
        else:
            return current
        current, reach = found, 2 * step
    return current


def _differences(trials: Trials, at: Trial, goes_on: Callable[[], bool]) -> Points | None:
    """Central differences of the ratio; 0 where a neighbour has none; None where time is up."""
    width = 1e-5 * _scale(at.draw)
    slopes = np.zeros(_coordinates(at.draw).size)
    for position in range(len(slopes)):
        if not goes_on():
            return None
        ends = [trials.run(_moved(at.draw, position, w), DIFFERENCES) for w in (width, -width)]
        if all(end.closeness[0] == RATIO for end in ends):
            slopes[position] = (ends[0].closeness[1] - ends[1].closeness[1]) / (2 * width)
    return slopes


def _coordinates(draw: Draw) -> Points:
    return np.concatenate([draw.visual.ravel(), draw.prompt.ravel()]).astype(np.float64)


def _with_coordinates(draw: Draw, values: Points) -> Draw:
    cut = draw.visual.size
    visual, prompt = values[:cut].reshape(draw.visual.shape), values[cut:]
    return Draw(visual, prompt.reshape(draw.prompt.shape), draw.seed)


def _moved(draw: Draw, position: int, by: float) -> Draw:
    values = _coordinates(draw)
    values[position] += by
    return _with_coordinates(draw, values)


def _scale(draw: Draw) -> float:
    return float(np.abs(_coordinates(draw)).max()) or 1.0
