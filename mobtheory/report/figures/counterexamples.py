"""Figure: a counterexample on the line or in the plane, with the distances that matter."""

from typing import Any

from mobtheory.report.figures.drawing import figure, label
from mobtheory.report.figures.in_plane import draw_in_plane
from mobtheory.report.figures.on_line import draw_on_line
from mobtheory.report.markup import Markup
from mobtheory.report.numbers import as_float, show


def counterexample_figure(finding: dict[str, Any]) -> Markup | None:
    """The stored counterexample of a claim; None where it is no set of points."""
    data = finding["counterexample_data"]
    if data is None:
        return None
    dimension = len(data["visual"][0])
    drawn, width, height = draw_on_line(data) if dimension == 1 else draw_in_plane(data)
    left, right = as_float(data["left"]), as_float(data["right"])
    assert left is not None
    assert right is not None
    sides = f"left side {show(left)} {'>' if left > right else '≤'} right side {show(right)}"
    notes: list[Markup] = []
    if dimension > 2:
        told = f"{dimension} dimensions, projected on the two principal ones"
        notes.append(label(width, height + 16, told, "dim", at="end"))
    return figure(
        f"counterexample-{finding['id']}",
        width,
        height + 24,
        f"Counterexample to {finding['id']}: {sides}",
        str(finding["counterexample"]),
        drawn,
        label(0, height + 16, sides, "strong"),
        *notes,
    )
