"""The decision problem behind every exact solution: cover all rows by few columns."""

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
Columns = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class CoverSystem:
    """Rows that must be covered, columns that cover them, and how many columns may be chosen.

    Attributes
    ----------
    covers : (rows, columns) bool
    rows, columns : names of the rows and columns, which survive restriction. Row l < L is prompt
        token l and row L + v visual token v; column t < N is token t in the prompt half and
        column N + t the same token in the visual half.
    group : (columns,) which of the limits a column counts against
    limits : the most columns of each group that may be chosen
    partner : (columns,) position of the column that may not be chosen together with it, or -1
    """

    covers: Mask
    rows: Rows
    columns: Columns
    group: NDArray[np.int64]
    limits: tuple[int, ...]
    partner: NDArray[np.int64]

    @classmethod
    def of(cls, covers: Mask, limits: tuple[int, ...], group: Any = 0, partner: Any = -1) -> Self:
        """Name rows and columns by position."""
        count, width = covers.shape
        return cls(
            covers,
            np.arange(count),
            np.arange(width),
            np.broadcast_to(np.asarray(group, np.int64), (width,)),
            limits,
            np.broadcast_to(np.asarray(partner, np.int64), (width,)),
        )

    def only_rows(self, keep: Any) -> Self:
        """Leave out the other rows, so that less has to be covered."""
        return replace(self, covers=self.covers[keep], rows=self.rows[keep])

    def only_columns(self, keep: Any) -> Self:
        """Leave out the other columns, so that less can be chosen."""
        keep = np.flatnonzero(keep) if keep.dtype == bool else keep
        position = np.full(len(self.columns) + 1, -1)
        position[keep] = np.arange(len(keep))
        return replace(
            self,
            covers=self.covers[:, keep],
            columns=self.columns[keep],
            group=self.group[keep],
            partner=position[self.partner[keep]],
        )

    def after_choosing(self, chosen: Columns) -> Self:
        """What is left once columns (positions), no two of them partners, have been chosen."""
        used = np.bincount(self.group[chosen], minlength=len(self.limits))
        limits = tuple((np.asarray(self.limits) - used).tolist())
        gone = np.append(chosen, self.partner[chosen])
        stay = np.ones(len(self.columns), dtype=bool)
        stay[gone[gone >= 0]] = False
        uncovered = ~self.covers[:, chosen].any(axis=1)
        return replace(self.only_rows(uncovered), limits=limits).only_columns(stay)

    def is_cover(self, chosen: Columns) -> bool:
        """Whether these columns (positions) cover every row within the limits."""
        used = np.bincount(self.group[chosen], minlength=len(self.limits))
        partners = self.partner[chosen]
        return bool(
            self.covers[:, chosen].any(axis=1).all()
            and (used <= self.limits).all()
            and not np.isin(partners[partners >= 0], chosen).any()
        )
