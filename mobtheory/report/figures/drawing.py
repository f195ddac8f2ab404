"""The few shapes that the figures are made of."""

from collections.abc import Sequence

from mobtheory.report.markup import Markup, tag

CHARACTER = 6.65  # width of a character of the monospaced labels, in units of the drawing


def figure(
    name: str,
    width: float,
    height: float,
    title: str,
    description: str,
    *parts: str,
    role: str = "img",
) -> Markup:
    """An accessible drawing that scales with the page; colours come from the page's style.

    Parameters
    ----------
    name : unique on the page
    width, height : of the drawing, in units of about one CSS pixel
    title, description : read out in place of the drawing
    parts : its shapes
    role : "img", or "group" where parts of it are links
    """
    return tag(
        "svg",
        tag("title", title, id=f"{name}-title"),
        tag("desc", description, id=f"{name}-description"),
        *parts,
        viewBox=f"0 0 {width:g} {height:g}",
        width=width,
        role=role,
        aria_labelledby=f"{name}-title {name}-description",
    )


def label(x: float, y: float, text: str, class_: str = "", *, at: str = "start") -> Markup:
    """Text whose `at` ("start", "middle" or "end") lies at the given place on the base line."""
    anchor = None if at == "start" else at
    return tag("text", text, x=float(x), y=float(y), class_=class_ or None, text_anchor=anchor)


def segment(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    """A straight line."""
    return tag("line", x1=float(x1), y1=float(y1), x2=float(x2), y2=float(y2), class_=class_)


def box(
    x: float, y: float, width: float, height: float, class_: str, *, rounded: float = 0
) -> Markup:
    """A rectangle."""
    return tag(
        "rect",
        x=float(x),
        y=float(y),
        width=float(width),
        height=float(height),
        rx=float(rounded) if rounded else None,
        class_=class_,
    )


def mark(shape: str, x: float, y: float, size: float, class_: str, hint: str = "") -> Markup:
    """A small "circle", "square", "diamond" or "triangle" around a point."""
    inside = [tag("title", hint)] if hint else []
    if shape == "circle":
        return tag("circle", *inside, cx=float(x), cy=float(y), r=float(size), class_=class_)
    return tag("polygon", *inside, points=_corners(shape, x, y, size), class_=class_)


def _corners(shape: str, x: float, y: float, size: float) -> str:
    corners: dict[str, Sequence[tuple[float, float]]] = {
        "square": ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
        "diamond": ((0, -1.25), (1.25, 0), (0, 1.25), (-1.25, 0)),
        "triangle": ((0, -1.2), (1.1, 0.8), (-1.1, 0.8)),
    }
    return " ".join(f"{x + size * dx:.1f},{y + size * dy:.1f}" for dx, dy in corners[shape])
