"""One claim on the page, with everything that is known about it."""

from collections.abc import Container, Iterator
from typing import Any

from mobtheory.report.html_tables import badge, link, table
from mobtheory.report.markup import Markup, join, tag
from mobtheory.report.numbers import show, show_count, show_ratio
from mobtheory.report.wording import evidence_line, instead, proof_state


def claim_article(finding: dict[str, Any], known: Container[str]) -> Markup:
    """Statement, verdict, reason, hypotheses, inputs, evidence and proofs.

    Parameters
    ----------
    finding : one claim of a report
    known : ids of the claims that the page shows
    """
    return tag(
        "article",
        tag("h3", tag("code", finding["id"]), f" {finding['title']} ", badge(finding)),
        tag("p", finding["source"], class_="dim"),
        tag("p", finding["statement"]),
        *(tag("pre", finding[key]) for key in ("formula", "latex") if finding[key]),
        tag("p", finding["reason"]),
        tag("dl", *(part for pair in _entries(finding, known) for part in pair)),
        _inputs(finding["inputs"]),
        id=finding["id"],
        class_=f"v-{finding['verdict'].lower()}",
    )


def _entries(finding: dict[str, Any], known: Container[str]) -> Iterator[tuple[Markup, Markup]]:
    yield _entry("found", f"{finding['outcome']}: {finding['outcome_reason']}")
    yield _entry("inputs are read as", finding["read_as"])
    if finding["hypotheses"]:
        yield _entry("hypotheses", tag("ul", *(tag("li", h) for h in finding["hypotheses"])))
    if finding["uses"]:
        yield _entry("uses", join([link(id, known) for id in finding["uses"]], ", "))
    for how, id in instead(finding):
        yield _entry(how, link(id, known))
    if finding["counterexample"]:
        yield _entry("counterexample", finding["counterexample"])
    evidence = [tag("li", evidence_line(e)) for e in finding["evidence"]]
    if evidence:
        yield _entry("evidence", tag("ul", *evidence))
    proofs = [
        tag("li", tag("code", p["file"]), f" {proof_state(p['ok'])} ({p['engine']}): {p['detail']}")
        for p in finding["proofs"]
    ]
    if proofs:
        yield _entry("proofs", tag("ul", *proofs))


def _entry(name: str, content: str) -> tuple[Markup, Markup]:
    return tag("dt", name), tag("dd", content)


def _inputs(lanes: dict[str, Any]) -> Markup:
    heads = ("Inputs", "Drawn", "Met", "Held", "Open", "Violated", "Worst margin", "Tightest ratio")
    rows = [
        (
            lane,
            *(show_count(tally[key]) for key in ("drawn", "met", "held", "open", "violated")),
            show(tally["worst_margin"]),
            show_ratio(tally["tightest_ratio"]),
        )
        for lane, tally in lanes.items()
    ]
    return tag("div", table(heads, rows, numbers=range(1, 8)), class_="wide")
