"""The exact contribution of one split: both halves alone, then together if they contend."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from time import monotonic

import numpy as np

from mobtheory.covering.optimum.bracket import (
    Closing,
    Progress,
    distances_between,
    labelled,
    least_radius,
)
from mobtheory.covering.optimum.local_search import search_cover
from mobtheory.covering.optimum.refute import CaseDistinction, CoverFound, OutOfEffort
from mobtheory.covering.optimum.search import RadiusSearch, Watch
from mobtheory.covering.optimum.staircase import Staircase, Step
from mobtheory.covering.optimum.task import CoverTask, Halves, farthest_order

_EXCHANGES, _CASES = 3000, 200


@dataclass(frozen=True)
class SplitResult:
    """A staircase, and what the two halves reach alone."""

    staircase: Staircase
    prompt: Closing
    visual: Closing

    def saturated(self, floor: float) -> bool:
        """Whether more prompt centres cannot help: they reach `floor`, and nobody contends."""
        step = self.staircase.steps[0]
        return step.prompt <= floor and step.visual <= self.visual.upper


def solve_split(
    joint: CoverTask,
    deadline: float,
    easier: SplitResult | None,
    label: str,
    progress: Progress | None,
) -> SplitResult:
    """All undominated pairs of radii of a split (K_p, K_v); `joint` has it as its limits.

    `easier` is the result of a split with no more prompt centres and no fewer visual ones, which
    may be an unfinished result of the same split.
    """
    split = joint.limits
    time_for_prompt = monotonic() + (deadline - monotonic()) / 3
    prompt = least_radius(
        joint.alone("prompt", split[0]),
        time_for_prompt,
        easier=easier.prompt if easier and easier.staircase.split == split else None,
        known=[] if easier is None else [easier.prompt.halves],
        patience=0.0,
    )
    visual = least_radius(
        joint.alone("k-center", split[1]),
        deadline,
        labelled(label, progress),
        easier=None if easier is None else easier.visual,
        patience=0.0,
    )
    together = _disjoint(joint, prompt, visual, deadline)
    if together is not None:
        steps = (_step(joint, together, prompt.lower, visual.lower),)
    else:
        watch = labelled(f"{label}, contended", progress)
        steps = tuple(_contended(joint, prompt, visual, deadline, watch))
    staircase = Staircase(
        (split[0], split[1]), steps, visual.lower, visual.certificate, prompt.certificate
    )
    return SplitResult(staircase, prompt, visual)


def _step(joint: CoverTask, halves: Halves, prompt_lower: float, visual_lower: float) -> Step:
    reached = joint.radii(halves)
    return Step(halves, *reached, min(prompt_lower, reached[0]), min(visual_lower, reached[1]))


def _disjoint(joint: CoverTask, prompt: Closing, visual: Closing, deadline: float) -> Halves | None:
    """Halves that share no token and yet reach what each half reaches alone."""
    wanted = prompt.upper, visual.upper
    for task, other, radius in (
        (joint.alone("prompt", joint.limits[0]), visual.halves.visual, prompt.upper),
        (joint.alone("k-center", joint.limits[1]), prompt.halves.prompt, visual.upper),
    ):
        found = _within_without(task, radius, other, deadline)
        if found is None:
            continue
        halves = (
            Halves(found.prompt, list(other))
            if task.objective == "prompt"
            else Halves(list(other), found.visual)
        )
        halves = joint.filled(halves, prompt.upper)
        reached = joint.radii(halves)
        if reached[0] <= wanted[0] and reached[1] <= wanted[1]:
            return halves
    return None


def _within_without(
    task: CoverTask, radius: float, banned: list[int], deadline: float
) -> Halves | None:
    """A half within a radius that uses none of the banned tokens, if it is easy to find."""
    system = task.system(radius, radius)
    system = system.only_columns(~np.isin(system.columns % task.visual_count, banned))
    columns = search_cover(system, exchanges=_EXCHANGES, deadline=deadline)
    if columns is None:
        if task.objective != "prompt":
            return None
        try:
            CaseDistinction(_CASES, deadline).refute(system)
        except CoverFound as found:
            columns = found.columns
        except OutOfEffort:
            return None
        else:
            return None
    return task.halves(columns)


def _contended(
    joint: CoverTask, prompt: Closing, visual: Closing, deadline: float, watch: Watch | None
) -> list[Step]:
    """Step by step: the best visual radius of a prompt radius, then the next prompt radius.

    The halves cannot both have what they reach alone, so the split may have several steps.
    """
    every = distances_between(joint.alone("k-center", 1), visual.lower, inf)
    # With its best visual half the split reaches some prompt radius, so that is an end of the way.
    end = _nearest_apart(joint, visual.halves.visual)
    start = _farthest_apart(joint, prompt.halves.prompt)
    steps: list[Step] = []
    prompt_lower = prompt.lower
    while True:
        at = joint.radii(start)[0]
        if joint.radii(end)[0] <= at:
            start = end
        found = _close(
            joint,
            lambda radius, at=at: (at, radius),
            1,
            start,
            every[every <= joint.radii(start)[1]],
            deadline,
            watch,
        )
        steps.append(_step(joint, found.best, prompt_lower, found.lower))
        reached = steps[-1].visual
        if reached <= visual.upper:
            return steps
        below = float(np.nextafter(reached, -inf))
        prompts = np.unique(joint.prompt)
        limit = joint.radii(end)[0]
        found = _close(
            joint,
            lambda radius, below=below: (radius, below),
            0,
            end,
            prompts[(prompts > at) & (prompts <= limit)],
            deadline,
            None,
        )
        start, prompt_lower = found.best, found.lower


def _close(
    joint: CoverTask,
    place: Callable[[float], tuple[float, float]],
    which: int,
    best: Halves,
    levels: "np.ndarray[tuple[int], np.dtype[np.float64]]",
    deadline: float,
    watch: Watch | None,
) -> RadiusSearch:
    """Minimise one radius while the other stays within what `place` says."""

    def measure(halves: Halves) -> float:
        reached = joint.radii(halves)
        bound = place(reached[which])
        return reached[which] if reached[1 - which] <= bound[1 - which] else inf

    search = RadiusSearch(joint, place, measure, best, levels, deadline, watch, patience=0.0)
    search.run()
    return search


def _nearest_apart(joint: CoverTask, visual: list[int]) -> Halves:
    """A prompt half beside given visual centres: the free token that strays least."""
    worst = joint.prompt.max(axis=1)
    worst[visual] = inf
    return Halves([int(worst.argmin())], list(visual))


def _farthest_apart(joint: CoverTask, prompt: list[int]) -> Halves:
    """A visual half beside given prompt centres, by farthest points."""
    room = min(joint.limits[1], joint.visual_count - len(prompt))
    added = farthest_order(joint.visual, [], room, banned=prompt)
    return Halves(list(prompt), added.tolist())
