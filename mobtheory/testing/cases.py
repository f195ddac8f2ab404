"""Cases of a test runner: one guarantee of one algorithm each, checked when it is called."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mobtheory.covering.counts import as_count
from mobtheory.errors import InvalidProblem
from mobtheory.testing.calls import Calls
from mobtheory.testing.checking import failure_text, uncallable
from mobtheory.testing.choosing import Chosen, choose, require_declared
from mobtheory.testing.guarantee import Guarantee
from mobtheory.testing.judging import check_guarantee
from mobtheory.testing.misbehaviour import Misbehaviour
from mobtheory.testing.results import ConformanceFailure, ConformanceReport, GuaranteeResult
from mobtheory.testing.target import Algorithm, as_algorithm

Declared = Mapping[str, str] | Callable[[Any], Mapping[str, str]]


class Subject:
    """A target under test, and whether valid-selection fails on it, which is found out once.

    Parameters
    ----------
    target : as `check_covering_algorithm` takes it
    declared : reasons of known failures, by guarantee
    sampling : max_examples, seed and min_checks of `check_guarantee`
    options : of `Calls`
    """

    def __init__(
        self,
        target: Any,
        declared: Mapping[str, str],
        sampling: Mapping[str, Any],
        options: Mapping[str, Any],
    ) -> None:
        self.target, self.declared = target, declared
        self.sampling, self.options = sampling, options
        self._valid: GuaranteeResult | None = None
        self.found: Algorithm | Misbehaviour
        try:
            self.found = as_algorithm(target)
        except Misbehaviour as error:
            self.found = error

    @property
    def name(self) -> str:
        """How reports call it."""
        if isinstance(self.found, Algorithm):
            return self.found.name
        return self.target if isinstance(self.target, str) else type(self.target).__qualname__

    @property
    def claimed(self) -> tuple[str, ...]:
        """What its attribute `guarantees` names."""
        return self.found.guarantees if isinstance(self.found, Algorithm) else ()

    def report(self, choice: Chosen) -> ConformanceReport:
        """Check one guarantee, and valid-selection before the first."""
        started = time.monotonic()
        if isinstance(self.found, Misbehaviour):
            (result, *_), notes = uncallable(self.found, [choice]), ()
        else:
            calls = Calls(self.found, **self.options)
            try:
                result = self._judge(choice, calls)
            finally:
                calls.close()
            notes = tuple(calls.notes())
        seconds = time.monotonic() - started
        seed, examples = self.sampling["seed"], self.sampling["max_examples"]
        return ConformanceReport(self.name, (result,), notes, seed, examples, seconds)

    def _judge(self, choice: Chosen, calls: Calls) -> GuaranteeResult:
        if self._valid is None:
            self._valid = self._check(choose(())[0], calls, tolerant=False)
        if choice.guarantee.id == self._valid.guarantee:
            return self._valid
        return self._check(choice, calls, tolerant=self._valid.counterexample is not None)

    def _check(self, choice: Chosen, calls: Calls, *, tolerant: bool) -> GuaranteeResult:
        declared = self.declared.get(choice.guarantee.id)
        return check_guarantee(choice, calls, **self.sampling, declared=declared, tolerant=tolerant)


@dataclass(eq=False)
class GuaranteeCheck:
    """Checks one guarantee of one algorithm when it is called with the algorithm.

    Attributes
    ----------
    title : the id of its test, as "select-two-approximation"
    choice : the guarantee
    position : the numbers of the algorithm and of the guarantee
    report : what the last call found, or None
    """

    title: str
    choice: Chosen
    position: tuple[int, int]
    subject: Subject = field(repr=False)
    report: ConformanceReport | None = field(default=None, repr=False)

    def __call__(self, algorithm: Any) -> None:
        """Check it in a test of pytest, which is skipped or xfailed where that is due.

        Parameters
        ----------
        algorithm : the one that the test got, or one that is made of it

        Raises
        ------
        ConformanceFailure
            If the guarantee is broken, or was checked on too few inputs.
        """
        __tracebackhide__ = True
        import pytest

        subject = self.subject
        if algorithm is not subject.target:
            subject = Subject(algorithm, subject.declared, subject.sampling, subject.options)
        self.report = report = subject.report(self.choice)
        (result,) = report.results
        if result.status == "skipped" and not result.applies:
            pytest.skip(f"{result.guarantee}: {result.reason}")
        if result.status == "xfailed":
            pytest.xfail(f"{result.expected} ({result.reason})")
            # Under --runxfail that does nothing, and a failure is a failure.
            self.report = report = replace(report, results=(replace(result, status="failed"),))
        if not report.passed:
            raise ConformanceFailure(failure_text(report), report)


def guarantee_cases(
    called: str,
    algorithms: Iterable[Any],
    *,
    guarantees: str | Iterable[str | Guarantee] = "contract",
    expected_failures: Declared | None = None,
    max_examples: int = 200,
    seed: int = 0,
    min_checks: int | None = None,
    **options: Any,
) -> list[GuaranteeCheck]:
    """Make the cases of some algorithms; arguments as `parametrize_with_guarantees` takes them."""
    if callable(algorithms) or isinstance(algorithms, str):
        raise InvalidProblem(
            called, f"{algorithms!r}", "algorithms come in a list", "Pass [algorithm]."
        )
    targets = list(algorithms)
    if not targets:
        raise InvalidProblem(called, "no algorithm", "one at least is checked", "Pass [algorithm].")
    if min_checks is not None:
        min_checks = as_count(called, "min_checks", min_checks, 0)
    asked = guarantees if isinstance(guarantees, str) else list(guarantees)
    sampling = {
        "max_examples": as_count(called, "max_examples", max_examples, 1),
        "seed": as_count(called, "seed", seed, 0),
        "min_checks": min_checks,
    }
    subjects = [
        Subject(target, _declared(expected_failures, target), sampling, options)
        for target in targets
    ]
    cases: list[GuaranteeCheck] = []
    for number, (name, subject) in enumerate(zip(_names(subjects), subjects, strict=True)):
        chosen = choose(asked, subject.claimed)
        require_declared(subject.declared, chosen)
        for place, choice in enumerate(chosen):
            title = f"{name}-{choice.guarantee.id}"
            cases.append(GuaranteeCheck(title, choice, (number, place), subject))
    return cases


def _declared(expected: Declared | None, target: Any) -> Mapping[str, str]:
    if expected is None:
        return {}
    return dict(expected(target) if callable(expected) else expected)


def _names(subjects: Sequence[Subject]) -> list[str]:
    """The last part of each name; all of it where two share that, and numbers where they do too."""
    short = [subject.name.rpartition(":")[2].rpartition(".")[2] for subject in subjects]
    shared = Counter(short)
    names = [
        _whole_name(subject) if shared[name] > 1 else name
        for subject, name in zip(subjects, short, strict=True)
    ]
    alike = Counter(names)
    return [
        f"{name}.{1 + names[:place].count(name)}" if alike[name] > 1 else name
        for place, name in enumerate(names)
    ]


def _whole_name(subject: Subject) -> str:
    reference = subject.found.reference if isinstance(subject.found, Algorithm) else None
    return reference or subject.name
