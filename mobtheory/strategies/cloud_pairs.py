"""Pairs of a visual and a prompt cloud, in three lanes."""

from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from mobtheory.errors import InvalidProblem
from mobtheory.strategies.clouds import (
    CloudPair,
    adversarial_clouds,
    grid_points,
    token_clouds,
)

LANES = ("exact", "adversarial", "tokens")
"""Small integer clouds; real-valued hard cases by family and seed; token-like clouds."""


def _grids() -> st.SearchStrategy[CloudPair]:
    """Both clouds on one small grid in 1 to 3 dimensions, one prompt token included."""
    return st.integers(1, 3).flatmap(
        lambda d: st.tuples(grid_points(d, 1, 9, 12), grid_points(d, 1, 4, 14))
    )


def _lines() -> st.SearchStrategy[CloudPair]:
    """Integers on a line with large gaps and repetitions."""
    steps = st.lists(st.sampled_from([1, 2, 0, 3, 40, 500]), min_size=2, max_size=9)
    visual = steps.map(lambda gaps: np.cumsum(gaps)[:, None])
    return st.tuples(visual, st.one_of(grid_points(1, 1, 4, 14), grid_points(1, 1, 4, 600)))


def _repeated(pair: tuple[CloudPair, list[int]]) -> CloudPair:
    (visual, prompt), chosen = pair
    rows: NDArray[Any] = visual[np.array(chosen) % len(visual)]
    return np.concatenate([visual, rows]), prompt


def _duplicates() -> st.SearchStrategy[CloudPair]:
    """Visual points of which some occur again."""
    again = st.lists(st.integers(0, 8), min_size=1, max_size=5)
    return st.tuples(_grids(), again).map(_repeated)


def _coincident() -> st.SearchStrategy[CloudPair]:
    """A prompt that is the picture itself in the reverse order: perfect coupling."""
    return _grids().map(lambda pair: (pair[0], pair[0][::-1].copy()))


def _shifted() -> st.SearchStrategy[CloudPair]:
    """A prompt that is the picture moved by a step: strong coupling."""
    moved = st.tuples(_lines(), st.integers(1, 2))
    return moved.map(lambda drawn: (drawn[0][0], drawn[0][0] + drawn[1]))


def cloud_pairs(*, lane: str | None = None) -> st.SearchStrategy[CloudPair]:
    """Visual and prompt clouds of one lane, or of all.

    Parameters
    ----------
    lane : "exact" (integer grids, lines with gaps, duplicates, coincident and shifted clouds:
        they shrink and squared distances are exact), "adversarial" (real-valued families by name
        and seed), "tokens" (token-like clouds by size and seed), or None for any of them

    Returns
    -------
    Strategy of pairs (visual, prompt) of shapes (N, d) and (L, d).

    Raises
    ------
    InvalidProblem
        If the lane is unknown.

    Examples
    --------
    >>> from hypothesis import find
    >>> from mobtheory.strategies import cloud_pairs
    >>> visual, prompt = find(cloud_pairs(lane="exact"), lambda pair: len(pair[0]) > 1)
    >>> len(visual), len(prompt), visual.dtype.kind
    (2, 1, 'i')
    """
    strategies = {
        "exact": st.one_of(_grids(), _lines(), _duplicates(), _coincident(), _shifted()),
        "adversarial": adversarial_clouds(),
        "tokens": token_clouds(),
    }
    if lane is None:
        return st.one_of(*strategies.values())
    if lane not in strategies:
        raise InvalidProblem(
            "cloud_pairs",
            f"lane={lane!r}",
            "the lane is unknown",
            f"Use one of {', '.join(LANES)}.",
        )
    return strategies[lane]
