"""Figure: the bracket of the optimum, and what greedy rules reach instead."""

from typing import Any

from mobtheory.report.figures.axis import Axis
from mobtheory.report.figures.drawing import box, figure, label, mark, segment
from mobtheory.report.markup import Markup
from mobtheory.report.numbers import show_fine, show_interval
from mobtheory.report.solution_words import (
    OBJECTIVES,
    bracket_words,
    excess_words,
    method_words,
    objective_of,
    tokens_words,
    unit_words,
)

_LEFT, _RIGHT, _ROW, _TOP = 150.0, 560.0, 30.0, 66.0
_VALUE, _ABOVE = 710.0, 860.0  # right ends of the two columns of numbers
_LONGEST = 60  # characters of a file name


def bracket_figure(document: dict[str, Any]) -> Markup:
    """One row for the exact search, one for each greedy rule; the axis starts at 0."""
    found = document["solution"]
    objective = found["objective"]
    greedy = [
        (method_words(rule["method"]), objective_of(rule["radii"], objective))
        for rule in document["greedy"]
    ]
    shown = [found["lower"], found["upper"], *(value for _, value in greedy)]
    axis = Axis.around([0.0, *shown], _LEFT, _RIGHT)
    if axis.logarithmic:
        axis = Axis.between([0.0, *shown], _LEFT, _RIGHT)
    bottom = _TOP + _ROW * (len(greedy) + 1)
    parts = [
        label(0, 16, f"{OBJECTIVES[objective]}: {bracket_words(found)}", "strong"),
        label(0, 36, tokens_words(document, longest=_LONGEST), "dim"),
        label(_VALUE, _TOP - 8, "radius", "small dim", at="end"),
        label(_ABOVE, _TOP - 8, "above the optimum", "small dim", at="end"),
    ]
    for tick, told in zip(axis.ticks, axis.tick_labels, strict=True):
        x = axis.place(tick)
        parts.append(segment(x, _TOP, x, bottom, "axis" if tick == 0 else "grid"))
        parts.append(label(x, bottom + 16, told, "small dim", at="middle"))
    parts.append(
        label(
            (_LEFT + _RIGHT) / 2,
            bottom + 36,
            f"radius, {unit_words(document['input'])}",
            at="middle",
        )
    )
    parts += _exact(found, axis, _TOP + _ROW / 2, bottom)
    for number, (name, value) in enumerate(greedy, start=1):
        y = _TOP + _ROW * (number + 0.5)
        end = axis.place(value)
        parts += [
            label(0, y + 4, name),
            segment(_LEFT, y, end, y, "span"),
            mark("diamond", end, y, 5, "lane-clouds", f"{name}: {show_fine(value)}"),
            label(_VALUE, y + 4, show_fine(value), at="end"),
            label(_ABOVE, y + 4, excess_words(value, found), at="end"),
        ]
    rules = ", ".join(f"{name} {show_fine(value)}" for name, value in greedy)
    return figure(
        "solution",
        _ABOVE,
        bottom + 46,
        f"{OBJECTIVES[objective]} of {tokens_words(document)}",
        f"{bracket_words(found)}. Greedy rules: {rules}.",
        *parts,
    )


def _exact(found: dict[str, Any], axis: Axis, y: float, bottom: float) -> list[Markup]:
    """The bracket, drawn down through the rows that are to be compared with it."""
    low, high = axis.place(found["lower"]), axis.place(found["upper"])
    parts = [label(0, y + 4, "exact search")]
    if found["status"] == "optimal":
        told = show_fine(found["upper"])
        parts.append(segment(high, _TOP, high, bottom, "bound"))
    else:
        told = " to ".join(show_interval(found["lower"], found["upper"]))
        parts += [
            box(low, _TOP, max(high - low, 1.5), bottom - _TOP, "band"),
            segment(low, y, high, y, "span"),
            segment(low, y - 5, low, y + 5, "span"),
            segment(low, _TOP, low, bottom, "bound"),
        ]
    parts += [
        mark("square", high, y, 5, "lane-tokens", bracket_words(found)),
        label(_VALUE, y + 4, told, at="end"),
    ]
    return parts
