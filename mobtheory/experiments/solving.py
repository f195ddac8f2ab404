"""Solve the covering problem of a token file, and say what exactness buys over greedy rules."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from mobtheory import covering
from mobtheory.covering import Certificate, Covering, CoveringProblem, ExactResult, ParetoFront
from mobtheory.errors import InvalidProblem
from mobtheory.experiments.greedy import GreedyPoint, greedy_front, greedy_points
from mobtheory.experiments.plain import radii_data, selection_data
from mobtheory.experiments.tally import plain_number
from mobtheory.experiments.token_file import TokenFile, read_tokens
from mobtheory.experiments.versions import versions

SCHEMA_VERSION = 1
METHODS = ("exact", "greedy")
OBJECTIVES = ("radius", "union", "k-center")
Progress = Callable[[str, float, float], None]
_PACKAGES = ("numpy", "scipy", "safetensors")


@dataclass(frozen=True)
class Solution:
    """The best selection that was found, and the bracket of the optimum.

    Attributes
    ----------
    status : "optimal", "time-limit", or "interrupted" by the user
    certificate : what proves the lower end and what the separate verifier says of it, as plain
        data; None after an interrupt
    """

    objective: str
    status: str
    lower: float
    upper: float
    covering: Covering
    certificate: dict[str, Any] | None
    notes: tuple[str, ...]

    @property
    def gap(self) -> float:
        """(upper - lower) / upper, 0.0 where both ends agree."""
        return 0.0 if self.upper == self.lower else (self.upper - self.lower) / self.upper

    def to_dict(self, *, with_prompt: bool = True) -> dict[str, Any]:
        """Plain data; radii that need the prompt are None without one."""
        return {
            "objective": self.objective,
            "status": self.status,
            "lower": self.lower,
            "upper": self.upper,
            "gap": self.gap,
            "certificate": self.certificate,
            "radii": radii_data(self.covering, with_prompt=with_prompt),
            "selection": selection_data(self.covering.selection),
            "notes": list(self.notes),
        }


@dataclass(frozen=True)
class SolvedTokens:
    """What was asked about a token file, and what was found.

    Attributes
    ----------
    tokens : the file
    problem : the covering problem that it poses
    options : what was asked: budget, objective, prompt_budget, frontier, method, time_limit
    solution : None for a front
    front : None for a single solution
    greedy : what greedy rules reach, in the same splits of the budget
    seconds : wall-clock time by stage
    """

    tokens: TokenFile
    problem: CoveringProblem
    options: dict[str, Any]
    solution: Solution | None
    front: ParetoFront | None
    greedy: tuple[GreedyPoint, ...]
    seconds: dict[str, float]

    @property
    def interrupted(self) -> bool:
        """Whether the user stopped the search, which left a bracket."""
        return self.solution is not None and self.solution.status == "interrupted"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; searches that end in time give the same data but for ``seconds``."""
        tokens, with_prompt = self.tokens, self.tokens.prompt is not None
        solution = self.solution
        return {
            "schema": SCHEMA_VERSION,
            "input": {
                "file": tokens.name,
                "sha256": tokens.sha256,
                "visual": tokens.visual.to_dict(),
                "prompt": None if tokens.prompt is None else tokens.prompt.to_dict(),
                "metric": self.problem.metric,
                "normalize": self.problem.normalize,
            },
            "options": {**self.options, "time_limit": plain_number(self.options["time_limit"])},
            "solution": None if solution is None else solution.to_dict(with_prompt=with_prompt),
            "front": None if self.front is None else _front_data(self.front),
            "greedy": [point.to_dict(with_prompt=with_prompt) for point in self.greedy],
            "versions": versions(*_PACKAGES),
            "seconds": self.seconds,
        }


def solve_tokens(
    path: str | os.PathLike[str],
    budget: int,
    *,
    objective: str | None = None,
    prompt_budget: int | None = None,
    metric: str = "euclidean",
    normalize: bool = True,
    frontier: bool = False,
    method: str = "exact",
    time_limit: float = 60.0,
    progress: Progress | None = None,
) -> SolvedTokens:
    """Solve the covering problem of a token file, or find its front.

    Parameters
    ----------
    path : of a ``.npz`` or ``.safetensors`` file with the arrays ``visual`` (N, d) and
        ``prompt`` (L, d); "k-center" needs no prompt
    budget : K, from 1 to N
    objective : "radius" (default), "union" or "k-center", as `solve_exact` takes it; not with
        `frontier`
    prompt_budget : K_p; default: any split of the budget; not with `frontier`
    metric, normalize : how tokens are measured; the paper scales them to length 1
    frontier : find the trade-off between d_H(S_p, P) and d_H(S_v, V) over all splits instead
    method : "exact", or "greedy" for an approximate front with a certified factor
    time_limit : seconds for the search, above 0
    progress : called with (label, lower, upper) whenever a bracket shrinks

    Returns
    -------
    SolvedTokens

    Raises
    ------
    InvalidProblem
        If the file cannot be read or poses no covering problem, or the options do not fit.
    MissingExtra
        If safetensors is needed and not installed.
    KeyboardInterrupt
        If the user stops the search before a first bracket, or the search for a front.

    Notes
    -----
    Stopped by the user with a bracket at hand, the solution is "interrupted": its upper end is the
    best greedy selection, measured, and its lower end the last one that the search reported.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     line = np.asarray([[0.0], [1.0], [5.0], [6.0]])
    ...     np.savez(f"{folder}/line.npz", visual=line, prompt=[[7.0]])
    ...     solved = solve_tokens(f"{folder}/line.npz", 3, normalize=False)
    >>> solved.solution.status, solved.solution.upper
    ('optimal', 1.0)
    >>> [(point.method, point.covering.radius) for point in solved.greedy]
    [('mob', 5.0), ('repaired-truncation', 5.0)]
    """
    called = f"solve {os.fspath(path)}"
    options = {
        "budget": budget,
        "objective": objective,
        "prompt_budget": prompt_budget,
        "frontier": frontier,
        "method": method,
        "time_limit": time_limit,
    }
    _require_fitting(called, options)
    if not frontier:
        options["objective"] = objective = objective or "radius"
    seconds: dict[str, float] = {}
    started = time.perf_counter()

    def stage_done(name: str) -> None:
        nonlocal started
        seconds[name] = round(time.perf_counter() - started, 3)
        started = time.perf_counter()

    tokens = read_tokens(path, prompt_needed=objective != "k-center")
    problem = _problem(called, tokens, budget, metric, normalize)
    options["budget"] = problem.budget
    stage_done("read")
    solution = front = None
    if objective is None:
        front = covering.pareto_front(
            problem,
            method=method,  # pyright: ignore[reportArgumentType], it is checked above
            time_limit=time_limit,
            progress=progress,
        )
        stage_done("solve")
        greedy = greedy_points(problem, "radius", _splits(front))
        if method == "exact":
            greedy += greedy_front(problem)
    else:
        found = _searched(problem, objective, prompt_budget, time_limit, progress)
        stage_done("solve")
        solution, greedy = _assessed(problem, objective, prompt_budget, found)
    stage_done("compare and check")
    return SolvedTokens(tokens, problem, options, solution, front, greedy, seconds)


def _require_fitting(called: str, options: dict[str, Any]) -> None:
    """Refuse options that contradict each other, rather than ignore one of them."""
    frontier, method = options["frontier"], options["method"]
    for name, known in (("method", METHODS), ("objective", (None, *OBJECTIVES))):
        if options[name] not in known:
            words = ", ".join(filter(None, known))
            raise InvalidProblem(
                called,
                f"{name}={options[name]!r}",
                f"the {name} is unknown",
                f"Use one of {words}.",
            )
    if method == "greedy" and not frontier:
        raise InvalidProblem(
            called,
            "method='greedy' without a front",
            "a single solution is always searched exactly",
            "Ask for the front (--frontier), or leave the method out.",
        )
    for name in ("objective", "prompt_budget"):
        if frontier and options[name] is not None:
            raise InvalidProblem(
                called,
                f"{name}={options[name]!r} for a front",
                "a front holds both radii over all splits of the budget",
                f"Leave --{name.replace('_', '-')} or --frontier out.",
            )


def _problem(
    called: str, tokens: TokenFile, budget: int, metric: str, normalize: bool
) -> CoveringProblem:
    visual = tokens.visual.points
    # k-center does not look at the prompt; the radii that do are left out of the data.
    prompt = visual[:1] if tokens.prompt is None else tokens.prompt.points
    try:
        return CoveringProblem(visual, prompt, budget, metric=metric, normalize=normalize)
    except InvalidProblem as error:
        raise InvalidProblem(called, error.received, error.rule, error.mend) from error


class _Stopped(NamedTuple):
    """The bracket of a search that the user stopped; its selection is lost."""

    lower: float
    upper: float


def _searched(
    problem: CoveringProblem,
    objective: str,
    prompt_budget: int | None,
    time_limit: float,
    progress: Progress | None,
) -> ExactResult | _Stopped:
    """What the solver found, or the last bracket that it reported before the user stopped it."""
    last: list[float] = []

    def watch(label: str, lower: float, upper: float) -> None:
        last[:] = lower, upper
        if progress is not None:
            progress(label, lower, upper)

    try:
        return covering.solve_exact(
            problem,
            objective=objective,  # pyright: ignore[reportArgumentType], it is checked there
            prompt_budget=prompt_budget,
            time_limit=time_limit,
            progress=watch,
        )
    except KeyboardInterrupt:
        if not last:
            raise
        return _Stopped(*last)


def _assessed(
    problem: CoveringProblem,
    objective: str,
    prompt_budget: int | None,
    found: ExactResult | _Stopped,
) -> tuple[Solution, tuple[GreedyPoint, ...]]:
    """The solution, and what greedy rules reach with as many prompt centres."""
    if isinstance(found, _Stopped):
        split = prompt_budget or max(1, min(problem.prompt_count, problem.budget // 2))
        greedy = greedy_points(problem, objective, [split])
        return _interrupted(objective, greedy, found), greedy
    greedy = greedy_points(problem, objective, [len(found.selection.prompt_centers)])
    return _checked(problem, found), greedy


def _checked(problem: CoveringProblem, result: ExactResult) -> Solution:
    assert result.covering is not None
    check = covering.verify_lower_bound(problem, result)
    return Solution(
        objective=result.objective,
        status=result.status,
        lower=result.lower,
        upper=result.upper,
        covering=result.covering,
        certificate={
            "kind": result.certificate.kind,
            "solver": result.certificate.solver,
            "confirmed": check.confirmed,
            "confirmed_given_trust": check.confirmed_given_trust,
            "reason": check.reason,
        },
        notes=tuple(result.notes),
    )


def _interrupted(objective: str, greedy: tuple[GreedyPoint, ...], found: _Stopped) -> Solution:
    """The best greedy selection, measured, above the lower end of an unfinished search."""
    best = min(greedy, key=lambda point: objective_value(point.covering, objective))
    reached = objective_value(best.covering, objective)
    return Solution(
        objective=objective,
        status="interrupted",
        lower=min(found.lower, reached),
        upper=reached,
        covering=best.covering,
        certificate=None,
        notes=(
            f"Stopped by the user at {found.lower!r} to {found.upper!r}; the selection is that of "
            f"{best.method}, and the lower end is the search's own word.",
        ),
    )


def objective_value(found: Covering, objective: str) -> float:
    """What a covering is worth under an objective of `solve_exact`."""
    if objective == "radius":
        return found.radius
    if objective == "union":
        return max(found.prompt_radius, found.union_radius)
    return found.union_radius


def _splits(front: ParetoFront) -> list[int]:
    """The K_p that occur on a front, each once."""
    sizes = (len(point.selection.prompt_centers) for point in front)
    return sorted({size for size in sizes if size})


def _kind(certificate: Certificate | None) -> str | None:
    return None if certificate is None else certificate.kind


def _front_data(front: ParetoFront) -> dict[str, Any]:
    return {
        "status": front.status,
        "factor": plain_number(front.factor),
        "notes": list(front.notes),
        "points": [
            {
                "lower": point.lower,
                "upper": point.upper,
                "status": point.status,
                "split": list(point.split),
                "visual_alone": plain_number(point.visual_alone),
                "prompt_alone": plain_number(point.prompt_alone),
                "certificates": {
                    "visual": _kind(point.certificate),
                    "prompt": _kind(point.prompt_certificate),
                    "joint": _kind(point.joint_certificate),
                },
                "solver": point.solver,
                "radii": radii_data(point),
                "selection": selection_data(point.selection),
            }
            for point in front
        ],
    }
