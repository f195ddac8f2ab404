"""Merging: dropped tokens are assigned to kept ones, whose logits receive a bias."""

from typing import Any

import array_api_compat as api

from mobtheory.attention.choices import check_choice
from mobtheory.attention.pruned import Merging, PrunedHeads, read_merging, read_pruned
from mobtheory.attention.reweighting import (
    Bias,
    Reweighting,
    error,
    log_count,
    mass_restoring,
    reweighting,
)
from mobtheory.geometry.points import Array

_TAKES = {"log-count": ("assignment", "merged"), "oracle": ("assignment",), "mass": ("visual",)}


def merge_error(
    weights: Any,
    values: Any,
    kept: Any,
    assignment: Any = None,
    *,
    bias: Bias = "log-count",
    visual: Any = None,
    from_logits: bool = False,
) -> Array:
    """Compute what pruning with a merging bias changes in the attention output, exactly.

    Parameters
    ----------
    weights, values, kept
        As in `pruning_error`.
    assignment : integer array of shape (n,) or (H_kv, n)
        The kept token pi(v) to which each token v is assigned; kept tokens to themselves, as
        `nearest_kept` gives it. "mass" does not take it.
    bias : "log-count", "oracle" or "mass"
        What is added to the logit of a kept token s. "log-count": log n_s, where n_s tokens are
        assigned to s, itself included (proportional attention). "oracle": log(a_s / w_s), where
        a_s is the weight of all tokens assigned to s; the minimax-optimal one. "mass": one number
        for all kept visual tokens, log(m_V / (m_V - m)), which restores the visual mass m_V.
    visual : boolean mask of shape (n,), or distinct token numbers
        The visual tokens, kept or dropped; "mass" needs it, and it alone takes it.
    from_logits : bool
        As in `pruning_error`.

    Returns
    -------
    Array of shape (d,), (H, d) or (H, R, d): o - o~; library and dtype as in `pruning_error`.

    Raises
    ------
    InvalidProblem, InvalidSelection
        As in `pruning_error`; also if the bias is unknown or does not take an argument that is
        given, if a token is assigned to a dropped one, a kept one to another, or if the mass is to
        be restored where no visual weight is kept.

    Notes
    -----
    With the weights t_s before renormalisation, o - o~ = sum over all i of (w_i - t_i)(u_i - o~).
    Log-count: t_s = n_s w_s. Oracle: t_s = a_s, hence o - o~ = sum over D of w_v (u_v - u_pi(v)).
    Mass: o - o~ = m (o_D - o_SV), where o_SV is the mean over the kept visual tokens. Extended
    theory, 9.3, 9.4 with D_1 = D, and the corollary of 9.5.

    Examples
    --------
    >>> weights, values = [0.25, 0.25, 0.5], [[1.0], [2.0], [6.0]]
    >>> merge_error(weights, values, [0, 2], [0, 0, 2])
    array([0.25])
    >>> merge_error(weights, values, [0, 2], bias="mass", visual=[0, 1])
    array([0.25])
    """
    heads, change = _merged(
        "merge_error", weights, values, kept, assignment, bias, visual, from_logits=from_logits
    )
    return heads.vectors(error(heads, change))


def merged_weights(
    weights: Any,
    kept: Any,
    assignment: Any = None,
    *,
    bias: Bias = "log-count",
    visual: Any = None,
    merged: Any = None,
) -> Array:
    """Compute the attention weights after pruning with a merging bias.

    Parameters
    ----------
    weights, kept, assignment, bias, visual
        As in `merge_error`.
    merged : boolean mask of shape (n,), or distinct token numbers, optional
        The dropped tokens that count for "log-count", as in `hybrid_error`; all by default. The
        other biases do not take it.

    Returns
    -------
    Array of the shape of `weights`: 0 at dropped tokens, and sum 1. It equals
    ``attention_weights(logits, bias=merge_bias(...))``.

    Raises
    ------
    InvalidProblem, InvalidSelection
        As in `merge_error`.

    Notes
    -----
    Extended theory, 9.3 to 9.5.

    Examples
    --------
    >>> merged_weights([0.25, 0.25, 0.5], [0, 2], [0, 0, 2])
    array([0.5, 0. , 0.5])
    >>> merged_weights([0.2, 0.3, 0.5], [0, 2], [0, 0, 2], bias="oracle")
    array([0.5, 0. , 0.5])
    """
    called = "merged_weights"
    heads, change = _merged(called, weights, None, kept, assignment, bias, visual, merged)
    return heads.rows.result(heads.full_length(change.shares), heads.rows.token_count)


def merge_bias(
    weights: Any,
    kept: Any,
    assignment: Any = None,
    *,
    bias: Bias = "log-count",
    visual: Any = None,
    merged: Any = None,
) -> Array:
    """Compute what is to be added to the logits, so that softmax does the pruning and the merging.

    Parameters
    ----------
    weights, kept, assignment, bias, visual, merged
        As in `merged_weights`.

    Returns
    -------
    Array of the shape of `weights`: the bias of each kept token, -inf at dropped ones. For
    "log-count" it depends on the assignment alone. +inf for "oracle" where a kept token without
    weight receives some: no finite bias does that.

    Raises
    ------
    InvalidProblem, InvalidSelection
        As in `merge_error`.

    Notes
    -----
    Extended theory, 9.3 to 9.5.

    Examples
    --------
    >>> merge_bias([0.25, 0.25, 0.5], [0, 2], [0, 0, 2])
    array([0.69314718,       -inf, 0.        ])
    """
    called = "merge_bias"
    heads, change = _merged(called, weights, None, kept, assignment, bias, visual, merged)
    full = heads.full_length(change.bias, otherwise=float("-inf"))
    return heads.rows.result(full, heads.rows.token_count)


def hybrid_error(weights: Any, values: Any, kept: Any, assignment: Any, merged: Any) -> Array:
    """Compute the exact error when some dropped tokens are merged and the others discarded.

    Parameters
    ----------
    weights, values, kept, assignment
        As in `merge_error`; entries of discarded tokens do not count.
    merged : boolean mask of shape (n,), or distinct token numbers
        The dropped tokens D_1 that are merged by count; the others, D_2, are discarded. None of
        them is plain pruning, all of them is ``merge_error(..., bias="log-count")``.

    Returns
    -------
    Array of shape (d,), (H, d) or (H, R, d): o - o~; library and dtype as in `pruning_error`.

    Raises
    ------
    InvalidProblem, InvalidSelection
        As in `merge_error`; also if a merged token is kept.

    Notes
    -----
    With n_s = 1 + the number of merged tokens assigned to s, and log n_s added to its logit,
    o - o~ = sum over D_1 of w_v [(u_v - u_pi(v)) + (1 - w_pi(v) / w_v)(u_pi(v) - o~)] + sum over
    D_2 of w_v (u_v - o~); extended theory, 9.4.

    Examples
    --------
    >>> hybrid_error([0.25, 0.25, 0.25, 0.25], [[1.0], [2.0], [6.0], [9.0]], [0, 2], [0, 0, 2, 2],
    ...              merged=[1])
    array([1.83333333])
    """
    heads = read_pruned("hybrid_error", weights, values, kept)
    return heads.vectors(error(heads, log_count(heads, read_merging(heads, assignment, merged))))


def _merged(
    called: str,
    weights: Any,
    values: Any,
    kept: Any,
    assignment: Any,
    bias: str,
    visual: Any,
    merged: Any = None,
    from_logits: bool = False,
) -> tuple[PrunedHeads, Reweighting]:
    given = {"assignment": assignment, "merged": merged, "visual": visual}
    check_choice(called, "bias", bias, _TAKES, **given)
    key_value_heads = 1 if values is not None or bias == "mass" else _leading(assignment)
    heads = read_pruned(
        called, weights, values, kept, key_value_heads=key_value_heads, from_logits=from_logits
    )
    if bias == "mass":
        return heads, mass_restoring(heads, visual)
    merging: Merging = read_merging(heads, assignment, merged)
    return heads, reweighting(heads, bias, merging, visual)


def _leading(assignment: Any) -> int:
    """Number of key-value heads that an assignment tells apart."""
    if api.is_array_api_obj(assignment):
        array: Array = assignment
        return array.shape[0] if array.ndim == 2 and 0 not in array.shape else 1
    nested = isinstance(assignment, list | tuple) and assignment
    return len(assignment) if nested and isinstance(assignment[0], list | tuple) else 1
