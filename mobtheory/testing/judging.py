"""Judge one guarantee of one algorithm: search, make smaller, and say what was found."""

import math
import time
from contextlib import suppress
from dataclasses import replace
from typing import Any

from mobtheory.testing.calls import Calls
from mobtheory.testing.choosing import Chosen
from mobtheory.testing.misbehaviour import INVALID
from mobtheory.testing.reducing import reduce
from mobtheory.testing.reproducing import one_line, script
from mobtheory.testing.results import Counterexample, GuaranteeResult
from mobtheory.testing.searching import EXAMPLES_PER_CLOUD, Failure, Search

_SHARE = 10


def needed_checks(max_examples: int, variants: int = 0) -> int:
    """How many inputs must meet the hypotheses, unless it is said: one in ten of those tried."""
    return max(1, max_examples * (1 + variants) // _SHARE)


def check_guarantee(
    choice: Chosen,
    calls: Calls,
    *,
    seed: int = 0,
    max_examples: int = 200,
    min_checks: int | None = None,
    declared: str | None = None,
    deadline: float = math.inf,
    tolerant: bool = False,
) -> GuaranteeResult:
    """Check one guarantee of one algorithm.

    Parameters
    ----------
    choice : the guarantee, and whether it must be checked often enough
    calls : the algorithm
    seed, max_examples, min_checks, deadline : as `check_covering_algorithm` takes them
    declared : the reason why it is known to fail, or None
    tolerant : whether inputs without a usable answer are left out, because valid-selection has
        reported them

    Returns
    -------
    GuaranteeResult
    """
    calls.refused, calls.takes_torch = 0, None
    search = Search(choice.guarantee, calls, seed, deadline=deadline, tolerant=tolerant)
    search.run(max_examples, max_examples // EXAMPLES_PER_CLOUD)
    needed = (
        needed_checks(max_examples, choice.guarantee.variants) if min_checks is None else min_checks
    )
    found = _kept(choice, search, needed) if search.failure is None else _broken(search)
    found = replace(found, seconds=time.monotonic() - search.started, expected=declared)
    if declared is None:
        return found
    if found.status == "failed":
        return replace(found, status="xfailed")
    told = f"stale: declared to fail ({declared}), but it did not in {search.checks} checks"
    return replace(found, status="failed", reason=told)


def _kept(choice: Chosen, search: Search, needed: int) -> GuaranteeResult:
    counts: dict[str, Any] = {"examples": search.examples, "checks": search.checks}
    if search.checks >= needed:
        return GuaranteeResult(choice.guarantee.id, "passed", **counts)
    why = f"{search.checks} of {search.examples} inputs could be checked, {needed} must"
    if search.calls.refused:
        why += f"; it refused {search.calls.refused}: {search.calls.refusal}"
    if choice.guarantee.needs:
        why += f"; it is about {choice.guarantee.needs}"
    return GuaranteeResult(choice.guarantee.id, "skipped", why, **counts, applies=choice.required)


def _broken(search: Search) -> GuaranteeResult:
    smallest = search.failure
    assert smallest is not None
    if smallest.misbehaviour is None or smallest.misbehaviour.kind != "hung":
        smallest = reduce(search, smallest)
    found, guarantee = counterexample(smallest, search), search.guarantee.id
    return GuaranteeResult(
        guarantee,
        "failed",
        f"{found.kind}: {one_line(found)}",
        search.examples,
        search.checks,
        found,
        script(search.calls.algorithm, guarantee, found, unusual_options(search.calls)),
        refuted_after=search.refuted_after,
        plain_call=smallest.plain_call,
    )


def is_invalid(choice: Chosen, result: GuaranteeResult) -> bool:
    """Whether a guarantee failed because a plain answer was no valid selection."""
    found = result.counterexample
    invalid = found is not None and found.kind in INVALID and result.plain_call
    return invalid and not choice.guarantee.validity


def as_valid_selection(result: GuaranteeResult, calls: Calls) -> GuaranteeResult:
    """The failure of another guarantee as one of valid-selection."""
    found = result.counterexample
    assert found is not None
    id = "valid-selection"
    again = script(calls.algorithm, id, found, unusual_options(calls))
    return replace(result, guarantee=id, status="failed", reproduction=again, expected=None)


def unusual_options(calls: Calls) -> dict[str, Any]:
    """Options of the calls that differ from what `assert_guarantee` takes by default."""
    usual = Calls(calls.algorithm)
    names = ("time_limit", "metric", "normalize")
    return {n: getattr(calls, n) for n in names if getattr(calls, n) != getattr(usual, n)}


def counterexample(failure: Failure, search: Search) -> Counterexample:
    """Describe a failure: the input, what was kept, and both sides."""
    given, finding, bad = failure.given, failure.finding, failure.misbehaviour
    halves = None
    if bad is None:
        with suppress(Exception):  # it may not answer this time
            kept = search.calls.keep(given)
            halves = (kept.prompt_centers, kept.visual_centers)
    return Counterexample(
        visual=given.visual,
        prompt=given.prompt,
        budget=given.budget,
        seed=given.seed,
        kept=halves,
        left=finding.left if finding else "",
        right=finding.right if finding else "",
        lhs=finding.lhs if finding else math.nan,
        rhs=finding.rhs if finding else math.nan,
        optimum=finding.optimum if finding else None,
        exact=finding.exact if finding else True,
        kind="violated" if bad is None else bad.kind,
        detail=finding.detail if finding else str(bad),
    )
