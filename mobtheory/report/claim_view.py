"""One claim in the terminal, with everything that is registered about it."""

from collections.abc import Iterator
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from mobtheory.report.counterexample_text import counterexample_text
from mobtheory.report.tables import verdict_of
from mobtheory.report.tightness_words import tightness_words
from mobtheory.report.wording import evidence_line, proof_name

_NAMES = 16  # columns that the names of the entries take


def claim_view(claim: dict[str, Any], width: int) -> Group:
    """Title, source, statement, verdict and reason, what holds instead, evidence and proofs.

    Parameters
    ----------
    claim : as `mobtheory.experiments.claim_reading` gives it
    width : of the terminal, in columns
    """
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True, style="dim")
    grid.add_column()
    grid.add_row("verdict", verdict_of(claim))
    for name, told in _entries(claim, width - _NAMES):
        grid.add_row(name, Text(told, no_wrap=name == "picture"))
    return Group(Text(f"{claim['id']}: {claim['title']}", "bold"), "", grid)


def _entries(claim: dict[str, Any], room: int) -> Iterator[tuple[str, str]]:
    yield "source", claim["source"]
    yield "statement", claim["statement"]
    for name, key in (("formula", "formula"), ("LaTeX", "latex"), ("why", "reason")):
        if claim[key]:
            yield name, claim[key]
    if claim["hypotheses"]:
        yield "hypotheses", _listed(claim["hypotheses"])
    if claim["uses"]:
        yield "uses", ", ".join(claim["uses"])
    for better in claim["instead"]:
        told = f"{better['id']} ({better['verdict_text']})\n{better['statement']}"
        yield better["how"], told
    if claim["counterexample"]:
        yield "counterexample", claim["counterexample"]
    if claim["counterexample_data"]:
        yield "picture", counterexample_text(claim["counterexample_data"], room)
    if claim["tightness"]:
        yield "search", tightness_words(claim["tightness"])
    if claim["evidence"]:
        yield "evidence", _listed([evidence_line(e) for e in claim["evidence"]])
    if claim["proof"]:
        yield "proof files", _listed([proof_name(name) for name in claim["proof"]])


def _listed(items: list[str]) -> str:
    return "\n".join(f"- {item}" for item in items)
