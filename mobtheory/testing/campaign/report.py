"""What a campaign found so far: one result per guarantee, out of all rounds."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from mobtheory.testing.campaign.plan import Plan
from mobtheory.testing.results import ConformanceReport, GuaranteeResult

INTERRUPTED = 130
Record = Mapping[str, Any]


@dataclass(frozen=True)
class FuzzReport:
    """The results of a campaign, as plain data.

    Attributes
    ----------
    plan : what was asked
    results : one per guarantee: `GuaranteeResult.to_dict` with the counts of all rounds, and the
        seed of the round in which it failed
    rounds : how many are complete
    seconds : that the campaign took, in all its processes
    state : file with which it goes on, or None where there is nothing to go on with
    notes : what else was seen
    interrupted : whether it was, before it was through
    """

    plan: Plan
    results: tuple[dict[str, Any], ...]
    rounds: int = 0
    seconds: float = 0.0
    state: str | None = None
    notes: tuple[str, ...] = ()
    interrupted: bool = False

    @property
    def exit_status(self) -> int:
        """As that of a `ConformanceReport`; 130 where it was interrupted."""
        if self.interrupted:
            return INTERRUPTED
        names = ("guarantee", "status", "reason", "applies")
        results = (GuaranteeResult(**{n: result[n] for n in names}) for result in self.results)
        return ConformanceReport(self.plan.target, tuple(results)).exit_status

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; the same seed gives the same data, apart from times.

        On a slow machine the search for a smaller counterexample may end early.
        """
        return {
            "schema": 1,
            "target": self.plan.target,
            "passed": self.exit_status == 0,
            "exit_status": self.exit_status,
            "interrupted": self.interrupted,
            "plan": self.plan.to_dict(),
            "rounds": self.rounds,
            "seconds": round(self.seconds, 3),
            "state": self.state,
            "notes": list(self.notes),
            "results": list(self.results),
            "versions": versions(),
        }


def gather(
    plan: Plan, guarantees: Sequence[tuple[str, bool]], records: Iterable[Record]
) -> tuple[dict[str, Any], ...]:
    """One result per guarantee out of the records of all rounds.

    Parameters
    ----------
    plan : of the campaign
    guarantees : ids, and whether each must be checked often enough
    records : of the state; a later one of the same round and guarantee replaces the earlier one
    """
    latest: dict[str, dict[int, Record]] = {id: {} for id, _ in guarantees}
    for record in records:
        if (id := record["result"]["guarantee"]) in latest:  # what a target claims may change
            latest[id][record["round"]] = record
    return tuple(
        _gathered(plan, id, required, list(latest[id].values())) for id, required in guarantees
    )


def _gathered(plan: Plan, id: str, required: bool, records: list[Record]) -> dict[str, Any]:
    if not records:
        never = GuaranteeResult(id, "skipped", "its turn did not come", applies=required)
        return never.to_dict() | {"seed": None}
    failed = next((record for record in records if is_failure(record)), None)
    found = dict((failed or records[-1])["result"])
    for count in ("examples", "checks", "seconds"):
        found[count] = sum(record["result"][count] for record in records)
    if failed is None and found["checks"] >= plan.needed(id):
        found |= {"status": "passed", "reason": ""}
    elif failed is None:
        found |= {"status": "skipped", "reason": _too_few(records)}
    return found | {"seconds": round(found["seconds"], 3), "seed": failed and failed["seed"]}


def _too_few(records: list[Record]) -> str:
    reasons = [record["result"]["reason"] for record in records]
    return next((reason for reason in reversed(reasons) if reason), "time was over")


def is_failure(record: Record) -> bool:
    """Whether a record refutes its guarantee, so that it need not be searched again."""
    return record["result"]["status"] == "failed"


def versions() -> dict[str, str | None]:
    """Versions of what takes part."""
    python = ".".join(map(str, sys.version_info[:3]))
    names = ("mobtheory", "numpy", "hypothesis")
    return {"python": python, **{name: package_version(name) for name in names}}


def package_version(package: str) -> str | None:
    """The version of an installed package, or None."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None
