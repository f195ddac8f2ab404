"""Selections of visual tokens, split into the two halves."""

from hypothesis import strategies as st

from mobtheory.covering import CoveringProblem, Selection
from mobtheory.covering.problem import check_problem


def selections(problem: CoveringProblem) -> st.SearchStrategy[Selection]:
    """Selections that the budget of a problem allows.

    Parameters
    ----------
    problem : CoveringProblem
        Its N and K bound the selection.

    Returns
    -------
    Strategy of `mobtheory.Selection` of 1 to K tokens, split anywhere: one half may be empty. They
    shrink to the visual centre 0 alone.

    Raises
    ------
    InvalidProblem
        If it is no problem.

    Examples
    --------
    >>> from hypothesis import find
    >>> from mobtheory import CoveringProblem
    >>> from mobtheory.strategies import selections
    >>> problem = CoveringProblem([[0], [1], [6]], [[7]], 2)
    >>> find(selections(problem), lambda selection: len(selection.indices) == 2)
    Selection(prompt_centers=array([], dtype=int64), visual_centers=array([0, 1]))
    """
    check_problem("selections", problem)

    def split(kept: list[int], fold: int) -> Selection:
        fold %= len(kept) + 1
        return Selection(kept[:fold], kept[fold:])

    tokens = st.integers(0, problem.visual_count - 1)
    kept = st.lists(tokens, min_size=1, max_size=problem.budget, unique=True)
    return st.builds(split, kept, st.integers(0, problem.budget))
