"""The contract that every selection algorithm is held to."""

import random
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np

from mobtheory.strategies.inputs import CoveringInput
from mobtheory.testing.answers import Kept
from mobtheory.testing.calls import BaseCallFailed, Calls, fresh
from mobtheory.testing.finding import KEPT_IT, Finding, differs
from mobtheory.testing.guarantee import Guarantee
from mobtheory.testing.misbehaviour import Misbehaviour, OutsideDomain


def _valid(calls: Calls, given: CoveringInput) -> Finding:
    calls.keep(given)  # reading the answer checks all of it
    return KEPT_IT


def _of_any_lengths(given: CoveringInput) -> CoveringInput:
    """Now and then fewer visual than prompt tokens, which pictures hardly ever are."""
    if given.seed % 6 or len(given.visual) == 1:
        return given
    visual = given.visual[: 1 + len(given.visual) // 4]
    return replace(given, visual=np.array(visual), budget=min(given.budget, len(visual)))


def _unchanged(calls: Calls, given: CoveringInput) -> Finding:
    arrays = fresh(given)
    try:
        calls.select(*arrays, given.budget)
    except Misbehaviour as error:
        raise BaseCallFailed(error) from None
    for name, after, before in zip(
        ("visual", "prompt"), arrays, (given.visual, given.prompt), strict=True
    ):
        if after.shape != before.shape or after.tobytes() != before.tobytes():
            return differs(
                f"{name} after the call",
                f"{name} before",
                f"the call changed {name} to {np.array2string(after, threshold=20)}",
            )
    return KEPT_IT


def _deterministic(calls: Calls, given: CoveringInput) -> Finding:
    first = calls.keep(given)
    # Other inputs in between show what an algorithm remembers from call to call.
    _try(calls, given.visual[::-1], given.prompt[::-1], given.budget)
    _try(calls, given.visual[: given.budget], given.prompt[:1], given.budget)
    if (again := calls.select(*fresh(given), given.budget)).sets != first.sets:
        return _not_the_same(first, again, "called again")
    elsewhere = calls.elsewhere()
    if elsewhere is None:
        return KEPT_IT
    other = elsewhere.select(*fresh(given), given.budget, calls.time_limit)
    if other is not None and other.sets != first.sets:
        return _not_the_same(first, other, "called in a process with another PYTHONHASHSEED")
    return KEPT_IT


def _try(calls: Calls, visual: Any, prompt: Any, budget: int) -> None:
    try:
        calls.select(np.array(visual), np.array(prompt), budget)
    except OutsideDomain:
        pass
    except Misbehaviour as error:
        if error.kind == "hung":
            raise


def _not_the_same(first: Kept, again: Kept, when: str) -> Finding:
    return differs(
        "the selection", "the one before", f"it kept {_told(first)}, and {_told(again)} when {when}"
    )


def _told(kept: Kept) -> str:
    if kept.halves:
        return f"{list(kept.prompt_centers)} and {list(kept.visual_centers)}"
    return str(list(kept.visual_centers))


def _independent_of_global_state(calls: Calls, given: CoveringInput) -> Finding:
    answers: list[Kept] = []
    with _restored_state():
        for seed in (given.seed + 1, given.seed + 2):
            _seed_all(seed)
            before = _state()
            answers.append(
                calls.keep(given) if not answers else calls.select(*fresh(given), given.budget)
            )
            after = _state()
            if changed := [name for name in before if after[name] != before[name]]:
                return differs(
                    f"the state of {changed[0]} after the call",
                    "before",
                    f"the call draws from {changed[0]} or seeds it; draw from a generator of your "
                    "own, as np.random.default_rng(0)",
                )
    if answers[0].sets != answers[1].sets:
        return differs(
            "the selection",
            "the one after other global seeds",
            f"it kept {_told(answers[0])} and then {_told(answers[1])}",
        )
    return KEPT_IT


@contextmanager
def _restored_state() -> Generator[None]:
    python, numpy = random.getstate(), _numpy_state()
    torch = sys.modules.get("torch")
    tensors = torch.get_rng_state() if torch else None
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002
        if torch:
            torch.set_rng_state(tensors)


def _seed_all(seed: int) -> None:
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002
    if torch := sys.modules.get("torch"):
        torch.random.default_generator.manual_seed(seed)


def _numpy_state() -> tuple[Any, ...]:
    """The state of the global generator, which is what is put to the test here."""
    return tuple(np.random.get_state())  # noqa: NPY002


def _state() -> dict[str, Any]:
    _, keys, position, *rest = _numpy_state()
    found: dict[str, Any] = {"random": random.getstate()}
    found["numpy.random"] = (keys.tobytes(), position, *rest)
    if torch := sys.modules.get("torch"):
        found["torch"] = bytes(torch.get_rng_state().numpy())
    return found


CONTRACT = (
    Guarantee(
        id="valid-selection",
        title="A valid selection",
        statement="It returns exactly K distinct rows of V; halves, if given, are disjoint.",
        claim="definition-1",
        check=_valid,
        focus=_of_any_lengths,
        validity=True,
    ),
    Guarantee(
        id="input-unchanged",
        title="The input stays as it was",
        statement="Neither visual nor prompt is changed by the call.",
        claim="definition-1",
        check=_unchanged,
    ),
    Guarantee(
        id="deterministic",
        title="The same input, the same selection",
        statement="It keeps the same tokens when it is called again, also after other inputs and "
        "in another process.",
        claim="definition-1",
        check=_deterministic,
    ),
    Guarantee(
        id="global-rng-independent",
        title="The global random state plays no part",
        statement="It neither draws from nor seeds random, numpy.random and torch, and keeps the "
        "same tokens whatever their state.",
        claim="definition-1",
        check=_independent_of_global_state,
    ),
)
