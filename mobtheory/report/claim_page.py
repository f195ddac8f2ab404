"""Claims as one HTML page to read: no script, nothing from the network."""

from collections.abc import Container, Iterator, Sequence
from importlib.resources import files
from os import PathLike
from pathlib import Path
from typing import Any

from mobtheory.report.figures import counterexample_figure
from mobtheory.report.html_tables import badge, link
from mobtheory.report.markup import Markup, join, tag
from mobtheory.report.replacing import replace_files
from mobtheory.report.tightness_words import tightness_words
from mobtheory.report.wording import evidence_line, proof_name

_FILE = "claims.html"


def write_claims(claims: Sequence[dict[str, Any]], folder: str | PathLike[str]) -> Path:
    """Write ``claims.html`` to a folder, replacing the page that is there.

    Parameters
    ----------
    claims : as `mobtheory.experiments.claim_reading` gives them
    folder : is made if need be

    Returns
    -------
    Path
        Of the page.

    Raises
    ------
    ReportNotWritten
        If the folder cannot be written.
    """
    return replace_files("write_claims", folder, {_FILE: claims_page(claims)}) / _FILE


def claims_page(claims: Sequence[dict[str, Any]]) -> str:
    """The text of the page; everything in `claims` is escaped."""
    style = (files("mobtheory.report") / "style.css").read_text("utf-8")
    title = claims[0]["id"] if len(claims) == 1 else f"{len(claims)} claims"
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", f"mobtheory: {title}"),
        tag("style", Markup(style)),
    )
    known = {claim["id"] for claim in claims}
    body = tag("body", tag("main", *(_article(claim, known) for claim in claims)))
    return "<!DOCTYPE html>\n" + tag("html", head, body, lang="en") + "\n"


def _article(claim: dict[str, Any], known: Container[str]) -> Markup:
    return tag(
        "article",
        tag("h2", tag("code", claim["id"]), f" {claim['title']} ", badge(claim)),
        tag("p", claim["source"], class_="dim"),
        tag("p", claim["statement"]),
        *(tag("pre", claim[key]) for key in ("formula", "latex") if claim[key]),
        tag("p", claim["reason"]),
        *_counterexample(claim),
        tag("dl", *(part for pair in _entries(claim, known) for part in pair)),
        id=claim["id"],
        class_=f"v-{claim['verdict'].lower()}",
    )


def _counterexample(claim: dict[str, Any]) -> list[Markup]:
    if claim["counterexample"] is None:
        return []
    drawn = counterexample_figure(claim)
    if drawn is None:
        return [tag("p", claim["counterexample"])]
    return [tag("figure", drawn, tag("figcaption", claim["counterexample"]))]


def _entries(claim: dict[str, Any], known: Container[str]) -> Iterator[tuple[Markup, Markup]]:
    if claim["hypotheses"]:
        yield _entry("hypotheses", tag("ul", *(tag("li", h) for h in claim["hypotheses"])))
    if claim["uses"]:
        yield _entry("uses", join([link(id, known) for id in claim["uses"]], ", "))
    for better in claim["instead"]:
        told = join([link(better["id"], known), f" ({better['verdict_text']}): "])
        yield _entry(better["how"], join([told, better["statement"]]))
    if claim["tightness"]:
        yield _entry("search", tightness_words(claim["tightness"]))
    if claim["evidence"]:
        lines = [tag("li", evidence_line(e)) for e in claim["evidence"]]
        yield _entry("evidence", tag("ul", *lines))
    if claim["proof"]:
        names = [tag("li", tag("code", proof_name(name))) for name in claim["proof"]]
        yield _entry("proof files", tag("ul", *names))


def _entry(name: str, content: str) -> tuple[Markup, Markup]:
    return tag("dt", name), tag("dd", content)
