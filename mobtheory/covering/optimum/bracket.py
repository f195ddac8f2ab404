"""The least radius of a task: from floors and a first selection to a closed bracket."""

from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mobtheory.covering.optimum.certificate import Certificate, Dual, Refutation
from mobtheory.covering.optimum.floors import contested_floor, packing_floor, prompt_floor
from mobtheory.covering.optimum.result import Status
from mobtheory.covering.optimum.search import RadiusSearch, Watch
from mobtheory.covering.optimum.task import CoverTask, Halves, farthest_order

Progress = Callable[[str, float, float], None]
"""Called with a label and both ends of a bracket."""

_BLOCK_ROWS = 256


class Closing(NamedTuple):
    """Halves that reach `upper`, and a proof that none reach less than `lower`."""

    halves: Halves
    lower: float
    upper: float
    certificate: Certificate
    work: int
    notes: tuple[str, ...]

    @property
    def status(self) -> Status:
        return "optimal" if self.lower == self.upper else "time-limit"


def least_radius(
    task: CoverTask,
    deadline: float,
    watch: Watch | None = None,
    *,
    easier: Closing | None = None,
    known: Sequence[Halves] = (),
    patience: float = 1.0,
) -> Closing:
    """Bracket the least objective of a task, closed unless the time is over before.

    `easier` is what was found for the same task with higher limits: its lower end holds here too.
    `known` are halves within the limits.
    """
    floor, dual, notes = _highest_floor(task)
    refutation = None if dual is None else Refutation((dual,))
    firsts = [_first_halves(task), *known]
    if easier is not None:
        if easier.lower > floor:
            floor, refutation = easier.lower, easier.certificate.refutation
        firsts.append(_shrunk(task, easier.halves))
    first = min(firsts, key=lambda halves: max(task.radii(halves)))
    reached = max(task.radii(first))
    if monotonic() >= deadline:
        certificate = Certificate(refutation)
        return Closing(first, min(floor, reached), reached, certificate, 0, notes)
    levels = distances_between(task, floor, reached)
    search = RadiusSearch(
        task,
        lambda radius: (radius, radius),
        lambda halves: max(task.radii(halves)),
        first,
        levels,
        deadline,
        watch,
        patience,
    )
    search.run()
    certificate = Certificate(search.refutation or refutation)
    return Closing(search.best, search.lower, search.upper, certificate, search.work, notes)


def distances_between(task: CoverTask, low: float, high: float) -> NDArray[np.float64]:
    """All different distances of a task from `low` to `high`, ascending; `high` is one of them."""
    blocks: list[Any] = []
    if task.objective != "k-center":
        blocks.append(task.prompt)
    if task.objective != "prompt":
        # The matrix is symmetric, so the entries from the diagonal on are enough.
        blocks += [
            task.visual[start : start + _BLOCK_ROWS, start:]
            for start in range(0, task.visual_count, _BLOCK_ROWS)
        ]
    within = [(block >= low) & (block <= high) for block in blocks]
    sizes = [int(np.count_nonzero(mask)) for mask in within]
    # Filled in place: for large tasks these values weigh half as much as the matrix.
    values = np.empty(sum(sizes))
    ends = np.cumsum(sizes)
    for block, mask, size, end in zip(blocks, within, sizes, ends, strict=True):
        values[end - size : end] = block[mask]
    values.sort()
    first = np.ones(len(values), dtype=bool)
    np.not_equal(values[1:], values[:-1], out=first[1:])
    return values[first]


def _highest_floor(task: CoverTask) -> tuple[float, Dual | None, tuple[str, ...]]:
    found = [packing_floor(task)] if task.objective != "prompt" else []
    if task.objective != "k-center":
        found += [prompt_floor(task), contested_floor(task)]
    notes = tuple(note for note in found if isinstance(note, str))
    floors = [floor for floor in found if floor is not None and not isinstance(floor, str)]
    best = max(floors, key=lambda floor: floor.value, default=None)
    if best is None or best.value == 0:
        return 0.0, None, notes
    return best.value, best.dual, notes


def _first_halves(task: CoverTask) -> Halves:
    """Nearest neighbours of the prompt if they fit, one central token if not; farthest points."""
    prompt: list[int] = []
    if task.objective != "k-center":
        to_prompt = task.prompt.copy()
        to_prompt[task.banned] = np.inf
        prompt = np.unique(to_prompt.argmin(axis=0)).tolist()
        if len(prompt) > _most_prompt(task):
            prompt = [int(to_prompt.max(axis=1).argmin())]
    if task.objective == "prompt":
        return Halves(prompt, [])
    taken = prompt + task.banned
    room = task.limits[-1] if len(task.limits) == 2 else task.limits[0] - len(prompt)
    centers = [] if task.objective == "radius" else prompt
    room = min(room, task.visual_count - len(taken))
    visual = farthest_order(task.visual, centers, room, banned=taken)
    return Halves(prompt, visual.tolist())


def _most_prompt(task: CoverTask) -> int:
    if len(task.limits) == 2:
        most = task.limits[0]
    else:
        most = task.limits[0] - (task.objective == "radius")
    return min(most, task.visual_count - 1) if task.objective == "radius" else most


def _shrunk(task: CoverTask, halves: Halves) -> Halves:
    """Drop visual centres whose points have another one nearby, until the limit is met."""
    if task.objective != "k-center":
        return halves
    centers = list(halves.visual)
    while len(centers) > task.limits[0]:
        to_centers = task.visual[centers]
        order = np.sort(to_centers, axis=0)
        nearest = to_centers.argmin(axis=0)
        without = np.where(np.arange(len(centers))[:, None] == nearest, order[1], order[0])
        centers.pop(int(without.max(axis=1).argmin()))
    return Halves([], centers)


def labelled(label: str, progress: Progress | None) -> Watch | None:
    """Tell brackets to `progress` under a label."""
    if progress is None:
        return None
    return lambda lower, upper: progress(label, lower, upper)
