"""The attention-weighted k-median: assignments to kept tokens, and what they cost."""

from typing import Any

import array_api_compat as api

from mobtheory.attention.arrays import as_real, require_together
from mobtheory.attention.rows import AttentionRows, read_rows
from mobtheory.attention.token_sets import as_token_set, on_device
from mobtheory.errors import InvalidProblem
from mobtheory.geometry.points import Array, describe, to_float64


def nearest_kept(distances: Any, kept: Any) -> Array:
    """Assign every token to its nearest kept token.

    Parameters
    ----------
    distances : array of shape (n, n) or (H_kv, n, n)
        Distances between all tokens, one matrix for all heads or one for each key-value head.
    kept : boolean mask of shape (n,), or distinct token numbers
        The tokens that stay.

    Returns
    -------
    int64 array of shape (n,) or (H_kv, n) in the library of `distances`: pi(v). Kept tokens are
    assigned to themselves; the lowest number wins any other tie.

    Raises
    ------
    InvalidProblem
        If the matrices are not square, or hold negative or non-finite entries or a diagonal that
        is not 0.
    InvalidSelection
        If `kept` is empty, out of range or repeated.

    Notes
    -----
    pi of extended theory, 9.3.

    Examples
    --------
    >>> nearest_kept([[0, 2, 9], [2, 0, 7], [9, 7, 0]], kept=[0, 2])
    array([0, 0, 2])
    """
    matrices, lead = read_distances("nearest_kept", distances)
    xp, count = api.array_namespace(matrices), matrices.shape[-1]
    mask = as_token_set("nearest_kept", "kept", kept, count, why="none is nearest otherwise")
    chosen = on_device(xp, mask.nonzero()[0], matrices)
    nearest = xp.argmin(_to_kept(matrices, chosen), axis=-1)
    nearest = xp.reshape(xp.take(chosen, xp.reshape(nearest, (-1,))), matrices.shape[:-1])
    itself = xp.arange(count, device=api.device(matrices))
    assigned = xp.where(on_device(xp, mask, matrices), itself, nearest)
    return xp.reshape(xp.astype(assigned, xp.int64), (*lead, count))


def weighted_covering_cost(
    weights: Any, distances: Any, kept: Any, *, importance: Any = None
) -> Array:
    """Compute the attention-weighted k-median cost of the kept tokens.

    Parameters
    ----------
    weights : array of shape (n,), (H, n) or (H, R, n)
        Softmax rows, as in `pruning_error`.
    distances : array of shape (n, n) or (H_kv, n, n)
        Distances between all tokens, in which the values are to be Lipschitz.
    kept : boolean mask of shape (n,), or distinct token numbers
        The tokens that stay, or any centres, prompt tokens included.
    importance : nonnegative array of shape (), (H,) or (H, R), optional
        The factor lambda of each row; then the weighted sum over all rows is returned.

    Returns
    -------
    float64 array of shape (), (H,) or (H, R), Phi of each row; of shape () if `importance` is
    given.

    Raises
    ------
    InvalidProblem, InvalidSelection
        As in `nearest_kept`; also if the rows are no softmax rows, or if shapes do not fit.

    Notes
    -----
    Phi(S) = sum over v of w_v dist(v, S). It is the least worst-case error over all reweightings
    of the kept tokens when the values are 1-Lipschitz, reached by the "oracle" bias; extended
    theory, 9.3.

    Examples
    --------
    >>> distances = [[0, 2, 9], [2, 0, 7], [9, 7, 0]]
    >>> float(weighted_covering_cost([0.25, 0.5, 0.25], distances, kept=[0, 2]))
    1.0
    """
    called = "weighted_covering_cost"
    rows, matrices = read_weighted(called, weights, distances)
    xp = rows.xp
    mask = as_token_set(called, "kept", kept, rows.token_count, why="Phi is infinite without one")
    chosen = on_device(xp, mask.nonzero()[0], matrices)
    nearest = xp.min(_to_kept(matrices, chosen), axis=-1)
    nearest = xp.where(on_device(xp, mask, matrices), xp.zeros_like(nearest), nearest)
    costs = rows.restore(xp.matmul(rows.weights, nearest[:, :, None]))
    if importance is None:
        return costs
    return xp.sum(costs * as_importance(called, importance, rows))


def read_distances(called: str, distances: Any) -> tuple[Array, tuple[int, ...]]:
    """Check distance matrices: float64 of shape (J, n, n), and the caller's leading axes."""
    array = as_real(called, "distances", distances, (2, 3), lowest=0.0)
    xp = api.array_namespace(array)
    if array.shape[-1] != array.shape[-2]:
        raise InvalidProblem(
            called,
            describe("distances", array),
            "distances are square: from every token to every token",
            "Pass pairwise_distances(tokens, tokens), prompt tokens included.",
        )
    exact = to_float64(called, "distances", array)
    matrices = exact[None, :, :] if exact.ndim == 2 else exact
    if bool(xp.any(xp.linalg.diagonal(matrices) != 0)):
        raise InvalidProblem(
            called,
            describe("distances", array),
            "the distance of a token to itself is 0",
            "Pass a metric; pairwise_distances has this property.",
        )
    return matrices, tuple(array.shape[:-2])


def read_weighted(called: str, weights: Any, distances: Any) -> tuple[AttentionRows, Array]:
    """Check rows of weights together with the distances between their tokens."""
    matrices, _ = read_distances(called, distances)
    rows = read_rows(called, weights, matrices.shape[0])
    require_together(called, ("distances", matrices), ("weights", rows.weights))
    if matrices.shape[-1] != rows.token_count:
        raise InvalidProblem(
            called,
            f"{describe('distances', matrices)}; weights over {rows.token_count} tokens",
            "distances and weights are over the same tokens",
            "Put prompt tokens into both.",
        )
    return rows, matrices


def as_importance(called: str, importance: Any, rows: AttentionRows) -> Array:
    """Check the factors of the rows: float64 of the caller's leading shape."""
    xp, device = rows.xp, api.device(rows.weights)
    ones = xp.ones(rows.lead, dtype=xp.float64, device=device)
    if importance is None:
        return ones
    if isinstance(importance, int | float):
        importance = xp.asarray(float(importance), dtype=xp.float64, device=device)
    array = as_real(called, "importance", importance, (0, 1, 2), lowest=0.0)
    if tuple(array.shape) not in ((), rows.lead):
        raise InvalidProblem(
            called,
            describe("importance", array),
            f"importance has one entry for each row, shape {rows.lead}",
            "Leave it out to weigh all rows alike.",
        )
    require_together(called, ("weights", rows.weights), ("importance", array))
    return ones * to_float64(called, "importance", array)


def _to_kept(matrices: Array, chosen: Array) -> Array:
    return api.array_namespace(matrices).take(matrices, chosen, axis=-1)
