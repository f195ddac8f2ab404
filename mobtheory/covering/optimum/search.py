"""Close the bracket of a least radius: refute small radii, find covers within large ones."""

from bisect import bisect_left
from collections.abc import Callable
from time import monotonic
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mobtheory.covering.optimum.certificate import Refutation
from mobtheory.covering.optimum.cover_system import Columns, CoverSystem
from mobtheory.covering.optimum.integer import refute_by_solver
from mobtheory.covering.optimum.local_search import search_cover
from mobtheory.covering.optimum.reduction import Omission, Reduction, reduced
from mobtheory.covering.optimum.refute import (
    CaseDistinction,
    CoverFound,
    OutOfEffort,
    Refuted,
    Tightened,
    tightened,
)
from mobtheory.covering.optimum.task import CoverTask, Halves

Watch = Callable[[float, float], None]

_SAME = 1e-9


class _Effort(NamedTuple):
    """How long one radius may be worked on: steps of local search, seconds of a solver."""

    number: int
    exchanges: int
    seconds: float

    def more(self) -> "_Effort":
        return _Effort(self.number + 1, 4 * self.exchanges, 4 * self.seconds)


_GLANCE, _FIRST_EFFORT = _Effort(0, 25, 0.0), _Effort(1, 1200, 1.0)
_FEW_ENTRIES = 20_000
"""So sparse systems a solver decides faster than local search."""
_MANY_COLUMNS, _MANY_CASES = 400, 5000
"""More columns rarely fall to cases."""


class RadiusSearch:
    """The bracket of the least radius within which a task has a selection.

    Parameters
    ----------
    task : what must be covered
    place : the prompt radius and the visual radius that a radius stands for
    measure : the radius that halves reach; inf if they are not admissible
    best, upper : halves known to reach `upper`
    levels : ascending radii, the only possible values of the least radius; `upper` is the last
    deadline : of `time.monotonic`
    watch : called with the bracket whenever it shrinks
    patience : how hard to try to prove by cases what so far rests on the word of a solver: at 1 a
        second and half the time of the search, at 0 not at all
    """

    def __init__(
        self,
        task: CoverTask,
        place: Callable[[float], tuple[float, float]],
        measure: Callable[[Halves], float],
        best: Halves,
        levels: NDArray[np.float64],
        deadline: float,
        watch: Watch | None = None,
        patience: float = 1.0,
    ) -> None:
        self.task, self.place, self.measure, self.best = task, place, measure, best
        self.levels = levels
        self._group = np.cumsum(np.diff(levels, prepend=levels[:1]) > _SAME * levels)
        self.low, self.high = -1, len(levels) - 1
        self.refutation: Refutation | None = None
        self.deadline, self.patience, self.work = deadline, patience, 0
        self.watch: Watch = watch or (lambda lower, upper: None)
        self._last: dict[str, tuple[Any, Any]] = {}

    @property
    def lower(self) -> float:
        """No selection reaches less; `refutation` proves it if it lies above the first level."""
        return float(self.levels[self.low + 1])

    @property
    def upper(self) -> float:
        """What `best` reaches."""
        return float(self.levels[self.high])

    @property
    def closed(self) -> bool:
        return self.low + 1 == self.high

    @property
    def _time_left(self) -> float:
        return self.deadline - monotonic()

    def run(self) -> None:
        """Work until the bracket is closed or the time is over."""
        start, effort = monotonic(), _FIRST_EFFORT
        self.watch(self.lower, self.upper)
        while not self.closed and self._time_left > 0:
            self._sweep(effort)
            effort = effort.more()
        if self.patience and self.refutation is not None and self.refutation.solver:
            self._replace_solver(self.patience * (1 + (monotonic() - start) / 2))

    def _replace_solver(self, seconds: float) -> None:
        """Try to prove by duals and cases what so far a solver says."""
        deadline = monotonic() + min(seconds, self._time_left)

        def attempt() -> Refutation:
            tight = self._tightened(self.low)
            if len(tight.system.columns) > _MANY_COLUMNS:
                raise OutOfEffort
            return self._by_cases(tight, deadline)

        try:
            self.refutation = attempt()
        except Refuted as done:
            self.refutation = done.refutation
        except OutOfEffort:
            return
        except CoverFound as found:
            # The solver was wrong; nothing that it said is kept.
            self._accepted(found.columns, self.low)
            self.low, self.refutation = -1, None

    def _sweep(self, effort: "_Effort") -> None:
        """Bisect while each radius is either refuted or reached, then each end alone."""
        while not self.closed and self._time_left > 0:
            middle = self._between(self.low, self.high)
            if not self._settled(middle, effort):
                self._raise_lower(middle, effort)
                self._cut_upper(middle, effort)
                return

    def _settled(self, level: int, effort: "_Effort") -> bool:
        """Whether a level could be refuted or reached, by the cheapest means that does it."""
        if self._find(level, _GLANCE) or self._bounded(level) is not None:
            return True
        sparse = np.count_nonzero(self._system(level)[0].covers) <= _FEW_ENTRIES
        if sparse and self._ruled_out(level, effort) is not None:
            return True
        if self._find(level, effort):
            return True
        return not sparse and self._ruled_out(level, effort) is not None

    def _raise_lower(self, unknown: int, effort: "_Effort") -> None:
        while unknown - self.low > 1 and self._time_left > 0:
            middle = self._between(self.low, min(unknown, self.high))
            refuted = self._bounded(middle)
            if refuted is None:
                refuted = self._ruled_out(middle, effort)
            if not refuted:
                unknown = min(middle, self.high)

    def _cut_upper(self, unknown: int, effort: "_Effort") -> None:
        while self.high - unknown > 1 and self._time_left > 0:
            middle = self._between(unknown, self.high)
            if not self._find(middle, effort):
                unknown = middle

    def _between(self, low: int, high: int) -> int:
        """A level strictly between; levels equal but for rounding are told apart last.

        All of them are first treated as the largest of them, which is safe on both sides.
        """
        middle = (low + high) // 2
        last = bisect_left(self._group, self._group[middle] + 1) - 1
        if last < high:
            return last
        before = bisect_left(self._group, self._group[middle]) - 1
        return before if before > low else middle

    def _find(self, level: int, effort: "_Effort") -> bool:
        """Look for halves within a level; False says nothing."""
        while self._time_left > 0:
            self.work += 1
            columns = search_cover(
                self._system(level)[0],
                exchanges=effort.exchanges,
                seed=effort.number,
                deadline=self.deadline,
            )
            if columns is None:
                return False
            if self._accepted(columns, level):
                return True
        return False

    def _bounded(self, level: int) -> bool | None:
        """Refute a level by duals: True if done, False if it is reached, None if undecided."""

        def attempt() -> Refutation:
            self._tightened(level)
            raise OutOfEffort

        return self._decided(level, attempt)

    def _ruled_out(self, level: int, effort: "_Effort") -> bool | None:
        """Refute a level by the word of a solver, as `_bounded`."""
        seconds = min(effort.seconds, self._time_left)
        return self._decided(level, lambda: refute_by_solver(self._tightened(level), seconds))

    def _by_cases(self, tight: Tightened, deadline: float) -> Refutation:
        distinction = CaseDistinction(_MANY_CASES, deadline)
        try:
            return distinction.refute_tightened(tight)
        finally:
            self.work += distinction.cases

    def _decided(self, level: int, attempt: Callable[[], Refutation]) -> bool | None:
        while self._time_left > 0:
            try:
                self.refutation = attempt()
            except Refuted as done:
                self.refutation = done.refutation
            except OutOfEffort:
                return None
            except CoverFound as found:
                if self._accepted(found.columns, level):
                    return False
                continue
            self.low = level
            self.watch(self.lower, self.upper)
            return True
        return None

    def _system(self, level: int) -> tuple[CoverSystem, list[Reduction]]:
        """The reduced system of a level, and what led to it."""

        def reduce() -> tuple[CoverSystem, list[Reduction]]:
            system, steps = reduced(self.task.system(*self.place(float(self.levels[level]))))
            unused = self.task.unused_rows()
            return system, [Omission(unused), *steps] if len(unused) else steps

        return self._kept("reduced", level, reduce)

    def _tightened(self, level: int) -> Tightened:
        """The system of a level after all bounds; raises what `tightened` raises."""

        def tighten() -> Tightened:
            self.work += 1
            system, reductions = self._system(level)
            return tightened(system, self.deadline, reductions)

        return self._kept("tightened", level, tighten)

    def _kept(self, stage: str, level: int, make: Callable[[], Any]) -> Any:
        """Make something for a level, unless it is what was made last at that stage."""
        key = level, len(self.task.rows)
        if self._last.get(stage, (None, None))[0] != key:
            self._last[stage] = key, make()
        return self._last[stage][1]

    def _accepted(self, columns: Columns, level: int) -> bool:
        """Keep halves that are better; False if they miss rows, which are then taken in."""
        radius = float(self.levels[level])
        halves = self.task.filled(self.task.halves(columns), self.place(radius)[0])
        reached = self.measure(halves)
        if reached < self.upper:
            self.best, self.high = halves, int(np.searchsorted(self.levels, reached))
            self.watch(self.lower, self.upper)
        if reached <= radius:
            return True
        self.task.add_rows(halves, self.place(radius)[1])
        return False
