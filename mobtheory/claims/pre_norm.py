"""A pre-norm transformer layer: RMSNorm, attention heads, residual, RMSNorm, SwiGLU, residual."""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_EPS = float(np.finfo(np.float64).eps)
SILU_SLOPE = 1.0999
"""A bound on the derivative of t / (1 + e^-t), whose maximum is 1.09984 near t = 2.4."""


@dataclass(frozen=True, eq=False)
class PreNormLayer:
    """The weights of one layer, without positions and masks.

    Attributes
    ----------
    query, key, read : (H, d_h, d), W_Q, W_K and W_V
    write : (H, d, d_h), W_O
    gate, up, down : (f, d), (f, d) and (d, f) of the SwiGLU
    attention_gain, mlp_gain : (d,), the gains of the two norms
    epsilon : added to the mean square in the norms
    """

    query: Array
    key: Array
    read: Array
    write: Array
    gate: Array
    up: Array
    down: Array
    attention_gain: Array
    mlp_gain: Array
    epsilon: float

    @classmethod
    def drawn(cls, rng: np.random.Generator, dimension: int) -> Self:
        """One or two heads of width 2 or 3, and a SwiGLU of width 4; mild or steep."""
        heads, width = int(rng.integers(1, 3)), int(rng.integers(2, 4))

        def matrices(*shape: int) -> Array:
            scale = float(rng.choice([0.1, 0.3, 1.0]))
            return scale * rng.normal(size=shape) / np.sqrt(shape[-1])

        query, key, read = (matrices(heads, width, dimension) for _ in range(3))
        gate, up = matrices(4, dimension), matrices(4, dimension)
        gains = rng.uniform(0.5, 1.5, (2, dimension))
        write, down = matrices(heads, dimension, width), matrices(dimension, 4)
        return cls(query, key, read, write, gate, up, down, gains[0], gains[1], 1e-6)

    @property
    def dimension(self) -> int:
        return self.down.shape[0]

    @property
    def head_width(self) -> int:
        return self.query.shape[1]

    def length(self, tokens: Array) -> Array:
        """``(|x|^2 + d eps)^(1/2)`` of every token."""
        return np.sqrt(np.sum(tokens**2, axis=-1) + self.dimension * self.epsilon)

    def normalised(self, tokens: Array, gain: Array) -> Array:
        """RMSNorm of every token."""
        return np.sqrt(self.dimension) * gain * tokens / self.length(tokens)[..., None]

    def heads(self, tokens: Array, rows: Array, bias: Array | float = 0.0) -> tuple[Array, Array]:
        """Softmax weights (H, R, n) of the tokens `rows` (R, d), and values (H, n, d_h)."""
        seen = self.normalised(tokens, self.attention_gain)
        asking = self.normalised(rows, self.attention_gain)
        keys, queries = seen @ self.key.swapaxes(1, 2), asking @ self.query.swapaxes(1, 2)
        logits = queries @ keys.swapaxes(1, 2) / np.sqrt(self.head_width) + bias
        powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
        return powers / powers.sum(axis=-1, keepdims=True), seen @ self.read.swapaxes(1, 2)

    def attention(self, tokens: Array, rows: Array, bias: Array | float = 0.0) -> Array:
        """(R, d), what attention over `tokens` adds to the residual of `rows`."""
        weights, values = self.heads(tokens, rows, bias)
        return np.sum(weights @ values @ self.write.swapaxes(1, 2), axis=0)

    def mlp(self, after_attention: Array) -> Array:
        """(R, d), what the SwiGLU adds to the residual."""
        seen = self.normalised(after_attention, self.mlp_gain)
        gate = seen @ self.gate.T
        # The logistic function through tanh: no exponential overflows.
        opened = gate * (1 + np.tanh(gate / 2)) / 2
        return opened * (seen @ self.up.T) @ self.down.T

    @cached_property
    def reach(self) -> float:
        """``rho = sqrt(d) |g_2|_inf``: no input of the SwiGLU is longer."""
        return float(np.sqrt(self.dimension) * np.abs(self.mlp_gain).max())

    @cached_property
    def attention_reach(self) -> float:
        """``sqrt(d) |g_1|_inf``: no input of the heads is longer."""
        return float(np.sqrt(self.dimension) * np.abs(self.attention_gain).max())

    @cached_property
    def mlp_lipschitz(self) -> float:
        """``Lip(M)`` of the SwiGLU on inputs of length at most rho."""
        gate, up, down = (float(np.linalg.norm(w, 2)) for w in (self.gate, self.up, self.down))
        gate_row, up_row = (float(np.linalg.norm(w, axis=1).max()) for w in (self.gate, self.up))
        return down * self.reach * (SILU_SLOPE * gate * up_row + up * gate_row)

    def attention_rounding(self, count: int) -> float:
        """Bound on the error of `attention` over `count` tokens.

        A norm and a product of d terms lose d + 4 half units of the product of lengths each, so a
        logit of two such products loses 4 d + d_h + 16 in all; off by e, it moves the weights by at
        most 2 e in sum.
        """
        units = 2 * (self.dimension + self.head_width + 8) * _EPS
        rho = self.attention_reach
        total = 0.0
        for query, key, read, write in zip(
            self.query, self.key, self.read, self.write, strict=True
        ):
            logits = float(np.linalg.norm(query) * np.linalg.norm(key)) * rho**2
            values = float(np.linalg.norm(read) * np.linalg.norm(write)) * rho
            logit_error = units * logits / np.sqrt(self.head_width) + count * _EPS
            total += values * (2 * logit_error + units + 4 * count * _EPS)
        return float(total)

    def mlp_rounding(self) -> float:
        """Bound on the error of `mlp`, of its norm too; products lose as in the attention."""
        units = 2 * (self.dimension + len(self.gate) + 8) * _EPS
        lengths = [float(np.linalg.norm(w)) for w in (self.gate, self.up, self.down)]
        return units * (float(np.prod(lengths)) * self.reach**2 + self.mlp_lipschitz * self.reach)
