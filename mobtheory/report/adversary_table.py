"""What the adversary found, as a table for the terminal."""

from collections.abc import Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from mobtheory.report.numbers import show, show_ratio
from mobtheory.report.tables import WIDE, plain_table

_COLOURS = {"agrees": "green", "open": "yellow", "contradicts": "bold red"}


def adversary_table(witnesses: Sequence[dict[str, Any]], width: int) -> Table:
    """One line to a claim: its label, both sides, and the size of the witness.

    Parameters
    ----------
    witnesses : those of `mobtheory.experiments.AdversaryReport.to_dict`
    width : of the terminal, in columns
    """
    wide, table = width >= WIDE, plain_table()
    table.add_column("Claim", no_wrap=True)
    table.add_column("Nearest instance found", min_width=20)
    table.add_column("lhs/rhs", justify="right", no_wrap=True)
    table.add_column("Points", justify="right", no_wrap=True)
    if wide:
        table.add_column("lhs", justify="right", no_wrap=True)
        table.add_column("rhs", justify="right", no_wrap=True)
        table.add_column("Found by")
        table.add_column("Tried", justify="right", no_wrap=True)
    for witness in witnesses:
        row = [
            Text(witness["claim"]),
            _told(witness),
            show_ratio(witness["ratio"]),
            Text(_points(witness)),
        ]
        if wide:
            row += [
                show(witness["lhs"]),
                show(witness["rhs"]),
                Text(witness["found_by"] or ""),
                str(witness["tried"]),
            ]
        table.add_row(*row)
    return table


def _told(witness: dict[str, Any]) -> Text:
    told = Text(witness["label"], _COLOURS[witness["agreement"]])
    if witness["slack"] is not None:
        told.append(f"\n{witness['slack']['label']}", "dim")
    return told


def _points(witness: dict[str, Any]) -> str:
    """How many, and of a counterexample how many the registered one has."""
    if witness["visual"] is None:
        return "–"
    count = len(witness["visual"]) + len(witness["prompt"])
    registered = witness["registered"]
    return str(count) if registered is None else f"{count} ({registered['points']})"
