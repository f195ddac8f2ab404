"""Figure: the published right sides on real tokens against the bound for keeping nothing."""

from collections.abc import Iterator
from typing import Any

from mobtheory.report.figures.axis import Axis
from mobtheory.report.figures.drawing import box, figure, label, mark, segment
from mobtheory.report.markup import Markup
from mobtheory.report.numbers import show, show_share

_LEFT, _RIGHT, _ROW, _SPACE = 250.0, 780.0, 22.0, 74.0


def token_figure(tokens: dict[str, Any]) -> Markup | None:
    """Medians and 5 % to 95 % ranges per space, bound and rate; None where no model took part."""
    if not tokens["run"]:
        return None
    parts: list[Markup] = []
    y = 0.0
    for name, space in tokens["spaces"].items():
        drawn, height = _panel(name, space, y)
        parts += drawn
        y += height
    return figure(
        "real-tokens",
        _RIGHT + 90,
        y,
        "Published right sides (C = 1) against h(V → P), the bound for keeping no visual token",
        " ".join(_told(tokens)),
        *parts,
    )


def _rows(space: dict[str, Any]) -> Iterator[tuple[str, float, dict[str, Any]]]:
    """One row per bound and rate: name, share removed, what was found."""
    for name in dict.fromkeys(name for rate in space["rates"] for name in rate["bounds"]):
        for rate in space["rates"]:
            if name in rate["bounds"]:
                yield name, rate["removed"], rate["bounds"][name]


def _panel(name: str, space: dict[str, Any], top: float) -> tuple[list[Markup], float]:
    rows = list(_rows(space))
    nothing = space["visual_to_prompt"]
    shown = [nothing, *(bound["right_side"] for _, _, bound in rows)]
    axis = Axis.around([s[end] for s in shown for end in ("low", "high")], _LEFT, _RIGHT)
    first = top + 58
    bottom = first + _ROW * len(rows)
    low, high = axis.place(nothing["low"]), axis.place(nothing["high"])
    middle = axis.place(nothing["median"])
    parts = [
        label(0, top + 16, f"{name} tokens", "strong"),
        box(low, first - 6, max(high - low, 1), bottom - first + 6, "band"),
        label(middle, top + 30, f"keeping nothing: {show(nothing['median'])}", at="middle"),
        label(_RIGHT + 84, top + 46, "no better", "small dim", at="end"),
    ]
    for tick in axis.ticks:
        x = axis.place(tick)
        parts.append(segment(x, first - 6, x, bottom, "grid"))
        parts.append(label(x, first - 10, show(tick), "small dim", at="middle"))
    parts.append(segment(middle, first - 6, middle, bottom, "bound"))
    for number, (bound, removed, found) in enumerate(rows):
        parts += _row(bound, removed, found, axis, first + _ROW * (number + 0.5))
    return parts, _SPACE + _ROW * len(rows)


def _row(
    name: str, removed: float, found: dict[str, Any], axis: Axis, y: float
) -> Iterator[Markup]:
    side = found["right_side"]
    told = f"{name}: {show(side['median'])} ({show(side['low'])} to {show(side['high'])})"
    yield label(0, y + 4, name, "mono")
    yield label(_LEFT - 14, y + 4, f"{removed:.1%} removed".replace("%", " %"), "dim", at="end")
    yield segment(axis.place(side["low"]), y, axis.place(side["high"]), y, "span")
    yield mark("diamond", axis.place(side["median"]), y, 4.5, "lane-tokens", told)
    yield label(_RIGHT + 84, y + 4, show_share(found["no_better_than_nothing"]), at="end")


def _told(tokens: dict[str, Any]) -> Iterator[str]:
    for name, space in tokens["spaces"].items():
        yield f"{name} tokens, h(V → P) {show(space['visual_to_prompt']['median'])}:"
        for bound, removed, found in _rows(space):
            yield f"{bound} with {removed:.0%} removed {show(found['right_side']['median'])};"
