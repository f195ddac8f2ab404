"""Whole numbers that arrive as budgets, folds and thread counts."""

from operator import index
from typing import Any

from mobtheory.errors import InvalidProblem


def as_count(called: str, name: str, value: Any, lowest: int, highest: int | None = None) -> int:
    """Return `value` as a Python integer within its bounds, or raise `InvalidProblem`."""
    bounds = f"of at least {lowest}" if highest is None else f"from {lowest} to {highest}"
    try:
        count = None if is_boolean(value) else index(value)
    except TypeError:
        count = None
    if count is None or count < lowest or (highest is not None and count > highest):
        raise InvalidProblem(
            called,
            f"{name}={value!r} ({type(value).__name__})",
            f"{name} must be an integer {bounds}",
            f"Pass an integer {bounds}.",
        )
    return count


def is_boolean(value: Any) -> bool:
    """Whether `value` is a truth value, which Python would pass off as 0 or 1."""
    return isinstance(value, bool) or "bool" in str(getattr(value, "dtype", ""))
