"""A figure as an SVG file of its own, which brings its style along."""

import re
from importlib.resources import files

from mobtheory.report.markup import Markup, tag


def standalone(drawn: Markup) -> str:
    """The text of an SVG file.

    Parameters
    ----------
    drawn : what `figure` made for a page

    Returns
    -------
    str
        The drawing on white, with the colours of the page in light mode. They are written out:
        many programs that place SVG in print know no CSS variables.
    """
    opening, rest = drawn.split(">", 1)
    ground = tag("rect", width="100%", height="100%", style="fill: #fff")
    head = f'{opening} xmlns="http://www.w3.org/2000/svg">{tag("style", Markup(_style()))}{ground}'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}{rest}\n'


def _style() -> str:
    """The rules of the page about drawings, each variable replaced by its value."""
    text = (files("mobtheory.report") / "style.css").read_text("utf-8")
    screen = text.partition("@media print")[0]
    values = dict(re.findall(r"--([\w-]+): ([^;]+);", screen.partition("@media")[0]))
    values["page"] = values["panel"] = "#fff"
    rules = re.findall(r"^svg [^{]+\{[^}]+\}.*$", screen, flags=re.MULTILINE)
    written = (re.sub(r"var\(--([\w-]+)\)", lambda v: values.get(v[1], "none"), r) for r in rules)
    return "\n" + "\n".join(written) + "\n"
