"""Clouds of realistic size and budgets, drawn as a kind, sizes and a seed."""

from hypothesis import strategies as st

from mobtheory.strategies.cloud_kinds import Points, cloud_of
from mobtheory.strategies.clouds import SEEDS

MOST_VISUAL, MOST_PROMPT, MOST_DIMENSIONS = 576, 64, 1024
MOST_COORDINATES = 40960
"""N * d stays below, so that an algorithm which measures all distances takes milliseconds."""

SeededCloud = tuple[str, Points, Points, int]
"""How a cloud was made, its visual and its prompt points, and a budget."""


def _sizes(few: int, many: int, most: int) -> st.SearchStrategy[int]:
    """Small sizes more often than large ones, and the largest in one of fifteen."""
    largest = st.integers(1, most + most // 4).map(lambda size: min(size, most))
    return st.one_of(st.integers(1, few), st.integers(1, many), largest)


def seeded_clouds(kinds: list[str]) -> st.SearchStrategy[SeededCloud]:
    """Clouds of one of the kinds, with any budget."""

    def made(
        kind: str, visual: int, prompt: int, dimension: int, kept: int, seed: int
    ) -> SeededCloud:
        dimension = min(dimension, MOST_COORDINATES // visual)
        points = cloud_of(kind, seed, visual, prompt, dimension)
        # Not clamped: nearly every budget of a small picture would then be N.
        return f"{kind} (seed {seed})", *points, 1 + kept % visual

    return st.builds(
        made,
        st.sampled_from(kinds),
        _sizes(24, 96, MOST_VISUAL),
        _sizes(4, 16, MOST_PROMPT),
        _sizes(3, 32, MOST_DIMENSIONS),
        st.one_of(st.integers(-4, 15), st.integers(0, MOST_VISUAL - 1)),
        SEEDS,
    )
