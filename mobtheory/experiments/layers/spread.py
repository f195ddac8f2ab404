"""The middle and the spread of a measured quantity, with an interval over pictures."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mobtheory.experiments.layers.spearman import LEVEL

_REPLICATES = 400
_FEWEST_PICTURES = 3
_ENTRIES = 4_000_000


def spread(
    values: NDArray[np.float64], pictures: Sequence[Any], *, seed: int = 0
) -> dict[str, Any] | None:
    """Median, 5 % and 95 % quantile, and a bootstrap interval of the median over pictures.

    Parameters
    ----------
    values : one a case; NaN where nothing was measured
    pictures : of each case the picture it belongs to

    Returns
    -------
    dict of ``median``, ``low``, ``high``, ``interval`` (None below three pictures) and ``count``;
    None where nothing was measured.

    Examples
    --------
    >>> spread(np.asarray([1.0, 2.0, 3.0, np.nan]), [0, 0, 1, 1])
    {'median': 2.0, 'low': 1.1, 'high': 2.9, 'interval': None, 'count': 3}
    """
    known = np.isfinite(values)
    if not known.any():
        return None
    found = values[known]
    groups: dict[Any, list[float]] = {}
    for picture, value in zip(np.asarray(pictures, dtype=object)[known], found, strict=True):
        groups.setdefault(picture, []).append(float(value))
    return {
        "median": float(np.median(found)),
        "low": float(np.quantile(found, 0.05)),
        "high": float(np.quantile(found, 0.95)),
        "interval": _interval(list(groups.values()), seed),
        "count": len(found),
    }


def _interval(groups: list[list[float]], seed: int) -> list[float] | None:
    if len(groups) < _FEWEST_PICTURES:
        return None
    table = np.full((len(groups), max(map(len, groups))), np.inf)
    for row, members in zip(table, groups, strict=True):
        row[: len(members)] = members
    sizes = np.asarray([len(members) for members in groups])
    chosen = np.random.default_rng(seed).integers(len(groups), size=(_REPLICATES, len(groups)))
    at_once = max(1, _ENTRIES // table.size)
    blocks = [chosen[start : start + at_once] for start in range(0, _REPLICATES, at_once)]
    medians = np.concatenate([_medians(table, sizes, rows) for rows in blocks])
    low, high = np.quantile(medians, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return [float(low), float(high)]


def _medians(
    table: NDArray[np.float64], sizes: NDArray[np.int64], chosen: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Median over the pictures `chosen` (B, G) of each replicate; inf pads short rows."""
    ordered = np.sort(table[chosen].reshape(len(chosen), -1), axis=1)
    count = sizes[chosen].sum(axis=1)
    rows = np.arange(len(chosen))
    return (ordered[rows, (count - 1) // 2] + ordered[rows, count // 2]) / 2
