"""Look for an input on which a guarantee is broken: with Hypothesis, then among large clouds."""

import math
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any
from zlib import crc32

import hypothesis
import numpy as np
from hypothesis import HealthCheck, Phase, Verbosity
from hypothesis.errors import Unsatisfiable
from hypothesis.internal.conjecture import providers
from hypothesis.strategies import SearchStrategy

from mobtheory.strategies import CoveringInput, scheduled_cloud
from mobtheory.testing.calls import BaseCallFailed, Calls, like
from mobtheory.testing.finding import Finding
from mobtheory.testing.guarantee import Guarantee, exact_inputs
from mobtheory.testing.misbehaviour import INVALID, Misbehaviour, OutsideDomain
from mobtheory.testing.rounding import rounding_of

_directions = exact_inputs(kinds=["grid", "inside", "lattice", "outlier", "duplicates"])
EXAMPLES_PER_CLOUD = 25
"""One cloud of realistic size is tried for so many small inputs."""
_SHRINKING = 4.0  # seconds after which the smallest so far must do
_HANGS = 3


class _Refuted(Exception):
    """Tells Hypothesis that an input fails."""


class Stopped(BaseException):
    """Ends a search at once; Hypothesis lets it pass."""


@dataclass(frozen=True)
class Failure:
    """An input on which a guarantee is broken: by numbers, or because no answer came."""

    given: CoveringInput
    finding: Finding | None
    misbehaviour: Misbehaviour | None = None
    plain_call: bool = False

    @property
    def size(self) -> tuple[float, ...]:
        """Fewer tokens first, then fewer dimensions, smaller budgets and smaller numbers."""
        visual, prompt = self.given.visual, self.given.prompt
        magnitude = float(abs(visual).sum() + abs(prompt).sum())
        return (len(visual) + len(prompt), visual.shape[1], self.given.budget, magnitude)


@dataclass
class Search:
    """One guarantee of one algorithm, confronted with one input after another.

    Attributes
    ----------
    guarantee, calls : what is checked, and of which algorithm
    seed : of everything that is drawn
    deadline : reading of `time.monotonic` at which no further input is tried
    tolerant : whether inputs without a usable answer are left out, because another guarantee
        reports them
    examples : inputs drawn
    checks : inputs on which the guarantee was checked and decided
    failure : the smallest failing input so far, or None
    refuted_after : seconds until the first one
    hangs : inputs that were left out because no answer came in time
    """

    guarantee: Guarantee
    calls: Calls
    seed: int
    deadline: float = math.inf
    tolerant: bool = False
    examples: int = 0
    checks: int = 0
    failure: Failure | None = None
    refuted_after: float | None = None
    hangs: int = 0
    started: float = field(default_factory=time.monotonic)

    def confront(self, given: CoveringInput) -> Failure | None:
        """Check one input; counts it, and keeps it if it is the smallest that fails."""
        if time.monotonic() > self.deadline:
            raise Stopped
        self.examples += 1
        failure, decided = self.judge(given)
        self.checks += decided
        if failure is None:
            return None
        if self.failure is None:
            self.refuted_after = time.monotonic() - self.started
        if self.failure is None or failure.size < self.failure.size:
            self.failure = failure
        if failure.misbehaviour is not None and failure.misbehaviour.kind == "hung":
            raise Stopped  # to try again and again would take the time limit each time
        return failure

    def judge(self, given: CoveringInput) -> tuple[Failure | None, bool]:
        """Check one input; the failure, if it fails, and whether it counts as a check."""
        if self.calls.undefined(given):
            return None, False
        try:
            finding = self.guarantee.check(self.calls, given)
        except OutsideDomain as error:
            self.calls.note_refusal(error)
            return None, False
        except BaseCallFailed as error:
            if self.tolerant and not self.guarantee.validity:
                self.hangs += error.misbehaviour.kind == "hung"
                if self.hangs == _HANGS:
                    raise Stopped from None  # each takes the time limit
                return None, False
            return Failure(given, None, error.misbehaviour, plain_call=True), True
        except Misbehaviour as error:
            # After the change of an input: that it raises is what the guarantee is about, but what
            # is invalid here may be so everywhere.
            if self.tolerant and not self.guarantee.validity and error.kind in INVALID:
                return None, False
            return Failure(given, None, error), True
        if finding is None or finding.broken is None:
            return None, False
        if finding.broken:
            if 0 <= finding.lhs - finding.rhs <= rounding_of(given):
                return None, False
            return Failure(given, finding), True
        return None, True

    def run(self, examples: int, clouds: int) -> None:
        """Try small inputs, and where none fails, so many clouds of realistic size."""
        with suppress(Stopped):
            _outside_of_tests(lambda: self._small(examples))
            if self.failure is None and self.guarantee.clouds:
                for number in range(clouds):
                    given = self.guarantee.focus(scheduled_cloud(number, self.seed))
                    if self.confront(given) is not None:
                        break

    def _small(self, examples: int) -> None:
        found_at = math.inf

        def confront(given: CoveringInput) -> None:
            nonlocal found_at
            if time.monotonic() > found_at + _SHRINKING:
                return
            for number in range(1 + self.guarantee.variants):
                if self.confront(variant(given, number) if number else given) is not None:
                    found_at = min(found_at, time.monotonic())
                    raise _Refuted

        # Normalised, tokens on a line are all alike.
        by_direction = self.calls.normalize or self.calls.metric == "cosine"
        inputs = _directions() if by_direction else self.guarantee.inputs()
        inputs = inputs.map(self.guarantee.focus)
        search = _hypothesis_test(confront, inputs, examples, f"{self.seed} {self.guarantee.id}")
        try:
            with _whatever_is_imported():
                search()
        except Unsatisfiable:
            return
        except Exception:  # the failure itself, or that it does not fail again
            if self.failure is None:
                raise


@contextmanager
def _whatever_is_imported() -> Generator[None]:
    """Keep Hypothesis from drawing constants of the modules that happen to be imported.

    It takes some of its integers from there, so that the same seed would draw other inputs in
    another process.
    """
    constants = getattr(providers, "_get_local_constants", None)
    cache = getattr(providers, "CONSTANTS_CACHE", None)
    if constants is None or cache is None:  # another Hypothesis: seeds hold within a process
        yield
        return
    nothing = type(constants())()
    cache.cache.clear()
    providers._get_local_constants = lambda: nothing  # pyright: ignore
    try:
        yield
    finally:
        providers._get_local_constants = constants  # pyright: ignore
        cache.cache.clear()


def _hypothesis_test(
    confront: Callable[[CoveringInput], None],
    inputs: SearchStrategy[CoveringInput],
    examples: int,
    seed: str,
) -> Callable[[], Any]:
    test = hypothesis.given(inputs)(confront)
    test = hypothesis.settings(
        max_examples=examples,
        database=None,
        deadline=None,
        derandomize=False,
        print_blob=False,
        report_multiple_bugs=False,
        verbosity=Verbosity.quiet,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),  # pyright: ignore[reportArgumentType]
    )(test)
    return hypothesis.seed(crc32(seed.encode()))(test)


def variant(given: CoveringInput, number: int) -> CoveringInput:
    """The same tokens in another order, and for odd numbers with another budget.

    Drawing an input takes longer than checking it, and which tokens come first decides what a
    greedy rule does.
    """
    rng = np.random.default_rng([given.seed, number])
    count, length = len(given.visual), len(given.prompt)
    visual = like(given.visual[rng.permutation(count)], given.visual)
    prompt = like(given.prompt[rng.permutation(length)], given.prompt)
    budget = int(rng.integers(1, count + 1)) if number % 2 else given.budget
    return replace(given, visual=visual, prompt=prompt, budget=budget)


def _outside_of_tests(search: Callable[[], None]) -> None:
    """Run a search in a thread of its own where a test of Hypothesis is under way in this one."""
    if not hypothesis.currently_in_test_context():
        return search()
    raised: list[BaseException] = []

    def work() -> None:
        try:
            search()
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    if raised:
        raise raised[0]
    return None
