"""The repaired truncation: few prompt centres that still cover the whole prompt."""

from mobtheory.covering.counts import as_count
from mobtheory.covering.farthest_point import farthest_points
from mobtheory.covering.nearest import nearest_visual
from mobtheory.covering.problem import CoveringProblem, check_problem
from mobtheory.geometry.points import Array


def repaired_truncation(problem: CoveringProblem, *, prompt_budget: int) -> Array:
    """Cover the prompt by the nearest visual tokens of prompt tokens that lie far apart.

    Parameters
    ----------
    problem : CoveringProblem
        The tokens, or their distances, `prompt_prompt` included.
    prompt_budget : int from 1 to problem.budget
        K_p, how many prompt centres are allowed.

    Returns
    -------
    (m,) int64 array, 1 <= m <= min(K_p, L)
        S_p = {nn(p) : p in F} in the order of the picks F of farthest-point sampling on P, which
        starts at prompt token 0. Shorter than K_p when picks share a neighbour or P is exhausted.

    Raises
    ------
    InvalidProblem
        The prompt budget is no integer from 1 to the budget, or the distances within P are unknown.

    Notes
    -----
    d_H(S_p, P) <= h(P -> V) + 2 OPT_P(K_p), where OPT_P(K_p) is the best radius of K_p balls that
    cover P, centred anywhere; for K_p >= L it equals h(P -> V). It needs the triangle inequality.
    Theory section 7.2', the repair of the truncation step of theorem 2(a) of arXiv 2505.10118,
    whose top-K_p rule has no such bound.

    Examples
    --------
    >>> import numpy as np
    >>> from mobtheory import CoveringProblem, repaired_truncation
    >>> visual = np.asarray([[0.1], [0.2], [101.0], [102.0]])
    >>> problem = CoveringProblem(visual, np.asarray([[0.0], [100.0]]), 2)
    >>> repaired_truncation(problem, prompt_budget=2)
    array([0, 2])
    """
    check_problem("repaired_truncation", problem)
    limit = as_count("repaired_truncation", "prompt_budget", prompt_budget, 1, problem.budget)
    picks = farthest_points(problem.prompt_prompt, min(limit, problem.prompt_count))
    return nearest_visual(problem, picks.tolist())
