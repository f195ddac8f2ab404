"""Figure: every claim as a tile beside its verdict."""

from collections.abc import Iterator, Sequence
from typing import Any

from mobtheory.report.figures.drawing import box, figure, label
from mobtheory.report.markup import Markup, tag
from mobtheory.report.verdicts import count_verdicts

_LEFT, _TILE, _HEIGHT, _GAP, _IN_ROW = 130, 214, 26, 7, 4


def verdict_figure(findings: Sequence[dict[str, Any]]) -> Markup:
    """Claims grouped by verdict; a tile without an engine's proof has a broken edge."""
    parts: list[Markup] = []
    y = 4.0
    counts = count_verdicts(findings)
    for verdict, count in counts.items():
        members = [finding for finding in findings if finding["verdict"] == verdict.name]
        parts.append(label(0, y + 18, f"{count} {verdict.name.lower()}", "strong"))
        parts += _tiles(members, y)
        rows = -(-count // _IN_ROW)
        y += rows * (_HEIGHT + _GAP) + 12
    told = ", ".join(f"{count} {verdict.name.lower()}" for verdict, count in counts.items())
    return figure(
        "verdicts",
        _LEFT + _IN_ROW * (_TILE + _GAP),
        y,
        "The verdict on every claim",
        f"{told}. Claims that do not agree with the registry carry an exclamation mark.",
        *parts,
        role="group",
    )


def _tiles(members: Sequence[dict[str, Any]], top: float) -> Iterator[Markup]:
    for number, finding in enumerate(members):
        row, column = divmod(number, _IN_ROW)
        x, y = _LEFT + column * (_TILE + _GAP), top + row * (_HEIGHT + _GAP)
        prose = " broken" if finding["verdict_text"].endswith("(prose)") else ""
        apart = "" if finding["outcome"] in {"agrees", "open"} else "! "
        yield tag(
            "a",
            tag("title", f"{finding['title']}: {finding['verdict_text']}"),
            box(x, y, _TILE, _HEIGHT, f"tile{prose}", rounded=4),
            box(x, y, 6, _HEIGHT, "hue"),
            label(x + 13, y + 17, apart + finding["id"], "mono"),
            href=f"#{finding['id']}",
            class_=f"v-{finding['verdict'].lower()}",
        )
