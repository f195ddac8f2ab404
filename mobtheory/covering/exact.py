"""Exact solutions of small covering problems."""

from bisect import bisect_left
from dataclasses import dataclass
from time import monotonic
from typing import Any, Literal, get_args

import numpy as np

from mobtheory.covering.counts import as_count, is_boolean
from mobtheory.covering.evaluation import Covering, evaluate_selection
from mobtheory.covering.farthest_point import farthest_points
from mobtheory.covering.problem import CoveringProblem, as_rows, check_problem
from mobtheory.covering.selection import Selection
from mobtheory.covering.set_cover import Effort, TimeIsUp
from mobtheory.covering.within_radius import Halves, Limits, Objective, selection_within
from mobtheory.errors import InvalidProblem
from mobtheory.geometry.points import to_numpy


@dataclass(frozen=True)
class ExactResult:
    """The best selection that was found, and a proven bracket of the optimum.

    Parameters
    ----------
    objective : "radius", "union" or "k-center"
        What was minimised.
    covering : Covering
        The radii of the selection, measured by `evaluate_selection`.
    lower : float
        No selection within the limits has a smaller objective.
    upper : float
        The objective of the selection, read off `covering`.
    status : "optimal" or "time-limit"
        Whether the search ended with lower = upper, or at the time limit.
    nodes : int
        The number of search nodes that were visited.

    Examples
    --------
    >>> import numpy as np
    >>> from mobtheory import CoveringProblem, solve_exact
    >>> line = CoveringProblem(np.asarray([[0.0], [1.0], [6.0]]), np.asarray([[7.0]]), 2)
    >>> result = solve_exact(line, objective="union")
    >>> result.status, result.lower, result.upper
    ('optimal', 1.0, 1.0)
    """

    objective: Objective
    covering: Covering
    lower: float
    upper: float
    status: Literal["optimal", "time-limit"]
    nodes: int

    @property
    def selection(self) -> Selection:
        """The best selection that was found."""
        return self.covering.selection


def solve_exact(
    problem: CoveringProblem,
    *,
    prompt_budget: int | None = None,
    objective: Objective = "radius",
    time_limit: float = 60.0,
    workers: int = 1,
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
        Seconds after which the search gives up, above 0; inf never does.
    workers : int, at least 1
        The most threads to use. The search is sequential, so it always uses one.

    Returns
    -------
    ExactResult
        Optimal for the distances as computed in float64, so within `problem.rounding` of the true
        optimum. Below the budget, the selection is filled up as far as that cannot raise the
        objective: the visual half by farthest points, the prompt half (only if K_p is given) by
        the tokens nearest to the prompt within the radius. Under "k-center" all centres are visual.

    Raises
    ------
    InvalidProblem
        The objective is unknown or needs two halves and the budget is 1, the prompt budget is out
        of bounds, or the time limit or the number of workers is not positive.

    Notes
    -----
    The optimum is one of the distances. Bisection over them decides, for each radius tried,
    whether selections within it exist: a set-cover search over whole numbers, without rounding.
    Every objective is NP-hard. Problems with N = 16 take milliseconds, N = 64 fractions of a second
    as a rule; there is no polynomial bound.

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
    check_problem("solve_exact", problem)
    limits = _limits(problem, prompt_budget, objective)
    as_count("solve_exact", "workers", workers, 1)
    effort = Effort(monotonic() + _seconds(time_limit))
    visual_visual, visual_prompt = to_numpy(problem.visual_visual), to_numpy(problem.visual_prompt)
    radii = np.unique(visual_visual)
    if objective != "k-center":
        radii = np.union1d(radii, visual_prompt)
    radii = radii.tolist()

    best = _filled_up(problem, _any_selection(problem, objective), limits, objective)
    low, status = 0, "optimal"
    try:
        while radii[low] < _value(best, objective):
            middle = (low + bisect_left(radii, _value(best, objective))) // 2
            halves = selection_within(
                radii[middle], objective, visual_visual, visual_prompt, limits, effort
            )
            if halves is None:
                low = middle + 1
            else:
                best = _filled_up(problem, halves, limits, objective)
    except TimeIsUp:
        status = "time-limit"
    return ExactResult(objective, best, radii[low], _value(best, objective), status, effort.nodes)


def _limits(problem: CoveringProblem, prompt_budget: int | None, objective: Objective) -> Limits:
    called, budget = "solve_exact", problem.budget
    if objective not in get_args(Objective):
        raise InvalidProblem(
            called,
            f"objective={objective!r}",
            "the objective is unknown",
            f"Use one of {', '.join(get_args(Objective))}.",
        )
    if objective == "radius" and budget == 1:
        raise InvalidProblem(
            called,
            "budget=1 for objective='radius'",
            "each half needs a token",
            "Raise the budget to 2, or use objective='union'.",
        )
    if prompt_budget is None:
        return Limits(budget, budget, budget)
    if objective == "k-center":
        raise InvalidProblem(
            called,
            f"prompt_budget={prompt_budget!r} for objective='k-center'",
            "h(V -> S) knows no halves",
            "Leave prompt_budget out.",
        )
    highest = budget - 1 if objective == "radius" else budget
    prompt = as_count(called, "prompt_budget", prompt_budget, 1, highest)
    return Limits(budget, prompt, budget - prompt)


def _seconds(time_limit: Any) -> float:
    if is_boolean(time_limit) or not isinstance(time_limit, int | float) or not time_limit > 0:
        raise InvalidProblem(
            "solve_exact",
            f"time_limit={time_limit!r}",
            "the time limit must be a number of seconds above 0",
            "Pass 60.0, or inf for no limit.",
        )
    return time_limit


def _any_selection(problem: CoveringProblem, objective: Objective) -> Halves:
    """A selection with one token in each half that the objective needs."""
    if objective == "k-center":
        return [], [0]
    xp = problem.namespace
    center = int(xp.argmin(xp.max(problem.visual_prompt, axis=1)))
    return [center], [0 if center else 1] if objective == "radius" else []


def _value(covering: Covering, objective: Objective) -> float:
    if objective == "radius":
        return covering.radius
    if objective == "union":
        return max(covering.prompt_radius, covering.union_radius)
    return covering.union_radius


def _filled_up(
    problem: CoveringProblem, halves: Halves, limits: Limits, objective: Objective
) -> Covering:
    """Measure a selection, with tokens added as long as none can raise the objective."""
    prompt, visual = halves
    if limits.prompt < limits.total and objective != "k-center":
        radius = _value(_measured(problem, prompt, visual), objective)
        prompt = [*prompt, *_near_prompt(problem, {*prompt, *visual}, radius)][: limits.prompt]
    room = min(limits.visual - len(visual), limits.total - len(prompt) - len(visual))
    added = farthest_points(problem.visual_visual, room, seeds=[*prompt, *visual])
    return _measured(problem, prompt, [*visual, *added.tolist()])


def _near_prompt(problem: CoveringProblem, taken: set[int], radius: float) -> list[int]:
    """Free tokens within the radius of the prompt, the nearest first."""
    xp = problem.namespace
    to_prompt = xp.min(problem.visual_prompt, axis=1)
    order = xp.argsort(to_prompt, stable=True).tolist()
    distances = to_prompt.tolist()
    return [token for token in order if token not in taken and distances[token] <= radius]


def _measured(problem: CoveringProblem, prompt: list[int], visual: list[int]) -> Covering:
    selection = Selection(as_rows(problem, prompt), as_rows(problem, visual))
    return evaluate_selection(problem, selection)
