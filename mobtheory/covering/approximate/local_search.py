"""Exchange one centre at a time for a token near the farthest one: critical-vertex 1-swap."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mobtheory.covering.approximate.farthest_point import ANY_CENTERS
from mobtheory.covering.approximate.rule import Choice, Given, Rule
from mobtheory.covering.optimum.task import Halves, farthest_order

_PATIENCE = 60
"""Exchanges without a new best selection after which the search ends."""
_BLOCK_ENTRIES = 2**20


def _choose(given: Given) -> Choice:
    start = farthest_order(given.task.visual, [], given.problem.budget)
    centers = _Exchange(given.task.visual, start, np.random.default_rng(given.seed)).run()
    return Choice(Halves([], centers), 2.0, ANY_CENTERS)


class _Swap(NamedTuple):
    radius: float
    place: int
    token: int


class _Exchange:
    """Held centres, and for each token the two nearest of them.

    Attributes
    ----------
    first, second : places of the nearest and the second nearest centre; K stands for none
    near, next : the distances to them
    resting : the step up to which a token neither enters nor leaves

    Notes
    -----
    The radius can only fall if a token nearer to the farthest one, the critical vertex, enters.
    The best such exchange is made even if the radius grows, and the best selection on the way is
    kept. Mladenović, Labbé, Hansen, Networks 42 (2003).
    """

    def __init__(
        self, distances: NDArray[Any], start: NDArray[np.int64], rng: np.random.Generator
    ) -> None:
        self.distances, self.held, self.rng = distances, start.copy(), rng
        count = len(distances)
        self.resting = np.zeros(count, dtype=np.int64)
        self.first, self.second = (np.zeros(count, dtype=np.int64) for _ in range(2))
        self.near, self.next = (np.zeros(count) for _ in range(2))
        self._look_up(np.arange(count))

    def run(self) -> list[int]:
        """The best centres on the way."""
        best, radius = self.held.tolist(), float(self.near.max())
        step = last = 0
        while radius > 0 and step - last < _PATIENCE:
            step += 1
            swap = self._best_swap(step, radius)
            if swap is None:
                # All that could enter rests: another step may wake it.
                continue
            self._make(swap, step)
            if swap.radius < radius:
                best, radius, last = self.held.tolist(), swap.radius, step
        return best

    def _look_up(self, rows: NDArray[np.int64]) -> None:
        """Find both nearest centres of some tokens again."""
        to_held = np.full((len(rows), len(self.held) + 1), np.inf)
        to_held[:, :-1] = self.distances[np.ix_(rows, self.held)]
        order = np.argpartition(to_held, 1, axis=1)[:, :2]
        self.first[rows], self.second[rows] = order.T
        self.near[rows], self.next[rows] = np.take_along_axis(to_held, order, axis=1).T

    def _make(self, swap: _Swap, step: int) -> None:
        place, token = swap.place, swap.token
        rest = step + int(self.rng.integers(2, 4 + len(self.held) // 8))
        self.resting[[self.held[place], token]] = rest
        stale = (self.first == place) | (self.second == place)
        self.held[place] = token
        to_new = self.distances[token]
        nearest = ~stale & (to_new < self.near)
        closer = ~stale & ~nearest & (to_new < self.next)
        self.second[nearest], self.next[nearest] = self.first[nearest], self.near[nearest]
        self.first[nearest], self.near[nearest] = place, to_new[nearest]
        self.second[closer], self.next[closer] = place, to_new[closer]
        self._look_up(np.flatnonzero(stale))

    def _best_swap(self, step: int, best: float) -> _Swap | None:
        """Of the exchanges that serve the critical vertex one with the least radius, at random."""
        critical = int(self.near.argmax())
        entering = np.flatnonzero(self.distances[critical] < self.near[critical])
        size = max(1, _BLOCK_ENTRIES // len(self.distances))
        found: list[_Swap] = []
        for start in range(0, len(entering), size):
            tokens = entering[start : start + size]
            radii = self._radii(tokens)
            rests = self.resting[tokens][:, None] >= step
            rests = rests | (self.resting[self.held] >= step)
            # A new best selection is taken in any case.
            radii[rests & (radii >= best)] = np.inf
            least = radii.min()
            if np.isfinite(least):
                which, place = (int(i) for i in self._one_of(np.argwhere(radii == least)))
                found.append(_Swap(float(least), place, int(tokens[which])))
        return min(found, key=lambda swap: swap.radius, default=None)

    def _one_of(self, options: NDArray[np.int64]) -> NDArray[np.int64]:
        return options[self.rng.integers(len(options))]

    def _radii(self, tokens: NDArray[np.int64]) -> NDArray[np.float64]:
        """The radius once a token has entered and a place has been left, shape (tokens, places).

        A token whose nearest centre stays keeps it or goes to the new one; one whose nearest centre
        leaves goes to the second nearest or to the new one.
        """
        order = np.argsort(self.first, kind="stable")
        places, starts = np.unique(self.first[order], return_index=True)
        to_new = self.distances[np.ix_(tokens, order)]
        stays = np.minimum(to_new, self.near[order])
        leaves = np.maximum.reduceat(np.minimum(to_new, self.next[order]), starts, axis=1)
        # A centre that is nearest to nothing leaves no trace.
        radii = np.repeat(stays.max(axis=1)[:, None], len(self.held), axis=1)
        # What leaves is never nearer than what stays, so its own group may count in both.
        radii[:, places] = np.maximum(radii[:, places], leaves)
        return radii


LOCAL_SEARCH = Rule("k-center", "covering.seeded-fps", _choose)
