"""What pruning and merging do to the weights, and the error that follows, free of cancellation."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from mobtheory.attention.pruned import Merging, PrunedHeads
from mobtheory.attention.token_sets import as_token_set, on_device
from mobtheory.errors import InvalidProblem
from mobtheory.geometry.points import Array

Bias = Literal["log-count", "oracle", "mass"]


@dataclass(frozen=True)
class Reweighting:
    """Weights over the kept tokens after pruning.

    Kept token s has the weight w_s + added_s before it is normalised, and `shares` after.

    Parameters
    ----------
    added : (J, Q, K)
    shares : (J, Q, K), of sum 1
    bias : (J, Q, K), what was added to the logits
    """

    added: Array
    shares: Array
    bias: Array


def plain(heads: PrunedHeads) -> Reweighting:
    """Drop the tokens and let the softmax renormalise."""
    nothing = heads.xp.zeros_like(heads.kept_weights)
    return Reweighting(nothing, heads.shares(), nothing)


def log_count(heads: PrunedHeads, merging: Merging) -> Reweighting:
    """Add log n_s to the logit of every kept token, n_s = 1 + how many were merged into it."""
    kept = heads.kept_weights
    factors = 1 + merging.arrivals
    bias = heads.xp.log(factors) + heads.xp.zeros_like(kept)
    return Reweighting(merging.arrivals * kept, heads.shares(factors), bias)


def oracle(heads: PrunedHeads, merging: Merging) -> Reweighting:
    """Give every kept token the weight of all that was merged into it, the minimax optimum."""
    kept = heads.kept_weights
    added = arriving_mass(heads, merging)
    # Where w_s = 0 < a_s no finite bias will do: inf says so.
    with np.errstate(over="ignore"):
        growth = added / heads.xp.where(kept > 0, kept, heads.xp.ones_like(kept))
    bias = heads.xp.log1p(growth)
    unreachable = (kept == 0) & (added > 0)
    bias = heads.xp.where(unreachable, heads.xp.full_like(bias, float("inf")), bias)
    return Reweighting(added, kept + added, bias)


def mass_restoring(heads: PrunedHeads, visual: Any) -> Reweighting:
    """Multiply all kept visual weights by one factor, so that the visual mass stays what it was."""
    xp = heads.xp
    chosen = _visual_tokens(heads, visual)
    kept_visual = on_device(xp, chosen[heads.mask], heads.kept_weights)
    weights = xp.where(kept_visual, heads.kept_weights, xp.zeros_like(heads.kept_weights))
    left = xp.sum(weights, axis=-1, keepdims=True)
    dropped = heads.dropped_mass[..., None]
    if bool(xp.any((left == 0) & (dropped > 0))):
        raise InvalidProblem(
            heads.called,
            "a row that gives weight 0 to all kept visual tokens",
            "the visual mass can only be restored where some of it is kept",
            "Keep a visual token that the row attends to.",
        )
    share = weights / xp.where(left > 0, left, xp.ones_like(left))
    with np.errstate(over="ignore"):
        growth = xp.log1p(dropped / xp.where(left > 0, left, xp.ones_like(left)))
    added = share * dropped
    bias = xp.where(kept_visual, growth, xp.zeros_like(weights))
    return Reweighting(added, heads.kept_weights + added, bias)


def reweighting(heads: PrunedHeads, bias: str, merging: Merging | None, visual: Any) -> Reweighting:
    """Choose by the name of the bias."""
    if bias == "mass":
        return mass_restoring(heads, visual)
    assert merging is not None
    return log_count(heads, merging) if bias == "log-count" else oracle(heads, merging)


def arriving_mass(heads: PrunedHeads, merging: Merging) -> Array:
    """(J, Q, K) weight of the merged tokens that go to each kept one."""
    return heads.xp.matmul(
        heads.xp.take(heads.rows.weights, merging.merged, axis=-1), merging.targets
    )


def moved_mass(heads: PrunedHeads, change: Reweighting) -> Array:
    """(J, Q) weight that the error formula moves: it scales the rounding."""
    moved = heads.dropped_mass + heads.xp.sum(change.added, axis=-1)
    return heads.xp.where(moved > 2, heads.xp.full_like(moved, 2.0), moved)


def output(heads: PrunedHeads, change: Reweighting) -> Array:
    """(J, Q, d) attention output after the change, of centred values."""
    return heads.xp.matmul(change.shares, heads.kept_values)


def error(heads: PrunedHeads, change: Reweighting) -> Array:
    """(J, Q, d) exact o - o~ of centred values.

    With t_s = w_s + added_s, sum_s t_s (u_s - o~) = 0, hence
    o - o~ = sum_D w_v (u_v - o~) - sum_s added_s (u_s - o~): only moved weight is summed, so the
    error is relative to it. Where more than all the weight is moved, the difference is better.
    """
    xp = heads.xp
    after = output(heads, change)
    dropped = xp.matmul(heads.dropped_weights, heads.dropped_values)
    added = xp.sum(change.added, axis=-1)
    shift = dropped - xp.matmul(change.added, heads.kept_values)
    moving = shift - (heads.dropped_mass - added)[..., None] * after
    before = dropped + xp.matmul(heads.kept_weights, heads.kept_values)
    return xp.where((heads.dropped_mass + added > 1)[..., None], before - after, moving)


def _visual_tokens(heads: PrunedHeads, visual: Any) -> Any:
    if visual is None:
        raise InvalidProblem(
            heads.called,
            "'mass' and no visual tokens",
            "the bias goes to visual tokens only, so they must be known",
            "Pass visual: a mask over all tokens, or their numbers.",
        )
    chosen = as_token_set(
        heads.called, "visual", visual, heads.rows.token_count, why="one must receive the bias"
    )
    if (~heads.mask & ~chosen).any():
        raise InvalidProblem(
            heads.called,
            f"visual={visual!r:.120}",
            "only visual tokens are dropped",
            "Keep all prompt tokens.",
        )
    return chosen
