"""Check a lower end without the solver: rebuild the rows from the distances, add whole numbers."""

from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from mobtheory.covering.distance_matrix import as_square_distances
from mobtheory.covering.optimum.certificate import Dual, Refutation
from mobtheory.covering.optimum.reduction import Dominance, Omission
from mobtheory.covering.optimum.result import ExactResult
from mobtheory.covering.optimum.task import Objective
from mobtheory.covering.problem import CoveringProblem
from mobtheory.errors import InvalidProblem
from mobtheory.geometry.points import Array, to_numpy

_LARGEST_TOTAL = 2**62


@dataclass(frozen=True)
class LowerBoundCheck:
    """What the verifier found.

    Attributes
    ----------
    confirmed : whether the lower end follows from the distances alone
    trusted : the solver whose word the proof needs besides, if any; then `confirmed` is False and
        `confirmed_given_trust` says whether the rest holds
    confirmed_given_trust : whether the proof is complete if that solver is believed
    cases : how many cases were checked
    reason : why it is not confirmed; empty if it is
    """

    confirmed: bool
    confirmed_given_trust: bool
    trusted: str | None
    cases: int
    reason: str = ""


class _Gap(Exception):
    """A step of the proof that does not follow."""


def verify_lower_bound(instance: CoveringProblem | Array, result: ExactResult) -> LowerBoundCheck:
    """Check the lower end of a result in whole numbers, from the distances alone.

    Parameters
    ----------
    instance : CoveringProblem or (n, n) array
        What was solved: the problem given to `solve_exact`, or the distances given to `k_center`.
        A problem must have the budget of the result.
    result : ExactResult
        Its `lower`, `objective`, `limits` and `certificate` are used, nothing else.

    Returns
    -------
    LowerBoundCheck
        `confirmed` is True if the certificate proves that no selection within `result.limits` has
        an objective below `result.lower`.

    Raises
    ------
    InvalidProblem
        `result` is no exact result, or the instance does not fit its objective or budget.

    Notes
    -----
    Shares no code with the solvers. For each dual it is checked that no column collects more than
    its price and toll and that the budget is exceeded (see `Dual`); for each left-out column that
    another one covers as much; for each case distinction that no column is missing.

    Examples
    --------
    >>> import numpy as np
    >>> from mobtheory import k_center, verify_lower_bound
    >>> points = np.asarray([0.0, 1.0, 5.0, 6.0, 7.0])
    >>> distances = np.abs(points[:, None] - points)
    >>> verify_lower_bound(distances, k_center(distances, 2)).confirmed
    True
    """
    visual, prompt = _distances(instance, result)
    refutation = result.certificate.refutation
    if not np.isfinite(result.lower):
        return LowerBoundCheck(False, False, None, 0, f"{result.lower} is no distance")
    if refutation is None:
        proven = result.lower <= 0
        reason = "" if proven else "there is no proof for a lower end above 0"
        return LowerBoundCheck(proven, proven, None, 0, reason)
    return check_refutation(
        refutation,
        near_visual=visual < result.lower,
        near_prompt=prompt < result.lower,
        objective=result.objective,
        limits=result.limits,
    )


def check_refutation(
    refutation: Refutation,
    *,
    near_visual: Any,
    near_prompt: Any,
    objective: Objective,
    limits: tuple[int, ...],
) -> LowerBoundCheck:
    """Check the proof that no selection covers, given which tokens are near which."""
    proof = _Proof(near_visual, near_prompt, objective)
    try:
        proof.check(refutation, proof.exists, np.ones(len(proof.covers), dtype=bool), limits)
    except _Gap as gap:
        return LowerBoundCheck(False, False, proof.trusted, proof.cases, str(gap))
    if proof.trusted:
        reason = f"{proof.trusted} is trusted in at least one case"
        return LowerBoundCheck(False, True, proof.trusted, proof.cases, reason)
    return LowerBoundCheck(True, True, None, proof.cases)


def _distances(instance: Any, result: Any) -> tuple[Any, Any]:
    called = "verify_lower_bound"
    if not isinstance(result, ExactResult) or result.objective not in get_args(Objective):
        raise InvalidProblem(
            called,
            f"a {type(result).__name__} as the result",
            "an ExactResult is needed",
            "Pass what solve_exact or k_center returned.",
        )
    if isinstance(instance, CoveringProblem):
        if sum(result.limits) != instance.budget:
            raise InvalidProblem(
                called,
                f"a problem of budget {instance.budget} and a result for {sum(result.limits)}",
                "both must have the same budget",
                "Pass the problem that was solved.",
            )
        return to_numpy(instance.visual_visual), to_numpy(instance.visual_prompt)
    if result.objective != "k-center":
        raise InvalidProblem(
            called,
            f"a {type(instance).__name__} for objective {result.objective!r}",
            "only a k-center needs no prompt",
            "Pass the CoveringProblem that was solved.",
        )
    matrix = to_numpy(as_square_distances(called, "instance", instance, copy=False))
    return matrix, matrix[:, :0]


class _Proof:
    """All rows and all columns of both roles, by name, and the walk through a refutation."""

    def __init__(self, near_visual: Any, near_prompt: Any, objective: Objective) -> None:
        count, prompts = near_prompt.shape
        if objective == "k-center":
            near_prompt, prompts = near_prompt[:, :0], 0
        covers = np.zeros((prompts + count, 2 * count), dtype=bool)
        covers[:prompts, :count] = near_prompt.T
        covers[prompts:, count:] = near_visual
        usable = near_prompt.any(axis=1)
        # A prompt centre far from all of the prompt raises h(S_p -> P): there is no such column.
        self.exists = np.concatenate([usable, np.ones(count, dtype=bool)])
        if objective == "prompt":
            covers = covers[:prompts]
        if objective == "union":
            covers[prompts:, :count] = near_visual
        self.covers, self.count, self.objective = covers, count, objective
        self.paired = objective == "radius"
        self.cases, self.trusted = 0, None
        self.usable = usable

    def group(self, limits: tuple[int, ...]) -> NDArray[np.int64]:
        return np.repeat([0, len(limits) - 1], self.count)

    def check(self, node: Refutation, alive: Any, open_rows: Any, limits: tuple[int, ...]) -> None:
        """Raise `_Gap` unless the node proves that these columns do not cover these rows."""
        self.cases += 1
        if self.objective == "union" and len(limits) == 1 and self.cases == 1:
            # In its prompt role a token covers more at the same price.
            alive = alive & ~np.concatenate([np.zeros(self.count, dtype=bool), self.usable])
        for step in node.steps:
            if isinstance(step, Dual):
                alive, closed = self._after_dual(step, alive, open_rows, limits)
                if closed:
                    return
            elif isinstance(step, Omission):
                # To leave rows out is always safe: fewer rows are easier to cover.
                _require_names(len(open_rows), step.rows)
                open_rows = open_rows.copy()
                open_rows[step.rows] = False
            else:
                alive = self._after_dominance(step, alive, open_rows, limits)
        if node.solver:
            self.trusted = node.solver
            return
        row = node.branch_row
        if row is None or not 0 <= row < len(open_rows) or not open_rows[row]:
            raise _Gap("the steps do not close the case and no row is left to branch on")
        options = set(np.flatnonzero(alive & self.covers[row]).tolist())
        if not options <= {column for column, _ in node.children}:
            raise _Gap(f"the cases of row {row} are not its columns")
        group = self.group(limits)
        alive = alive.copy()
        for column, child in node.children:
            if column not in options:
                continue
            alive[column] = False
            inner = alive.copy()
            if self.paired:
                inner[(column + self.count) % (2 * self.count)] = False
            left = tuple(k - (g == group[column]) for g, k in enumerate(limits))
            self.check(child, inner, open_rows & ~self.covers[:, column], left)

    def _after_dual(
        self, dual: Dual, alive: Any, open_rows: Any, limits: tuple[int, ...]
    ) -> tuple[Any, bool]:
        _require_names(len(open_rows), dual.rows, like=dual.weights)
        _require_names(self.count, dual.tokens, like=dual.tolls)
        if len(dual.prices) != len(limits) or any(type(price) is not int for price in dual.prices):
            raise _Gap("a dual has no whole price for each limit")
        numbers = [*dual.weights.tolist(), *dual.tolls.tolist(), *dual.prices]
        total = sum(numbers) * (1 + sum(map(abs, limits)))
        if min(numbers, default=0) < 0 or total > _LARGEST_TOTAL:
            raise _Gap("a dual has a negative number or sums beyond 64 bits")
        if not open_rows[dual.rows].all():
            raise _Gap("a dual speaks of rows that are covered already")
        if len(dual.tolls) and not self.paired:
            raise _Gap("there are tolls where halves may share tokens")
        price = np.asarray(dual.prices, dtype=np.int64)[self.group(limits)]
        np.add.at(price, dual.tokens, dual.tolls)
        np.add.at(price, dual.tokens + self.count, dual.tolls)
        slack = price
        for row, weight in zip(dual.rows.tolist(), dual.weights.tolist(), strict=True):
            slack[self.covers[row]] -= weight
        if (slack[alive] < 0).any():
            raise _Gap("a column collects more than its price and toll")
        spent = sum(p * k for p, k in zip(dual.prices, limits, strict=True))
        gap = spent + sum(dual.tolls.tolist()) - sum(dual.weights.tolist())
        return alive & (slack <= gap), gap < 0

    def _after_dominance(
        self, step: Dominance, alive: Any, open_rows: Any, limits: tuple[int, ...]
    ) -> Any:
        _require_names(2 * self.count, step.dropped, like=step.kept)
        _require_names(2 * self.count, step.kept, distinct=False)
        group, alive = self.group(limits), alive.copy()
        for dropped, kept in zip(step.dropped.tolist(), step.kept.tolist(), strict=True):
            if not alive[dropped]:
                continue
            extra = self.covers[:, dropped] & open_rows
            if dropped != kept:
                extra &= ~self.covers[:, kept]
                partner = (kept + self.count) % (2 * self.count)
                if not alive[kept] or group[kept] != group[dropped]:
                    raise _Gap(f"column {kept} cannot stand in for column {dropped}")
                if self.paired and alive[partner]:
                    raise _Gap(f"column {kept} may be needed in its other role")
            if extra.any():
                raise _Gap(f"column {dropped} covers more than column {kept}")
            alive[dropped] = False
        return alive


def _require_names(count: int, names: Any, *, like: Any = None, distinct: bool = True) -> None:
    """Raise `_Gap` unless these are whole numbers below a count, with as many whole numbers."""
    for array in (names,) if like is None else (names, like):
        if not isinstance(array, np.ndarray) or array.ndim != 1 or array.dtype != np.int64:
            raise _Gap("a step holds something else than flat arrays of whole numbers")
    if like is not None and len(like) != len(names):
        raise _Gap("a step has arrays of unequal length")
    if len(names) and not 0 <= names.min() <= names.max() < count:
        raise _Gap("a step names what does not exist")
    if distinct and len(np.unique(names)) < len(names):
        raise _Gap("a step names something twice")
