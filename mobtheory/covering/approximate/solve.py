"""All approximate solvers behind one call."""

from typing import Literal, get_args

import numpy as np

from mobtheory.covering.approximate.farthest_point import FARTHEST_POINT
from mobtheory.covering.approximate.greedy_cover import GREEDY_COVER
from mobtheory.covering.approximate.hochbaum_shmoys import HOCHBAUM_SHMOYS
from mobtheory.covering.approximate.local_search import LOCAL_SEARCH
from mobtheory.covering.approximate.mob import MOB
from mobtheory.covering.approximate.packing import least_packed
from mobtheory.covering.approximate.repaired_truncation import REPAIRED_TRUNCATION
from mobtheory.covering.approximate.result import ApproximateResult
from mobtheory.covering.approximate.rule import Given, Rule
from mobtheory.covering.approximate.seeded_farthest_point import SEEDED_FARTHEST_POINT
from mobtheory.covering.counts import as_count
from mobtheory.covering.optimum.solve import measured, task_of
from mobtheory.covering.problem import CoveringProblem, check_problem
from mobtheory.errors import InvalidProblem

ApproximateMethod = Literal[
    "farthest-point",
    "seeded-farthest-point",
    "hochbaum-shmoys",
    "local-search",
    "greedy-cover",
    "mob",
    "repaired-truncation",
]
_RULES: dict[str, Rule] = {
    "farthest-point": FARTHEST_POINT,
    "seeded-farthest-point": SEEDED_FARTHEST_POINT,
    "hochbaum-shmoys": HOCHBAUM_SHMOYS,
    "local-search": LOCAL_SEARCH,
    "greedy-cover": GREEDY_COVER,
    "mob": MOB,
    "repaired-truncation": REPAIRED_TRUNCATION,
}
_CALLED = "solve_approximate"


def solve_approximate(
    problem: CoveringProblem,
    method: ApproximateMethod,
    *,
    seed: int = 0,
    prompt_budget: int | None = None,
    fold: int | None = None,
) -> ApproximateResult:
    """Select by one rule; say what it guarantees beforehand and what can be certified afterwards.

    Parameters
    ----------
    problem : CoveringProblem
        The tokens, or their distances, and the budget K.
    method : str
        "farthest-point", "hochbaum-shmoys", "local-search" and "greedy-cover" choose K visual
        centres for h(V -> S). "seeded-farthest-point" covers the prompt first, by all its nearest
        neighbours or by the repaired truncation, and then the picture by farthest points seeded
        with these, for max{d_H(S_p, P), h(V -> S)}. "mob" is algorithm 1 of the paper.
        "repaired-truncation" covers the prompt by the repaired truncation, and the picture by
        farthest points alone, since max{d_H(S_p, P), d_H(S_v, V)} does not count S_p for it.
    seed : int, at least 0
        For the random choices of "local-search"; the other rules make none.
    prompt_budget : int, optional
        K_p, for the rules with a prompt half: from 1 to K ("seeded-farthest-point"), from 1 to
        K - 1 ("repaired-truncation"), from 0 to K ("mob"). None means min(L, K // 2), at least 1:
        the prompt never needs more than L, and the picture keeps half.
    fold : int, at least 1, optional
        k, for "mob" only. None means the least fold with which L prompt tokens can propose K_p.

    Returns
    -------
    ApproximateResult
        A selection of K tokens, fewer only where K exceeds N, `.lower <= optimum <= .upper` for the
        objective of the rule, and the id of the claim that states its guarantee.

    Raises
    ------
    InvalidProblem
        The method is unknown, an option does not fit it or is out of bounds, the budget is 1 and
        the method needs two halves, or the repaired truncation needs distances within P that were
        not given.

    Notes
    -----
    ======================  ============================  ======  =================================
    method                  guarantee                     factor  OPT is the least among
    ======================  ============================  ======  =================================
    farthest-point          covering.seeded-fps           2       K centres anywhere
    hochbaum-shmoys         covering.hochbaum-shmoys      2       K tokens
    local-search            covering.seeded-fps           2       K centres anywhere
    greedy-cover            covering.seeded-fps           2       K centres anywhere
    seeded-farthest-point   covering.union                3 or 5  |S_p| <= K_p, |S_v| <= K - K_p
    mob                     covering.seeded-fps           2       completions of its prompt half
    repaired-truncation     covering.repaired-truncation          (bounds the prompt radius alone)
    ======================  ============================  ======  =================================

    Every guarantee needs the triangle inequality. Where `problem.is_metric` is False it is
    dropped and a note says so; for given distances this test takes time of order (N + L)^3, once
    for each problem. "local-search" and "greedy-cover" never do worse than farthest points and
    inherit their guarantee. The lower end is a packing: K + 1 tokens of which no two have a token
    in common within a smaller radius, or what the prompt needs in any case.

    Ties go to the lowest row, except in "local-search", where they are drawn.

    Examples
    --------
    >>> import numpy as np
    >>> from mobtheory import CoveringProblem, solve_approximate
    >>> line = np.asarray([[0.0], [1.0], [2.0], [8.0], [9.0], [10.0]])
    >>> problem = CoveringProblem(line, np.asarray([[9.0]]), 2)
    >>> for method in ("farthest-point", "local-search"):
    ...     result = solve_approximate(problem, method)
    ...     print(method, result.lower, result.upper, result.selection.indices)
    farthest-point 1.0 2.0 [0 5]
    local-search 1.0 1.0 [1 4]
    """
    check_problem(_CALLED, problem)
    rule = _rule(method)
    seed = as_count(_CALLED, "seed", seed, 0)
    task = task_of(problem, rule.objective, (problem.budget,))
    # Packings and covers speak of every token.
    task.rows = np.arange(problem.visual_count)
    split = _prompt_budget(problem, method, rule, prompt_budget)
    given = Given(problem, task, split, _fold(problem, method, rule, split, fold), seed)
    halves, factor, against = rule.choose(given)
    upper = max(task.radii(halves))
    covering = measured(problem, halves)
    metric = problem.is_metric
    return ApproximateResult(
        method=method,
        objective=rule.objective,
        selection=covering.selection,
        covering=covering,
        lower=least_packed(task, upper).radius,
        upper=upper,
        guarantee=rule.guarantee if metric else None,
        factor=factor if metric else None,
        holds_for=f"in every metric, {against}" if metric else "none of these distances",
        notes=()
        if metric
        else (
            f"the triangle inequality fails, so {rule.guarantee} does not apply; the bracket holds",
        ),
    )


def _rule(method: str) -> Rule:
    if not isinstance(method, str) or method not in _RULES:
        raise InvalidProblem(
            _CALLED,
            f"method={method!r}",
            "the method is unknown",
            f"Use one of {', '.join(get_args(ApproximateMethod))}.",
        )
    return _RULES[method]


def _prompt_budget(problem: CoveringProblem, method: str, rule: Rule, given: int | None) -> int:
    if rule.prompt_budgets is None:
        if given is not None:
            raise _superfluous(method, "prompt_budget", given)
        return 0
    lowest, highest = rule.prompt_budgets(problem.budget)
    if highest < lowest:
        raise InvalidProblem(
            _CALLED,
            f"budget={problem.budget} for method={method!r}",
            "each half needs a token",
            'Raise the budget to 2, or use "seeded-farthest-point".',
        )
    if given is None:
        return max(1, min(problem.prompt_count, problem.budget // 2))
    return as_count(_CALLED, "prompt_budget", given, lowest, highest)


def _fold(
    problem: CoveringProblem, method: str, rule: Rule, prompt_budget: int, given: int | None
) -> int:
    if given is None:
        return max(1, -(-prompt_budget // problem.prompt_count))
    if not rule.takes_fold:
        raise _superfluous(method, "fold", given)
    return as_count(_CALLED, "fold", given, 1)


def _superfluous(method: str, option: str, value: object) -> InvalidProblem:
    takers = [name for name, rule in _RULES.items() if _takes(rule, option)]
    return InvalidProblem(
        _CALLED,
        f"{option}={value!r} for method={method!r}",
        f"this method has no {option}",
        f"Leave it out, or use one of {', '.join(takers)}.",
    )


def _takes(rule: Rule, option: str) -> bool:
    return rule.takes_fold if option == "fold" else rule.prompt_budgets is not None
