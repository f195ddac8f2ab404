"""The tables of the page."""

from collections.abc import Container, Iterable, Sequence
from typing import Any

from mobtheory.report.markup import Markup, join, tag
from mobtheory.report.numbers import show, show_count, show_ratio, show_share
from mobtheory.report.wording import evidence_kinds, instead, shown_range


def table(
    heads: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: Sequence[int] = ()
) -> Markup:
    """A table whose columns `numbers` are set to the right."""

    def cells(kind: str, row: Sequence[str]) -> list[Markup]:
        return [
            tag(kind, cell, class_="number" if column in numbers else None)
            for column, cell in enumerate(row)
        ]

    return tag(
        "table",
        tag("thead", tag("tr", *cells("th", heads))),
        tag("tbody", *(tag("tr", *cells("td", row)) for row in rows)),
    )


def badge(finding: dict[str, Any]) -> Markup:
    """The verdict in its colour."""
    return tag("span", finding["verdict_text"], class_=f"badge v-{finding['verdict'].lower()}")


def link(id: str, known: Container[str]) -> Markup:
    """A claim's id, leading to its article where the page has one."""
    name = tag("code", id)
    return tag("a", name, href=f"#{id}") if id in known else name


def claims_table(findings: Sequence[dict[str, Any]]) -> Markup:
    """One row to a claim."""
    known = {finding["id"] for finding in findings}
    heads = (
        "Claim",
        "Verdict",
        "Inputs",
        "Worst margin",
        "Tightest ratio",
        "Evidence",
        "Instead",
        "Found",
    )
    rows = [
        (
            link(finding["id"], known),
            badge(finding),
            show_count(finding["total"]["met"]),
            show(finding["total"]["worst_margin"]),
            show_ratio(finding["total"]["tightest_ratio"]),
            evidence_kinds(finding),
            join([join([how, " ", link(id, known)]) for how, id in instead(finding)], ", "),
            finding["outcome"],
        )
        for finding in findings
    ]
    return table(heads, rows, numbers=(2, 3, 4))


def tokens_table(tokens: dict[str, Any]) -> Markup:
    """Distances between the modalities, and every published right side."""
    rows: list[Sequence[str]] = []
    for name, space in tokens["spaces"].items():
        for quantity, key in (
            ("d_H(V, P)", "coupling"),
            ("h(V → P)", "visual_to_prompt"),
            ("h(P → V)", "prompt_to_visual"),
        ):
            rows.append((name, quantity, "", shown_range(space[key]), "", ""))
        for rate in space["rates"]:
            removed = show_share(rate["removed"])
            truth = shown_range(rate["pruning_distance"])
            rows.append((name, "d_H(X, X_s)", removed, truth, "", ""))
            for bound, found in rate["bounds"].items():
                low, high = found["no_better_than_nothing_interval"]
                rows.append(
                    (
                        name,
                        bound,
                        removed,
                        shown_range(found["right_side"]),
                        show_share(found["no_better_than_nothing"]),
                        f"{show_share(low)} to {show_share(high)}",
                    )
                )
    heads = (
        "Tokens",
        "Quantity",
        "Removed",
        "Median (5 % to 95 %)",
        "No better than nothing",
        "95 % interval",
    )
    return table(heads, rows, numbers=(2, 4, 5))
