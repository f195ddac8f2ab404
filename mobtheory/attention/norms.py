"""Norms of weight matrices and Lipschitz constants of the parts of a pre-norm layer."""

import math
from typing import Any

import array_api_compat as api

from mobtheory.attention.arrays import as_real, lengths
from mobtheory.attention.numbers import as_number
from mobtheory.attention.rows import EPSILON
from mobtheory.errors import InvalidProblem
from mobtheory.geometry.points import Array, describe, to_float64

SILU_SLOPE = 1.0999
"""At least the largest derivative of SiLU, 1.09984..., at 2.3994."""


def spectral_norm(matrix: Any) -> Array:
    """Bound the spectral norm of a matrix, or of one matrix for each head, from above.

    Parameters
    ----------
    matrix : array of shape (p, q) or (H, p, q)

    Returns
    -------
    float64 array of shape () or (H,): the largest singular value, raised by its rounding.

    Raises
    ------
    InvalidProblem
        If it is no array of finite numbers of such a shape.

    Examples
    --------
    >>> 3.0 <= float(spectral_norm([[3.0, 0.0], [0.0, 2.0]])) < 3.0 + 1e-12
    True
    """
    array = as_real("spectral_norm", "matrix", matrix, (2, 3))
    xp = api.array_namespace(array)
    exact = to_float64("spectral_norm", "matrix", array)
    largest = xp.max(xp.linalg.svdvals(exact), axis=-1)
    # Computed singular values are those of a matrix that is off by a small multiple of eps.
    return largest * (1 + 8 * sum(exact.shape[-2:]) * EPSILON)


def swiglu_lipschitz(gate: Any, up: Any, down: Any, gain: Any) -> float:
    """Bound the Lipschitz constant of a SwiGLU MLP on the outputs of the RMSNorm before it.

    Parameters
    ----------
    gate, up : arrays of shape (f, d), W_g and W_u
    down : array of shape (d, f), W_d
    gain : array of shape (d,), the gain g of the norm before the MLP

    Returns
    -------
    float, for x to W_d (SiLU(W_g x) * W_u x) on ||x|| <= rho = sqrt(d) ||g||_inf.

    Raises
    ------
    InvalidProblem
        If an array is invalid, or if the shapes do not fit together.

    Notes
    -----
    ||W_d|| rho (1.0999 ||W_g|| ||W_u||_{2,inf} + ||W_u|| ||W_g||_{2,inf}), where ||.||_{2,inf} is
    the largest row length: split the product, |SiLU(t)| <= |t| and Lip(SiLU) <= 1.0999. Extended
    theory, 9.6.

    Examples
    --------
    >>> round(swiglu_lipschitz([[1.0]], [[1.0]], [[1.0]], [2.0]), 10)
    4.1998
    """
    called = "swiglu_lipschitz"
    names = {"gate": gate, "up": up, "down": down}
    gate, up, down = (as_real(called, name, x, (2,)) for name, x in names.items())
    gain = as_real(called, "gain", gain, (1,))
    hidden, dimension = gate.shape
    if up.shape != gate.shape or down.shape != (dimension, hidden) or gain.shape != (dimension,):
        arrays = (("gate", gate), ("up", up), ("down", down), ("gain", gain))
        raise InvalidProblem(
            called,
            "; ".join(describe(name, array) for name, array in arrays),
            "gate and up have shape (f, d), down (d, f) and gain (d,)",
            "Transpose those that do not.",
        )
    gates, ups, downs = (float(spectral_norm(x)) for x in (gate, up, down))
    gate_row, up_row = (_longest_row(called, x) for x in (gate, up))
    slope = downs * rms_norm_length(gain) * (SILU_SLOPE * gates * up_row + ups * gate_row)
    return slope * (1 + 16 * EPSILON)


def rms_norm_length(gain: Any) -> float:
    """Bound the length of what RMSNorm returns.

    Parameters
    ----------
    gain : array of shape (d,)

    Returns
    -------
    float, rho = sqrt(d) ||g||_inf.

    Raises
    ------
    InvalidProblem
        If the gain is no array of finite numbers of such a shape.

    Notes
    -----
    RMSNorm(x) = sqrt(d) g * x / ||x||_eps with ||x||_eps = (||x||^2 + d eps)^(1/2); extended
    theory, 9.6.

    Examples
    --------
    >>> rms_norm_length([1.0, -2.0, 0.5, 0.5])
    4.0
    """
    gain = as_real("rms_norm_length", "gain", gain, (1,))
    xp = api.array_namespace(gain)
    exact = to_float64("rms_norm_length", "gain", gain)
    return math.sqrt(gain.shape[0]) * float(xp.max(xp.abs(exact)))


def rms_norm_slope(gain: Any, length_sum: float) -> float:
    """Bound how much RMSNorm stretches the difference of two vectors.

    Parameters
    ----------
    gain : array of shape (d,)
    length_sum : float
        ||x||_eps + ||y||_eps, or any positive number that is not above it.

    Returns
    -------
    float, nu with ||RMSNorm(x) - RMSNorm(y)|| <= nu ||x - y||.

    Raises
    ------
    InvalidProblem
        If the gain is invalid or the sum is not positive.

    Notes
    -----
    2 sqrt(d) ||g||_inf / (||x||_eps + ||y||_eps), from
    ||x - y||^2 >= (||x|| + ||y||)^2 ||x / ||x|| - y / ||y||||^2 / 4 with sqrt(d eps) as one more
    coordinate; extended theory, 9.6 and 4.6.

    Examples
    --------
    >>> rms_norm_slope([1.0, 1.0, 1.0, 1.0], length_sum=8.0)
    0.5
    """
    called = "rms_norm_slope"
    total = as_number(called, "length_sum", length_sum, positive=True)
    return 2 * rms_norm_length(gain) / total


def _longest_row(called: str, matrix: Array) -> float:
    exact = to_float64(called, "matrix", matrix)
    return float(api.array_namespace(matrix).max(lengths(exact)))
