"""Does anything notice that a statement was changed?

Each mutant lives in a process of its own, so that it leaves nothing behind and can be stopped.
"""

import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from mobtheory.claims import registry
from mobtheory.claims.proving import load_proof

from .mutant import Mutant

ROOT = Path(__file__).resolve().parents[3]
SOLVER_MS = 2000
SECONDS = 90
STORED = {
    "test_witness_meets_every_hypothesis_and_gives_its_sides_again",
    "test_slack_is_measured_again",
    "test_a_summary_tells_what_a_reader_asks",
}
_IMPORTED = "ignore:Module already imported"  # the parent has imported Hypothesis


@dataclass(frozen=True)
class Outcome:
    """What became of a mutant.

    Attributes
    ----------
    killed : whether a proof or a test noticed it
    by : the step or test that did, or why there was none
    """

    mutant: Mutant
    killed: bool
    by: str
    seconds: float


def judge_all(mutants: Sequence[Mutant], workers: int = 2) -> Iterator[Outcome]:
    """Judge mutants side by side, yielding outcomes as they come."""
    context = get_context("fork")  # the imports are made once
    waiting, running = list(mutants), dict[Connection, tuple[Mutant, Any, float]]()
    while waiting or running:
        while waiting and len(running) < workers:
            mutant = waiting.pop(0)
            receiver, sender = context.Pipe(duplex=False)
            process = context.Process(target=_child, args=(mutant, sender), daemon=True)
            process.start()
            sender.close()
            running[receiver] = mutant, process, time.perf_counter()
        ready = wait(list(running), timeout=1.0)
        for receiver in list(running):
            mutant, process, started = running[receiver]
            seconds = time.perf_counter() - started
            if receiver not in ready and seconds < SECONDS:
                continue
            try:
                killed, by = receiver.recv() if receiver in ready else (False, "no answer in time")
            except EOFError:
                killed, by = False, "the process of the mutant died"
            process.kill()
            process.join()
            del running[receiver]
            yield Outcome(mutant, killed, by, seconds)


def _child(mutant: Mutant, sender: Connection) -> None:
    os.chdir(ROOT)
    try:
        changed = mutant.make()
    except Exception as error:
        sender.send((False, f"cannot be made: {type(error).__name__}: {error}"))
        return
    registry._CLAIMS[mutant.claim] = changed
    sender.send(_by_proofs(changed) if mutant.part == "formula" else _by_tests(changed))


class _Unproved(Exception):
    """The first step that an engine does not grant."""


def _by_proofs(changed: Any) -> tuple[bool, str]:
    files = [name for name in changed.proof if name.endswith(".py")]
    load_proof("steps.py")  # makes the package of the proofs known
    import_module("mobtheory_proofs.solver").TIMEOUT_MS = SOLVER_MS
    steps = import_module("mobtheory_proofs.steps").Steps
    other_form = import_module("mobtheory_proofs.registered").OtherForm
    steps.check = _stop_at_first(steps.check)
    for name in files:
        try:
            result = load_proof(name).prove()
        except _Unproved as step:
            return True, f"{name}: {step}"
        except other_form as error:
            return True, f"{name}: another form: {error}"
        except Exception as error:  # says nothing about the statement
            return False, f"{name}: {type(error).__name__}: {error}"
        if result.ok is not True:
            return True, f"{name}: not proved"
    return False, f"{' and '.join(files)} still pass"


def _stop_at_first(check: Any) -> Any:
    def stopping(self: Any, engine: str, step: str, answer: bool | None) -> None:
        if answer is not True:
            how = "refuted by" if answer is False else "left open by"
            raise _Unproved(f"{how} {engine}: {step}")
        check(self, engine, step, answer)

    return stopping


def _by_tests(changed: Any) -> tuple[bool, str]:
    import pytest

    watcher = _Watcher(changed.id)
    os.environ["HYPOTHESIS_PROFILE"] = "ci"
    with (
        tempfile.TemporaryFile("w+") as silent,
        redirect_stdout(silent),
        redirect_stderr(silent),
    ):
        status = pytest.main(
            ["-x", "-q", "-m", "bounds", "-p", "no:cacheprovider", "-W", _IMPORTED, "tests/bounds"],
            plugins=[watcher],
        )
    if watcher.broken:  # says nothing about the statement
        return False, f"{watcher.broken} cannot be collected"
    if status == pytest.ExitCode.TESTS_FAILED:
        return True, watcher.failed
    return False, f"{watcher.chosen} tests pass (pytest: {status!r})"


class _Watcher:
    """Chooses the tests about one claim and remembers the one that failed.

    Tests that compare with stored numbers are left out: any edit would fail them, a true one too.
    """

    def __init__(self, id: str) -> None:
        self.id, self.failed, self.broken, self.chosen = id, "", "", 0

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        import inspect

        def about(item: Any) -> bool:
            if item.originalname in STORED:
                return False
            return self.id in item.nodeid or f'"{self.id}"' in inspect.getsource(item.function)

        # Chosen instances decide sooner than families of drawn ones.
        first = ("worked_examples", "tight", "witnesses")
        items[:] = sorted(
            filter(about, items), key=lambda item: not any(name in item.nodeid for name in first)
        )
        self.chosen = len(items)

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed:
            self.broken = report.nodeid

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed and not self.failed:
            self.failed = report.nodeid.removeprefix("tests/bounds/")
