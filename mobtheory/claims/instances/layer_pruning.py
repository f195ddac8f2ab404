"""A pruning read by one pre-norm layer, at a prompt token or through several layers."""

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from mobtheory.claims.instances.attention_pruning import AttentionPruning
from mobtheory.claims.instances.drawing import draw_problem, draw_selection
from mobtheory.claims.instances.tokens import Points
from mobtheory.claims.pre_norm import PreNormLayer

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LayerPruning(AttentionPruning):
    """A pruning, and a pre-norm layer read at the last prompt token."""

    layer: PreNormLayer

    @classmethod
    def from_clouds(cls, visual: Points, prompt: Points, rng: np.random.Generator) -> Self:
        problem = draw_problem(visual, prompt, rng)
        layer = PreNormLayer.drawn(rng, visual.shape[1])
        return cls(problem, draw_selection(rng, problem), layer)

    @cached_property
    def row(self) -> Array:
        """(1, d), the residual of the last prompt token."""
        return self.all_points[-1:]

    @cached_property
    def heads(self) -> tuple[Array, Array]:
        """Weights (H, n) of the row and values (H, n, d_h), all tokens kept."""
        weights, values = self.layer.heads(self.all_points, self.row)
        return weights[:, 0], values

    @cached_property
    def updates(self) -> tuple[Array, Array]:
        """(1, d) each: what attention adds with all tokens, and with the kept ones."""
        return tuple(
            self.layer.attention(tokens, self.row)
            for tokens in (self.all_points, self.all_points[self.kept])
        )  # pyright: ignore[reportReturnType]


@dataclass(frozen=True, eq=False)
class StackPruning(AttentionPruning):
    """A pruning, and a stack of layers in which every token sees all others."""

    read_as: ClassVar[str] = "at most 8 visual and 4 prompt tokens"

    layers: tuple[PreNormLayer, ...]

    @classmethod
    def from_clouds(cls, visual: Points, prompt: Points, rng: np.random.Generator) -> Self:
        visual = visual[rng.permutation(len(visual))[:8]]
        prompt = prompt[rng.permutation(len(prompt))[:4]]
        problem = draw_problem(visual, prompt, rng)
        depth = int(rng.integers(1, 3))
        layers = tuple(PreNormLayer.drawn(rng, visual.shape[1]) for _ in range(depth))
        return cls(problem, draw_selection(rng, problem), layers)

    @cached_property
    def log_counts(self) -> Array:
        """Logarithms of the number of tokens that each kept token stands for."""
        return np.log(self.gathered(np.ones(len(self.kept)))[self.kept])
