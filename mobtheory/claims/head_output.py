"""What one softmax head puts out over a set of tokens, and how far rounding may move it."""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mobtheory.claims.set_functions import SoftmaxAttention

Array = NDArray[np.float64]
_EPS = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, eq=False)
class HeadOutput:
    """The logits, weights and values with which a head reads tokens, from their definitions.

    Attributes
    ----------
    head : a = W_K^T q / sqrt(d_h) and W_V
    points : (n, d)
    logits : (n,), with whatever bias was added
    """

    head: SoftmaxAttention
    points: Array
    logits: Array

    @classmethod
    def of(cls, head: SoftmaxAttention, points: Array, bias: Array | float = 0.0) -> Self:
        return cls(head, points, points @ head.key_query + bias)

    @cached_property
    def weights(self) -> Array:
        powers = np.exp(self.logits - self.logits.max())
        return powers / powers.sum()

    @cached_property
    def values(self) -> Array:
        return self.points @ self.head.values.T

    @cached_property
    def output(self) -> Array:
        return self.weights @ self.values

    @property
    def steepness(self) -> float:
        """``A``, the length of a."""
        return float(np.linalg.norm(self.head.key_query))

    @property
    def gain(self) -> float:
        """``|W_V|``, the largest singular value."""
        return float(np.linalg.norm(self.head.values, 2))

    @property
    def logit_rounding(self) -> float:
        """Bound on the error of every logit, the bias included."""
        longest = float(np.linalg.norm(self.points, axis=1).max())
        of_products = (self.points.shape[1] + 2) * self.steepness * longest
        return _EPS * (of_products + 2 * float(np.abs(self.logits).max()))

    @property
    def rounding(self) -> float:
        """Bound on the error of the output.

        A logit that is off by e moves the weights by at most 2 e in sum; sums and quotients of n
        terms lose n units, products of d terms d units.
        """
        count, dimension = self.points.shape
        largest = float(np.linalg.norm(self.head.values)) * float(
            np.linalg.norm(self.points, axis=1).max()
        )
        return largest * (2 * self.logit_rounding + 4 * (count + dimension + 8) * _EPS)


def draw_head(rng: np.random.Generator, points: Array) -> SoftmaxAttention:
    """A flat, mild or peaked head; its logits spread by up to a thousand over the tokens."""
    dimension = points.shape[1]
    spread = float(np.linalg.norm(points - points.mean(axis=0), axis=1).max()) or 1.0
    direction = rng.normal(size=dimension)
    direction *= float(rng.choice([0.0, 0.01, 1.0, 10.0, 300.0])) / np.linalg.norm(direction)
    values = rng.normal(size=(int(rng.integers(1, 4)), dimension)) / np.sqrt(dimension)
    return SoftmaxAttention(direction / spread, values)
