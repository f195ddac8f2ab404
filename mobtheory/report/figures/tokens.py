"""How tokens look in the figures: dropped or kept, visual or prompt."""

from typing import Any

from mobtheory.report.figures.drawing import label, mark
from mobtheory.report.markup import Markup, join

_KINDS = (
    ("circle", "visual", "V, dropped"),
    ("square", "half-p", "S_p, kept for the prompt"),
    ("diamond", "half-v", "S_v, kept for the picture"),
    ("triangle", "prompt", "P"),
)


def legend(x: float, y: float) -> Markup:
    """What the marks stand for, side by side."""
    parts: list[Markup] = []
    for shape, class_, told in _KINDS:
        parts.append(mark(shape, x + 6, y - 4, 5, class_))
        parts.append(label(x + 16, y, told))
        x += 40 + 6 * len(told)
    return join(parts)


def kind_of(row: int, data: dict[str, Any]) -> tuple[str, str]:
    """Shape and class of a visual token: in one of the halves, or dropped."""
    if row in data["prompt_centers"]:
        return "square", "half-p"
    return ("diamond", "half-v") if row in data["visual_centers"] else ("circle", "visual")
