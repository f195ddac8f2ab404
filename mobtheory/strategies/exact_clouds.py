"""Small integer clouds and budgets, drawn as a kind and coordinates that shrink."""

from hypothesis import strategies as st

from mobtheory.strategies.byte_rows import Row, byte_rows
from mobtheory.strategies.exact_kinds import EXACT_KINDS, MOST_TWIST

MOST_VISUAL, MOST_PROMPT = 9, 4

ExactCloud = tuple[str, list[Row], list[Row], int]
"""The kind of a cloud, its visual and its prompt points, and a budget."""

_BUDGETS = ("marked", "marked", "marked", "one", "all")


def exact_clouds(kinds: list[str]) -> st.SearchStrategy[ExactCloud]:
    """Clouds of one of the kinds, in 1 to 3 dimensions, with any budget."""

    def made(
        kind: str,
        grid: tuple[tuple[list[Row], int], tuple[list[Row], int]],
        rule: str,
        twist: int,
    ) -> ExactCloud:
        (rows, marked), (prompt_rows, _) = grid
        visual, prompt = EXACT_KINDS[kind](rows, prompt_rows, twist)
        budget = {"marked": marked, "one": 1, "all": len(visual)}[rule]
        return kind, visual, prompt, max(1, min(budget, len(visual)))

    grids = st.one_of(
        [st.tuples(byte_rows(d, MOST_VISUAL), byte_rows(d, MOST_PROMPT)) for d in (1, 2, 3)]
    )
    return st.builds(
        made,
        st.sampled_from(kinds),
        grids,
        st.sampled_from(_BUDGETS),
        st.integers(0, MOST_TWIST),
    )
