"""How the kinds of input look in the figures."""

from mobtheory.report.figures.drawing import label, mark
from mobtheory.report.markup import Markup, join

LANES = {
    "grids": ("circle", "integer grids"),
    "clouds": ("square", "seeded clouds"),
    "tokens": ("diamond", "tokens of the model"),
}


def lane_legend(x: float, y: float) -> Markup:
    """The mark of each kind of input, side by side."""
    parts: list[Markup] = []
    for lane, (shape, told) in LANES.items():
        parts += [mark(shape, x + 6, y - 4, 5, f"lane-{lane}"), label(x + 16, y, told)]
        x += 40 + 7 * len(told)
    return join(parts)
