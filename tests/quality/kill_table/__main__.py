"""Check every planted bug under 5 seeds and every correct algorithm under 20.

``python -m tests.quality.kill_table`` takes all of them, or some (``--only PART`` of a name). What
came out is kept in ``build/kills.jsonl``, so that a stopped run goes on; ``--write`` puts a
complete run into ``tests/quality/kills.json`` and ``docs/kill_table.md``.
"""

import argparse
import json
import os
import sys
import time
from typing import Any

from .judging import ROOT, Run, judge_all
from .table import Row, all_runs, code, save, summary, versions

STATE = ROOT / "build" / "kills.jsonl"


def main() -> int:
    """Judge, print and save; 1 where a bug was missed or a correct algorithm was accused."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.quality.kill_table",
        description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    parser.add_argument("--only", default="", help="only algorithms whose name contains this")
    parser.add_argument("--once", action="store_true", help="only the first seed of each")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--write", action="store_true", help="save a complete run")
    asked = parser.parse_args()
    if asked.write and (asked.only or asked.once):
        parser.error("--write saves a complete run; leave --only and --once out")
    runs = [run for run in all_runs(asked.only) if not (asked.once and run.seed)]
    key = {"code": code(), "versions": versions()}
    known = _known(key)
    rows = [known[run] for run in runs if run in known]
    waiting = [run for run in runs if run not in known]
    print(f"{len(runs)} runs, {len(rows)} judged before", file=sys.stderr)
    STATE.parent.mkdir(exist_ok=True)
    started = time.perf_counter()
    with STATE.open("a", encoding="utf-8") as state:
        for number, row in enumerate(judge_all(waiting, asked.jobs), start=1):
            rows.append(row)
            print(json.dumps(key | {"row": row}), file=state, flush=True)
            os.fsync(state.fileno())
            _report(row, number, len(waiting), time.perf_counter() - started)
    print("\n".join(summary(rows)))
    if asked.write:
        if code() != key["code"]:
            print("the code changed during the run: run it again", file=sys.stderr)
            return 1
        save(rows)
    return 0 if rows and all(row["ok"] for row in rows) else 1


def _report(row: Row, number: int, count: int, seconds: float) -> None:
    """One line for each run, and in full what is not in order."""
    left = seconds / number * (count - number)
    told = "clean"
    if by := row.get("by"):
        told = f"by {by}, {row['counterexamples'][by]['points']} points"
    elif not row["ok"]:
        told = f"NOT IN ORDER: {row['told'] or 'no guarantee is broken'}"
    print(
        f"[{number}/{count}, {left:.0f} s left] {row['entry']} seed {row['seed']}: {told}, "
        f"{row['seconds']:.1f} s",
        file=sys.stderr,
        flush=True,
    )


def _known(key: dict[str, Any]) -> dict[Run, Row]:
    """Rows that an earlier run found with the same code and versions."""
    if not STATE.exists():
        return {}
    lines = [line for line in STATE.read_text("utf-8").splitlines() if line.endswith("}}")]
    found = [(one.pop("row"), one) for one in map(json.loads, lines)]
    return {Run(row["entry"], row["seed"]): row for row, same in found if same == key}


if __name__ == "__main__":
    sys.exit(main())
