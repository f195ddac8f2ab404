"""What the bounds are made of, for centred values in the layout of `PrunedHeads`."""

import math

import numpy as np

from mobtheory.attention.arrays import lengths
from mobtheory.attention.pruned import Merging, PrunedHeads
from mobtheory.attention.reweighting import Reweighting, arriving_mass, output
from mobtheory.attention.rows import log_weights
from mobtheory.geometry.distances import difference_kernel
from mobtheory.geometry.points import Array


def transport_cost(heads: PrunedHeads, merging: Merging) -> Array:
    """(J, Q) sum over merged tokens of w_v ||u_v - u_pi(v)||."""
    xp = heads.xp
    values = xp.take(heads.points.points, merging.merged, axis=1)
    distances = lengths(values - xp.matmul(merging.targets, heads.kept_values))
    weights = xp.take(heads.rows.weights, merging.merged, axis=-1)
    return xp.matmul(weights, distances[:, :, None])[:, :, 0]


def discard_cost(heads: PrunedHeads, merging: Merging, change: Reweighting) -> Array:
    """(J, Q) sum over dropped tokens that are not merged of w_v ||u_v - o~||."""
    xp, after = heads.xp, output(heads, change)
    discarded = discarded_tokens(heads, merging)
    if discarded.shape[0] == 0:
        return xp.zeros_like(after[:, :, 0])
    weights = xp.take(heads.rows.weights, discarded, axis=-1)
    values = xp.take(heads.points.points, discarded, axis=1)
    costs = []
    for head in range(after.shape[0]):
        means, points = after[head, :, :], values[head, :, :]
        distances = difference_kernel(means, points, "euclidean")(means, points)
        costs.append(xp.sum(weights[head, :, :] * distances, axis=-1))
    return xp.stack(costs, axis=0)


def discarded_tokens(heads: PrunedHeads, merging: Merging) -> Array:
    """Token numbers of dropped tokens that are not merged."""
    numbers = (~heads.mask & ~merging.chosen).nonzero()[0]
    return heads.xp.asarray(numbers, device=heads.device)


def logit_gap(heads: PrunedHeads, merging: Merging) -> Array:
    """(J, Q) largest |s_v - s_pi(v)| over merged tokens; inf where one of the two is hidden."""
    xp, logs = heads.xp, log_weights(heads.rows)
    if merging.merged.shape[0] == 0:
        return xp.zeros_like(heads.dropped_mass)
    moved = xp.take(logs, merging.merged, axis=-1)
    targets = merging.at_target(heads.of_kept(logs))
    # Two hidden tokens have equal weights, 0, where inf - inf would say NaN.
    both = (moved == -math.inf) & (targets == -math.inf)
    zero = xp.zeros_like(moved)
    gaps = xp.abs(xp.where(both, zero, moved) - xp.where(both, zero, targets))
    return xp.max(gaps, axis=-1)


def imbalance(heads: PrunedHeads, merging: Merging) -> Array:
    """(J, Q) log(rho_max / rho_min) over kept tokens, rho_s = a_s / w_s.

    Kept tokens that neither have nor receive weight do not count; inf where a token without weight
    receives some.
    """
    xp, kept = heads.xp, heads.kept_weights
    added = arriving_mass(heads, merging)
    visible = kept > 0
    with np.errstate(over="ignore"):
        growth = xp.log1p(added / xp.where(visible, kept, xp.ones_like(kept)))
    infinite = xp.full_like(kept, math.inf)
    highest = xp.max(xp.where(visible, growth, xp.zeros_like(kept)), axis=-1)
    lowest = xp.min(xp.where(visible, growth, infinite), axis=-1)
    # Growth beyond the largest float64 counts as infinite too.
    finite = xp.isfinite(highest) & xp.isfinite(lowest) & ~xp.any(~visible & (added > 0), axis=-1)
    zero = xp.zeros_like(highest)
    width = xp.where(finite, highest, zero) - xp.where(finite, lowest, zero)
    return xp.where(finite, width, xp.full_like(width, math.inf))


def total_variation(heads: PrunedHeads, change: Reweighting) -> Array:
    """(J, Q) half the sum of |w_i - w~_i|, relative to the weight that moves."""
    xp, kept = heads.xp, heads.kept_weights
    dropped, added = heads.dropped_mass, xp.sum(change.added, axis=-1)
    surplus = dropped - added
    left = 1 - surplus
    safe = xp.where(left > 0.5, left, xp.ones_like(left))
    moved = xp.abs(change.added + kept * surplus[..., None]) / safe[..., None]
    directly = xp.abs(change.shares - kept)
    differences = xp.where((dropped + added < 0.5)[..., None], moved, directly)
    return (dropped + xp.sum(differences, axis=-1)) / 2
