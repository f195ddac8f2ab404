"""Identity 9.1/9.6 on a genuine layer: the first test, for where it fails the harness is wrong."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mobtheory.attention import layer_error, pruning_error

Float = NDArray[np.float64]
TOLERANCES = {"float64": 1e-5, "float32": 1e-4, "float16": 2e-2, "bfloat16": 1e-1}
"""Largest relative residual for the dtype in which the layer computes.

Eager attention takes the softmax in float32 also in a float64 layer.
"""
_STEP = {"float64": 2.0**-52, "float32": 2.0**-23, "float16": 2.0**-10, "bfloat16": 2.0**-7}
_ROUNDINGS = 4
Outcome = Literal["holds", "fails", "below rounding"]


@dataclass(frozen=True)
class Identity:
    """How far z - z_s, measured, is from the sum over heads of W_O^h m_h (o_D^h - o_S^h).

    Attributes
    ----------
    residual : length of the difference over the length of z - z_s, all prompt rows together
    moved : length of z - z_s over the length of z
    outcome : "holds"; "fails", if the difference exceeds tolerance times z - z_s plus four
        roundings of z; "below rounding", if z - z_s itself does not exceed those
    """

    residual: float
    moved: float
    outcome: Outcome


def check_identity(
    weights: Float, values: Float, kept: NDArray[np.bool_], output: Float, change: Float,
    state: Float, dtype: str,
) -> Identity:  # fmt: skip
    """Confront the change of the residual stream with what the heads predict.

    Parameters
    ----------
    weights : (H, R, n) softmax rows of the full layer
    values : (H_kv, n, d_v)
    kept : (n,) mask of the tokens that stay
    output : (H, d, d_v), W_O^h
    change : (R, d), z - z_s of the genuine layer
    state : (R, d), z
    dtype : in which the layer computes: a key of `TOLERANCES`

    Returns
    -------
    Identity

    Examples
    --------
    >>> weights, values = np.asarray([[[0.5, 0.25, 0.25]]]), np.asarray([[[0.0], [4.0], [8.0]]])
    >>> kept, output = np.asarray([True, True, False]), np.ones((1, 1, 1))
    >>> change, state = np.asarray([[5 / 3]]), np.ones((1, 1))
    >>> check_identity(weights, values, kept, output, change, state, "float64").outcome
    'holds'
    >>> check_identity(weights, values, kept, 2 * output, change, state, "float64").outcome
    'fails'
    """
    predicted = np.asarray(layer_error(pruning_error(weights, values, kept), output))
    difference = float(np.linalg.norm(change - predicted))
    length, size = float(np.linalg.norm(change)), float(np.linalg.norm(state))
    rounding = _ROUNDINGS * _STEP[dtype] * size
    longest = max(length, float(np.linalg.norm(predicted)))
    outcome: Outcome = "holds" if difference <= TOLERANCES[dtype] * length + rounding else "fails"
    if longest <= rounding:
        outcome = "below rounding"
    residual = difference / length if length else (0.0 if difference == 0 else np.inf)
    return Identity(residual, length / size if size else 0.0, outcome)
