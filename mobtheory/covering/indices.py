"""Row numbers as they arrive from callers."""

from operator import index
from typing import Any

import array_api_compat

from mobtheory.covering.counts import is_boolean
from mobtheory.errors import InvalidSelection
from mobtheory.geometry.points import Array


def as_indices(
    called: str, name: str, values: Any, xp: Any, device: Any, count: int | None = None
) -> Array:
    """Return distinct row numbers, below `count`, as a new flat int64 array of a library.

    Anything else raises `InvalidSelection`.
    """
    entries = _entries(values)
    if entries is None:
        raise InvalidSelection(
            called,
            f"{name}={describe_indices(values)}",
            f"{name} must be a flat array or sequence of integers",
            "Pass row numbers; turn a mask into them with nonzero.",
        )
    require_distinct_rows(called, name, entries, count)
    return xp.asarray(entries, dtype=xp.int64, device=device)


def require_distinct_rows(
    called: str, name: str, rows: list[int], count: int | None = None
) -> None:
    """Raise `InvalidSelection` when a row is negative, repeated or not below `count`."""
    highest = 2**63 if count is None else count
    if len(set(rows)) < len(rows):
        rule, mend = "every row may appear once", "Drop the repeated ones."
    elif any(row < 0 for row in rows):
        rule, mend = "a row number must not be negative", "Count rows from 0."
    elif any(row >= highest for row in rows):
        rule, mend = f"row numbers end at {highest - 1}", "Pass row numbers of this very array."
    else:
        return
    raise InvalidSelection(called, f"{name}={describe_indices(rows)}", rule, mend)


def describe_indices(values: Any) -> str:
    """Name the type and the first entries of `values`, for a message."""
    kind = getattr(values, "dtype", type(values).__name__)
    return f"{values!r:.120} ({kind})"


def _entries(values: Array) -> list[int] | None:
    if not _may_hold_rows(values):
        return None
    try:
        # One transfer, where entries of a tensor would be fetched from its device one by one.
        entries = values.tolist() if array_api_compat.is_torch_array(values) else list(values)
        return None if any(map(is_boolean, entries)) else [index(entry) for entry in entries]
    except (TypeError, RuntimeError):
        return None


def _may_hold_rows(values: Array) -> bool:
    if not array_api_compat.is_array_api_obj(values):
        return True
    array: Array = values
    if array.ndim != 1:
        return False
    # NumPy and torch make empty lists into arrays of floats.
    xp = array_api_compat.array_namespace(array)
    return array.shape[0] == 0 or xp.isdtype(array.dtype, "integral")
