"""The nearest-neighbour cover of the prompt."""

from collections.abc import Iterable

from mobtheory.covering.counts import as_count
from mobtheory.covering.problem import CoveringProblem, as_rows, check_problem
from mobtheory.errors import InvalidProblem
from mobtheory.geometry.points import Array


def nearest_neighbour_cover(problem: CoveringProblem, *, prompt_budget: int | None = None) -> Array:
    """Cover the prompt by the nearest visual token of each prompt token.

    Parameters
    ----------
    problem : CoveringProblem
        The tokens, or their distances.
    prompt_budget : int, optional
        How many prompt centres are allowed, from 1 to `problem.budget`. L always suffice; fewer do
        when prompt tokens share a neighbour. None allows as many as are needed, also above the
        problem's budget.

    Returns
    -------
    (m,) int64 array, m <= L
        S' = {nn(p) : p in P} without repetitions, in the order of the prompt tokens that first
        chose them; the lowest index wins a tie.

    Raises
    ------
    InvalidProblem
        The neighbours outnumber `prompt_budget`: covering the prompt by fewer tokens is a
        k-supplier problem, for which this cover is not defined.

    Notes
    -----
    d_H(S', P) = h(P -> V), the least value of d_H(S, P) over all non-empty sets S of visual
    tokens. Theory section 7.1, on step one of theorem 2 of arXiv 2505.10118.

    Examples
    --------
    >>> import numpy as np
    >>> from mobtheory import CoveringProblem, nearest_neighbour_cover
    >>> visual, prompt = np.asarray([[0.0], [4.0], [9.0]]), np.asarray([[8.0], [3.0], [10.0]])
    >>> nearest_neighbour_cover(CoveringProblem(visual, prompt, 2))
    array([2, 1])
    """
    check_problem("nearest_neighbour_cover", problem)
    nearest = nearest_visual(problem, range(problem.prompt_count))
    if prompt_budget is not None:
        limit = as_count(
            "nearest_neighbour_cover", "prompt_budget", prompt_budget, 1, problem.budget
        )
        if nearest.shape[0] > limit:
            raise InvalidProblem(
                "nearest_neighbour_cover",
                f"prompt_budget={limit} for {nearest.shape[0]} distinct nearest neighbours",
                "the cover holds the nearest visual token of every prompt token",
                "Raise prompt_budget, or use repaired_truncation, which needs no minimum.",
            )
    return nearest


def nearest_visual(problem: CoveringProblem, prompt_rows: Iterable[int]) -> Array:
    """Nearest visual token of each of these prompt tokens, each once, in order of appearance."""
    nearest = problem.namespace.argmin(problem.visual_prompt, axis=0).tolist()
    return as_rows(problem, list(dict.fromkeys(nearest[row] for row in prompt_rows)))
