"""The exact error of pruning one attention layer, and upper bounds from weights and values."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import array_api_compat as api

from mobtheory.attention.arrays import lengths
from mobtheory.attention.bounds import hybrid_of_logits, tanh_of_imbalance, tanh_of_logits
from mobtheory.attention.choices import check_choice
from mobtheory.attention.pruned import Merging, PrunedHeads, read_merging, read_pruned
from mobtheory.attention.quantities import total_variation, transport_cost
from mobtheory.attention.radii import radius_bound
from mobtheory.attention.reweighting import (
    Reweighting,
    error,
    log_count,
    moved_mass,
    plain,
    reweighting,
)
from mobtheory.attention.rows import EPSILON, log_weights
from mobtheory.errors import InvalidProblem
from mobtheory.geometry.distances import difference_kernel
from mobtheory.geometry.points import Array

Method = Literal["plain", "log-count", "oracle", "mass", "hybrid"]
_TAKES = {
    "plain": ("assignment",),
    "log-count": ("assignment",),
    "oracle": ("assignment",),
    "mass": ("visual",),
    "hybrid": ("assignment", "merged"),
}


@dataclass(frozen=True)
class Certificate:
    """The exact length of the attention error of each row, and upper bounds of it.

    Parameters
    ----------
    method : "plain", "log-count", "oracle", "mass" or "hybrid"
        What was done to the dropped tokens.
    error : float64 array of shape (), (H,) or (H, R)
        ||o - o~||, computed from values and weights; `rounding` bounds its error.
    dropped_mass : float64 array of the same shape
        m.
    bounds : mapping from names to float64 arrays of the same shape
        "minimax-plain" (9.2), "tanh-plain" (9.5), "tanh-log-count" (9.5), "hybrid" (9.4), "phi"
        (9.3) and "total-variation"; those that apply to the method, as `certify` lists them. Each
        includes its rounding, so none is below `error`.
    rounding : float64 array of the same shape

    Examples
    --------
    >>> certificate = certify([0.25, 0.25, 0.5], [[1.0], [2.0], [6.0]], kept=[0, 2])
    >>> sorted(certificate.bounds), float(certificate.error) <= float(certificate.best)
    (['hybrid', 'minimax-plain', 'tanh-plain'], True)
    """

    method: Method
    error: Array
    dropped_mass: Array
    bounds: Mapping[str, Array]
    rounding: Array

    @property
    def best(self) -> Array:
        """The least of the bounds, row by row."""
        xp = api.array_namespace(self.error)
        return xp.min(xp.stack(list(self.bounds.values()), axis=0), axis=0)


def certify(
    weights: Any,
    values: Any,
    kept: Any,
    *,
    method: Method = "plain",
    assignment: Any = None,
    merged: Any = None,
    visual: Any = None,
    from_logits: bool = False,
) -> Certificate:
    """Compute the exact error of pruning, and upper bounds of it from weights and values alone.

    Parameters
    ----------
    weights : array of shape (n,), (H, n) or (H, R, n)
        Softmax rows over all tokens; or their logits, with `from_logits`.
    values, kept
        As in `pruning_error`.
    method : "plain", "log-count", "oracle", "mass" or "hybrid"
        What is done to the dropped tokens: discarded, merged with one of the biases of
        `merge_error`, or some merged and the others discarded as in `hybrid_error`.
    assignment : integer array of shape (n,) or (H_kv, n), optional
        As in `merge_error`; by default each token goes to the kept one whose value is nearest, in
        each key-value head. For "plain" it only serves "tanh-plain"; "mass" does not take it.
    merged : boolean mask of shape (n,), or distinct token numbers
        The dropped tokens that are merged; "hybrid" needs it, and it alone takes it.
    visual : boolean mask of shape (n,), or distinct token numbers
        The visual tokens; "mass" needs it, and it alone takes it.
    from_logits : bool
        Whether `weights` holds logits. They tell weights that underflow apart, so that kept tokens
        may lie any distance below the highest logit.

    Returns
    -------
    Certificate

    Raises
    ------
    InvalidProblem, InvalidSelection
        As in `merge_error` and `hybrid_error`; also if the method is unknown, or does not take an
        argument that is given.

    See Also
    --------
    displacement_bound, displacement_constant : one head by how far its tokens move, 4.4 (b), (c);
        they need its projections and the tokens or their covering radius.
    attention_bound, layer_bound : the heads together and the MLP behind them, 9.6; they need the
        projections and the residual stream.

    Notes
    -----
    The bounds hold for the inputs as exact numbers. Plain pruning is the hybrid that merges
    nothing, so that its bound "hybrid" is sum over D of w_v ||u_v - o_S||; it also has
    "minimax-plain" and "tanh-plain". "log-count" is the hybrid that merges all; it has "hybrid" and
    "tanh-log-count". "phi", of "oracle", is sum over D of w_v ||u_v - u_pi(v)||, the cost of
    extended theory, 9.3, in the metric of values. "total-variation", of all but plain pruning, is
    the Kantorovich bound for values in a ball of radius r: 2 r times half the sum of |w_i - w~_i|;
    for plain pruning that is 2 r m, "minimax-plain". r is `circumradius`, rounded up.

    Each bound is raised by 8 (n + d + 32 + spread) eps relative to the weight that moves times the
    largest distance of a value from their centre, where spread is the range of the logits as far
    as float64 tells their exponentials from 0.

    Examples
    --------
    >>> certificate = certify([0.25, 0.25, 0.5], [[1.0], [2.0], [6.0]], [0, 2], method="log-count")
    >>> float(certificate.error), sorted(certificate.bounds)
    (0.25, ['hybrid', 'tanh-log-count', 'total-variation'])
    """
    called = "certify"
    given = {"assignment": assignment, "merged": merged, "visual": visual}
    check_choice(called, "method", method, _TAKES, **given)
    heads = read_pruned(called, weights, values, kept, from_logits=from_logits)
    merging = None if method == "mass" else _merging(heads, assignment, method, merged)
    change = _change(heads, method, merging, visual)
    moved = moved_mass(heads, change)
    rounding = heads.rounding(moved)
    radius = radius_bound(heads.points)
    bounds = _bounds(heads, method, merging, change, radius)
    raised = {
        name: bound * (1 + 4 * heads.roundoff()) + 2 * rounding for name, bound in bounds.items()
    }
    return Certificate(
        method,
        _in_unit(heads, lengths(error(heads, change))),
        heads.rows.restore(heads.dropped_mass),
        MappingProxyType({name: _in_unit(heads, bound) for name, bound in raised.items()}),
        _in_unit(heads, rounding),
    )


def _merging(heads: PrunedHeads, assignment: Any, method: str, merged: Any) -> Merging:
    if method == "hybrid" and merged is None:
        raise InvalidProblem(
            heads.called,
            f"method={method!r} and no merged tokens",
            "the hybrid merges some of the dropped tokens, so they must be known",
            "Pass merged: a mask over all tokens, or their numbers; empty if there are none.",
        )
    given = _nearest_in_value(heads) if assignment is None else assignment
    return read_merging(heads, given, merged)


def _nearest_in_value(heads: PrunedHeads) -> Array:
    xp, points, kept = heads.xp, heads.points.points, heads.kept_values
    chosen = []
    for head in range(points.shape[0]):
        rows, centers = points[head, :, :], kept[head, :, :]
        distances = difference_kernel(rows, centers, "euclidean")(rows, centers)
        chosen.append(xp.take(heads.kept, xp.argmin(distances, axis=-1)))
    nearest = xp.stack(chosen, axis=0)
    itself = xp.arange(points.shape[1], device=heads.device)
    mask = xp.asarray(heads.mask, device=heads.device)
    return xp.where(mask, itself, nearest)


def _change(heads: PrunedHeads, method: str, merging: Merging | None, visual: Any) -> Reweighting:
    if method == "plain":
        return plain(heads)
    if method == "hybrid":
        assert merging is not None
        return log_count(heads, merging)
    return reweighting(heads, method, merging, visual)


def _bounds(
    heads: PrunedHeads, method: str, merging: Merging | None, change: Reweighting, radius: Array
) -> dict[str, Array]:
    if method == "plain":
        assert merging is not None
        nothing_merged = read_merging(heads, range(heads.rows.token_count), merged=())
        return {
            "hybrid": hybrid_of_logits(heads, nothing_merged, change),
            "minimax-plain": 2 * radius * heads.dropped_mass,
            "tanh-plain": tanh_of_imbalance(heads, merging),
        }
    bounds = {"total-variation": 2 * radius * total_variation(heads, change)}
    if merging is None:
        return bounds
    if method == "oracle":
        return {**bounds, "phi": transport_cost(heads, merging)}
    slack = _logit_slack(heads)
    bounds["hybrid"] = hybrid_of_logits(heads, merging, change, slack)
    if method == "log-count":
        bounds["tanh-log-count"] = tanh_of_logits(heads, merging, slack)
    return bounds


def _logit_slack(heads: PrunedHeads) -> float:
    """Bound the error of a difference of logits, or of logarithms of weights."""
    xp, logs = heads.xp, log_weights(heads.rows)
    depth = float(xp.max(xp.where(xp.isfinite(logs), -logs, xp.zeros_like(logs))))
    return 16 * EPSILON * (2 + depth)


def _in_unit(heads: PrunedHeads, array: Array) -> Array:
    return heads.rows.restore(array * heads.points.unit)
