"""Exact solutions of the covering problem, to proven optimality or with a certified bracket."""

from math import inf
from time import monotonic
from typing import Any

import numpy as np

from mobtheory.covering.counts import as_count, is_boolean
from mobtheory.covering.evaluation import Covering, evaluate_selection
from mobtheory.covering.optimum.bracket import Progress, labelled, least_radius
from mobtheory.covering.optimum.result import ExactResult
from mobtheory.covering.optimum.task import CoverTask, Halves, Objective
from mobtheory.covering.problem import CoveringProblem, as_rows, check_problem
from mobtheory.covering.selection import Selection
from mobtheory.errors import InvalidProblem
from mobtheory.geometry.points import to_numpy

_OBJECTIVES = ("radius", "union", "k-center")


def solve_exact(
    problem: CoveringProblem,
    *,
    prompt_budget: int | None = None,
    objective: Objective = "radius",
    time_limit: float = 60.0,
    workers: int = 1,
    progress: Progress | None = None,
) -> ExactResult:
    """Find a selection with the least objective, and prove that it is the least.

    Parameters
    ----------
    problem : CoveringProblem
        The tokens, or their distances, and the budget K.
    prompt_budget : int, optional
        K_p. If given, |S_p| <= K_p and |S_v| <= K - K_p: from 1 to K - 1 for "radius", from 1 to K
        for "union", not allowed for "k-center". None leaves the split free: |S_p| + |S_v| <= K.
    objective : "radius", "union" or "k-center"
        max{d_H(S_p, P), d_H(S_v, V)}, max{d_H(S_p, P), h(V -> S_p ∪ S_v)}, or h(V -> S).
    time_limit : float
        Seconds after which the search gives up, above 0; inf never does. Distances are measured
        and a first selection is made in any case.
    workers : int, at least 1
        The most threads to use. The search is sequential, so it always uses one.
    progress : callable, optional
        Called with (objective, lower, upper) whenever the bracket shrinks.

    Returns
    -------
    ExactResult
        Optimal for the distances as computed in float64, so within `problem.rounding` of the true
        optimum; at the time limit a bracket. Below the budget, the selection is filled up as far
        as that cannot raise the objective: the visual half by farthest points, the prompt half
        (only if K_p is given) by the tokens nearest to the prompt within the radius. Under
        "k-center" all centres are visual.

    Raises
    ------
    InvalidProblem
        The objective is unknown or needs two halves and the budget is 1, the prompt budget is out
        of bounds, or the time limit or the number of workers is not positive.

    Notes
    -----
    The optimum is one of the distances, and whether selections within a radius exist is monotone
    in the radius, so it is found by bisection. Large radii are met by local search, small ones
    refuted by duals of the linear relaxation in whole numbers, with case distinctions where these
    fail; an integer program only decides what is left. The lower end therefore needs no trust in a
    solver unless `certificate.kind` is "solver"; `verify_lower_bound` checks it.

    "radius" may be set by the prompt alone, h(P -> V), or by a token that both halves need; then it
    says nothing about the picture: `pareto_front` does.

    Examples
    --------
    >>> import numpy as np
    >>> from mobtheory import CoveringProblem, solve_exact
    >>> line = np.asarray([[0.0], [1.0], [5.0], [6.0]])
    >>> result = solve_exact(CoveringProblem(line, np.asarray([[7.0]]), 3))
    >>> result.selection
    Selection(prompt_centers=array([3]), visual_centers=array([0, 2]))
    >>> result.upper
    1.0
    """
    called = "solve_exact"
    check_problem(called, problem)
    limits = _limits(problem, prompt_budget, objective)
    as_count(called, "workers", workers, 1)
    deadline = monotonic() + as_seconds(called, time_limit)
    progress = as_progress(called, progress)
    task = task_of(problem, objective, limits)
    closing = least_radius(task, deadline, labelled(task.objective, progress))
    covering = measured(problem, closing.halves)
    return ExactResult(
        objective=objective,
        selection=covering.selection,
        covering=covering,
        lower=closing.lower,
        upper=_value(covering, objective),
        status=closing.status,
        certificate=closing.certificate,
        limits=limits,
        nodes=closing.work,
        notes=closing.notes,
    )


def task_of(problem: CoveringProblem, objective: Objective, limits: tuple[int, ...]) -> CoverTask:
    """The distances of a problem as NumPy arrays, with an objective and limits."""
    prompt = to_numpy(problem.visual_prompt)
    if objective == "k-center":
        prompt = prompt[:, :0]
    return CoverTask(to_numpy(problem.visual_visual), prompt, objective, limits)


def measured(problem: CoveringProblem, halves: Halves) -> Covering:
    """Measure halves on the problem itself, in its own library."""
    selection = Selection(as_rows(problem, halves.prompt), as_rows(problem, halves.visual))
    return evaluate_selection(problem, selection)


def as_progress(called: str, progress: Any) -> Progress | None:
    """Return something to call with brackets, or raise `InvalidProblem`."""
    if progress is not None and not callable(progress):
        raise InvalidProblem(
            called,
            f"progress={progress!r}",
            "progress is called with (label, lower, upper)",
            "Pass a function of three arguments, or None.",
        )
    return progress  # pyright: ignore[reportReturnType]


def as_seconds(called: str, time_limit: Any) -> float:
    """Return a time limit in seconds, or raise `InvalidProblem`."""
    number = isinstance(time_limit, int | float | np.floating | np.integer)
    if is_boolean(time_limit) or not number or not (0 < time_limit <= 1e9 or time_limit == inf):
        raise InvalidProblem(
            called,
            f"time_limit={time_limit!r}",
            "the time limit must be a number of seconds above 0 and below 1e9, or inf",
            "Pass 60.0, or inf for no limit.",
        )
    return float(time_limit)


def _limits(
    problem: CoveringProblem, prompt_budget: int | None, objective: Objective
) -> tuple[int, ...]:
    called, budget = "solve_exact", problem.budget
    if objective not in _OBJECTIVES:
        raise InvalidProblem(
            called,
            f"objective={objective!r}",
            "the objective is unknown",
            f"Use one of {', '.join(_OBJECTIVES)}.",
        )
    if objective == "radius" and budget == 1:
        raise InvalidProblem(
            called,
            "budget=1 for objective='radius'",
            "each half needs a token",
            "Raise the budget to 2, or use objective='union'.",
        )
    if prompt_budget is None:
        return (budget,)
    if objective == "k-center":
        raise InvalidProblem(
            called,
            f"prompt_budget={prompt_budget!r} for objective='k-center'",
            "h(V -> S) knows no halves",
            "Leave prompt_budget out.",
        )
    highest = budget - 1 if objective == "radius" else budget
    prompt = as_count(called, "prompt_budget", prompt_budget, 1, highest)
    return (prompt, budget - prompt)


def _value(covering: Covering, objective: Objective) -> float:
    if objective == "radius":
        return covering.radius
    if objective == "union":
        return max(covering.prompt_radius, covering.union_radius)
    return covering.union_radius
