"""Point sets: integer grids that shrink, and seeded clouds that are hard or look like tokens."""

from collections.abc import Collection
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from mobtheory.claims.clouds import CLOUD_FAMILIES, FAMILIES, token_like
from mobtheory.errors import InvalidProblem

Points = NDArray[Any]
CloudPair = tuple[Points, Points]

SEEDS = st.integers(0, 2**24 - 1)


def grid_points(
    dimension: int, min_points: int, max_points: int, largest: int
) -> st.SearchStrategy[Points]:
    """Integer points of one dimension; lists of tuples lose points and coordinates when shrunk."""
    coordinate = st.integers(-largest, largest)
    rows = st.lists(st.tuples(*[coordinate] * dimension), min_size=min_points, max_size=max_points)
    return rows.map(lambda points: np.array(points, dtype=np.int64))


def point_clouds(
    *, dimension: int | None = None, min_points: int = 1, max_points: int = 9, largest: int = 12
) -> st.SearchStrategy[Points]:
    """Small integer point sets: squared distances are exact and failures shrink.

    Parameters
    ----------
    dimension : d; None draws 1, 2 or 3
    min_points, max_points : bounds on n
    largest : bound on the magnitude of a coordinate

    Returns
    -------
    Strategy of arrays of shape (n, d), int64. Duplicates occur.

    Raises
    ------
    InvalidProblem
        If the bounds admit no point set.

    Examples
    --------
    >>> from hypothesis import find
    >>> from mobtheory.strategies import point_clouds
    >>> find(point_clouds(dimension=1), lambda points: points.max() - points.min() >= 3)
    array([[0],
           [3]])
    """
    if not (
        1 <= min_points <= max_points and largest >= 0 and (dimension is None or dimension >= 1)
    ):
        raise InvalidProblem(
            "point_clouds",
            f"dimension={dimension}, min_points={min_points}, max_points={max_points}, "
            f"largest={largest}",
            "a point set holds at least one point of dimension at least 1",
            "Pass 1 <= min_points <= max_points, dimension >= 1 and largest >= 0.",
        )
    if dimension is not None:
        return grid_points(dimension, min_points, max_points, largest)
    return st.integers(1, 3).flatmap(lambda d: grid_points(d, min_points, max_points, largest))


def draw_family(family: str, seed: int) -> CloudPair:
    """The visual and prompt cloud of a named family for a seed."""
    return FAMILIES[family](np.random.default_rng(seed))


def adversarial_clouds(*, families: Collection[str] | None = None) -> st.SearchStrategy[CloudPair]:
    """Visual and prompt clouds that are hard for the theory, drawn as a family and a seed.

    Parameters
    ----------
    families : names out of ``mobtheory.claims.clouds.FAMILIES``; None draws the real-valued ones:
        two tight clusters, a far outlier, collinear points, a sphere, a modality gap, one prompt
        token, token-like clouds

    Returns
    -------
    Strategy of pairs (visual, prompt) of shapes (N, d) and (L, d). A failure prints the family and
    the seed; it shrinks to the first family and the smallest seed that fail.

    Raises
    ------
    InvalidProblem
        If a family is unknown or none is named.

    Examples
    --------
    >>> from hypothesis import find
    >>> from mobtheory.strategies import adversarial_clouds
    >>> visual, prompt = find(adversarial_clouds(families=["one-prompt"]), lambda pair: True)
    >>> len(prompt)
    1
    """
    names = list(CLOUD_FAMILIES if families is None else families)
    if not names or not set(names) <= set(FAMILIES):
        raise InvalidProblem(
            "adversarial_clouds",
            f"families={names}",
            "every family must be known, and one is needed",
            f"Choose out of {', '.join(FAMILIES)}.",
        )
    return st.builds(draw_family, st.sampled_from(names), SEEDS)


def draw_tokens(visual_count: int, prompt_count: int, dimension: int, seed: int) -> CloudPair:
    """Token-like clouds of the given sizes for a seed."""
    rng = np.random.default_rng(seed)
    return token_like(
        rng, visual_count=visual_count, prompt_count=prompt_count, dimension=dimension
    )


def token_clouds(
    *,
    visual_counts: tuple[int, int] = (24, 48),
    prompt_counts: tuple[int, int] = (1, 8),
    dimension: int = 32,
) -> st.SearchStrategy[CloudPair]:
    """Clouds that look like the tokens of a vision-language model, drawn as sizes and a seed.

    Unit vectors with a power-law spectrum, patches in a few clusters, one or two outlying visual
    tokens and a prompt with an offset of its own.

    Parameters
    ----------
    visual_counts, prompt_counts : smallest and largest N and L
    dimension : d

    Returns
    -------
    Strategy of pairs (visual, prompt) of shapes (N, d) and (L, d), float64, rows of length 1.

    Raises
    ------
    InvalidProblem
        If a range of counts is empty or begins below 1, or the dimension is below 1.

    Examples
    --------
    >>> from hypothesis import find
    >>> from mobtheory.strategies import token_clouds
    >>> visual, prompt = find(token_clouds(visual_counts=(576, 576)), lambda pair: True)
    >>> visual.shape, prompt.shape
    ((576, 32), (1, 32))
    """
    ranges = (visual_counts, prompt_counts)
    if dimension < 1 or any(not 1 <= low <= high for low, high in ranges):
        raise InvalidProblem(
            "token_clouds",
            f"visual_counts={visual_counts}, prompt_counts={prompt_counts}, dimension={dimension}",
            "counts are ranges (smallest, largest) from 1 on, and the dimension is at least 1",
            "Pass for example visual_counts=(24, 48).",
        )
    return st.builds(
        draw_tokens,
        st.integers(*visual_counts),
        st.integers(*prompt_counts),
        st.just(dimension),
        SEEDS,
    )
