"""Upper bounds of the attention error that need no exponential, and the minimax value."""

from typing import Any

from mobtheory.attention.numbers import as_number
from mobtheory.attention.pruned import Merging, PrunedHeads, read_merging, read_pruned
from mobtheory.attention.quantities import (
    discard_cost,
    imbalance,
    logit_gap,
    transport_cost,
)
from mobtheory.attention.radii import diameter_bound
from mobtheory.attention.reweighting import Reweighting, log_count
from mobtheory.geometry.points import Array


def minimax_plain_error(weights: Any, kept: Any, radius: float) -> Array:
    """Compute the largest error of plain pruning over all values in a ball.

    Parameters
    ----------
    weights, kept
        As in `pruning_error`.
    radius : float
        Radius r of a ball that holds all values, kept, dropped and prompt; `circumradius`.

    Returns
    -------
    float64 array of shape (), (H,) or (H, R).

    Raises
    ------
    InvalidProblem, InvalidSelection
        As in `pruning_error`; also if the radius is negative or not finite.

    Notes
    -----
    sup ||o - o_S|| = 2 r m, attained by values -r e on the kept and r e on the dropped tokens, if
    both have weight; extended theory, 9.2.

    Examples
    --------
    >>> float(minimax_plain_error([0.5, 0.25, 0.25], kept=[0, 1], radius=2.0))
    1.0
    """
    called = "minimax_plain_error"
    radius = as_number(called, "radius", radius)
    heads = read_pruned(called, weights, None, kept)
    return heads.rows.restore(2 * radius * heads.dropped_mass)


def tanh_log_count_bound(weights: Any, values: Any, kept: Any, assignment: Any) -> Array:
    """Bound the error of merging with the log-count bias, without an exponential.

    Parameters
    ----------
    weights, values, kept, assignment
        As in `merge_error`.

    Returns
    -------
    float64 array of shape (), (H,) or (H, R), an upper bound of the length of
    ``merge_error(..., bias="log-count")`` but for rounding, for which `certify` allows.

    Raises
    ------
    InvalidProblem, InvalidSelection
        As in `merge_error`.

    Notes
    -----
    sum over D of w_v ||u_v - u_pi(v)|| + diam_U tanh(delta / 2), where delta is the largest
    |s_v - s_pi(v)| over D and diam_U the diameter of the kept values; extended theory, 9.5.

    Examples
    --------
    >>> bound = tanh_log_count_bound([0.2, 0.3, 0.5], [[1.0], [2.0], [6.0]], [0, 2], [0, 0, 2])
    >>> round(float(bound), 12) == round(0.3 + 5 * (0.3 / 0.2 - 1) / (0.3 / 0.2 + 1), 12)
    True
    """
    heads = read_pruned("tanh_log_count_bound", weights, values, kept)
    merging = read_merging(heads, assignment)
    return _restored(heads, tanh_of_logits(heads, merging))


def tanh_plain_bound(weights: Any, values: Any, kept: Any, assignment: Any) -> Array:
    """Bound the error of plain pruning by cover and imbalance, without an exponential.

    Parameters
    ----------
    weights, values, kept, assignment
        As in `merge_error`; the assignment only serves the bound, nothing is merged.

    Returns
    -------
    float64 array of shape (), (H,) or (H, R), an upper bound of the length of `pruning_error` but
    for rounding, for which `certify` allows.

    Raises
    ------
    InvalidProblem, InvalidSelection
        As in `merge_error`.

    Notes
    -----
    sum over D of w_v ||u_v - u_pi(v)|| + diam_U tanh(log(rho_max / rho_min) / 4), where
    rho_s = a_s / w_s over all kept tokens, a_s is the weight of all tokens assigned to s, and
    diam_U is the diameter of the kept values; extended theory, 9.5.

    Examples
    --------
    >>> bound = tanh_plain_bound([0.1, 0.3, 0.6], [[1.0], [2.0], [6.0]], [0, 2], [0, 0, 2])
    >>> round(float(bound), 12) == round(0.3 + 5 * (4**0.5 - 1) / (4**0.5 + 1), 12)
    True
    """
    heads = read_pruned("tanh_plain_bound", weights, values, kept)
    merging = read_merging(heads, assignment)
    return _restored(heads, tanh_of_imbalance(heads, merging))


def hybrid_bound(weights: Any, values: Any, kept: Any, assignment: Any, merged: Any) -> Array:
    """Bound the error when some dropped tokens are merged by count and the others discarded.

    Parameters
    ----------
    weights, values, kept, assignment, merged
        As in `hybrid_error`.

    Returns
    -------
    float64 array of shape (), (H,) or (H, R), an upper bound of the length of `hybrid_error` but
    for rounding, for which `certify` allows.

    Raises
    ------
    InvalidProblem, InvalidSelection
        As in `hybrid_error`.

    Notes
    -----
    sum over D_2 of w_v ||u_v - o~|| + sum over D_1 of w_v ||u_v - u_pi(v)||
    + (1 - m_2) diam_U tanh(delta / 2), with m_2 the weight of D_2 and delta the largest
    |s_v - s_pi(v)| over D_1; extended theory, 9.4. If nothing is merged, this is the bound
    sum over D of w_v ||u_v - o_S|| of plain pruning.

    Examples
    --------
    >>> weights, values = [0.25, 0.25, 0.25, 0.25], [[1.0], [2.0], [6.0], [9.0]]
    >>> bound = hybrid_bound(weights, values, [0, 2], [0, 0, 2, 2], merged=[1])
    >>> round(float(bound), 12) == round(0.25 * (9 - 8 / 3) + 0.25, 12)
    True
    """
    heads = read_pruned("hybrid_bound", weights, values, kept)
    merging = read_merging(heads, assignment, merged)
    return _restored(heads, hybrid_of_logits(heads, merging, log_count(heads, merging)))


def tanh_of_logits(heads: PrunedHeads, merging: Merging, slack: float = 0.0) -> Array:
    """(J, Q) bound for log counts; `slack` is added to the logit gap, for its rounding."""
    gap = logit_gap(heads, merging) + slack
    return transport_cost(heads, merging) + _diameter(heads) * heads.xp.tanh(gap / 2)


def tanh_of_imbalance(heads: PrunedHeads, merging: Merging) -> Array:
    """(J, Q) bound for plain pruning."""
    imbalances = heads.xp.tanh(imbalance(heads, merging) / 4)
    return transport_cost(heads, merging) + _diameter(heads) * imbalances


def hybrid_of_logits(
    heads: PrunedHeads, merging: Merging, change: Reweighting, slack: float = 0.0
) -> Array:
    """(J, Q) bound for the hybrid; `slack` is added to the logit gap, for its rounding."""
    merged_weight = heads.xp.sum(
        heads.xp.take(heads.rows.weights, merging.merged, axis=-1), axis=-1
    )
    # 1 - m_2, summed without cancellation.
    rest = merged_weight + heads.xp.sum(heads.kept_weights, axis=-1)
    gap = logit_gap(heads, merging) + slack
    swing = rest * _diameter(heads) * heads.xp.tanh(gap / 2)
    return discard_cost(heads, merging, change) + transport_cost(heads, merging) + swing


def _diameter(heads: PrunedHeads) -> Array:
    return diameter_bound(heads.kept_values, heads.points.reach)


def _restored(heads: PrunedHeads, bounds: Array) -> Array:
    return heads.rows.restore(bounds * heads.points.unit)
