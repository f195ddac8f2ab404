"""Markup built from tags: whatever is not markup already is escaped."""

from collections.abc import Iterable
from html import escape

_VOID = frozenset({"meta", "link", "br", "hr"})


class Markup(str):
    """Text that is markup already."""

    __slots__ = ()


def tag(name: str, /, *children: str, **attributes: object) -> Markup:
    """Build an element of HTML or SVG.

    Parameters
    ----------
    name : of the element
    children : `Markup` is taken as it is, any other text is escaped
    attributes : underscores become hyphens, a trailing one is dropped (``class_``), None leaves
        the attribute out, True gives it without a value, and numbers keep two decimals

    Examples
    --------
    >>> tag("p", "a < b", tag("br"), class_="note", stroke_width=1.0)
    '<p class="note" stroke-width="1">a &lt; b<br></p>'
    """
    opening = name + "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _VOID:
        return Markup(f"<{opening}>")
    return Markup(f"<{opening}>{join(children)}</{name}>")


def join(parts: Iterable[str], between: str = "") -> Markup:
    """Set parts side by side, escaping those that are not markup."""
    return Markup(between.join(p if isinstance(p, Markup) else escape(p) for p in parts))


def _attribute(key: str, value: object) -> str:
    if value is None:
        return ""
    name = key.rstrip("_").replace("_", "-")
    if value is True:
        return f" {name}"
    if isinstance(value, float):
        value = f"{value:.2f}".rstrip("0").rstrip(".")
    return f' {name}="{escape(str(value))}"'
