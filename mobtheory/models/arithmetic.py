"""How far a layer's own arithmetic may be from exact arithmetic on the same weights.

A certificate speaks of exact arithmetic, a model computes in its dtype. Every bound here is the
usual one of numerical analysis: a sum of n products is off by at most (n + 2) u times the sum of
their magnitudes. Matrix products and softmax are taken to accumulate in float32 or wider, and to
round their results to the dtype of the model, as PyTorch's kernels do on a CPU; a GPU may add
partial sums in the dtype of the model. Whoever certifies compares what was computed with what is
exact: where it is farther off than is said here, nothing is certified.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from mobtheory.models.layer_pass import LayerPass
from mobtheory.models.layer_weights import LayerWeights

Float = NDArray[np.float64]
_SINGLE = 2.0**-24


def attention_rounding(
    run: LayerPass, weights: LayerWeights, tokens: torch.Tensor, largest_bias: float = 0.0
) -> Float:
    """Bound the error of the computed z of each prompt row, (R,), from the same q, k, v.

    `tokens` tell the dtype and the device of the model, `largest_bias` what was added to a logit.
    """
    stored, summed = _units(tokens.dtype)
    # Eager attention holds the logits in the dtype of the model, the other kernels in float32.
    held = stored if run.kernel == "eager" else summed
    heads, rows, width = run.queries.shape
    shared = len(run.keys)
    asking = np.abs(run.queries).reshape(shared, -1, width)
    sizes = (asking @ np.abs(run.keys).swapaxes(-1, -2)).reshape(heads, rows, -1) * run.scaling
    visible = np.isfinite(run.logits)
    highest = np.max(np.where(visible, np.abs(run.logits), 0.0), axis=-1, keepdims=True)
    off = (width + 4) * summed * np.max(np.where(visible, sizes, 0.0), axis=-1, keepdims=True)
    off = off + 4 * held * highest + stored * largest_bias
    softmax = np.exp(run.logits - run.logits.max(axis=-1, keepdims=True))
    softmax = softmax / softmax.sum(axis=-1, keepdims=True)
    with np.errstate(over="ignore"):
        stretched = np.expm1(2 * off)[..., 0]
    relative = stretched + (2 * run.logits.shape[-1] + 16) * summed + 4 * stored
    grouped = softmax.reshape(shared, -1, softmax.shape[-1])
    largest = (grouped @ np.abs(run.values)).reshape(heads, rows, -1)
    per_head = relative * np.linalg.norm(largest, axis=-1)
    terms = heads * largest.shape[-1]
    products = np.abs(weights.output) @ largest.swapaxes(-1, -2)  # (H, d, R)
    projection = np.linalg.norm(products.sum(axis=0), axis=0)
    partial_sums = 0.0 if tokens.device.type == "cpu" else 4 * stored
    total = weights.output_norms @ per_head + ((terms + 4) * summed + partial_sums) * projection
    # What attention adds is rounded, and so is its sum with x.
    sizes_of_states = (np.linalg.norm(x, axis=-1) for x in (run.after_attention, run.before))
    return total + 2 * stored * sum(sizes_of_states)


def layer_rounding(
    runs: Sequence[LayerPass], weights: LayerWeights, dtype: torch.dtype
) -> Float | None:
    """Bound the errors of the computed y of each prompt row from its computed z, summed over runs.

    Returns shape (R,), or None where the MLP is no SwiGLU.
    """
    mlp = weights.mlp
    if mlp is None:
        return None
    return np.sum([_mlp_rounding(run, mlp, weights, dtype) for run in runs], axis=0)


def _mlp_rounding(
    run: LayerPass, mlp: tuple[Float, Float, Float], weights: LayerWeights, dtype: torch.dtype
) -> Float:
    stored, summed = _units(dtype)
    gate, up, down = mlp
    state = run.after_attention
    mean = (state**2).mean(axis=-1, keepdims=True) + weights.epsilon
    normed = state / np.sqrt(mean) * weights.gain
    width, inner = state.shape[-1], len(gate)
    # The norm's own error reaches the products as one more rounding of each entry.
    rough = (width + 12) * summed + (width + 8) * _SINGLE + 8 * stored
    gates, ups = normed @ gate.T, normed @ up.T
    gates_off = rough * (np.abs(normed) @ np.abs(gate).T)
    ups_off = rough * (np.abs(normed) @ np.abs(up).T)
    active = gates / (1 + np.exp(-np.clip(gates, -700, 700)))
    product = np.abs(active * ups)
    off = 1.1 * gates_off * (np.abs(ups) + ups_off) + np.abs(active) * ups_off
    off = off + (8 * stored + 8 * summed) * (product + np.abs(ups) + gates_off)
    sums = ((inner + 4) * summed + 4 * stored) * (product + off) + off
    total = np.linalg.norm(sums @ np.abs(down).T, axis=-1)
    return total + 2 * stored * np.linalg.norm(run.after_layer, axis=-1)


def _units(dtype: torch.dtype) -> tuple[float, float]:
    """Unit roundoff of what is stored, and of sums: softmax and norms never use float64."""
    info: Any = torch.finfo(dtype)
    stored = max(info.eps / 2, _SINGLE)
    return stored, _SINGLE
