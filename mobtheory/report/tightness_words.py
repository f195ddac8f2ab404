"""What a search found out about a claim, in a sentence."""

from typing import Any

from mobtheory.report.numbers import as_float, show


def tightness_words(found: dict[str, Any]) -> str:
    """The stored witness in words.

    Parameters
    ----------
    found : as `mobtheory.experiments.witness_summary` gives it
    """
    if found["lane"] is None:
        return f"{found['label']}, {found['tried']} instances tried"
    where = (
        f"on {found['points']} points: left side {_side(found, 'lhs')}, right {_side(found, 'rhs')}"
    )
    told = f"{found['label']} {where}; the nearest of {found['tried']} instances"
    if found["registered"] is not None:
        size = "smaller than" if found["is_smaller"] else "not smaller than"
        told = f"{found['label']} {where}; the smallest found, {size} the registered one"
    return f"{told}; {found['slack']}" if found["slack"] else told


def _side(found: dict[str, Any], name: str) -> str:
    return show(as_float(found[name]))
