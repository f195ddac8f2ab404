"""Single numbers as they arrive from callers."""

import math
from operator import index
from typing import Any

from mobtheory.errors import InvalidProblem


def as_number(
    called: str,
    name: str,
    value: Any,
    *,
    lowest: float = 0.0,
    highest: float = math.inf,
    positive: bool = False,
) -> float:
    """Return a finite real number within its bounds as a float, or raise `InvalidProblem`."""
    try:
        number = math.nan if isinstance(value, bool | str) else float(value)
    except (TypeError, ValueError, OverflowError, RuntimeError):
        number = math.nan
    if not (math.isfinite(number) and lowest <= number <= highest and (number or not positive)):
        bounds = (
            f"of at least {lowest:g}" if highest == math.inf else f"from {lowest:g} to {highest:g}"
        )
        above = " and not 0" if positive else ""
        raise InvalidProblem(
            called,
            f"{name}={value!r:.80}",
            f"{name} must be a finite number {bounds}{above}",
            "Pass such a number.",
        )
    return number


def as_count(called: str, name: str, value: Any, lowest: int, highest: int, *, why: str) -> int:
    """Return an integer within its bounds, or raise `InvalidProblem`; `why` explains the bounds."""
    try:
        count = None if isinstance(value, bool) else index(value)
    except TypeError:
        count = None
    if count is None or not lowest <= count <= highest:
        raise InvalidProblem(
            called,
            f"{name}={value!r:.80}",
            f"{name} is an integer from {lowest} to {highest}: {why}",
            "Pass such a number.",
        )
    return count
