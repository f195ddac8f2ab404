"""The saved outcomes: which mutants there are, what noticed each, and why some live on."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from mobtheory.claims import Claim, Verdict, list_claims

from .formulas import formula_mutants
from .margins import margin_mutants
from .mutant import Mutant, Part
from .survivors import REASONS

TABLE = Path(__file__).resolve().parent.parent / "mutants.json"
PAGE = Path(__file__).resolve().parents[3] / "docs" / "mutants.md"
PARTS: dict[Part, Callable[[Claim], Iterator[Mutant]]] = {
    "formula": formula_mutants,
    "margin": margin_mutants,
}


def all_mutants(pattern: str = "") -> list[Mutant]:
    """Every mutant of every PROVED claim whose id contains `pattern`."""
    proved = [c for c in list_claims() if c.verdict is Verdict.PROVED and pattern in c.id]
    return [m for claim in proved for make in PARTS.values() for m in make(claim)]


def controls(pattern: str = "") -> list[Mutant]:
    """Every PROVED claim as it is, once for each part: these must not be killed."""
    proved = [c for c in list_claims() if c.verdict is Verdict.PROVED and pattern in c.id]
    return [
        Mutant(claim.id, part, "unchanged", lambda as_it_is=claim: as_it_is)
        for claim in proved
        for part in PARTS
    ]


def saved() -> dict[str, Any]:
    """The table that is committed."""
    return json.loads(TABLE.read_text("utf-8"))


def save(rows: Sequence[dict[str, Any]], seconds: float, versions: dict[str, str]) -> None:
    """Write the table, one row to a line."""
    ordered = sorted(rows, key=lambda row: row["mutant"])
    lines = ",\n".join(f"  {json.dumps(row, ensure_ascii=False)}" for row in ordered)
    head = json.dumps({"seconds_in_all": round(seconds), "versions": versions})[1:-1]
    PAGE.write_text(page(ordered, seconds), "utf-8")
    TABLE.write_text(f'{{{head}, "mutants": [\n{lines}\n]}}\n', "utf-8")


def summary(rows: Sequence[dict[str, Any]]) -> str:
    """How many mutants of each part were noticed, and by what."""
    lines: list[str] = []
    for part in PARTS:
        of_part = [row for row in rows if f" {part}: " in row["mutant"]]
        killed = [row for row in of_part if row["killed"]]
        how = Counter(_how(row["by"]) for row in killed)
        told = ", ".join(f"{count} {name}" for name, count in how.most_common())
        lines.append(f"{part}: {len(killed)} of {len(of_part)} noticed ({told})")
    killed_in_all = sum(row["killed"] for row in rows)
    share = killed_in_all / max(len(rows), 1)
    return "\n".join([*lines, f"in all: {killed_in_all} of {len(rows)}, {share:.1%}"])


def page(rows: Sequence[dict[str, Any]], seconds: float) -> str:
    """The page of docs/: what was noticed, claim by claim, and what lives on and why."""
    told = "\n".join(f"- {line}" for line in summary(rows).splitlines())
    claims = list(dict.fromkeys(row["mutant"].split(" ")[0] for row in rows))
    table = ["| claim | formula | margin |", "|---|---|---|"]
    for id in claims:
        counts = (_count([r for r in rows if r["mutant"].startswith(f"{id} {p}: ")]) for p in PARTS)
        table.append(f"| `{id}` | {' | '.join(counts)} |")
    alive = [row["mutant"] for row in rows if not row["killed"]]
    survivors = [f"- `{key}`: {REASONS.get(key, 'NO REASON YET')}" for key in alive] or ["None."]
    return "\n".join(
        [
            "# Mutants of the proved statements",
            "",
            "`make mutants` changes one constant, maximum or direction of one PROVED statement at",
            "a time. A changed *formula* must be refused by the proof of its claim, which reads",
            "its constants there; a changed *margin*, the function that computes both sides, must",
            "fail a test of `-m bounds` about its claim. Tests that compare with stored numbers do",
            "not count, and a claim that fails unchanged stops the run.",
            "",
            told,
            f"- the times of all mutants, side by side or not, add up to {seconds:.0f} s",
            "",
            *table,
            "",
            "## What lives on",
            "",
            *survivors,
            "",
        ]
    )


def _count(rows: Sequence[dict[str, Any]]) -> str:
    return f"{sum(row['killed'] for row in rows)} of {len(rows)}"


def _how(by: str) -> str:
    if "another form" in by:
        return "no longer of the form that is proved"
    for word in ("refuted", "left open"):
        if f": {word} by" in by:
            return f"{word} by an engine"
    return "by a test" if by.startswith("test_") else by
