"""The process in which a target is called; it answers one job after another."""

import inspect
import json
import math
import os
import queue
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from mobtheory.errors import MobtheoryError
from mobtheory.testing.calls import Calls
from mobtheory.testing.campaign.burial import buried, lost_result, plain
from mobtheory.testing.campaign.call_note import CallNote, noting
from mobtheory.testing.campaign.leash import bind_to_parent, end_group
from mobtheory.testing.campaign.plan import Plan, chosen
from mobtheory.testing.choosing import Chosen
from mobtheory.testing.guarantees import as_guarantee
from mobtheory.testing.judging import check_guarantee
from mobtheory.testing.misbehaviour import Misbehaviour
from mobtheory.testing.target import Algorithm, as_algorithm, load_target


def serve() -> None:
    """Answer jobs until the parent hangs up; what the target prints never reaches the answers."""
    bind_to_parent()
    asked, told = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nowhere, 0)
    os.dup2(2, 1)  # the parent reads both, and shows neither
    sys.path.insert(0, os.getcwd())
    jobs: queue.Queue[dict[str, Any]] = queue.Queue()
    threading.Thread(target=_listen, args=(asked, jobs), daemon=True).start()
    with os.fdopen(told, "w", encoding="utf-8") as answers:
        for answer in _answers(jobs):
            answers.write(json.dumps(answer, allow_nan=False) + "\n")
            answers.flush()


def _listen(asked: int, jobs: "queue.Queue[dict[str, Any]]") -> None:
    with suppress(OSError, ValueError), os.fdopen(asked, encoding="utf-8") as lines:
        for line in lines:
            jobs.put(json.loads(line))
    end_group()


def _answers(jobs: "queue.Queue[dict[str, Any]]") -> Iterator[dict[str, Any]]:
    opening = jobs.get()
    plan, note = Plan.from_dict(opening["plan"]), CallNote(opening["note"])
    try:
        algorithm = as_algorithm(plan.target)
        guarantees = chosen(plan.guarantees, algorithm.guarantees)
    except Misbehaviour as error:
        yield {"bad": error.kind, "detail": error.detail}
        return
    except MobtheoryError as error:  # its attribute names a guarantee that there is not
        yield {"error": [error.called, error.received, error.rule, error.mend]}
        return
    yield {
        "guarantees": [[choice.guarantee.id, choice.required] for choice in guarantees],
        "sources": sources(plan.target),
    }
    desk = Desk(plan, algorithm, note)
    while True:
        job = jobs.get()
        try:
            yield desk.bury(**job["bury"]) if "bury" in job else desk.check(**job["check"])
        except Exception as error:  # of the check, not of the target: to be told, not to be hidden
            yield {"broken": f"{type(error).__name__}: {error}"}


@dataclass
class Desk:
    """Where jobs are done.

    Attributes
    ----------
    plan : of the campaign
    algorithm : the target
    note : of its calls
    """

    plan: Plan
    algorithm: Algorithm
    note: CallNote

    def __post_init__(self) -> None:
        self.calls = Calls(noting(self.algorithm, self.note), **self.plan.options)

    def check(
        self, guarantee: str, required: bool, seed: int, tolerant: bool, seconds: float | None
    ) -> dict[str, Any]:
        """Check one guarantee."""
        deadline = math.inf if seconds is None else time.monotonic() + seconds
        result = check_guarantee(
            Chosen(as_guarantee(guarantee), required),
            self.calls,
            seed=seed,
            max_examples=self.plan.examples,
            deadline=deadline,
            tolerant=tolerant,
        )
        return {
            "result": plain(result.to_dict()),
            "whole": result.counterexample is not None or time.monotonic() < deadline,
            "notes": self.calls.notes(),
        }

    def bury(self, guarantee: str, seed: int, kind: Any, detail: str) -> dict[str, Any]:
        """Make a result of the call that the process before this one did not survive."""
        given = self.note.last_input()
        if given is None:
            return {"result": lost_result(guarantee, kind, detail)}
        misbehaviour = Misbehaviour(kind, detail)
        found = buried(as_guarantee(guarantee), self.calls, self.note, given, misbehaviour, seed)
        return {"result": plain(found.to_dict())}


def sources(reference: str) -> dict[str, str]:
    """SHA-256 of the files that a target is written in, by path; compiled ones count as well.

    Examples
    --------
    >>> [Path(file).name for file in sources("mobtheory.testing.rules:farthest_points")]
    ['rules.py']
    """
    target = load_target(reference)
    module = sys.modules[reference.partition(":")[0]]
    files = {getattr(module, "__file__", None)}
    with suppress(Exception):
        found = inspect.unwrap(target)
        kind = found if inspect.isroutine(found) or inspect.isclass(found) else type(found)
        files.add(inspect.getsourcefile(kind))
    there = sorted(file for file in files if file and Path(file).is_file())
    return {file: sha256(Path(file).read_bytes()).hexdigest() for file in there}
