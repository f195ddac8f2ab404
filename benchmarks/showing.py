"""Brackets in words."""

from typing import Any


def bracket(result: Any, digits: int = 4) -> str:
    """An exact result: its optimum, or the interval that holds it with its relative gap."""
    if result.status == "optimal":
        return f"optimal, {result.upper:.{digits}g}"
    gap = 100 * result.gap
    return f"in [{result.lower:.{digits}f}, {result.upper:.{digits}f}], gap {gap:.2g} %"
