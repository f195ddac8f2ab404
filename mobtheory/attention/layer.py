"""What pruning changes after one multi-head pre-norm layer."""

import math
from typing import Any

import array_api_compat as api

from mobtheory.attention.arrays import as_real, require_together
from mobtheory.attention.norms import rms_norm_slope, spectral_norm
from mobtheory.attention.numbers import as_number
from mobtheory.errors import InvalidProblem
from mobtheory.geometry.points import Array, describe, to_float64


def layer_error(errors: Any, output: Any) -> Array:
    """Compute what pruning changes in the residual stream after attention, exactly.

    Parameters
    ----------
    errors : array of shape (H, d_v) or (H, R, d_v)
        o^h - o_S^h of each head, as `pruning_error`, `merge_error` or `hybrid_error` returns it.
    output : array of shape (H, d, d_v)
        The output projections W_O^h.

    Returns
    -------
    float64 array of shape (d,) or (R, d): z - z_s.

    Raises
    ------
    InvalidProblem
        If an array is invalid, or if heads or widths do not fit.

    Notes
    -----
    z - z_s = sum over h of W_O^h (o^h - o_S^h); extended theory, 9.6.

    Examples
    --------
    >>> layer_error([[1.0], [2.0]], [[[3.0], [0.0]], [[0.0], [5.0]]])
    array([ 3., 10.])
    """
    called = "layer_error"
    differences, matrices, lead = _heads(called, errors, output)
    xp = api.array_namespace(differences)
    moved = xp.sum(xp.matmul(differences, xp.matrix_transpose(matrices)), axis=0)
    return xp.reshape(moved, (*lead, matrices.shape[1]))


def attention_bound(errors: Any, output: Any) -> Array:
    """Bound the change of the residual stream after attention by the errors of the heads.

    Parameters
    ----------
    errors, output
        As in `layer_error`.

    Returns
    -------
    float64 array of shape () or (R,): B.

    Raises
    ------
    InvalidProblem
        As in `layer_error`.

    Notes
    -----
    ||z - z_s|| <= B = sum over h of ||W_O^h|| ||o^h - o_S^h||; for plain pruning the latter is
    m_h ||o_D^h - o_S^h||. Extended theory, 9.6.

    Examples
    --------
    >>> bound = attention_bound([[1.0], [2.0]], [[[3.0], [0.0]], [[0.0], [5.0]]])
    >>> 13.0 <= float(bound) < 13.0 + 1e-12
    True
    """
    called = "attention_bound"
    differences, matrices, lead = _heads(called, errors, output)
    xp = api.array_namespace(differences)
    sizes = xp.linalg.vector_norm(differences, axis=-1)
    total = xp.sum(spectral_norm(matrices)[:, None] * sizes, axis=0)
    total = total * (1 + 2.0**-52 * (differences.shape[0] + differences.shape[-1] + 8))
    return xp.reshape(total, lead)


def layer_bound(
    bound: float, state: Any, *, mlp_lipschitz: float, gain: Any, epsilon: float
) -> float:
    """Bound the change of the residual stream after the whole layer.

    Parameters
    ----------
    bound : float
        B, an upper bound of ||z - z_s||; `attention_bound`.
    state : array of shape (d,)
        z, the residual stream after attention, without pruning.
    mlp_lipschitz : float
        Lipschitz constant of the MLP on outputs of its norm; `swiglu_lipschitz`.
    gain : array of shape (d,)
        The gain g of the norm before the MLP.
    epsilon : float
        What the norm adds to the mean square, at least 0.

    Returns
    -------
    float; inf where the norm may divide by 0.

    Raises
    ------
    InvalidProblem
        If a number is negative or not finite, or if state and gain do not fit.

    Notes
    -----
    ||y - y_s|| <= B (1 + Lip(M) 2 sqrt(d) ||g||_inf / (||z||_eps + max(||z||_eps - B, sqrt(d
    eps)))), with ||z||_eps = (||z||^2 + d eps)^(1/2). Extended theory, 9.6: correct, and loose;
    where it matters measure the amplification of the MLP and use the attention part. The proofs
    suppose epsilon > 0. With epsilon = 0 it holds as their limit where neither z nor z_s is 0, as
    B < ||z|| ensures; otherwise inf is returned.

    Examples
    --------
    >>> layer_bound(1.0, [3.0, 4.0], mlp_lipschitz=9.0, gain=[1.0, 1.0], epsilon=0.0) / 2
    1.9142135623730951
    """
    called = "layer_bound"
    bound = as_number(called, "bound", bound)
    slope = as_number(called, "mlp_lipschitz", mlp_lipschitz)
    epsilon = as_number(called, "epsilon", epsilon)
    state = as_real(called, "state", state, (1,))
    gain = as_real(called, "gain", gain, (1,))
    if state.shape != gain.shape:
        raise InvalidProblem(
            called,
            f"{describe('state', state)}; {describe('gain', gain)}",
            "the norm has one gain for each coordinate of the state",
            "Pass z and the gain of the norm that reads it.",
        )
    floor = math.sqrt(state.shape[0] * epsilon)
    exact = to_float64(called, "state", state)
    length = math.hypot(float(api.array_namespace(exact).linalg.vector_norm(exact)), floor)
    length_after = max(length - bound, floor)
    if bound == 0 or slope == 0:
        return bound
    if length_after == 0:
        return math.inf
    return bound * (1 + slope * rms_norm_slope(gain, length + length_after))


def _heads(called: str, errors: Any, output: Any) -> tuple[Array, Array, tuple[int, ...]]:
    """Errors (H, R, d_v), projections (H, d, d_v), and the leading shape () or (R,)."""
    errors = as_real(called, "errors", errors, (2, 3))
    output = as_real(called, "output", output, (3,))
    require_together(called, ("errors", errors), ("output", output))
    if errors.shape[0] != output.shape[0] or errors.shape[-1] != output.shape[-1]:
        raise InvalidProblem(
            called,
            f"{describe('errors', errors)}; {describe('output', output)}",
            "every head has errors (H, d_v) or (H, R, d_v) and a projection of shape (d, d_v)",
            "Cut W_O into its heads: (H, d, d_v).",
        )
    differences = to_float64(called, "errors", errors)
    if differences.ndim == 2:
        differences = differences[:, None, :]
    return differences, to_float64(called, "output", output), tuple(errors.shape[1:-1])
