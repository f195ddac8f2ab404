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
from mobtheory.covering.optimum.certificate import Certificate, Refutation
from mobtheory.covering.optimum.integer import refute_by_solver
from mobtheory.covering.optimum.local_search import search_cover
from mobtheory.covering.optimum.reduction import reduced
from mobtheory.covering.optimum.refute import CoverFound, OutOfEffort, Refuted, tightened
from mobtheory.covering.optimum.search import RadiusSearch, Watch
from mobtheory.covering.optimum.staircase import Staircase, Step
from mobtheory.covering.optimum.task import CoverTask, Halves, farthest_order

_EXCHANGES, _SECONDS = 300, 2.0


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
    if monotonic() >= deadline:
        together = _farthest_beside(joint, prompt.halves.prompt)
    else:
        together = _disjoint(joint, prompt, visual, deadline)
    if together is not None:
        steps = (_step(joint, together, prompt.lower, visual.lower),)
    else:
        watch = labelled(f"{label}, contended", progress)
        steps = tuple(_contended(joint, prompt, visual, deadline, watch))
    staircase = Staircase(
        (split[0], split[1]),
        steps,
        visual.lower,
        prompt.lower,
        visual.certificate,
        prompt.certificate,
    )
    return SplitResult(staircase, prompt, visual)


def _step(
    joint: CoverTask,
    halves: Halves,
    prompt_lower: float,
    visual_lower: float,
    refutation: Refutation | None = None,
) -> Step:
    reached = joint.radii(halves)
    certificate = None if refutation is None else Certificate(refutation)
    lowers = min(prompt_lower, reached[0]), min(visual_lower, reached[1])
    return Step(halves, *reached, *lowers, certificate)


def _disjoint(joint: CoverTask, prompt: Closing, visual: Closing, deadline: float) -> Halves | None:
    """Halves that share no token and yet reach what each half reaches alone, if easy to find."""
    for_prompt = joint.alone("prompt", joint.limits[0], banned=visual.halves.visual)
    for_visual = joint.alone("k-center", joint.limits[1], banned=prompt.halves.prompt)
    for task, radius in ((for_prompt, prompt.upper), (for_visual, visual.upper)):
        found = _within(task, radius, deadline)
        if found is None:
            continue
        other = task.banned
        halves = Halves(found.prompt or list(other), found.visual or list(other))
        halves = joint.filled(halves, prompt.upper)
        reached = joint.radii(halves)
        if reached[0] <= prompt.upper and reached[1] <= visual.upper:
            return halves
    return None


def _within(task: CoverTask, radius: float, deadline: float) -> Halves | None:
    """A half within a radius, unless there is none or it is hard to find."""
    system, _ = reduced(task.system(radius, radius))
    columns = search_cover(system, exchanges=_EXCHANGES, deadline=deadline)
    if columns is None:
        limit = min(deadline, monotonic() + _SECONDS)
        try:
            refute_by_solver(tightened(system, limit), limit - monotonic())
        except CoverFound as found:
            columns = found.columns
        except (Refuted, OutOfEffort):
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
    # Either half at its best, and the other half as good as it is then without these tokens.
    start = _best_beside(joint, prompt=prompt, deadline=deadline)
    end = _best_beside(joint, visual=visual, deadline=deadline)
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
        steps.append(_step(joint, found.best, prompt_lower, found.lower, found.refutation))
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


def _best_beside(
    joint: CoverTask,
    *,
    prompt: Closing | None = None,
    visual: Closing | None = None,
    deadline: float,
) -> Halves:
    """The given half, and the best other half that uses none of its tokens."""
    share = monotonic() + (deadline - monotonic()) / 4
    if prompt is not None:
        given = prompt.halves.prompt
        task = joint.alone("k-center", joint.limits[1], banned=given)
        return Halves(given, least_radius(task, share, patience=0.0).halves.visual)
    assert visual is not None
    given = visual.halves.visual
    task = joint.alone("prompt", joint.limits[0], banned=given)
    return Halves(least_radius(task, share, patience=0.0).halves.prompt, given)


def _farthest_beside(joint: CoverTask, prompt: list[int]) -> Halves:
    """The given prompt centres, and farthest points among the other tokens."""
    room = min(joint.limits[1], joint.visual_count - len(prompt))
    return Halves(prompt, farthest_order(joint.visual, [], room, banned=prompt).tolist())
