"""The HTML page of a report: one file, no script, nothing from the network."""

from importlib.resources import files
from typing import Any

from mobtheory.report.claim_article import claim_article
from mobtheory.report.figures import (
    counterexample_figure,
    dependency_figure,
    margin_figure,
    token_figure,
    verdict_figure,
)
from mobtheory.report.html_tables import claims_table, tokens_table
from mobtheory.report.markup import Markup, tag
from mobtheory.report.summary import disagreements, sentences

_SECTIONS = {
    "verdicts": "The verdicts",
    "claims": "What was found",
    "dependencies": "What rests on what",
    "counterexamples": "The counterexamples",
    "margins": "How tight, how false",
    "tokens": "On real tokens",
    "details": "Claim by claim",
}


def page(document: dict[str, Any]) -> str:
    """The whole page.

    Parameters
    ----------
    document : a report as plain data, which follows the schema

    Returns
    -------
    str
        HTML; everything in `document` is escaped.
    """
    findings = document["claims"]
    style = (files("mobtheory.report") / "style.css").read_text("utf-8")
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", "mobtheory audit"),
        tag("style", Markup(style)),
    )
    body = tag(
        "body",
        _opening(document),
        tag(
            "main",
            _section("verdicts", _figure(verdict_figure(findings), _VERDICTS)),
            _section("claims", tag("div", claims_table(findings), class_="wide")),
            _section("dependencies", _figure(dependency_figure(findings), _DEPENDENCIES)),
            _section("counterexamples", *_counterexamples(findings)),
            _section("margins", _figure(margin_figure(findings), _MARGINS)),
            _section("tokens", *_tokens(document["tokens"])),
            _section("details", *_details(findings)),
        ),
        _closing(document),
    )
    return "<!DOCTYPE html>\n" + tag("html", head, body, lang="en") + "\n"


_VERDICTS = (
    "Each tile leads to its claim. A broken edge: no engine has checked the proof yet. An "
    "exclamation mark: what was found does not agree with the registry."
)
_DEPENDENCIES = (
    "A claim stands to the right of those that its proof uses. A broken edge marks a claim that is "
    "named and is no part of this report."
)
_MARGINS = (
    "The largest left side divided by right side over the inputs that met the hypotheses. At 1 the "
    "bound was reached; right of it the statement failed. Marks at the ends may lie beyond."
)
_TOKENS = (
    "Diamonds are medians and bars 5 % to 95 % ranges of the published right sides; the line and "
    "the band are h(V → P), the bound for keeping no visual token. On the right, the share of "
    "inputs on which the published bound is no better than that."
)


def _opening(document: dict[str, Any]) -> Markup:
    ok, apart = document["ok"], disagreements(document["claims"])
    told = "agrees with the registry" if ok else "does not agree with the registry"
    links = [tag("a", title, href=f"#{name}") for name, title in _SECTIONS.items()]
    return tag(
        "header",
        tag("h1", "Which claims about visual token pruning hold?"),
        tag("p", "Claims of arXiv 2505.10118, their repairs and extensions.", class_="dim"),
        tag("p", tag("span", told, class_=f"status {'ok' if ok else 'apart'}")),
        tag("ul", *(tag("li", s) for s in sentences(document)), class_="found"),
        *([tag("ul", *(tag("li", line) for line in apart))] if apart else []),
        tag("nav", *links, aria_label="Sections"),
    )


def _section(name: str, *parts: str) -> Markup:
    return tag("section", tag("h2", _SECTIONS[name]), *parts, id=name)


def _figure(drawn: Markup, caption: str) -> Markup:
    return tag("figure", drawn, tag("figcaption", caption))


def _counterexamples(findings: list[dict[str, Any]]) -> list[Markup]:
    parts: list[Markup] = []
    for finding in findings:
        if finding["counterexample"] is None:
            continue
        heading = tag(
            "h3", tag("a", finding["id"], href=f"#{finding['id']}"), f": {finding['title']}"
        )
        drawn = counterexample_figure(finding)
        told = finding["counterexample"]
        parts.append(heading)
        parts.append(tag("p", told) if drawn is None else _figure(drawn, told))
    return parts or [tag("p", "No claim of this report is refuted.")]


def _details(findings: list[dict[str, Any]]) -> list[Markup]:
    known = {finding["id"] for finding in findings}
    return [claim_article(finding, known) for finding in findings]


def _tokens(tokens: dict[str, Any]) -> list[Markup]:
    drawn = token_figure(tokens)
    if drawn is None:
        return [tag("p", f"Not run: {tokens['why']}")]
    told = (
        f"{tokens['samples']} inputs of the model {tokens['model']!r}, "
        f"{tokens['visual_tokens']} visual tokens each, as they enter layer {tokens['layer']}. "
        f"{tokens['settings']}"
    )
    table = tag("div", tokens_table(tokens), class_="wide")
    return [tag("p", told), _figure(drawn, _TOKENS), table]


def _closing(document: dict[str, Any]) -> Markup:
    versions = ", ".join(f"{name} {v}" for name, v in document["versions"].items() if v)
    return tag(
        "footer",
        tag("p", f"Profile {document['profile']}, seed {document['seed']}. {versions}."),
        tag("p", "All numbers are in ", tag("a", "audit.json", href="audit.json"), "."),
    )
