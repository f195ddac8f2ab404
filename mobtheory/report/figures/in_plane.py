"""Points in the plane, with each distance as a numbered segment."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from mobtheory.report.figures.drawing import label, mark, segment
from mobtheory.report.figures.tokens import kind_of, legend
from mobtheory.report.markup import Markup, join
from mobtheory.report.numbers import show

_SIDE, _TOP = 380.0, 34.0


def draw_in_plane(data: dict[str, Any]) -> tuple[Markup, float, float]:
    """The points of a counterexample; more than two dimensions are projected on the principal two.

    Returns
    -------
    tuple
        The shapes, and the width and height that they take.
    """
    flat = _Projection([*data["visual"], *data["prompt"]])
    parts = [legend(0, 14)]
    for number, distance in enumerate(data["distances"], start=1):
        (x1, y1), (x2, y2) = flat.place(distance["from"]), flat.place(distance["to"])
        told = f"{number}  {distance['name']} = {show(distance['value'])}"
        parts += [
            segment(x1, y1, x2, y2, "span"),
            label((x1 + x2) / 2 + 4, (y1 + y2) / 2 - 4, str(number), "small strong"),
            label(_SIDE + 30, _TOP + 20 * number, told),
        ]
    for row, point in enumerate(data["visual"]):
        shape, class_ = kind_of(row, data)
        parts.append(mark(shape, *flat.place(point), 5, class_, _coordinates(point)))
    for point in data["prompt"]:
        parts.append(mark("triangle", *flat.place(point), 5, "prompt", _coordinates(point)))
    return join(parts), _SIDE + 230, _TOP + _SIDE


def _coordinates(point: Sequence[float]) -> str:
    return f"({', '.join(show(x) for x in point)})"


class _Projection:
    """Places points of any dimension in a square, with one scale for both directions."""

    def __init__(self, points: Sequence[Sequence[float]]) -> None:
        cloud = np.asarray(points, dtype=np.float64)
        self._middle = (cloud.max(axis=0) + cloud.min(axis=0)) / 2
        self._axes = np.eye(cloud.shape[1])[:2]
        if cloud.shape[1] > 2:
            self._axes = np.linalg.svd(cloud - self._middle)[2][:2]
        flat = (cloud - self._middle) @ self._axes.T
        self._scale = (_SIDE / 2 - 14) / (float(np.abs(flat).max()) or 1.0)

    def place(self, point: Sequence[float]) -> tuple[float, float]:
        x, y = (self._axes @ (np.asarray(point) - self._middle)).tolist()
        return _SIDE / 2 + self._scale * x, _TOP + _SIDE / 2 - self._scale * y
