"""Figure: the front of prompt radius and visual radius as a staircase."""

from collections.abc import Iterator
from itertools import pairwise
from math import isfinite
from typing import Any

from mobtheory.report.figures.axis import Axis
from mobtheory.report.figures.drawing import box, figure, label, mark, segment
from mobtheory.report.markup import Markup, tag
from mobtheory.report.numbers import as_float, show_fine, show_interval
from mobtheory.report.solution_words import front_title, method_words, tokens_words, unit_words

_LEFT, _RIGHT, _TOP, _BOTTOM = 74.0, 600.0, 100.0, 460.0
_LONGEST = 28  # characters of a file name
_MARKS = {
    "mob": ("diamond", "lane-clouds"),
    "repaired-truncation": ("triangle", "prompt"),
    "greedy-front": ("square", "lane-grids"),
}
_ROOM = 30.0  # between labelled points, so that labels do not overlap
Place = tuple[float, float]


def front_figure(document: dict[str, Any]) -> Markup:
    """Points of the front joined by steps, brackets where unproven, greedy points beside them.

    Where greedy rules lie far from the front, the axes keep to the front, and the marks of these
    rules stand at the edge.
    """
    points, greedy = document["front"]["points"], document["greedy"]
    known = [_place(point["radii"]) for point in points]
    others = [_place(rule["radii"]) for rule in greedy]
    across, upwards = _axes(document, known, others)
    drawn = [(across.place(x), upwards.place(y)) for x, y in known]
    parts = [
        *_frame(document, across, upwards),
        *_legend(document, across, upwards),
        _stairs(drawn),
    ]
    for rule, (x, y) in zip(greedy, others, strict=True):
        if isfinite(x) and isfinite(y):
            shape, class_ = _mark_of(rule["method"])
            hint = f"{method_words(rule['method'])}, {_told(rule)}"
            parts.append(mark(shape, across.place(x), upwards.place(y), 4, class_, hint))
    for point, (x, y) in zip(points, drawn, strict=True):
        if point["lower"] < point["upper"]:
            low = upwards.place(point["lower"])
            parts += [segment(x, low, x, y, "span"), segment(x - 4, low, x + 4, low, "span")]
        proven = "lane-tokens" if point["status"] == "optimal" else "visual"
        parts.append(mark("circle", x, y, 4, proven, _told(point)))
    parts += _splits(points, drawn)
    return figure(
        "solution",
        _RIGHT + 40,
        _BOTTOM + 52,
        f"Front of {tokens_words(document)}",
        " ".join(_told(point) + "." for point in points),
        *parts,
    )


def _place(radii: dict[str, Any]) -> Place:
    x, y = as_float(radii["prompt_radius"]), as_float(radii["visual_radius"])
    assert x is not None
    assert y is not None
    return x, y


def _axes(document: dict[str, Any], known: list[Place], others: list[Place]) -> tuple[Axis, Axis]:
    """Over the front and the greedy front; over everything where the front is a single point."""
    near = [
        place
        for place, rule in zip(others, document["greedy"], strict=True)
        if rule["method"] == "greedy-front" or len(known) == 1
    ]
    shown = [place for place in (*known, *near) if all(map(isfinite, place))]
    lows = [point["lower"] for point in document["front"]["points"]]
    return (
        Axis.between([x for x, _ in shown], _LEFT, _RIGHT),
        Axis.between([*lows, *(y for _, y in shown)], _BOTTOM, _TOP),
    )


def _beyond(place: Place, across: Axis, upwards: Axis) -> bool:
    return place[0] > across.high or place[1] > upwards.high


def _mark_of(method: str) -> tuple[str, str]:
    return _MARKS.get(method, ("square", "lane-grids"))


def _told(point: dict[str, Any]) -> str:
    """A point in words, for those who cannot see it."""
    x, y = _place(point["radii"])
    halves = point["selection"]
    split = f"{len(halves['prompt_centers'])} + {len(halves['visual_centers'])} tokens"
    told = f"{split}: d_H(S_p, P) {show_fine(x)}, d_H(S_v, V) {show_fine(y)}"
    if "lower" in point and point["lower"] < point["upper"]:
        low, high = show_interval(point["lower"], point["upper"])
        told += f", at best between {low} and {high}"
    return told


def _stairs(places: list[Place]) -> Markup:
    """What the front dominates lies above and to the right of its steps."""
    x, y = places[0]
    path = [f"M{x:.1f},{_TOP:.1f} V{y:.1f}"]
    for _, (right, below) in pairwise(places):
        path.append(f"H{right:.1f} V{below:.1f}")
    path.append(f"H{_RIGHT:.1f}")
    return tag("path", d=" ".join(path), class_="stairs")


def _frame(document: dict[str, Any], across: Axis, upwards: Axis) -> Iterator[Markup]:
    unit = unit_words(document["input"])
    yield label(0, 16, front_title(document["front"]), "strong")
    yield label(0, 36, tokens_words(document, longest=_LONGEST), "dim")
    yield box(_LEFT, _TOP, _RIGHT - _LEFT, _BOTTOM - _TOP, "frame")
    for tick, told in zip(across.ticks, across.tick_labels, strict=True):
        x = across.place(tick)
        yield segment(x, _TOP, x, _BOTTOM, "grid")
        yield label(x, _BOTTOM + 16, told, "small dim", at="middle")
    for tick, told in zip(upwards.ticks, upwards.tick_labels, strict=True):
        y = upwards.place(tick)
        yield segment(_LEFT, y, _RIGHT, y, "grid")
        yield label(_LEFT - 8, y + 4, told, "small dim", at="end")
    yield label((_LEFT + _RIGHT) / 2, _BOTTOM + 40, f"d_H(S_p, P), {unit}", at="middle")
    middle = (_TOP + _BOTTOM) / 2
    turned = f"rotate(-90 14 {middle:g})"
    text = f"d_H(S_v, V), {unit}"
    yield tag("text", text, x=14.0, y=middle, text_anchor="middle", transform=turned)


def _legend(document: dict[str, Any], across: Axis, upwards: Axis) -> Iterator[Markup]:
    """What the marks that occur stand for."""
    states = {point["status"] for point in document["front"]["points"]}
    entries = [("circle", "lane-tokens", "proven")] if "optimal" in states else []
    if states - {"optimal"}:
        entries.append(("circle", "visual", "bar to the lower end"))
    greedy = document["greedy"]
    for method in dict.fromkeys(rule["method"] for rule in greedy):
        entries.append((*_mark_of(method), method_words(method)))
    x = 0.0
    for shape, class_, told in entries:
        yield mark(shape, x + 5, _TOP - 28, 4, class_)
        yield label(x + 15, _TOP - 24, told)
        x += 30 + 6.3 * len(told)
    if any(_beyond(_place(rule["radii"]), across, upwards) for rule in greedy):
        yield label(_RIGHT, _TOP - 7, "marks at the edge lie beyond it", "small dim", at="end")


def _splits(points: list[dict[str, Any]], places: list[Place]) -> Iterator[Markup]:
    """The number of prompt centres beside points that lie far enough apart."""
    last: Place | None = None
    for point, (x, y) in zip(points, places, strict=True):
        if last is None or abs(x - last[0]) + abs(y - last[1]) >= _ROOM:
            split = len(point["selection"]["prompt_centers"])
            told = f"K_p = {split}" if last is None else str(split)
            yield label(x + 6, y - 7, told, "small")
            last = x, y
