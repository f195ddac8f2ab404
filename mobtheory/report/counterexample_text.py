"""A counterexample in the terminal: points on a line or in the plane, and the distances."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from mobtheory.report.line_scale import LineScale
from mobtheory.report.numbers import as_float, show

_SIGNS = {"P": "▲", "dropped": "○", "S_p": "■", "S_v": "◆"}
_ROWS = 15


def counterexample_text(data: dict[str, Any], width: int) -> str:
    """The picture of a counterexample in characters.

    Parameters
    ----------
    data : as `mobtheory.experiments.counterexample_data` gives it
    width : number of columns, at least 40

    Returns
    -------
    str
        V above a line and P below it, each distance as a bar under the pair that attains it; in
        more dimensions the points in the plane, and the distances in words.
    """
    width = max(width, 40)
    left, right = as_float(data["left"]), as_float(data["right"])
    assert left is not None
    assert right is not None
    sides = f"left side {show(left)} {'>' if left > right else '≤'} right side {show(right)}"
    draw = _on_line if len(data["visual"][0]) == 1 else _in_plane
    return "\n".join([*draw(data, width), sides, _legend()])


def _legend() -> str:
    return (
        f"{_SIGNS['dropped']} V, dropped   {_SIGNS['S_p']} S_p   {_SIGNS['S_v']} S_v   "
        f"{_SIGNS['P']} P"
    )


def _sign(row: int, data: dict[str, Any]) -> str:
    if row in data["prompt_centers"]:
        return _SIGNS["S_p"]
    return _SIGNS["S_v" if row in data["visual_centers"] else "dropped"]


def _on_line(data: dict[str, Any], width: int) -> list[str]:
    visual = [point[0] for point in data["visual"]]
    prompt = [point[0] for point in data["prompt"]]
    names = [f"{d['name']} = {show(d['value'])}" for d in data["distances"]]
    margin = max(map(len, [*names, "V"])) + 2
    line = LineScale.through(
        [*visual, *prompt], start=float(margin), end=float(width - 2), readable=2.0
    )

    def column(number: float) -> int:
        return round(line.place(number))

    stacks: dict[int, list[str]] = {}
    for row, value in enumerate(visual):
        stacks.setdefault(column(value), []).append(_sign(row, data))
    # Several tokens in one column stand on one another, the kept ones lowest.
    order = [_SIGNS["S_p"], _SIGNS["S_v"], _SIGNS["dropped"]]
    piles = {at: sorted(pile, key=order.index) for at, pile in stacks.items()}
    highest = min(max(map(len, piles.values())), 3)
    rows = [
        _written({at: pile[level] for at, pile in piles.items() if level < len(pile)})
        for level in reversed(range(highest))
    ]
    rows.append("V".ljust(margin) + "─" * (width - margin))
    rows.append("P" + _written({column(v): _SIGNS["P"] for v in prompt})[1:])
    rows.append(_numbers(sorted({*visual, *prompt}), column, width))
    for name, distance in zip(names, data["distances"], strict=True):
        ends = sorted(column(distance[end][0]) for end in ("from", "to"))
        bar = "├" + "─" * (ends[1] - ends[0] - 1) + "┤" if ends[0] < ends[1] else "│"
        rows.append(name.ljust(ends[0]) + bar)
    return [*rows, *(["(large gaps are shortened)"] if line.shortened else [])]


def _written(signs: dict[int, str]) -> str:
    row = [" "] * (max(signs) + 1)
    for at, sign in signs.items():
        row[at] = sign
    return "".join(row)


def _numbers(values: Sequence[float], column: Any, width: int) -> str:
    """The numbers below their places, where they do not overlap; the ends come first."""
    row = [" "] * (width + 12)
    for value in dict.fromkeys([values[0], values[-1], *values]):
        told = show(value)
        start = max(0, column(value) - len(told) // 2)
        around = row[max(0, start - 1) : start + len(told) + 1]
        if all(c == " " for c in around):
            row[start : start + len(told)] = told
    return "".join(row).rstrip()


def _in_plane(data: dict[str, Any], width: int) -> list[str]:
    points = np.asarray([*data["visual"], *data["prompt"]], dtype=np.float64)
    centred = points - (points.max(axis=0) + points.min(axis=0)) / 2
    flat = centred if points.shape[1] == 2 else centred @ np.linalg.svd(centred)[2][:2].T
    scale = float(np.abs(flat).max()) or 1.0
    columns = min(width - 1, 2 * _ROWS)
    grid = [[" "] * (columns + 1) for _ in range(_ROWS)]
    signs = [_sign(row, data) for row in range(len(data["visual"]))]
    signs += [_SIGNS["P"]] * len(data["prompt"])
    for (x, y), sign in zip(flat.tolist(), signs, strict=True):
        row = round((1 - y / scale) * (_ROWS - 1) / 2)
        grid[row][round((1 + x / scale) * columns / 2)] = sign
    told = [f"{d['name']} = {show(d['value'])}" for d in data["distances"]]
    more = points.shape[1] > 2
    note = [f"({points.shape[1]} dimensions, projected on two)"] if more else []
    return [*("".join(line).rstrip() for line in grid), *told, *note]
