"""The visual tokens that prompt tokens propose, the most similar first."""

from dataclasses import dataclass
from math import inf
from typing import Literal

import array_api_compat as api

from mobtheory.geometry.points import Array

Duplicates = Literal["max", "first", "last"]


@dataclass(frozen=True)
class ProposalRule:
    """What the prompt tokens propose.

    Parameters
    ----------
    fold : how many visual tokens each prompt token proposes, from 1 to N
    limit : how many candidates are wanted, from 0 to N
    duplicates : which proposal ranks a candidate: the nearest, the first or the last
    """

    fold: int
    limit: int
    duplicates: Duplicates


def rank_candidates(
    distances: Array, rule: ProposalRule, prompt_mask: Array | None = None
) -> tuple[Array, Array]:
    """Rank the distinct candidates of all prompt tokens, without a word to the host.

    Parameters
    ----------
    distances : (..., L, N), between prompt and visual tokens, or numbers that rank alike
    rule : what they propose; a distance that is inf proposes nothing
    prompt_mask : (..., L) bool, True for the prompt tokens that propose; all by default

    Returns
    -------
    Rows (..., limit) by rising distance, the lowest index first at a tie, and how many of them are
    candidates, shape (...).
    """
    xp = api.array_namespace(distances)
    proposed = _nearest(distances, rule.fold)
    if prompt_mask is not None:
        proposed = proposed & prompt_mask[..., :, None]
    if rule.duplicates == "max":
        best = xp.min(xp.where(proposed, distances, xp.full_like(distances, inf)), axis=-2)
    else:
        if rule.duplicates == "last":
            distances, proposed = (xp.flip(x, axis=-2) for x in (distances, proposed))
        decides = xp.argmax(xp.astype(proposed, xp.int64), axis=-2, keepdims=True)
        best = xp.take_along_axis(distances, decides, axis=-2)[..., 0, :]
        best = xp.where(xp.any(proposed, axis=-2), best, xp.full_like(best, inf))
    found = xp.sum(xp.astype(best < inf, xp.int64), axis=-1)
    order = xp.argsort(best, axis=-1, stable=True)[..., : rule.limit]
    return order, xp.where(found < rule.limit, found, xp.full_like(found, rule.limit))


def _nearest(distances: Array, fold: int) -> Array:
    """Mark the `fold` nearest visual tokens of each prompt token, the lowest index at a tie."""
    xp = api.array_namespace(distances)
    last = xp.sort(distances, axis=-1)[..., fold - 1 : fold]
    nearer, tied = distances < last, distances == last
    room = fold - xp.sum(xp.astype(nearer, xp.int64), axis=-1, keepdims=True)
    return nearer | (tied & (xp.cumulative_sum(xp.astype(tied, xp.int64), axis=-1) <= room))
