"""What a search found out about a claim, in a sentence."""

from typing import Any

from mobtheory.report.numbers import as_float, show

_FEW = 8  # points that a sentence can hold
_NUMBERS = {"prompt_budget": "K_p", "fold": "k", "exponent": "d"}


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
    """Few points on a line are written out, with what a refutation needs besides."""
    fields = found["fields"] or {}
    clouds = fields.get("problem", found)
    visual, prompt = clouds["visual"], clouds["prompt"]
    if visual is None or found["points"] > _FEW or len(visual[0]) > 1:
        return f"{found['points']} points"
    told = [f"V = {_set(visual)}", f"P = {_set(prompt)}"]
    if found["registered"] is not None and "selection" in fields:
        halves = {"S_p": "prompt_centers", "S_v": "visual_centers"}
        for name, key in halves.items():
            told.append(f"{name} = {_set([visual[row] for row in fields['selection'][key]])}")
        told.append(f"K = {clouds['budget']}")
        told += [f"{name} = {show(fields[key])}" for key, name in _NUMBERS.items() if key in fields]
        if "low" in fields:
            told.append(f"radii in ({show(fields['low'])}, {show(fields['high'])}]")
    return ", ".join(told)


def _set(points: list[list[float]]) -> str:
    return "{" + ", ".join(show(x) for (x,) in points) + "}"


def _side(found: dict[str, Any], name: str) -> str:
    return show(as_float(found[name]))
