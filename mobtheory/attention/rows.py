"""Softmax rows over all tokens, in one layout whatever the number of heads and prompt rows."""

from dataclasses import dataclass
from typing import Any

import array_api_compat as api
import numpy as np

from mobtheory.attention.arrays import as_real, log_of, require_together, softmax
from mobtheory.errors import InvalidProblem
from mobtheory.geometry.distances import narrow_result
from mobtheory.geometry.points import Array, describe, dtype_name, to_float64

EPSILON = 2.0**-52
_UNIT_ROUNDOFF = {"float16": 2.0**-11, "bfloat16": 2.0**-8, "float32": 2.0**-24}
_LARGEST_EXPONENT = 746.0
"""Below exp(-746) a weight is 0 in float64."""


@dataclass(frozen=True)
class AttentionRows:
    """Rows of shape (J, Q, n): J key-value heads, the Q rows that read each, n tokens.

    Query head h reads key-value head h // (H / J), as in grouped-query attention.

    Parameters
    ----------
    weights : float64, each row of sum 1
    logits : the logits that made them, if those arrived; they tell weights that underflow apart
    lead : the leading axes of the caller's array
    narrow : whether results return in float32
    spread : how much exponentials of the logits may be off, in units of the roundoff
    """

    xp: Any
    weights: Array
    logits: Array | None
    lead: tuple[int, ...]
    narrow: bool
    spread: float

    @property
    def token_count(self) -> int:
        """Number of tokens."""
        return self.weights.shape[-1]

    def restore(self, array: Array, *trailing: int) -> Array:
        """Give an array (J, Q, ...) the caller's leading axes."""
        return self.xp.reshape(array, (*self.lead, *trailing))

    def result(self, array: Array, *trailing: int, narrow: bool = True) -> Array:
        """Restore and, if all that arrived was narrow, round to float32."""
        restored = self.restore(array, *trailing)
        return self.xp.astype(restored, self.xp.float32) if narrow and self.narrow else restored


def read_rows(
    called: str, weights: Any, key_value_heads: int = 1, *, from_logits: bool = False
) -> AttentionRows:
    """Check rows of weights, or of logits, with shape (n,), (H, n) or (H, R, n)."""
    name = "logits" if from_logits else "weights"
    array = as_real(called, name, weights, (1, 2, 3), lowest=float("-inf") if from_logits else 0.0)
    xp = api.array_namespace(array)
    heads = array.shape[0] if array.ndim > 1 else 1
    if heads % key_value_heads:
        raise InvalidProblem(
            called,
            f"{describe(name, array)} for {key_value_heads} key-value heads",
            "the key-value heads must divide the heads",
            "Put the heads on the first axis: (H, n) or (H, R, n), with one or H / G of values.",
        )
    lead, count = tuple(array.shape[:-1]), array.shape[-1]
    exact = xp.reshape(to_float64(called, name, array), (key_value_heads, -1, count))
    logits = _shifted(called, name, array, exact) if from_logits else None
    weights = softmax(logits) if logits is not None else _normalised(called, name, array, exact)
    return AttentionRows(xp, weights, logits, lead, narrow_result(array), _spread(xp, logits))


def _shifted(called: str, name: str, array: Array, logits: Array) -> Array:
    xp = api.array_namespace(logits)
    highest = xp.max(logits, axis=-1, keepdims=True)
    if not bool(xp.all(xp.isfinite(highest))):
        raise InvalidProblem(
            called,
            f"{describe(name, array)} with a row of -inf",
            "a softmax row needs a finite logit",
            "Leave out rows whose tokens are all masked.",
        )
    with np.errstate(over="ignore"):
        return logits - highest


def _spread(xp: Any, logits: Array | None) -> float:
    if logits is None:
        return 0.0
    return float(xp.max(xp.where(logits > -_LARGEST_EXPONENT, -logits, xp.zeros_like(logits))))


def _normalised(called: str, name: str, array: Array, weights: Array) -> Array:
    xp = api.array_namespace(weights)
    total = xp.sum(weights, axis=-1, keepdims=True)
    # Each weight was rounded to its dtype, and sums over narrow floats were taken in float32.
    rounding = _UNIT_ROUNDOFF.get(dtype_name(array), 2.0**-53)
    allowed = 8 * rounding + 2 * array.shape[-1] * min(rounding, 2.0**-24)
    off = float(xp.max(xp.abs(total - 1)))
    if not off <= allowed:
        raise InvalidProblem(
            called,
            f"{describe(name, array)} with a row whose sum is off 1 by {off:.3g}",
            "softmax rows over all tokens, visual and prompt together, have sum 1",
            "Divide each row by its sum, or make the rows with attention_weights.",
        )
    return weights / total


def attention_weights(logits: Any, *, bias: Any = None) -> Array:
    """Turn rows of logits into softmax weights, without overflow.

    Parameters
    ----------
    logits : array of shape (n,), (H, n) or (H, R, n); -inf hides a token from a row
    bias : array of the same shape or of shape (n,), added to the logits; -inf prunes a token, and
        `merge_bias` gives those that merge

    Returns
    -------
    Array of the shape of `logits`: float32 if the logits are float32 or narrower, float64
    otherwise, computed in float64.

    Raises
    ------
    InvalidProblem
        If an entry is NaN or +inf, if a row holds only -inf, or if the shapes do not fit.

    Notes
    -----
    w_i = exp(s_i + b_i) / sum_j exp(s_j + b_j); extended theory, section 9.

    Examples
    --------
    >>> attention_weights([0.0, 0.0, 1000.0])
    array([0., 0., 1.])
    >>> attention_weights([5.0, 5.0, 5.0], bias=[0.0, float("-inf"), 0.0])
    array([0.5, 0. , 0.5])
    """
    called = "attention_weights"
    if bias is None:
        rows = read_rows(called, logits, from_logits=True)
        return rows.result(rows.weights, rows.token_count)
    lowest = float("-inf")
    logits = as_real(called, "logits", logits, (1, 2, 3), lowest=lowest)
    bias = as_real(called, "bias", bias, (1, 2, 3), lowest=lowest)
    if bias.shape not in (logits.shape, logits.shape[-1:]):
        raise InvalidProblem(
            called,
            f"{describe('logits', logits)}; {describe('bias', bias)}",
            "the bias has the shape of the logits, or one entry for each token",
            "Pass a bias for the same tokens.",
        )
    require_together(called, ("logits", logits), ("bias", bias))
    total = to_float64(called, "logits", logits) + to_float64(called, "bias", bias)
    rows = read_rows(called, total, from_logits=True)
    xp = api.array_namespace(total)
    weights = rows.restore(rows.weights, rows.token_count)
    return xp.astype(weights, xp.float32) if narrow_result(logits) else weights


def log_weights(rows: AttentionRows) -> Array:
    """Logarithms of the weights up to one constant for each row."""
    return log_of(rows.weights) if rows.logits is None else rows.logits
