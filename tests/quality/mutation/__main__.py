"""Change every PROVED statement in turn and see whether a proof or a test notices.

``python -m tests.quality.mutation`` takes all of them, or some (``--claim PART`` of an id). What
came out is kept in ``build/mutants.jsonl``, so that a stopped run goes on; ``--write`` puts a
complete run into ``tests/quality/mutants.json``.
"""

import argparse
import hashlib
import json
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

# Imported once, before the processes of the mutants are forked.
import hypothesis
import pytest
import sympy
import z3

import mobtheory as mob

from .judging import ROOT, judge_all
from .table import all_mutants, controls, save, summary

STATE = ROOT / "build" / "mutants.jsonl"
_IMPORTED = (hypothesis, pytest, sympy, z3)


def main() -> int:
    """Judge, print and save; 1 where fewer than 95 % were noticed."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.quality.mutation",
        description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    parser.add_argument("--claim", default="", help="only claims whose id contains this")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--write", action="store_true", help="save a complete run")
    asked = parser.parse_args()
    if asked.write and asked.claim:
        parser.error("--write saves a complete run; leave --claim out")
    mutants, code = all_mutants(asked.claim), _code()
    killed_as_it_is = [o for o in judge_all(controls(asked.claim), asked.jobs) if o.killed]
    for outcome in killed_as_it_is:
        print(f"fails unchanged: {outcome.mutant.key} ({outcome.by})")
    if killed_as_it_is:
        return 1  # what fails unchanged notices no change
    known = _known(code)
    rows = [known[m.key] for m in mutants if m.key in known]
    waiting = [m for m in mutants if m.key not in known]
    print(f"{len(mutants)} mutants, {len(rows)} judged before", file=sys.stderr)
    STATE.parent.mkdir(exist_ok=True)
    with STATE.open("a", encoding="utf-8") as state:
        for number, outcome in enumerate(judge_all(waiting, asked.jobs), start=1):
            row = {
                "mutant": outcome.mutant.key,
                "killed": outcome.killed,
                "by": outcome.by,
                "seconds": round(outcome.seconds, 1),
            }
            rows.append(row)
            print(json.dumps({"code": code, **row}), file=state, flush=True)
            if not outcome.killed:
                print(f"lives on: {row['mutant']} ({row['by']})")
            elif number % 20 == 0:
                print(f"{number} of {len(waiting)}", file=sys.stderr)
    print(summary(rows))
    if asked.write:
        versions = {name: version(name) for name in ("z3-solver", "sympy", "hypothesis", "numpy")}
        seconds = sum(row["seconds"] for row in rows)
        save(rows, seconds, {"mobtheory": mob.__version__, **versions})
    return 0 if sum(row["killed"] for row in rows) >= 0.95 * len(rows) else 1


def _code() -> str:
    """A hash of all that decides the outcome: claims, proofs and tests."""
    folders = ("mobtheory", "proofs", "tests/bounds", "tests/quality/mutation")
    paths = sorted(p for folder in folders for p in (ROOT / folder).rglob("*.py"))
    digest = hashlib.sha256()
    for path in paths:
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _known(code: str) -> dict[str, dict[str, Any]]:
    """Outcomes that an earlier run found with the same code."""
    if not Path(STATE).exists():
        return {}
    rows = [
        json.loads(line) for line in STATE.read_text("utf-8").splitlines() if line.endswith("}")
    ]
    return {row["mutant"]: row for row in rows if row.pop("code") == code}


if __name__ == "__main__":
    started = time.perf_counter()
    status = main()
    print(f"{time.perf_counter() - started:.0f} s", file=sys.stderr)
    sys.exit(status)
