"""A figure as an SVG file of its own, which brings its style along."""

import re
from importlib.resources import files
from xml.etree import ElementTree

from mobtheory.report.markup import Markup, tag

_MARGIN = 14.0


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
    root = ElementTree.fromstring(drawn)
    width, height = (float(number) for number in root.attrib["viewBox"].split()[2:])
    size = {"width": width + 2 * _MARGIN, "height": height + 2 * _MARGIN}
    ground = tag("rect", x=-_MARGIN, y=-_MARGIN, **size, style="fill: #fff")
    inside = drawn[drawn.index(">") + 1 : drawn.rindex("<")]
    whole = tag(
        "svg",
        tag("style", Markup(_style())),
        ground,
        Markup(inside),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"{-_MARGIN:g} {-_MARGIN:g} {size['width']:g} {size['height']:g}",
        **size,
        role=root.attrib["role"],
        aria_labelledby=root.attrib["aria-labelledby"],
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{whole}\n'


def _style() -> str:
    """The rules of the page about drawings, each variable replaced by its value."""
    text = (files("mobtheory.report") / "style.css").read_text("utf-8")
    screen = text.partition("@media print")[0]
    values = dict(re.findall(r"--([\w-]+): ([^;]+);", screen.partition("@media")[0]))
    values["page"] = values["panel"] = "#fff"
    rules = re.findall(r"^svg [^{]+\{[^}]+\}.*$", screen, flags=re.MULTILINE)
    written = (re.sub(r"var\(--([\w-]+)\)", lambda v: values.get(v[1], "none"), r) for r in rules)
    return "\n" + "\n".join(written) + "\n"
