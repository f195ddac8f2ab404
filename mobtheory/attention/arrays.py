"""Arrays of weights, logits, values and distances as they arrive from callers."""

import math
from collections.abc import Sequence
from typing import Any

import array_api_compat as api
import numpy as np

from mobtheory.errors import InvalidProblem
from mobtheory.geometry.points import Array, describe, dtype_name, to_float64

_REAL = ("float", "bfloat", "int", "uint")


def as_real(
    called: str, name: str, values: Any, dims: tuple[int, ...], *, lowest: float | None = None
) -> Array:
    """Check an array of real numbers and return it in its own library and dtype.

    `dims` are the numbers of axes that are allowed. All entries must be finite, and at least
    `lowest` if that is given; lowest = -inf allows that value too, as masked logits hold it.
    """
    array = _as_array(called, name, values)
    received = describe(name, array)
    if not dtype_name(array).startswith(_REAL) or str(api.device(array)) == "meta":
        raise InvalidProblem(
            called,
            received,
            f"{name} must hold real numbers",
            "Convert it to float64, if its values allow that.",
        )
    if array.ndim not in dims or 0 in array.shape:
        axes = " or ".join(map(str, dims))
        raise InvalidProblem(
            called,
            received,
            f"{name} has {axes} axes, none of them empty",
            f"Give it the axes that the documentation of {called} names.",
        )
    xp = api.array_namespace(array)
    exact = to_float64(called, name, array)
    allowed = xp.isfinite(exact)
    if lowest is not None:
        allowed = (allowed & (exact >= lowest)) | (exact == lowest)
    if not bool(xp.all(allowed)):
        if lowest is None:
            refused = "NaN or infinite"
        elif lowest == -math.inf:
            refused = "NaN or infinite, but for -inf"
        else:
            refused = f"NaN, infinite or below {lowest:g}"
        raise InvalidProblem(
            called,
            received,
            f"no entry of {name} may be {refused}",
            "Look for the step that produced it.",
        )
    return array


def require_together(called: str, *named: tuple[str, Array]) -> None:
    """Refuse arrays of different libraries or devices."""
    received = "; ".join(describe(name, array) for name, array in named)
    _, first = named[0]
    for name, array in named[1:]:
        if api.array_namespace(array) is not api.array_namespace(first):
            rule, mend = "all arrays must come from one array library", f"Convert {name}."
        elif api.device(array) != api.device(first):
            rule, mend = "all arrays must lie on one device", f"Move {name}."
        else:
            continue
        raise InvalidProblem(called, received, rule, mend)


def softmax(logits: Array) -> Array:
    """Softmax along the last axis of float64 logits, each row with a finite one."""
    xp = api.array_namespace(logits)
    powers = xp.exp(logits - xp.max(logits, axis=-1, keepdims=True))
    return powers / xp.sum(powers, axis=-1, keepdims=True)


def log_of(array: Array) -> Array:
    """Logarithm of nonnegative numbers, -inf at 0, without a warning."""
    with np.errstate(divide="ignore"):
        return api.array_namespace(array).log(array)


def lengths(vectors: Array) -> Array:
    """Euclidean lengths along the last axis, in units of the largest coordinate.

    Errors may be as small as the weights of dropped tokens, whose squares underflow.
    """
    xp = api.array_namespace(vectors)
    unit = xp.max(xp.abs(vectors), axis=-1, keepdims=True)
    unit = xp.where(unit > 0, unit, xp.ones_like(unit))
    scaled = vectors / unit
    return unit[..., 0] * xp.sqrt(xp.sum(scaled * scaled, axis=-1))


def _as_array(called: str, name: str, values: Any) -> Array:
    if api.is_torch_array(values):
        return values.detach()
    if api.is_array_api_obj(values):
        return values
    received = f"{name} of type {type(values).__name__}"
    if not isinstance(values, Sequence) or isinstance(values, str | bytes):
        raise InvalidProblem(
            called,
            received,
            f"{name} must be an array or nested lists of numbers",
            "Pass a NumPy array, a torch tensor or lists.",
        )
    try:
        return np.asarray(values)
    except (ValueError, TypeError, OverflowError, RuntimeError) as error:
        raise InvalidProblem(
            called, f"{received} ({error})", "lists must be equally long", "Pad or cut them."
        ) from error
