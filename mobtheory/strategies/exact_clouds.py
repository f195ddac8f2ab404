"""Small integer clouds and budgets, drawn as a kind and coordinates that shrink."""

from hypothesis import strategies as st

from mobtheory.strategies.byte_rows import BYTES_A_POINT, Row, rows_of
from mobtheory.strategies.exact_kinds import EXACT_KINDS, MOST_TWIST

ExactCloud = tuple[str, list[Row], list[Row], int]
"""The kind of a cloud, its visual and its prompt points, and a budget."""

# About seven points, of which about a fifth are left out. Visual and prompt points are drawn
# alike, because Hypothesis tries one in the place of the other.
_POINTS = st.binary(min_size=3 * BYTES_A_POINT, max_size=12 * BYTES_A_POINT)
_DIMENSIONS = (1, 2, 3, 2, 3)
_BUDGETS = (*["marked"] * 6, "one", "all")


def exact_clouds(kinds: list[str]) -> st.SearchStrategy[ExactCloud]:
    """Clouds of one of the kinds, in 1 to 3 dimensions, with any budget."""

    def made(
        kind: str, dimension: int, points: bytes, prompt_points: bytes, rule: str, twist: int
    ) -> ExactCloud:
        rows, marked = rows_of(points, dimension)
        prompt_rows, _ = rows_of(prompt_points, dimension)
        most = 1 + (prompt_points[0] >> 6)
        visual, prompt = EXACT_KINDS[kind](rows, prompt_rows[:most], twist)
        budget = {"marked": marked, "one": 1, "all": len(visual)}[rule]
        return kind, visual, prompt, max(1, min(budget, len(visual)))

    return st.builds(
        made,
        st.sampled_from(kinds),
        st.sampled_from(_DIMENSIONS),
        _POINTS,
        _POINTS,
        st.sampled_from(_BUDGETS),
        st.integers(0, MOST_TWIST),
    )
