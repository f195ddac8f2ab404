"""The front door: check an algorithm against the guarantees that it names."""

import math
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

from mobtheory.covering.counts import as_count
from mobtheory.errors import InvalidProblem
from mobtheory.testing.calls import Calls, require_calls
from mobtheory.testing.choosing import Chosen, choose, require_declared
from mobtheory.testing.guarantee import Guarantee
from mobtheory.testing.judging import as_valid_selection, check_guarantee, is_invalid
from mobtheory.testing.misbehaviour import Misbehaviour
from mobtheory.testing.results import ConformanceFailure, ConformanceReport, GuaranteeResult
from mobtheory.testing.target import as_algorithm, target_name

Callback = Callable[[GuaranteeResult], None]


def check_covering_algorithm(
    select: Any,
    *,
    guarantees: str | Iterable[str | Guarantee] = "contract",
    max_examples: int = 200,
    seed: int = 0,
    on_fail: Literal["raise", "return"] = "raise",
    expected_failures: Mapping[str, str] | None = None,
    min_checks: int | None = None,
    time_limit: float = 10.0,
    metric: str = "euclidean",
    normalize: bool = False,
    deadline: float = math.inf,
    callback: Callback | None = None,
) -> ConformanceReport:
    """Check a covering algorithm against the guarantees that it claims.

    Parameters
    ----------
    select : callable, object with a method `select`, or "module:name" of one
        Called with (visual, prompt, budget): arrays (N, d) and (L, d), float64 or float32, and K.
        Returns a `mobtheory.Selection`, a pair (prompt_centers, visual_centers), one array of row
        numbers, or a `mobtheory.Covering`, which reports radii besides. Its attribute `guarantees`
        may name what it claims.
    guarantees : "contract", "all", or ids and guarantees
        "contract": the first four of `GUARANTEES`, and what the attribute names. "all": every one
        that needs no parameter, whether the algorithm claims it or not. Names replace both; a
        parameter follows "=", as in "approximation-factor=1.5". valid-selection is always checked.
    max_examples : int
        Small inputs drawn per guarantee, some of them also tried in other orders and with other
        budgets; one cloud of realistic size for every 25 comes on top.
    seed : int
        The same seed gives the same inputs, and the same counterexamples unless the time for making
        them smaller is over first.
    on_fail : "raise" or "return"
        What to do if the report does not pass.
    expected_failures : mapping from id to reason
        Guarantees that are known to be broken. One that is not broken any more fails.
    min_checks : int, optional
        How many inputs must meet the hypotheses of each guarantee; by default a tenth of those
        that are tried.
    time_limit : float
        Seconds for one call.
    metric, normalize : as `mobtheory.CoveringProblem` takes them
        The distances in which radii are measured. Beyond "euclidean", "manhattan" and "chebyshev"
        without normalisation they are rounded, and violations within rounding do not count.
    deadline : float
        Reading of `time.monotonic` at which no further input is tried.
    callback : callable, optional
        Called with each `GuaranteeResult` as soon as it is there; with that of valid-selection
        again if the inputs of another guarantee show an invalid selection.

    Returns
    -------
    ConformanceReport

    Raises
    ------
    ConformanceFailure
        With ``on_fail="raise"``, if a guarantee is broken or checked too rarely. An AssertionError
        that carries the report.
    InvalidProblem
        If a guarantee is unknown or an argument is not as described.

    Examples
    --------
    >>> import numpy as np
    >>> from mobtheory.testing import check_covering_algorithm
    >>> def first_rows(visual, prompt, budget):
    ...     return np.arange(budget)
    >>> check_covering_algorithm(first_rows).passed
    True
    >>> report = check_covering_algorithm(
    ...     first_rows, guarantees=["two-approximation"], on_fail="return"
    ... )
    >>> found = report["two-approximation"].counterexample
    >>> found.visual.tolist(), found.budget, found.kept, found.optimum
    ([[0.0], [0.0], [1.0]], 2, ((), (0, 1)), (0, 2))
    """
    started = time.monotonic()
    called = "check_covering_algorithm"
    max_examples = as_count(called, "max_examples", max_examples, 1)
    seed = as_count(called, "seed", seed, 0)
    if min_checks is not None:
        min_checks = as_count(called, "min_checks", min_checks, 0)
    if on_fail not in ("raise", "return"):
        raise InvalidProblem(
            called, f"on_fail={on_fail!r}", "that is no way to end", 'Use "raise" or "return".'
        )
    require_calls(called, time_limit, metric, normalize)
    expected = dict(expected_failures or {})
    tell = callback or (lambda _: None)
    results: list[GuaranteeResult] = []
    notes: list[str] = []
    try:
        algorithm = as_algorithm(select)
    except Misbehaviour as error:
        name = target_name(select)
        for result in uncallable(error, choose(guarantees)):
            results.append(result)
            tell(result)
    else:
        name, chosen = algorithm.name, choose(guarantees, algorithm.guarantees)
        require_declared(expected, chosen)
        calls = Calls(algorithm, time_limit, metric, normalize)

        def judge(choice: Chosen) -> GuaranteeResult:
            return check_guarantee(
                choice,
                calls,
                seed=seed,
                max_examples=max_examples,
                min_checks=min_checks,
                declared=expected.get(choice.guarantee.id),
                deadline=deadline,
                tolerant=bool(results) and results[0].counterexample is not None,
            )

        try:
            if any(choice.guarantee.id == "deterministic" for choice in chosen):
                calls.elsewhere()  # its start takes long, and goes on beside the first checks
            for choice in chosen:
                result = judge(choice)
                if results and results[0].status == "passed" and is_invalid(choice, result):
                    # That is valid-selection's failure, which its own inputs did not show.
                    results[0] = as_valid_selection(result, calls)
                    tell(results[0])
                    result = judge(choice)
                results.append(result)
                tell(result)
        finally:
            calls.close()
        notes = calls.notes()
    report = ConformanceReport(
        name, tuple(results), tuple(notes), seed, max_examples, time.monotonic() - started
    )
    if on_fail == "raise" and not report.passed:
        raise ConformanceFailure(failure_text(report), report)
    return report


def uncallable(error: Misbehaviour, chosen: Iterable[Chosen]) -> list[GuaranteeResult]:
    """Results for a target that cannot be called: the first says why."""
    first, *others = (choice.guarantee.id for choice in chosen)
    return [
        GuaranteeResult(first, "failed", f"{error.kind}: {error}"),
        *(GuaranteeResult(id, "skipped", "the target cannot be called") for id in others),
    ]


def failure_text(report: ConformanceReport) -> str:
    """Say what is broken, what could not be checked, and how to see it again."""
    lines = [f"{report.algorithm} does not keep what it claims:"]
    for result in report.results:
        if result.status == "failed":
            lines.append(f"- {result.guarantee}: {result.reason}")
        elif result.status == "skipped" and result.applies:
            lines.append(f"- {result.guarantee}: too few checks: {result.reason}")
    lines += [f"({note})" for note in report.notes]
    scripts = [result.reproduction for result in report.results if result.status == "failed"]
    return "\n".join([*lines, *(f"\n{text}" for text in scripts if text)])
