"""Points on a line, with each distance as a bar below the pair that attains it."""

from collections.abc import Sequence
from typing import Any

from mobtheory.report.figures.drawing import label, mark, segment
from mobtheory.report.figures.tokens import kind_of, legend
from mobtheory.report.line_scale import LineScale
from mobtheory.report.markup import Markup, join
from mobtheory.report.numbers import show

_LEFT, _WIDTH, _LANE = 160.0, 860.0, 20.0
_READABLE = 14.0
_FEW = 16


def draw_on_line(data: dict[str, Any]) -> tuple[Markup, float, float]:
    """The points of a counterexample, V above the line and P below it.

    Returns
    -------
    tuple
        The shapes, and the width and height that they take.
    """
    visual = [point[0] for point in data["visual"]]
    prompt = [point[0] for point in data["prompt"]]
    line = LineScale.through([*visual, *prompt], start=_LEFT, end=_WIDTH - 30, readable=_READABLE)
    deepest = max(visual.count(v) for v in visual) - 1
    y = 62.0 + 13 * deepest
    parts = [legend(0, 14), segment(_LEFT - 12, y, _WIDTH - 18, y, "axis")]
    size = max(2.0, min(5.0, 0.42 * line.narrowest))  # as large as fits between neighbours
    heights: dict[float, int] = {}
    for row, value in enumerate(visual):
        shape, class_ = kind_of(row, data)
        above = y - 10 - 13 * heights.setdefault(value, 0)
        heights[value] += 1
        parts.append(mark(shape, line.place(value), above, size, class_, show(value)))
    parts += [mark("triangle", line.place(v), y + 11, size, "prompt", show(v)) for v in set(prompt)]
    kept = [value for row, value in enumerate(visual) if kind_of(row, data)[0] != "circle"]
    parts += _labels(line, kept, visual, y - 22 - 13 * deepest)
    parts += _labels(line, [min(prompt), max(prompt)], prompt, y + 30)
    y += 44
    if line.shortened:
        parts.append(label(_WIDTH, 14, "large gaps are shortened", "dim", at="end"))
    for distance in data["distances"]:
        x1, x2 = (line.place(distance[end][0]) for end in ("from", "to"))
        parts += [
            label(0, y + 4, f"{distance['name']} = {show(distance['value'])}"),
            segment(x1, y, x2, y, "span"),
            segment(x1, y - 4, x1, y + 4, "span"),
            segment(x2, y - 4, x2, y + 4, "span"),
        ]
        y += _LANE
    return join(parts), _WIDTH, y


def _labels(
    line: LineScale, first: Sequence[float], others: Sequence[float], y: float
) -> list[Markup]:
    """The numbers of the points, the most important ones first, where they do not overlap."""
    taken: list[tuple[float, float]] = []
    parts: list[Markup] = []
    few = others if len(set(others)) <= _FEW else []
    for value in dict.fromkeys([*first, min(others), max(others), *few]):
        half = 3.6 * len(show(value)) + 4
        x = line.place(value)
        if all(x + half <= low or x - half >= high for low, high in taken):
            taken.append((x - half, x + half))
            parts.append(label(x, y, show(value), "small", at="middle"))
    return parts
