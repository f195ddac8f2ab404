"""What becomes of a guarantee whose check ended with the process."""

import math
import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from mobtheory.strategies.inputs import CoveringInput
from mobtheory.testing.calls import Calls
from mobtheory.testing.campaign.call_note import CallNote
from mobtheory.testing.campaign.dying_inputs import DyingSearch, smallest_dying
from mobtheory.testing.guarantee import Guarantee
from mobtheory.testing.judging import unusual_options
from mobtheory.testing.misbehaviour import Misbehaviour
from mobtheory.testing.reproducing import one_line, script
from mobtheory.testing.results import Counterexample, GuaranteeResult
from mobtheory.testing.searching import Failure


def buried(
    guarantee: Guarantee,
    calls: Calls,
    note: CallNote,
    given: CoveringInput,
    misbehaviour: Misbehaviour,
    seed: int,
) -> GuaranteeResult:
    """Make the result of a call that a process did not survive; a deadly input is made smaller.

    Parameters
    ----------
    guarantee : that was under way
    calls : the algorithm, in a process that lives
    note : of its calls
    given : the input of that call
    misbehaviour : "died" or "hung", and how
    seed : of the round
    """
    started, failure, told = time.monotonic(), Failure(given, None, misbehaviour), str(misbehaviour)
    if misbehaviour.kind == "died":
        search = DyingSearch(guarantee, calls, seed, note=note)
        failure, again = smallest_dying(search, failure)
        told += "" if again else "; it survived this input when it was called with it alone"
    found = Counterexample(
        visual=failure.given.visual,
        prompt=failure.given.prompt,
        budget=failure.given.budget,
        seed=failure.given.seed,
        kept=None,
        left="",
        right="",
        lhs=math.nan,
        rhs=math.nan,
        optimum=None,
        exact=True,
        kind=misbehaviour.kind,
        detail=told,
    )
    return GuaranteeResult(
        guarantee.id,
        "failed",
        f"{found.kind}: {one_line(found)}",
        examples=1,
        checks=1,
        counterexample=found,
        reproduction=script(calls.algorithm, guarantee.id, found, unusual_options(calls)),
        seconds=time.monotonic() - started,
    )


def lost_result(guarantee: str, kind: str, detail: str) -> dict[str, Any]:
    """Plain data of a result that has no input to show."""
    return plain(GuaranteeResult(guarantee, "failed", f"{kind}: {detail}").to_dict())


def plain(value: Any) -> Any:
    """Data as JSON can hold them: no number is None, an infinite one a word.

    Examples
    --------
    >>> plain({"lhs": float("inf"), "kept": ((), (1, 2))})
    {'lhs': 'inf', 'kept': [[], [1, 2]]}
    """
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    return value
