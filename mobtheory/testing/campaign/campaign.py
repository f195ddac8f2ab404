"""Rounds of checks of one target, until all is checked or time is over."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from os import PathLike
from pathlib import Path
from typing import Any

from mobtheory.errors import InvalidProblem
from mobtheory.testing.campaign.burial import lost_result, plain
from mobtheory.testing.campaign.parent import Child, Lost
from mobtheory.testing.campaign.plan import Plan, chosen, require_seconds
from mobtheory.testing.campaign.report import FuzzReport, gather, is_failure, package_version
from mobtheory.testing.campaign.state import State, default_path, header
from mobtheory.testing.checking import uncallable
from mobtheory.testing.misbehaviour import Misbehaviour
from mobtheory.testing.results import GuaranteeResult

_ALWAYS_FIRST = "valid-selection"


@dataclass(frozen=True)
class Standing:
    """How far a campaign is.

    Attributes
    ----------
    round : which one is under way, from 1
    guarantee : which is being checked
    inputs : tried in finished checks
    calls : of the target since this process began
    failures : guarantees that are broken
    share : of the work that is done, or of the time; from 0 to 1
    """

    round: int
    guarantee: str
    inputs: int
    calls: int
    failures: int
    share: float


Progress = Callable[[Standing], None]


def fuzz(
    target: str,
    *,
    guarantees: Sequence[str] = (),
    minutes: float | None = None,
    resume: str | PathLike[str] | None = None,
    seed: int = 0,
    examples: int = 200,
    time_limit: float = 10.0,
    metric: str = "euclidean",
    normalize: bool = False,
    progress: Progress | None = None,
) -> FuzzReport:
    """Check a target in a process of its own, which may crash, hang or be killed.

    Parameters
    ----------
    target : "module:name" of a callable, or of an object with a method `select`; modules of the
        current folder come first
    guarantees : ids, "contract" or "all"; without any, the contract and what the attribute
        `guarantees` of the target names
    minutes : how long the campaign lasts in all; None stands for one round
    resume : file with the state, which is made if it is not there; by default
        ``.mobtheory/fuzz-<target>.jsonl``, where a new campaign begins each time
    seed : of the first round; each further round takes the next one
    examples : small inputs per guarantee and round
    time_limit : seconds for one call
    metric, normalize : the distances in which radii are measured
    progress : called several times a second with the `Standing`

    Returns
    -------
    FuzzReport
        Also after an interrupt (its `interrupted` is true then), with what was found until then.

    Raises
    ------
    InvalidProblem
        If an argument is not as described, or the state is that of another campaign: of another
        target, with other options, or of a source that has changed since. Other minutes are fine.

    Notes
    -----
    Each result is on the disk before the next check begins, so that a kill loses one check. A
    guarantee that is refuted is not searched again. A call during which the process ends is the
    result "died" of the guarantee under way, one that cannot be interrupted is the result "hung";
    the others are then checked in a new process.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from mobtheory.testing.campaign import fuzz
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     report = fuzz(
    ...         "mobtheory.testing.rules:farthest_points",
    ...         guarantees=["two-approximation"],
    ...         examples=20,
    ...         resume=Path(folder) / "state.jsonl",
    ...     )
    >>> [(result["guarantee"], result["status"]) for result in report.results]
    [('valid-selection', 'passed'), ('two-approximation', 'passed')]
    """
    plan = Plan(
        target, tuple(guarantees) or ("contract",), seed, examples, time_limit, metric, normalize
    )
    if minutes is not None:
        require_seconds("minutes", minutes)
    path = default_path(target) if resume is None else Path(resume)
    with Child(plan) as child:
        opened = child.open()
        if "error" in opened:
            raise InvalidProblem(*opened["error"])
        if "bad" in opened:
            return _no_target(plan, Misbehaviour(opened["bad"], opened["detail"]))
        head = header(plan, opened["sources"], package_version("mobtheory"))
        state = State(path, head, resume=resume is not None)
        try:
            checked = [(id, required) for id, required in opened["guarantees"]]
            return Campaign(plan, checked, child, state, minutes, progress).run()
        finally:
            state.close()


def _no_target(plan: Plan, error: Misbehaviour) -> FuzzReport:
    results = [result.to_dict() for result in uncallable(error, chosen(plan.guarantees))]
    return FuzzReport(plan, tuple(plain(result) | {"seed": None} for result in results))


class Campaign:
    """Rounds over the guarantees, each check on record before the next one begins.

    Parameters
    ----------
    plan : what is asked
    guarantees : ids, and whether each must be checked often enough
    child : the process with the target
    state : where results go
    minutes : how long in all, or None for one round
    progress : is told how far it is
    """

    def __init__(
        self,
        plan: Plan,
        guarantees: Sequence[tuple[str, bool]],
        child: Child,
        state: State,
        minutes: float | None = None,
        progress: Progress | None = None,
    ) -> None:
        self._plan, self._guarantees = plan, guarantees
        self._child, self._state = child, state
        self._seconds = None if minutes is None else 60 * minutes
        self._progress = progress or (lambda _: None)
        self._broken_off: set[str] = set()
        spent = state.records[-1]["elapsed"] if state.records else 0.0
        self._began = time.monotonic() - spent

    def run(self) -> FuzzReport:
        """Check until all is checked, time is over or somebody interrupts."""
        interrupted = False
        try:
            for number, id, required in self._turns():
                if self._left() == 0:
                    break
                self._child.tick = lambda r=number, g=id: self._progress(self._standing(r, g))
                self._child.tick()
                self._state.append(self._check(number, id, required))
                self._child.tick()
        except KeyboardInterrupt:
            interrupted = True
        return self._report(interrupted)

    def _turns(self) -> Iterator[tuple[int, str, bool]]:
        """Which guarantee is next, as long as any of them may still be refuted."""
        for number in count() if self._seconds is not None else (0,):
            if not any(self._open(id) for id, _ in self._guarantees):
                return
            for id, required in self._guarantees:
                if self._open(id) and not self._done(number, id):
                    yield number, id, required

    def _open(self, id: str) -> bool:
        """Whether there is sense in another search."""
        return id not in self._broken_off and not self._closed(id)

    def _closed(self, id: str) -> bool:
        """Whether it is refuted, or not about this target at all."""
        return self._refuted(id) or any(map(_pointless, self._records_of(id)))

    def _refuted(self, id: str) -> bool:
        return any(map(is_failure, self._records_of(id)))

    def _records_of(self, id: str) -> list[dict[str, Any]]:
        return [r for r in self._state.records if r["result"]["guarantee"] == id]

    def _done(self, number: int, id: str) -> bool:
        return any(r["round"] == number and r["whole"] for r in self._records_of(id))

    def _left(self) -> float | None:
        return None if self._seconds is None else max(0.0, self._seconds - self._elapsed())

    def _elapsed(self) -> float:
        return time.monotonic() - self._began

    def _check(self, number: int, id: str, required: bool) -> dict[str, Any]:
        seed = self._plan.seed + number
        job = {
            "guarantee": id,
            "required": required,
            "seed": seed,
            "tolerant": self._refuted(_ALWAYS_FIRST),
            "seconds": self._left(),
        }
        answer = self._answer(job)
        if "broken" in answer:
            self._broken_off.add(id)
            told = f"the check itself broke off: {answer['broken']}"
            unchecked = plain(GuaranteeResult(id, "skipped", told).to_dict())
            answer = {"result": unchecked, "whole": False}
        return {
            "round": number,
            "seed": seed,
            "whole": answer.get("whole", True),
            "elapsed": round(self._elapsed(), 3),
            "notes": answer.get("notes", []),
            "result": answer["result"],
        }

    def _answer(self, job: dict[str, Any]) -> dict[str, Any]:
        """The result of a check, whatever becomes of the process."""
        id, seed = job["guarantee"], job["seed"]
        try:
            if self._child.alive or self._reopened():
                return self._child.ask({"check": job})
            return {"result": lost_result(id, "died", "the target could not be imported again")}
        except Lost as error:
            lost = error
        try:
            if lost.calling and self._reopened():
                call = {"guarantee": id, "seed": seed, "kind": lost.kind, "detail": lost.detail}
                return self._child.ask({"bury": call})
        except Lost:  # even to look at the input was too much
            pass
        return {"result": lost_result(id, lost.kind, lost.detail)}

    def _reopened(self) -> bool:
        return "guarantees" in self._child.open()

    def _standing(self, number: int, id: str) -> Standing:
        records = self._state.records
        ids = [id for id, _ in self._guarantees]
        if self._seconds is None:
            share = ids.index(id) / len(ids)
        else:
            share = min(1.0, self._elapsed() / self._seconds)
        return Standing(
            number + 1,
            id,
            sum(record["result"]["examples"] for record in records),
            self._child.calls,
            sum(map(is_failure, records)),
            share,
        )

    def _report(self, interrupted: bool) -> FuzzReport:
        records = self._state.records
        rounds = 0
        while all(self._done(rounds, id) or self._closed(id) for id, _ in self._guarantees):
            if not any(record["round"] >= rounds for record in records):
                break
            rounds += 1
        notes = dict.fromkeys(note for record in records for note in record["notes"])
        return FuzzReport(
            self._plan,
            gather(self._plan, self._guarantees, records),
            rounds,
            self._elapsed(),
            str(self._state.path),
            tuple(notes),
            interrupted,
        )


def _pointless(record: dict[str, Any]) -> bool:
    """Whether a whole search found nothing that the guarantee is about, which nobody asked for."""
    result = record["result"]
    return record["whole"] and not result["applies"] and not result["checks"]
