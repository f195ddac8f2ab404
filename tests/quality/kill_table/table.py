"""The saved table: every bug with what refuted it, every correct algorithm with what it keeps."""

import ast
import hashlib
import json
import platform
from collections import Counter
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import mobtheory as mob

from ..planted.catalogue import BUGS, SOUND
from ..planted.entry import CONTRACT, Entry
from .judging import ROOT, Run, runs_of

TABLE = Path(__file__).resolve().parent.parent / "kills.json"
PAGE = ROOT / "docs" / "kill_table.md"
_SOURCES = (
    "mobtheory/testing",
    "mobtheory/strategies",
    "mobtheory/covering",
    "mobtheory/geometry",
    "tests/quality/planted",
)
_JUDGE = "tests/quality/kill_table/judging.py"

Row = dict[str, Any]


def all_runs(pattern: str = "") -> list[Run]:
    """Every run of every entry whose name contains `pattern`."""
    return [run for entry in (*BUGS, *SOUND) if pattern in entry.name for run in runs_of(entry)]


def code() -> str:
    """A hash of what decides the outcome: the kit, its inputs, the algorithms and the judge.

    Comments and docstrings decide nothing.
    """
    paths = sorted(path for folder in _SOURCES for path in (ROOT / folder).rglob("*.py"))
    digest = hashlib.sha256()
    for path in (*paths, ROOT / _JUDGE):
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + _decisive(path))
    return digest.hexdigest()[:16]


def _decisive(path: Path) -> bytes:
    """The code of a file without comments and docstrings."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and _is_text(body[0]):
            body[0] = ast.Pass()
    return ast.unparse(tree).encode()


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(getattr(node.value, "value", None), str)


def versions() -> dict[str, str]:
    """What the times and counterexamples were made with."""
    return {
        "mobtheory": mob.__version__,
        "python": platform.python_version(),
        "numpy": version("numpy"),
        "hypothesis": version("hypothesis"),
    }


def saved() -> dict[str, Any]:
    """The table that is committed."""
    return json.loads(TABLE.read_text("utf-8"))


def save(rows: Iterable[Row]) -> None:
    """Write the table, one row to a line, and its page."""
    ordered = sorted(rows, key=lambda row: (row["entry"], row["seed"]))
    table = {"code": code(), "versions": versions(), "runs": ordered}
    lines = ",\n".join(f"  {json.dumps(row, ensure_ascii=False)}" for row in ordered)
    head = json.dumps({key: value for key, value in table.items() if key != "runs"})[1:-1]
    TABLE.write_text(f'{{{head}, "runs": [\n{lines}\n]}}\n', "utf-8")
    PAGE.write_text(page(table), "utf-8")


def rows_of(entry: Entry, rows: Iterable[Row]) -> list[Row]:
    """The runs of one algorithm, by seed."""
    return sorted((r for r in rows if r["entry"] == entry.name), key=lambda row: row["seed"])


def refutation_times(rows: Iterable[Row]) -> list[float]:
    """Seconds of every run that refuted a bug."""
    return [row["refuted"] for row in rows if row.get("by")]


def summary(rows: Sequence[Row]) -> list[str]:
    """What came out, in lines."""
    lines = list[str]()
    for told, entries in (("bugs refuted", BUGS), ("correct algorithms clean", SOUND)):
        names = {entry.name for entry in entries}
        runs = [row for row in rows if row["entry"] in names]
        good = {name for name in names if all(r["ok"] for r in runs if r["entry"] == name)}
        good &= {row["entry"] for row in runs}
        seeds = len({row["seed"] for row in runs})
        lines.append(f"{len(good)} of {len(names)} {told}, each under {seeds} seeds")
    if times := refutation_times(rows):
        found = [one for row in rows for one in counterexamples(row, "two-approximation")]
        small = [one for one in found if one["points"] <= 5 and one["integral"]]
        lines += [
            f"time to the refutation, with the counterexample made small: median "
            f"{median(times):.2f} s, longest {max(times):.1f} s",
            f"{len(small)} of {len(found)} counterexamples to two-approximation have at most 5 "
            f"points (N + L) with integer coordinates",
        ]
    return lines


def counterexamples(row: Row, guarantee: str) -> list[Row]:
    """The counterexample of a run to a guarantee, or nothing."""
    found = row.get("counterexamples", {})
    return [found[guarantee]] if guarantee in found else []


def page(table: dict[str, Any]) -> str:
    """The page of docs/: the bugs and what refuted each, then the correct algorithms."""
    rows = table["runs"]
    made = ", ".join(f"{name} {number}" for name, number in table["versions"].items())
    exceptions = [f"- `{entry.name}`: {entry.needs}." for entry in BUGS if entry.needs]
    return "\n".join(
        [
            "# Planted bugs and correct algorithms",
            "",
            "`make kills` confronts the conformance kit with algorithms whose faults are known:",
            "every bug must be refuted within the default budget, and a correct algorithm must",
            "keep what it names. The sources are in `tests/quality/planted/`.",
            "",
            *(f"- {line}" for line in summary(rows)),
            f"- made with {made}; code {table['code']}",
            "",
            "## Bugs",
            "",
            "Seconds run from the start of the check, which begins with valid-selection whatever",
            "the bug names, until the counterexample is as small as it gets: the median over the",
            "seeds. Points are N + L of the counterexample, least to most over the seeds.",
            "",
            "| bug | what is wrong | refuted by | seconds | points | integers |",
            "|---|---|---|---|---|---|",
            *(_bug_line(entry, rows_of(entry, rows)) for entry in BUGS),
            "",
            "## Bugs that few small integers cannot show",
            "",
            "Of their counterexamples to the 2-approximation no token can be left out.",
            "",
            *exceptions,
            "",
            "## Correct algorithms",
            "",
            "Each names the contract and what is listed. Checks are the least number of inputs",
            "that met the hypotheses of a guarantee, over guarantees and seeds.",
            "",
            "| algorithm | what it does | names besides | checks | seconds |",
            "|---|---|---|---|---|",
            *(_sound_line(entry, rows_of(entry, rows)) for entry in SOUND),
            "",
        ]
    )


def _bug_line(entry: Entry, rows: Sequence[Row]) -> str:
    killed = [row for row in rows if row["by"]]
    if not killed:
        return f"| `{entry.name}` | {_told(entry)} | NOTHING | | | |"
    by = Counter(row["by"] for row in killed)
    told = ", ".join(id if n == len(rows) else f"{id} ({n} seeds)" for id, n in by.most_common())
    found = [row["counterexamples"][row["by"]] for row in killed]
    points = sorted({one["points"] for one in found})
    size = str(points[0]) if len(points) == 1 else f"{points[0]}–{points[-1]}"
    whole = {one["integral"] for one in found}
    integers = "yes" if whole == {True} else "no" if whole == {False} else "some"
    seconds = median(refutation_times(killed))
    missed = "" if len(killed) == len(rows) else f"; MISSED by {len(rows) - len(killed)} seeds"
    return (
        f"| `{entry.name}` | {_told(entry)} | {told}{missed} | {seconds:.2f} | {size} "
        f"| {integers} |"
    )


def _sound_line(entry: Entry, rows: Sequence[Row]) -> str:
    names = ", ".join(id for id in entry.claims if id not in CONTRACT)
    bad = [row for row in rows if not row["ok"]]
    checks = min((row.get("checks", 0) for row in rows), default=0)
    seconds = median([row["seconds"] for row in rows]) if rows else 0.0
    alarms = f"; FALSE ALARM under {len(bad)} seeds" if bad else ""
    return f"| `{entry.name}` | {_told(entry)} | {names}{alarms} | {checks} | {seconds:.1f} |"


def _told(entry: Entry) -> str:
    return entry.about.rstrip(".").replace("|", "\\|")
