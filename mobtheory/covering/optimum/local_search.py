"""Find a cover by exchanging columns under row weights that grow where rows stay uncovered."""

from time import monotonic
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mobtheory.covering.optimum.cover_system import Columns, CoverSystem

_TENURE = 2


def search_cover(
    system: CoverSystem, *, exchanges: int, seed: int = 0, deadline: float
) -> Columns | None:
    """Names of columns that cover all rows within the limits; None says nothing.

    Notes
    -----
    As many columns as the limits allow are held at any time. Each step takes a row that is not
    covered and exchanges one of its columns for one of the same group, so that the weight of
    uncovered rows falls most; where nothing falls, uncovered rows gain weight, and columns that
    were moved rest. Vertex weighting as in Zhang et al., IJCAI 2020.
    """
    left, forced = _forced(system)
    if left is None:
        return None
    if not len(left.rows):
        return forced
    chosen = _Exchange(left, np.random.default_rng(seed)).run(exchanges, deadline)
    return None if chosen is None else np.concatenate([forced, left.columns[chosen]])


def _forced(system: CoverSystem) -> tuple[CoverSystem | None, Columns]:
    """Choose the only columns of rows again and again; None if the limits do not allow it."""
    forced: list[Columns] = [np.zeros(0, dtype=np.int64)]
    while True:
        sizes = np.count_nonzero(system.covers, axis=1)
        if (sizes == 0).any() or min(system.limits) < 0:
            return None, forced[0]
        single = np.flatnonzero(sizes == 1)
        if not len(single):
            return system, np.concatenate(forced)
        columns = np.unique(system.covers[single].argmax(axis=1))
        if np.isin(system.partner[columns], columns).any():
            return None, forced[0]
        forced.append(system.columns[columns])
        system = system.after_choosing(columns)


class _Exchange:
    """The state of the search: the columns that are held, and what each row has of them.

    Attributes
    ----------
    times, holders : for each row, how many held columns cover it, and the sum of their positions,
        which names the only one where there is one
    losses : for each held column, the weight of the rows that only it covers
    """

    def __init__(self, system: CoverSystem, rng: np.random.Generator) -> None:
        self.system, self.rng = system, rng
        self.covers = system.covers
        self.rows_of = [np.flatnonzero(column) for column in system.covers.T]
        row_count, width = system.covers.shape
        self.weights = np.ones(row_count)
        self.times = np.zeros(row_count, dtype=np.int64)
        self.holders = np.zeros(row_count, dtype=np.int64)
        self.losses = np.zeros(width)
        self.resting = np.zeros(width, dtype=np.int64)
        self.place = np.zeros(width, dtype=np.int64)
        self.held = self._greedy()
        self.place[self.held] = np.arange(len(self.held))

    def _greedy(self) -> NDArray[np.int64]:
        """Fill the limits by the columns that cover most of what is uncovered."""
        room = np.asarray(self.system.limits)
        open_ = np.ones(len(self.system.columns), dtype=bool)
        gain = np.count_nonzero(self.covers, axis=0)
        held: list[int] = []
        while (allowed := open_ & (room[self.system.group] > 0)).any():
            column = int(np.where(allowed, gain, -1).argmax())
            held.append(column)
            room[self.system.group[column]] -= 1
            open_[column] = False
            if self.system.partner[column] >= 0:
                open_[self.system.partner[column]] = False
            new = self.rows_of[column][self.times[self.rows_of[column]] == 0]
            self._add(column)
            if len(new):
                gain = gain - np.count_nonzero(self.covers[new], axis=0)
        return np.asarray(held, dtype=np.int64)

    def _add(self, column: int) -> None:
        rows = self.rows_of[column]
        before, weights = self.times[rows], self.weights[rows]
        shared = before == 1
        np.subtract.at(self.losses, self.holders[rows[shared]], weights[shared])
        self.losses[column] = weights[before == 0].sum()
        self.times[rows] = before + 1
        self.holders[rows] += column

    def _remove(self, column: int) -> None:
        rows = self.rows_of[column]
        self.holders[rows] -= column
        after = self.times[rows] - 1
        self.times[rows] = after
        left = rows[after == 1]
        np.add.at(self.losses, self.holders[left], self.weights[left])

    def run(self, exchanges: int, deadline: float) -> NDArray[np.int64] | None:
        for step in range(1, exchanges + 1):
            uncovered = np.flatnonzero(self.times == 0)
            if not len(uncovered):
                return self.held
            if not len(self.held) or monotonic() > deadline:
                return None
            row = uncovered[self.rng.integers(len(uncovered))]
            candidates = np.flatnonzero(self.covers[row])
            incoming = candidates[self.resting[candidates] < step]
            if not len(incoming):
                incoming = candidates
            change = self._changes(uncovered, incoming, step)
            least = change.min()
            if not np.isfinite(least):
                self.weights[uncovered] += 1
                continue
            best = np.flatnonzero(change == least)
            place, which = divmod(int(best[self.rng.integers(len(best))]), len(incoming))
            out, into = int(self.held[place]), int(incoming[which])
            self.held[place], self.place[into] = into, place
            self._add(into)
            self._remove(out)
            self.resting[out] = step + _TENURE
            self.resting[into] = step + 1
            if least >= 0:
                self.weights[self.times == 0] += 1
        return None if (self.times == 0).any() else self.held

    def _changes(self, uncovered: Any, incoming: Any, step: int) -> Any:
        """How the uncovered weight changes, for every held column out and incoming column in."""
        system, held = self.system, self.held
        shape = len(held), len(incoming)
        gain = self.weights[uncovered] @ self.covers[np.ix_(uncovered, incoming)]
        # A row that only `out` covers is not lost if the incoming column covers it too.
        once = np.flatnonzero(self.times == 1)
        which, column = np.nonzero(self.covers[np.ix_(once, incoming)])
        kept = once[which]
        spared = np.bincount(
            self.place[self.holders[kept]] * len(incoming) + column,
            weights=self.weights[kept],
            minlength=shape[0] * shape[1],
        )
        change = self.losses[held][:, None] - spared.reshape(shape) - gain
        resting = self.resting[held] >= step
        if not resting.all():
            change[resting] = np.inf
        if len(system.limits) > 1:
            change[system.group[held][:, None] != system.group[incoming]] = np.inf
        paired = np.flatnonzero(np.isin(system.partner[incoming], held))
        if len(paired):
            # A token that is held in its other role must leave that role.
            leaves = held[:, None] == system.partner[incoming[paired]]
            change[:, paired] = np.where(leaves, change[:, paired], np.inf)
        return change
