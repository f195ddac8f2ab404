"""Spearman's rank correlation of many columns at once, resampled by picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from mobtheory.errors import InvalidProblem

Float = NDArray[np.float64]
LEVEL = 0.95
_FEWEST_PICTURES = 3


@dataclass(frozen=True)
class Estimate:
    """A number with its bootstrap interval; None where it is not defined.

    Attributes
    ----------
    value : the statistic on all cases
    low, high : percentile interval over resampled pictures, level 0.95
    """

    value: float | None
    low: float | None
    high: float | None

    def to_dict(self) -> dict[str, float | None]:
        """Plain data."""
        return {"value": self.value, "low": self.low, "high": self.high}


@dataclass(frozen=True, eq=False)
class Correlations:
    """Rank correlations of S surrogates with T truths, and their bootstrap replicates.

    Attributes
    ----------
    surrogates, truths : names
    pooled : (S, T) over all cases
    within : (S, T) mean over pictures of the correlation among the cases of one picture
    pooled_replicates, within_replicates : (B, S, T) on resampled pictures; B = 0 below three
        pictures
    cases, pictures : how many took part

    Notes
    -----
    NaN where a column is constant. Cases of one picture share its tokens and its question, so
    pictures are resampled, never cases: intervals over cases would be too narrow.
    """

    surrogates: tuple[str, ...]
    truths: tuple[str, ...]
    pooled: Float
    within: Float
    pooled_replicates: Float
    within_replicates: Float
    cases: int
    pictures: int

    def estimate(self, surrogate: str, truth: str, *, within: bool = False) -> Estimate:
        """One correlation with its interval."""
        at = self.surrogates.index(surrogate), self.truths.index(truth)
        value = (self.within if within else self.pooled)[at]
        replicates = self.within_replicates if within else self.pooled_replicates
        return estimate(float(value), replicates[:, at[0], at[1]])


def estimate(value: float, replicates: Float) -> Estimate:
    """The percentile interval of bootstrap replicates around a value."""
    if not np.isfinite(value):
        return Estimate(None, None, None)
    known = replicates[np.isfinite(replicates)]
    if len(known) == 0:
        return Estimate(value, None, None)
    low, high = np.quantile(known, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(value, float(low), float(high))


def correlate(
    surrogates: Mapping[str, Sequence[float]],
    truths: Mapping[str, Sequence[float]],
    pictures: Sequence[Any],
    *,
    replicates: int = 1000,
    seed: int = 0,
) -> Correlations:
    """Correlate the ranks of every surrogate with those of every truth.

    Parameters
    ----------
    surrogates, truths : by name, one finite or infinite number a case
    pictures : of each case the picture it belongs to
    replicates : bootstrap samples of pictures
    seed : the same seed gives the same intervals

    Returns
    -------
    Correlations

    Raises
    ------
    InvalidProblem
        If there is no case, a column has another length, or a number is NaN.

    Examples
    --------
    >>> found = correlate({"a": [1, 2, 3, 4]}, {"b": [1, 4, 9, 16]}, [0, 0, 1, 1])
    >>> float(found.pooled[0, 0]), found.estimate("a", "b").low  # two pictures: no interval
    (1.0, None)
    """
    table = np.concatenate([_table(columns, pictures) for columns in (surrogates, truths)])
    split = len(surrogates)
    groups = _groups(pictures)
    alone = np.stack([_spearman(table[:, rows], split) for rows in groups])
    drawn = replicates if len(groups) >= _FEWEST_PICTURES else 0
    rng = np.random.default_rng(seed)
    pooled, within = [], []
    for _ in range(drawn):
        chosen = rng.integers(len(groups), size=len(groups))
        rows = np.concatenate([groups[number] for number in chosen])
        pooled.append(_spearman(table[:, rows], split))
        within.append(_mean(alone[chosen]))
    shape = (drawn, split, len(truths))
    return Correlations(
        surrogates=tuple(surrogates),
        truths=tuple(truths),
        pooled=_spearman(table, split),
        within=_mean(alone),
        pooled_replicates=np.reshape(pooled, shape),
        within_replicates=np.reshape(within, shape),
        cases=table.shape[1],
        pictures=len(groups),
    )


def _table(columns: Mapping[str, Sequence[float]], pictures: Sequence[Any]) -> Float:
    lengths = {name: len(column) for name, column in columns.items()}
    if not len(pictures) or set(lengths.values()) != {len(pictures)}:
        raise InvalidProblem(
            "correlate",
            f"{len(pictures)} cases and columns of lengths {lengths}",
            "every column has one number for each case, and there is a case",
            "Measure every quantity on every case.",
        )
    table = np.asarray(list(columns.values()), dtype=np.float64)
    if np.isnan(table).any():
        bad = [name for name, row in zip(columns, table, strict=True) if np.isnan(row).any()]
        raise InvalidProblem(
            "correlate", f"NaN in {bad}", "a NaN has no rank", "Leave such cases out, and say so."
        )
    return table


def _groups(pictures: Sequence[Any]) -> list[NDArray[np.int64]]:
    rows: dict[Any, list[int]] = {}
    for case, picture in enumerate(pictures):
        rows.setdefault(picture, []).append(case)
    return [np.asarray(members) for members in rows.values()]


def _spearman(table: Float, split: int) -> Float:
    """Pearson's correlation of average ranks: the first `split` rows against the others."""
    ranks = rankdata(table, axis=1)
    # multiples of a half, so that sums and products are exact and equal orders give 1
    ranks -= (table.shape[1] + 1) / 2
    squares = (ranks**2).sum(axis=1)
    squares[squares == 0] = np.nan
    products = ranks[:split] @ ranks[split:].T
    return products / np.sqrt(np.outer(squares[:split], squares[split:]))


def _mean(tables: Float) -> Float:
    """Mean over pictures, of those in which the correlation is defined."""
    known = np.isfinite(tables)
    count = known.sum(axis=0)
    total = np.where(known, tables, 0.0).sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
