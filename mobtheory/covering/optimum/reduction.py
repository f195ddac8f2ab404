"""Rows and columns that a cover system can do without."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mobtheory.covering.optimum.cover_system import CoverSystem, Mask

_BLOCK_WORDS = 2**20


class Dominance(NamedTuple):
    """Columns that were left out, and for each one that stays and covers as much.

    A column that covers nothing stands in for itself.
    """

    dropped: NDArray[np.int64]
    kept: NDArray[np.int64]


class Omission(NamedTuple):
    """Rows that need not be looked at: what covers the others covers them too, or nobody asked."""

    rows: NDArray[np.int64]


Reduction = Dominance | Omission


def reduced(system: CoverSystem) -> tuple[CoverSystem, list[Reduction]]:
    """Leave out rows and columns until nothing changes; a cover exists before iff one does after.

    A row goes if another row's columns all cover it too. A column goes if another column of its
    group covers all that it covers and has no partner: one with a partner may be needed on the
    other side, so it stands in for nobody. A system with a row that no column covers, or with no
    row at all, stays as it is.
    """
    steps: list[Reduction] = []
    if not len(system.rows) or not system.covers.any(axis=1).all():
        return system, steps
    while True:
        useful = system.covers.any(axis=0)
        if not useful.all():
            names = system.columns[~useful]
            steps.append(Dominance(names, names))
            system = system.only_columns(useful)
        dominated, dominator = _dominated_columns(system)
        if dominated.any():
            names = system.columns
            steps.append(Dominance(names[dominated], names[dominator[dominated]]))
            system = system.only_columns(~dominated)
        implied = _implied_rows(system.covers)
        if not implied.any():
            # Without a row less, no column can have become dominated.
            return system, steps
        steps.append(Omission(system.rows[implied]))
        system = system.only_rows(~implied)


def _implied_rows(covers: Mask) -> Mask:
    """Rows that hold all columns of another row; of equal rows the first stays."""
    implied = np.zeros(len(covers), dtype=bool)
    sizes = np.count_nonzero(covers, axis=1)
    for larger, smaller in _contained_pairs(covers):
        implied[larger[(sizes[smaller] < sizes[larger]) | (smaller < larger)]] = True
    return implied


def _dominated_columns(system: CoverSystem) -> tuple[Mask, NDArray[np.int64]]:
    sets = system.covers.T
    dominated = np.zeros(len(sets), dtype=bool)
    dominator = np.full(len(sets), -1)
    sizes = np.count_nonzero(sets, axis=1)
    free = system.partner < 0
    for larger, smaller in _contained_pairs(sets):
        better = free[larger] & (system.group[larger] == system.group[smaller])
        better &= (sizes[larger] > sizes[smaller]) | (larger < smaller) | ~free[smaller]
        dominated[smaller[better]] = True
        dominator[smaller[better]] = larger[better]
    # A dominator may itself have gone; its own dominator covers at least as much.
    while (gone := dominated & dominated[dominator]).any():
        dominator[gone] = dominator[dominator[gone]]
    return dominated, dominator


def _contained_pairs(sets: Mask) -> Iterator[tuple[Any, Any]]:
    """Yield arrays (i, j), i != j, such that set j lies in set i; the sets are rows, none empty.

    A set lies only in sets that hold its rarest element, so few pairs are compared.
    """
    if not sets.size:
        return
    sets = np.ascontiguousarray(sets)
    held_by = np.count_nonzero(sets, axis=0).astype(np.int32)
    rows = max(1, _BLOCK_WORDS // sets.shape[1])
    rarest = np.concatenate(
        [
            np.where(sets[start : start + rows], held_by, len(sets) + 1).argmin(axis=1)
            for start in range(0, len(sets), rows)
        ]
    )
    smaller, larger = np.divmod(
        np.flatnonzero(np.ascontiguousarray(sets.T)[rarest]), np.int64(len(sets))
    )
    bits = _packed(sets)
    step = max(1, _BLOCK_WORDS // bits.shape[1])
    for start in range(0, len(smaller), step):
        i, j = larger[start : start + step], smaller[start : start + step]
        inside = (i != j) & ~(bits[j] & ~bits[i]).any(axis=1)
        yield i[inside], j[inside]


def _packed(sets: Mask) -> NDArray[np.uint64]:
    """Each set as a row of 64-bit words."""
    octets = np.packbits(sets, axis=1)
    words = np.zeros((len(sets), -(-octets.shape[1] // 8) * 8), dtype=np.uint8)
    words[:, : octets.shape[1]] = octets
    return words.view(np.uint64)
