"""Logits from queries and keys."""

import math
from typing import Any

import array_api_compat as api

from mobtheory.attention.arrays import as_real, require_together
from mobtheory.errors import InvalidProblem
from mobtheory.geometry.points import Array, describe, to_float64


def attention_logits(queries: Any, keys: Any) -> Array:
    """Compute scaled dot-product logits, for `certify` with `from_logits`.

    Parameters
    ----------
    queries : array of shape (d_h,), (H, d_h) or (H, R, d_h), after any position coding
    keys : array of shape (n, d_h) or (H_kv, n, d_h), after any position coding; head h reads those
        of key-value head h // (H / H_kv)

    Returns
    -------
    float64 array of shape (n,), (H, n) or (H, R, n).

    Raises
    ------
    InvalidProblem
        If an array is invalid, or if widths, heads, libraries or devices do not fit.

    Notes
    -----
    s_i = <q, k_i> / sqrt(d_h); extended theory, section 9. A mask is added afterwards, -inf where
    a token is hidden.

    Examples
    --------
    >>> attention_logits([2.0, 0.0, 0.0, 0.0], [[1.0, 5.0, 0.0, 0.0], [3.0, 0.0, 0.0, 0.0]])
    array([1., 3.])
    """
    called = "attention_logits"
    queries = as_real(called, "queries", queries, (1, 2, 3))
    keys = as_real(called, "keys", keys, (2, 3))
    require_together(called, ("queries", queries), ("keys", keys))
    received = f"{describe('queries', queries)}; {describe('keys', keys)}"
    width, lead = queries.shape[-1], tuple(queries.shape[:-1])
    if keys.shape[-1] != width:
        rule = "queries and keys have the same width, on the last axis"
        raise InvalidProblem(called, received, rule, "Cut both into heads of width d_h.")
    shared, heads = (keys.shape[0] if keys.ndim == 3 else 1), (lead[0] if lead else 1)
    if heads % shared:
        rule = "the key-value heads must divide the heads"
        raise InvalidProblem(called, received, rule, "Put the heads on the first axis.")
    xp = api.array_namespace(queries)
    asking = xp.reshape(to_float64(called, "queries", queries), (shared, -1, width))
    seen = xp.reshape(to_float64(called, "keys", keys), (shared, -1, width))
    products = xp.matmul(asking, xp.matrix_transpose(seen)) / math.sqrt(width)
    return xp.reshape(products, (*lead, keys.shape[-2]))
