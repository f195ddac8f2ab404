"""Sets of tokens, and assignments of dropped tokens to kept ones, as they arrive."""

from collections.abc import Sequence
from operator import index
from typing import Any

import array_api_compat as api
import numpy as np

from mobtheory.errors import InvalidSelection
from mobtheory.geometry.points import Array, to_numpy


def as_token_set(
    called: str,
    name: str,
    values: Any,
    count: int,
    *,
    empty: bool = False,
    why: str = "a softmax over none does not exist",
) -> Any:
    """Read a mask of shape (n,) or distinct token numbers as a NumPy mask of shape (n,).

    `why` says what breaks without any token, unless none is fine: `empty`.
    """
    array = _flat(called, name, values)
    if array.dtype == bool:
        if array.shape != (count,):
            raise _misfit(called, name, values, f"a mask has one entry for each of {count} tokens")
        mask = array
    else:
        if array.size and not (array.min() >= 0 and array.max() < count):
            raise _misfit(called, name, values, f"token numbers run from 0 to {count - 1}")
        if len(np.unique(array)) < array.size:
            raise _misfit(called, name, values, "every token may appear once")
        mask = np.zeros(count, dtype=bool)
        mask[array] = True
    if not empty and not mask.any():
        raise _misfit(called, name, values, f"{name} holds at least one token: {why}")
    return mask


def as_assignment(called: str, values: Any, kept: Any, moved: Any, key_value_heads: int) -> Any:
    """Read for each moved token the kept one that it goes to: NumPy integers (n,) or (J, n).

    Kept tokens stay where they are; entries of tokens that are neither kept nor moved do not count.
    """
    name, count = "assignment", kept.size
    array = _integers(called, name, values)
    if array.shape not in ((count,), (key_value_heads, count)):
        raise _misfit(
            called,
            name,
            values,
            f"it has shape ({count},), or ({key_value_heads}, {count}) for one assignment in each "
            "key-value head",
        )
    moves = array[..., moved]
    if moves.size and not (moves.min() >= 0 and moves.max() < count):
        raise _misfit(called, name, values, f"token numbers run from 0 to {count - 1}")
    if not kept[moves].all():
        raise _misfit(called, name, values, "a token must not be assigned to a dropped token")
    if (array[..., kept] != np.flatnonzero(kept)).any():
        raise _misfit(called, name, values, "a kept token must be assigned to itself")
    return array


def _flat(called: str, name: str, values: Any) -> Any:
    array = _integers(called, name, values)
    if array.ndim != 1:
        raise _misfit(called, name, values, "it must be flat: the same for all heads and rows")
    return array


def _integers(called: str, name: str, values: Any) -> Any:
    if api.is_array_api_obj(values):
        array = to_numpy(values)
    elif isinstance(values, Sequence | range) and not isinstance(values, str | bytes):
        array = _from_list(called, name, values)
    else:
        raise _misfit(called, name, values, "it must be an array or a sequence")
    if array.size == 0 and array.dtype.kind == "f":
        array = array.astype(np.int64)
    if array.dtype.kind not in "biu":
        raise _misfit(called, name, values, "it must hold token numbers, or truth values as a mask")
    return array if array.dtype == bool else array.astype(np.int64)


def _from_list(called: str, name: str, values: Sequence[Any]) -> Any:
    entries = np.asarray(values, dtype=object).reshape(-1)
    kinds = {isinstance(entry, bool | np.bool_) for entry in entries}
    try:
        if kinds == {True, False}:
            raise TypeError
        for entry in entries:
            index(entry)
        return np.asarray(values)
    except (TypeError, ValueError, OverflowError, RuntimeError) as error:
        rule = "it must hold token numbers, or truth values as a mask, in lists of equal length"
        raise _misfit(called, name, values, rule) from error


def _misfit(called: str, name: str, values: Any, rule: str) -> InvalidSelection:
    kind = getattr(values, "dtype", type(values).__name__)
    return InvalidSelection(
        called,
        f"{name}={values!r:.120} ({kind})",
        rule,
        "Pass a mask over all tokens, visual and prompt, or their numbers."
        if name != "assignment"
        else "nearest_kept(distances, kept) makes one.",
    )


def on_device(xp: Any, array: Any, like: Array) -> Array:
    """Bring NumPy token numbers or masks to the library and device of another array."""
    return xp.asarray(np.ascontiguousarray(array), device=api.device(like))
