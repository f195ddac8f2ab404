"""The exact front over all splits of the budget, and a greedy one with a certified distance."""

from collections.abc import Iterable, Sequence
from time import monotonic
from typing import Any, Literal, get_args

from mobtheory.covering.counts import as_count
from mobtheory.covering.optimum.bracket import Progress
from mobtheory.covering.optimum.front import FrontPoint, FrontStatus, ParetoFront
from mobtheory.covering.optimum.greedy_splits import greedy_staircases
from mobtheory.covering.optimum.solve import as_progress, as_seconds, measured, task_of
from mobtheory.covering.optimum.splits import SplitResult, solve_split
from mobtheory.covering.optimum.staircase import Staircase, undominated
from mobtheory.covering.problem import CoveringProblem, check_problem
from mobtheory.errors import InvalidProblem

Method = Literal["exact", "greedy"]


def pareto_front(
    problem: CoveringProblem,
    *,
    method: Method = "exact",
    prompt_budgets: Iterable[int] | None = None,
    time_limit: float = 60.0,
    progress: Progress | None = None,
) -> ParetoFront:
    """Find the selections of which none is better than another in both radii.

    Parameters
    ----------
    problem : CoveringProblem
        The tokens, or their distances, and the budget K, at least 2.
    method : "exact" or "greedy"
        Prove every point, or pick greedily and certify how far the front may be from the exact one.
    prompt_budgets : integers from 1 to K - 1, optional
        Splits to consider: |S_p| <= K_p and |S_v| <= K - K_p for one of them. None means all.
    time_limit : float
        Seconds after which the exact method gives up, above 0; inf never does. Whatever is left
        then gets brackets. The greedy method takes no notice of it.
    progress : callable, optional
        Called with ("split i of n", lower, upper) whenever the bracket of a visual radius shrinks.

    Returns
    -------
    ParetoFront
        Its points by ascending prompt radius d_H(S_p, P) and descending visual radius
        d_H(S_v, V). Of selections equal in the prompt radius the one with the smaller visual
        radius counts, and of selections equal in both the one with fewer prompt centres allowed.

    Raises
    ------
    InvalidProblem
        The budget is 1, a prompt budget is out of range, the method is unknown, or the time limit
        is not positive.

    Notes
    -----
    For each split both halves are solved alone: K_p tokens for the prompt, K - K_p for the picture.
    If two disjoint halves reach both optima, the split has one point; else it is solved jointly,
    one prompt radius after the other. A smaller visual budget starts from the bounds and the
    selection of the larger one before it. More than min(K - 1, L) prompt centres cannot help.
    Where a certificate rests on a solver's word, `solve_exact` and `k_center` take more time to
    replace it by a proof.

    Examples
    --------
    >>> import numpy as np
    >>> from mobtheory import CoveringProblem, pareto_front
    >>> rng = np.random.default_rng(0)
    >>> problem = CoveringProblem(rng.normal(size=(40, 3)), rng.normal(size=(4, 3)), 8)
    >>> exact, greedy = pareto_front(problem), pareto_front(problem, method="greedy")
    >>> [point.split for point in exact]
    [(3, 5), (2, 6), (1, 7)]
    >>> greedy.factor <= 2.5
    True
    """
    called, start = "pareto_front", monotonic()
    check_problem(called, problem)
    if method not in get_args(Method):
        raise InvalidProblem(
            called,
            f"method={method!r}",
            "the method is unknown",
            f"Use one of {', '.join(get_args(Method))}.",
        )
    if problem.budget == 1:
        raise InvalidProblem(
            called, "budget=1", "each half needs a token", "Raise the budget to 2."
        )
    budgets = _budgets(called, problem, prompt_budgets)
    deadline = start + as_seconds(called, time_limit)
    progress = as_progress(called, progress)
    staircases, notes = (
        _exact(problem, budgets, deadline, progress)
        if method == "exact"
        else greedy_staircases(task_of(problem, "radius", (problem.budget,)), budgets)
    )
    return _front(problem, staircases, method, start, notes)


def _budgets(called: str, problem: CoveringProblem, given: Any) -> list[int]:
    highest = problem.budget - 1
    if given is None:
        return list(range(1, min(highest, problem.prompt_count) + 1))
    if not isinstance(given, Iterable):
        raise InvalidProblem(
            called,
            f"prompt_budgets={given!r}",
            "prompt_budgets are several integers",
            "Pass a list, such as [4, 8], or None for all.",
        )
    budgets = sorted({as_count(called, "prompt_budgets", k, 1, highest) for k in given})
    if not budgets:
        raise InvalidProblem(
            called, "no prompt budgets", "a front needs a split", "Pass at least one, or None."
        )
    return budgets


def _exact(
    problem: CoveringProblem, budgets: Sequence[int], deadline: float, progress: Progress | None
) -> tuple[list[Staircase], tuple[str, ...]]:
    results: list[SplitResult] = []
    for number, k in enumerate(budgets):
        label = f"split {number + 1} of {len(budgets)}"
        joint = task_of(problem, "radius", (k, problem.budget - k))
        easier = results[-1] if results else None
        share = _share(deadline, len(budgets) - number)
        results.append(solve_split(joint, share, easier, label, progress))
        if results[-1].saturated(problem.prompt_to_visual):
            break
    # What the shares left over goes to the splits that are open, from where they stand.
    while open_ := [n for n, result in enumerate(results) if result.staircase.factor > 1]:
        if monotonic() >= deadline:
            break
        for place, number in enumerate(open_):
            label = f"split {number + 1} of {len(budgets)}"
            joint = task_of(problem, "radius", results[number].staircase.split)
            share = _share(deadline, len(open_) - place)
            results[number] = solve_split(joint, share, results[number], label, progress)
    notes = tuple(dict.fromkeys(note for result in results for note in result.visual.notes))
    return [result.staircase for result in results], notes


def _share(deadline: float, ways: int) -> float:
    """The end of an equal share of the time that is left."""
    now = monotonic()
    return now + (deadline - now) / ways


def _front(
    problem: CoveringProblem,
    staircases: Sequence[Staircase],
    method: Method,
    start: float,
    notes: tuple[str, ...],
) -> ParetoFront:
    points: list[FrontPoint] = []
    every = [(staircase, step) for staircase in staircases for step in staircase.steps]
    for staircase, step in undominated(every):
        covering = measured(problem, step.halves)
        lower = min(other.visual_lower(covering.prompt_radius) for other in staircases)
        proven = lower >= covering.visual_radius
        points.append(
            FrontPoint.of(
                covering,
                lower=min(lower, covering.visual_radius),
                status="optimal" if proven else _unproven(method),
                split=staircase.split,
                visual_alone=staircase.visual_floor,
                prompt_alone=staircase.prompt_floor,
                certificate=staircase.certificate,
                prompt_certificate=staircase.prompt_certificate,
                joint_certificate=step.certificate,
            )
        )
    factor = max(staircase.factor for staircase in staircases)
    status: FrontStatus = "optimal" if factor == 1.0 else _unproven(method)
    return ParetoFront(tuple(points), status, factor, monotonic() - start, notes)


def _unproven(method: Method) -> FrontStatus:
    return "time-limit" if method == "exact" else "approximate"
