"""Run the proofs of some claims and tell what became of each."""

from collections.abc import Callable, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from mobtheory.claims import iterate_proofs, select_claims
from mobtheory.report.tables import WIDE, plain_table
from mobtheory.report.wording import proof_state


def run_proofs(
    patterns: Sequence[str], progress: Callable[[str, int, int], None]
) -> list[dict[str, Any]]:
    """Run every proof file of the chosen claims once.

    Parameters
    ----------
    patterns : claim ids or shell patterns, at least one
    progress : called with ("proofs", files done, files in all)

    Returns
    -------
    list of dict
        One row for each claim and file: claim, file, engine, ok, seconds, detail.

    Raises
    ------
    UnknownClaim
        If a pattern matches nothing.
    """
    files = {name for claim in select_claims(list(patterns)) for name in claim.proof}
    progress("proofs", 0, len(files))
    rows: list[dict[str, Any]] = []
    for done, result in enumerate(iterate_proofs(list(patterns)), start=1):
        rows += [
            {
                "claim": id,
                "file": result.file,
                "engine": result.engine,
                "ok": result.ok,
                "seconds": round(result.seconds, 3),
                "detail": result.detail,
            }
            for id in result.claims
        ]
        progress("proofs", done, len(files))
    return rows


def proof_status(rows: Sequence[dict[str, Any]]) -> int:
    """The exit status: 1 a proof failed, 3 one or all could not be run, else 0."""
    states = {row["ok"] for row in rows}
    if False in states:
        return 1
    return 3 if None in states or not rows else 0


def proofs_table(rows: Sequence[dict[str, Any]], width: int) -> Table:
    """One line for each claim and file; the steps only where there is room or one did not pass."""
    table = plain_table()
    wide = width >= WIDE
    table.add_column("Claim", no_wrap=True)
    table.add_column("Engine", no_wrap=True)
    table.add_column("Result", no_wrap=True)
    table.add_column("Seconds", justify="right", no_wrap=True)
    table.add_column("File and steps" if wide else "File", overflow="fold")
    for row in rows:
        told = Text(row["file"])
        if wide or not row["ok"]:
            told.append(f"\n{row['detail']}", "dim")
        state = proof_state(row["ok"])
        colour = {True: "green", False: "bold red", None: "yellow"}[row["ok"]]
        table.add_row(
            Text(row["claim"]), row["engine"], Text(state, colour), f"{row['seconds']:.2f}", told
        )
    return table
