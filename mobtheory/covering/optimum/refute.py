"""Prove that a cover system has no cover, or come upon one: bounds first, cases where they fail."""

from collections.abc import Sequence
from time import monotonic
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mobtheory.covering.optimum.certificate import Dual, Refutation
from mobtheory.covering.optimum.cover_system import Columns, CoverSystem
from mobtheory.covering.optimum.reduction import Reduction, reduced
from mobtheory.covering.optimum.relaxation import (
    limit_bound,
    linear_bound,
    packing_bound,
    row_bound,
)

_HELD = 0.5


class OutOfEffort(Exception):
    """The proof needs more cases or more time than it was given."""


class CoverFound(Exception):
    """There is a cover: the names of its columns."""

    def __init__(self, columns: Columns) -> None:
        super().__init__(columns)
        self.columns = columns


class Refuted(Exception):
    """There is no cover, and this is the proof."""

    def __init__(self, refutation: Refutation) -> None:
        super().__init__(refutation)
        self.refutation = refutation


class Tightened(NamedTuple):
    """A system that bounds do not decide, without the columns that they rule out.

    Attributes
    ----------
    system : what is left
    solution : a fractional cover of it, one number for each column
    steps : how it came about
    """

    system: CoverSystem
    solution: NDArray[np.float64]
    steps: tuple[Dual | Reduction, ...]


def tightened(
    system: CoverSystem, deadline: float, reductions: Sequence[Reduction] = ()
) -> Tightened:
    """Apply bounds until they rule nothing out; raises `Refuted`, `CoverFound` or `OutOfEffort`.

    `reductions` have led to the system.
    """
    for group, limit in enumerate(system.limits):
        if limit < 0:
            raise Refuted(Refutation((limit_bound(system, group).dual,)))
    steps: list[Dual | Reduction] = [*reductions]
    while True:
        sizes = np.count_nonzero(system.covers, axis=1)
        if (sizes == 0).any():
            raise _refuted_by(steps, row_bound(system, int(sizes.argmin())).dual)
        if not len(system.rows):
            raise CoverFound(np.zeros(0, dtype=np.int64))
        system, further = reduced(system)
        steps += further
        bound = packing_bound(system)
        if bound.gap < 0:
            raise _refuted_by(steps, bound.dual)
        relaxed = linear_bound(system, deadline - monotonic())
        if relaxed is None:
            raise OutOfEffort
        bound, solution = relaxed
        if bound.gap < 0:
            raise _refuted_by(steps, bound.dual)
        stay = bound.slack <= bound.gap
        if stay.all():
            break
        steps.append(bound.dual)
        system = system.only_columns(stay)
    rounded = np.flatnonzero(solution > _HELD)
    if system.is_cover(rounded):
        raise CoverFound(system.columns[rounded])
    return Tightened(system, solution, tuple(steps))


class CaseDistinction:
    """A proof by cases in the making, with limits on their number and on the time."""

    def __init__(self, cases: int, deadline: float) -> None:
        self.cases_left, self.deadline, self.cases = cases, deadline, 0

    def refute(self, system: CoverSystem) -> Refutation:
        """Prove that there is no cover; raises `CoverFound` or `OutOfEffort` otherwise."""
        self.cases += 1
        if self.cases_left <= 0 or monotonic() > self.deadline:
            raise OutOfEffort
        self.cases_left -= 1
        try:
            return self.refute_tightened(tightened(system, self.deadline))
        except Refuted as done:
            return done.refutation

    def refute_tightened(self, tight: Tightened) -> Refutation:
        """As `refute`, choosing each column of the row with the fewest, the likeliest first."""
        system = tight.system
        sizes = np.count_nonzero(system.covers, axis=1)
        # A row with one column offers no choice; its column is in every solution of the bounds.
        row = int(np.where(sizes > 1, sizes, len(system.columns) + 1).argmin())
        options = np.flatnonzero(system.covers[row])
        options = options[np.argsort(-tight.solution[options], kind="stable")]
        names, branch_row = system.columns[options].tolist(), int(system.rows[row])
        children: list[tuple[int, Refutation]] = []
        for name in names:
            column = np.flatnonzero(system.columns == name)
            try:
                children.append((name, self.refute(system.after_choosing(column))))
            except CoverFound as found:
                raise CoverFound(np.append(found.columns, name)) from None
            system = system.only_columns(system.columns != name)
        return Refutation(tight.steps, branch_row, tuple(children))


def _refuted_by(steps: list[Dual | Reduction], dual: Dual) -> Refuted:
    """End with a dual: it weighs no row that was left out, and no dominated column collects more.

    So reductions need not be told unless cases follow.
    """
    return Refuted(Refutation((*(step for step in steps if isinstance(step, Dual)), dual)))
