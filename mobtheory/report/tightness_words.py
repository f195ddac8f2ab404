"""What a search found out about a claim, in a sentence."""

from typing import Any

from mobtheory.report.numbers import as_float, show

_FEW = 8  # points that a sentence can hold


def tightness_words(found: dict[str, Any]) -> str:
    """The stored witness in words.

    Parameters
    ----------
    found : as `mobtheory.experiments.witness_summary` gives it
    """
    if found["lane"] is None:
        return f"{found['label']}, {found['tried']} instances tried"
    sides = f"left side {_side(found, 'lhs')}, right {_side(found, 'rhs')}"
    told = f"{found['label']} on {_points(found)}: {sides}"
    if found["registered"] is None:
        told += f"; the nearest of {found['tried']} instances"
    else:
        size = "smaller than" if found["is_smaller"] else "not smaller than"
        told += f"; the smallest found, {size} the registered one"
    return f"{told}; {found['slack']}" if found["slack"] else told


def _points(found: dict[str, Any]) -> str:
    """Few points on a line are written out."""
    visual, prompt = found["visual"], found["prompt"]
    if visual is None or found["points"] > _FEW or len(visual[0]) > 1:
        return f"{found['points']} points"
    sets = (", ".join(show(x) for (x,) in points) for points in (visual, prompt))
    return "V = {{{}}}, P = {{{}}}".format(*sets)


def _side(found: dict[str, Any], name: str) -> str:
    return show(as_float(found[name]))
