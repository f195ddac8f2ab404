"""Figure: which claim rests on which, and what dominates or repairs it."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from mobtheory.report.figures.drawing import CHARACTER, box, figure, label
from mobtheory.report.figures.layers import layer_numbers, order_columns
from mobtheory.report.markup import Markup, join, tag

_HEIGHT, _ROW, _GAP, _TOP = 24, 34, 110, 44
_KINDS = {"uses": "is used by", "dominated": "is dominated by", "repaired": "is repaired by"}
_PORTS = {"uses": 0, "dominated": 6, "repaired": -6}  # apart, so that edges of two kinds both show


class _Edge(NamedTuple):
    kind: str
    source: str
    target: str


class _Place(NamedTuple):
    x: float
    y: float
    width: float


def dependency_figure(findings: Sequence[dict[str, Any]]) -> Markup:
    """Claims in columns, each to the right of those that its proof uses.

    Claims that are named but are no part of the report have a broken edge; claims without any edge
    stand below the others.
    """
    edges = list(_edges(findings))
    nodes = {finding["id"]: finding for finding in findings}
    linked = dict.fromkeys(name for edge in edges for name in (edge.source, edge.target))
    apart = [id for id in nodes if id not in linked]
    places, bottom = _layout(list(linked), edges)
    for number, id in enumerate(apart):
        row, column = divmod(number, 4)
        places[id] = _Place(column * 250.0, bottom + row * _ROW, _width(id))
    parts: list[Markup] = [_legend(), *(_drawn(edge, places) for edge in edges)]
    parts += [_node(name, place, nodes.get(name)) for name, place in places.items()]
    width = max((place.x + place.width for place in places.values()), default=0)
    height = max((place.y for place in places.values()), default=0)
    return figure(
        "dependencies",
        max(width + 40, 640),
        height + _HEIGHT + 6,
        "What rests on what",
        " ".join(f"{edge.source} {_KINDS[edge.kind]} {edge.target}." for edge in edges)
        or "No claim of this report refers to another.",
        *parts,
        role="group",
    )


def _edges(findings: Sequence[dict[str, Any]]) -> Iterator[_Edge]:
    for finding in findings:
        for used in finding["uses"]:
            yield _Edge("uses", used, finding["id"])
        for kind in ("dominated", "repaired"):
            if finding[f"{kind}_by"]:
                yield _Edge(kind, finding["id"], finding[f"{kind}_by"])


def _layout(linked: Sequence[str], edges: Sequence[_Edge]) -> tuple[dict[str, _Place], float]:
    """Places of the linked nodes, and where free room begins below them."""
    uses: dict[str, list[str]] = {name: [] for name in linked}
    for edge in edges:
        if edge.kind == "uses":
            uses[edge.target].append(edge.source)
    layers = layer_numbers(uses)
    columns = order_columns(layers, [(edge.source, edge.target) for edge in edges])
    places: dict[str, _Place] = {}
    tallest = max(map(len, columns), default=0)
    x = 0.0
    for column in columns:
        width = max(map(_width, column), default=0.0)
        spread = _ROW * tallest / max(len(column), 1)
        for number, name in enumerate(column):
            places[name] = _Place(x, _TOP + (number + 0.5) * spread - _HEIGHT / 2, width)
        x += width + _GAP
    return places, _TOP + tallest * _ROW + 14


def _width(name: str) -> float:
    return len(name) * CHARACTER + 26


def _drawn(edge: _Edge, places: dict[str, _Place]) -> Markup:
    """A curve from the source to the target, out and in at the sides that face each other."""
    a, b = places[edge.source], places[edge.target]
    y1, y2 = (place.y + _HEIGHT / 2 + _PORTS[edge.kind] for place in (a, b))
    if a.x == b.x:  # in one column: around its right side
        x1, x2 = a.x + a.width, b.x + b.width
        bend1, bend2 = x1 + 46, x2 + 46
    elif a.x < b.x:
        x1, x2 = a.x + a.width, b.x
        bend1, bend2 = x1 + _GAP / 2, x2 - _GAP / 2
    else:
        x1, x2 = a.x, b.x + b.width
        bend1, bend2 = x1 - _GAP / 2, x2 + _GAP / 2
    path = f"M{x1:.1f},{y1:.1f} C{bend1:.1f},{y1:.1f} {bend2:.1f},{y2:.1f} {x2:.1f},{y2:.1f}"
    hint = tag("title", f"{edge.source} {_KINDS[edge.kind]} {edge.target}")
    direction = -1 if a.x >= b.x else 1
    head = (
        f"{x2:.1f},{y2:.1f} {x2 - 8 * direction:.1f},{y2 - 4:.1f} "
        f"{x2 - 8 * direction:.1f},{y2 + 4:.1f}"
    )
    return tag(
        "g",
        hint,
        tag("path", d=path, class_="edge"),
        tag("polygon", points=head, class_="head"),
        class_=f"e-{edge.kind}",
    )


def _node(name: str, place: _Place, finding: dict[str, Any] | None) -> Markup:
    x, y, width = place
    if finding is None:
        hint = tag("title", f"{name}: no part of this report")
        frame = box(x, y, width, _HEIGHT, "tile broken", rounded=4)
        return tag("g", hint, frame, label(x + 13, y + 16, name, "mono dim"))
    return tag(
        "a",
        tag("title", f"{finding['title']}: {finding['verdict_text']}"),
        box(x, y, width, _HEIGHT, "tile", rounded=4),
        box(x, y, 6, _HEIGHT, "hue"),
        label(x + 13, y + 16, name, "mono"),
        href=f"#{name}",
        class_=f"v-{finding['verdict'].lower()}",
    )


def _legend() -> Markup:
    parts: list[Markup] = []
    x = 0.0
    for kind, told in _KINDS.items():
        curve = tag("path", d=f"M{x:.0f},14 H{x + 34:.0f}", class_="edge")
        tip, base = x + 40, x + 32
        head = tag("polygon", points=f"{tip:.0f},14 {base:.0f},10 {base:.0f},18", class_="head")
        parts.append(tag("g", curve, head, class_=f"e-{kind}"))
        parts.append(label(x + 48, 18, f"A {told} B"))
        x += 100 + 6 * len(told)
    return join(parts)
