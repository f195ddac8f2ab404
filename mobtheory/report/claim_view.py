"""One claim in the terminal, with everything that is registered about it."""

from collections.abc import Iterator
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from mobtheory.report.tables import verdict_of
from mobtheory.report.wording import evidence_line, instead


def claim_view(claim: dict[str, Any]) -> Group:
    """Title, source, statement, verdict and reason, hypotheses, evidence and proofs.

    Parameters
    ----------
    claim : as ``Claim.to_dict`` gives it
    """
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True, style="dim")
    grid.add_column()
    grid.add_row("verdict", verdict_of(claim))
    for name, told in _entries(claim):
        grid.add_row(name, Text(told))
    return Group(Text(f"{claim['id']}: {claim['title']}", "bold"), "", grid)


def _entries(claim: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "source", claim["source"]
    yield "statement", claim["statement"]
    for name, key in (("formula", "formula"), ("LaTeX", "latex"), ("reason", "reason")):
        if claim[key]:
            yield name, claim[key]
    if claim["hypotheses"]:
        yield "hypotheses", _listed(claim["hypotheses"])
    if claim["uses"]:
        yield "uses", ", ".join(claim["uses"])
    yield from instead(claim)
    if claim["counterexample"]:
        yield "counterexample", claim["counterexample"]
    if claim["evidence"]:
        yield "evidence", _listed([evidence_line(e) for e in claim["evidence"]])
    if claim["proof"]:
        yield "proof files", _listed([f"proofs/{name}" for name in claim["proof"]])


def _listed(items: list[str]) -> str:
    return "\n".join(f"- {item}" for item in items)
