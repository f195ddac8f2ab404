"""Proposals of prompt tokens: products find the distances that may decide, differences decide.

The products of near-copies of a prompt token differ by less than their rounding, however large the
other distances are.
"""

from math import inf

import array_api_compat as api

from mobtheory.covering.product_rows import ProductRows, squared_distances
from mobtheory.covering.prompt_candidates import ProposalRule, rank_candidates
from mobtheory.geometry.distances import squares_in_range
from mobtheory.geometry.points import Array, dtype_name

# Where more of all distances may decide, one call that measures them all is quicker.
_LARGEST_SHARE = 1 / 4
# Coordinates that are gathered at once: 2 MiB of float64, which fit the cache; with 8 MiB
# it took three times as long.
_BLOCK = 2**18


def propose_by_products(
    visual: tuple[Array, ProductRows],
    prompt: tuple[Array, ProductRows],
    rule: ProposalRule,
    *,
    unit: bool,
    prompt_mask: Array | None = None,
) -> tuple[Array, Array, Array]:
    """Rank the candidates of all prompt tokens in every image of a batch, by float64 differences.

    Parameters
    ----------
    visual, prompt : the tokens (B, N, d) and (B, L, d), each with its rows for products
    rule : what the prompt tokens propose
    unit : whether the tokens are ranked when scaled to length 1
    prompt_mask : (B, L) bool, True for the prompt tokens that propose; all by default

    Returns
    -------
    Rows (B, limit) and how many of them are candidates (B,), as `rank_candidates` returns them,
    and whether they are right (B,): not where products do not tell which distances may decide.

    Notes
    -----
    Let e be the rounding of the products. They rank alone where e is 0. Elsewhere `may_decide`
    names the distances that may decide, and these are measured; what remains is the rounding of
    float64 differences. The host waits a fixed number of times.
    """
    xp = api.array_namespace(visual[1].rows)
    squared = squared_distances(prompt[1], visual[1])
    rounding = visual[1].rounding(prompt[1])
    exact, usable = rounding == 0, xp.isfinite(rounding)
    # Differences of narrower floats, and of integers, are in range.
    wide = [points for points, _ in (visual, prompt) if dtype_name(points) == "float64"]
    if not squares_in_range(*wide):
        usable = exact
    margin = 2 * xp.where(usable, rounding, xp.zeros_like(rounding))
    doubtful = may_decide(squared, margin[:, None, None], rule, prompt_mask)
    few = xp.sum(xp.astype(doubtful, xp.int64), axis=(1, 2))
    trusted = exact | (usable & (few <= _LARGEST_SHARE * squared.shape[1] * squared.shape[2]))
    pairs = xp.nonzero(doubtful & (trusted & ~exact)[:, None, None])
    ranking = xp.astype(squared, xp.float64)
    ranking = xp.where(exact[:, None, None], ranking, xp.full_like(ranking, inf))
    ranking[pairs] = _squared_differences(visual[0], prompt[0], pairs, unit)
    order, found = rank_candidates(ranking, rule, prompt_mask)
    return order, found, trusted


def may_decide(
    squared: Array, margin: Array, rule: ProposalRule, prompt_mask: Array | None = None
) -> Array:
    """Mark the distances that may decide which candidates are ranked, shape (..., L, N), bool.

    Parameters
    ----------
    squared : (..., L, N), each wrong by at most half the margin
    margin : (..., 1, 1)
    rule, prompt_mask : as `rank_candidates`

    Notes
    -----
    A token that is more than the margin farther than the `fold`-th nearest is not proposed. One
    that is more than the margin nearer than the next after these surely is. If the nearest proposal
    ranks a candidate, take the least sure distance of each visual token: what is more than the
    margin beyond the `limit`-th of these wins no place.
    """
    xp = api.array_namespace(squared)
    ascending = xp.sort(squared, axis=-1)
    proposed = squared <= ascending[..., rule.fold - 1 : rule.fold] + margin
    if prompt_mask is not None:
        proposed = proposed & prompt_mask[..., :, None]
    if rule.limit == 0:
        return xp.zeros_like(proposed)
    if rule.duplicates != "max":
        return proposed
    surely = proposed
    if rule.fold < squared.shape[-1]:
        surely = proposed & (squared < ascending[..., rule.fold : rule.fold + 1] - margin)
    best = xp.min(xp.where(surely, squared, xp.full_like(squared, inf)), axis=-2, keepdims=True)
    last = xp.sort(best, axis=-1)[..., rule.limit - 1 : rule.limit]
    return proposed & (squared <= last + margin)


def _squared_differences(
    visual: Array, prompt: Array, pairs: tuple[Array, Array, Array], unit: bool
) -> Array:
    """Squared distances of pairs (image, prompt token, visual token) in float64, shape (n,)."""
    xp = api.array_namespace(visual)
    images, prompt_tokens, visual_tokens = pairs
    size = max(1, _BLOCK // visual.shape[2])
    parts = [xp.zeros_like(visual[:0, 0, 0], dtype=xp.float64)]
    for start in range(0, images.shape[0], size):
        block = slice(start, start + size)
        a = _gathered(visual, images[block], visual_tokens[block], unit)
        a -= _gathered(prompt, images[block], prompt_tokens[block], unit)
        parts.append(xp.linalg.vecdot(a, a))
    return xp.concat(parts)


def _gathered(tokens: Array, images: Array, rows: Array, unit: bool) -> Array:
    xp = api.array_namespace(tokens)
    gathered = xp.astype(tokens[images, rows], xp.float64)
    return gathered / xp.sqrt(xp.linalg.vecdot(gathered, gathered))[:, None] if unit else gathered
