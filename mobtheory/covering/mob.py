"""The selection rule of Multi-objective Balanced Covering."""

from typing import Literal, get_args

from mobtheory.covering.counts import as_count
from mobtheory.covering.problem import CoveringProblem, check_problem
from mobtheory.covering.prompt_candidates import Duplicates, ProposalRule
from mobtheory.covering.selection import Selection, selection_of_rows
from mobtheory.errors import InvalidProblem
from mobtheory.geometry.points import Array

Shortfall = Literal["visual", "raise"]
Start = Literal["index0", "farthest-mean"]


def mob_select(
    problem: CoveringProblem,
    *,
    prompt_budget: int,
    fold: int,
    duplicates: Duplicates = "max",
    shortfall: Shortfall = "visual",
    start: Start = "index0",
) -> Selection:
    """Select visual tokens by algorithm 1 of the paper.

    Parameters
    ----------
    problem : CoveringProblem
        The tokens, or their distances, and the budget K. The paper normalises the tokens:
        `CoveringProblem(visual, prompt, K, normalize=True)`.
    prompt_budget : int from 0 to problem.budget
        K_p, the size of the prompt half; the visual half gets the rest.
    fold : int, at least 1
        k, how many nearest visual tokens each prompt token proposes. Above N it counts as N.
    duplicates : "max", "first" or "last"
        Which similarity ranks a candidate that several prompt tokens propose: the highest, or that
        of the first or last prompt token which proposes it. The paper does not say.
    shortfall : "visual" or "raise"
        What happens when fewer than K_p distinct candidates are proposed: the visual half gets the
        places that remain, or the call is refused. The paper does not say.
    start : "index0" or "farthest-mean"
        The first visual centre when the prompt half is empty: token 0, or the token whose mean
        distance to the visual tokens is largest. The paper does not say.

    Returns
    -------
    Selection
        Exactly K tokens. `prompt_centers` by falling similarity, `visual_centers` in the order of
        the picks. The lowest index wins every tie.

    Raises
    ------
    InvalidProblem
        The prompt budget or the fold is no integer within its bounds, an option is unknown, or
        candidates are missing and `shortfall` is "raise".

    Notes
    -----
    Each prompt token proposes its k nearest visual tokens; the K_p most similar distinct candidates
    form S_p; farthest-point sampling seeded with S_p adds S_v. Similarity falls as the distance of
    the problem grows: for unit vectors, Euclidean distance and cosine rank alike. Algorithm 1 of
    arXiv 2505.10118. Of its printed guarantees, d_H(S_p, P) <= α K_p^(-1/d) and
    d_H(S_v, V) <= β K_v^(-1/d) fail (theory sections 7.2 and 7.3); for distances that obey the
    triangle inequality h(V -> S_p ∪ S_v) <= 2 OPT(K_v | S_p) holds (theory theorem 2.5).

    S_p is ranked by differences of coordinates in float64, or by distances that are exact; S_v as
    `farthest_point_sampling` picks, within `selection_rounding`.

    Examples
    --------
    >>> import numpy as np
    >>> from mobtheory import CoveringProblem, mob_select
    >>> visual = np.asarray([[0.0], [0.1], [50.0], [52.0]])
    >>> problem = CoveringProblem(visual, np.asarray([[-0.5]]), 3)
    >>> mob_select(problem, prompt_budget=1, fold=1)
    Selection(prompt_centers=array([0]), visual_centers=array([3, 2]))
    """
    called = "mob_select"
    check_problem(called, problem)
    prompt_limit, fold = check_options(
        called,
        prompt_budget,
        problem.budget,
        fold,
        problem.visual_count,
        duplicates,
        shortfall,
        start,
    )
    order, found = problem.distances.candidates(ProposalRule(fold, prompt_limit, duplicates))
    # The one place where the host must know: how long the prompt half is.
    count = int(found)
    if count < prompt_limit and shortfall == "raise":
        raise too_few_candidates(called, prompt_limit, count, fold)
    prompt = problem.namespace.asarray(order[:count], device=problem.device)
    visual = _visual_centers(problem, prompt, problem.budget - count, start)
    return selection_of_rows(prompt, visual)


def check_options(
    called: str,
    prompt_budget: int,
    budget: int,
    fold: int,
    visual_count: int,
    duplicates: str,
    shortfall: str,
    start: str,
) -> tuple[int, int]:
    """Return the prompt budget and the fold, at most N, or refuse one of the options."""
    limit = as_count(called, "prompt_budget", prompt_budget, 0, budget)
    fold = min(as_count(called, "fold", fold, 1), visual_count)
    for name, value, allowed in (
        ("duplicates", duplicates, get_args(Duplicates)),
        ("shortfall", shortfall, get_args(Shortfall)),
        ("start", start, get_args(Start)),
    ):
        if value not in allowed:
            raise InvalidProblem(
                called, f"{name}={value!r}", f"{name} is unknown", f"Use one of {allowed}."
            )
    return limit, fold


def too_few_candidates(called: str, prompt_limit: int, count: int, fold: int) -> InvalidProblem:
    """Say that the prompt tokens propose fewer candidates than the prompt half holds."""
    return InvalidProblem(
        called,
        f"prompt_budget={prompt_limit} with {count} distinct candidates at fold={fold}",
        "the prompt tokens must propose as many candidates as the prompt half holds",
        'Raise the fold, lower prompt_budget, or pass shortfall="visual".',
    )


def _visual_centers(problem: CoveringProblem, prompt: Array, k: int, start: Start) -> Array:
    xp = problem.namespace
    if prompt.shape[0] or start == "index0":
        return problem.distances.farthest(prompt, k)
    first = xp.argmax(xp.mean(problem.visual_visual, axis=1), keepdims=True)
    return xp.concat([first, problem.distances.farthest(first, k - 1)])
