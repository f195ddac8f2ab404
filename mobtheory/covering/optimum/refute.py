"""Prove that a cover system has no cover, or come upon one: bounds first, cases where they fail."""

from collections.abc import Sequence
from time import monotonic

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
_TOO_MANY_COLUMNS = 300
"""Beyond, cases rarely end in time."""


class OutOfEffort(Exception):
    """The proof needs more cases or more time than it was given."""


class CoverFound(Exception):
    """There is a cover: the names of its columns."""

    def __init__(self, columns: Columns) -> None:
        super().__init__(columns)
        self.columns = columns


class Refuter:
    """A proof in the making, with limits on the cases and the time that it may take."""

    def __init__(self, cases: int, deadline: float) -> None:
        self.cases_left, self.deadline, self.cases = cases, deadline, 0

    def refute(self, system: CoverSystem, reductions: Sequence[Reduction] = ()) -> Refutation:
        """Prove that there is no cover; raises `CoverFound` or `OutOfEffort` otherwise.

        `reductions` have led to the system.
        """
        self.cases += 1
        if self.cases_left <= 0 or monotonic() > self.deadline:
            raise OutOfEffort
        self.cases_left -= 1
        for group, limit in enumerate(system.limits):
            if limit < 0:
                return Refutation((limit_bound(system, group).dual,))
        steps: list[Dual | Reduction] = [*reductions]
        solution = np.zeros(0)
        while True:
            sizes = np.count_nonzero(system.covers, axis=1)
            if (sizes == 0).any():
                return _closed(steps, row_bound(system, int(sizes.argmin())).dual)
            if not len(system.rows):
                raise CoverFound(np.zeros(0, dtype=np.int64))
            system, further = reduced(system)
            steps += further
            bound = packing_bound(system)
            if bound.gap < 0:
                return _closed(steps, bound.dual)
            relaxed = linear_bound(system, self.deadline - monotonic())
            if relaxed is None:
                raise OutOfEffort
            bound, solution = relaxed
            if bound.gap < 0:
                return _closed(steps, bound.dual)
            stay = bound.slack <= bound.gap
            if stay.all():
                break
            steps.append(bound.dual)
            system, solution = system.only_columns(stay), solution[stay]
        rounded = np.flatnonzero(solution > _HELD)
        if system.is_cover(rounded):
            raise CoverFound(system.columns[rounded])
        if len(system.columns) > _TOO_MANY_COLUMNS:
            raise OutOfEffort
        return self._by_cases(system, solution, steps)

    def _by_cases(
        self, system: CoverSystem, solution: NDArray[np.float64], steps: list[Dual | Reduction]
    ) -> Refutation:
        """Choose each column of the row with the fewest, the most promising one first."""
        row = int(np.count_nonzero(system.covers, axis=1).argmin())
        options = np.flatnonzero(system.covers[row])
        options = options[np.argsort(-solution[options], kind="stable")]
        names, branch_row = system.columns[options].tolist(), int(system.rows[row])
        children: list[tuple[int, Refutation]] = []
        for name in names:
            column = int(np.flatnonzero(system.columns == name)[0])
            try:
                children.append((name, self.refute(system.after_choosing(column))))
            except CoverFound as found:
                raise CoverFound(np.append(found.columns, name)) from None
            system = system.only_columns(system.columns != name)
        return Refutation(tuple(steps), branch_row, tuple(children))


def _closed(steps: list[Dual | Reduction], dual: Dual) -> Refutation:
    """End with a dual: it weighs no row that was left out, and no dominated column collects more.

    So reductions need not be told unless cases follow.
    """
    return Refutation((*(step for step in steps if isinstance(step, Dual)), dual))
