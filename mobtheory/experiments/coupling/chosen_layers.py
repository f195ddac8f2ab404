"""Layers as they are written on a command line."""

import re

from mobtheory.errors import InvalidProblem


def chosen_layers(text: str) -> list[int] | None:
    """Read a list of layers: ``all`` (None), numbers and ranges with commas between them.

    Raises
    ------
    InvalidProblem
        For anything else, or a range that runs backwards.

    Examples
    --------
    >>> chosen_layers("all"), chosen_layers("0, 2-4")
    (None, [0, 2, 3, 4])
    """
    if text.strip() == "all":
        return None
    layers: list[int] = []
    for part in text.split(","):
        found = re.fullmatch(r"(\d{1,4})(?:-(\d{1,4}))?", part.strip(), re.ASCII)
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
        if first > last:
            raise InvalidProblem(
                "model coupling",
                f"layers {text!r}",
                "layers are numbers and ranges with commas between them",
                "Write all, 2, 0,2,4 or 0-31.",
            )
        layers += range(first, last + 1)
    return layers
