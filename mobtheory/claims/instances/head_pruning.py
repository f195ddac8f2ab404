"""A pruning and a softmax head that reads its tokens at one query."""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from mobtheory.claims.head_output import HeadOutput, draw_head
from mobtheory.claims.instances.attention_pruning import AttentionPruning
from mobtheory.claims.instances.drawing import draw_problem, draw_selection
from mobtheory.claims.instances.tokens import Points
from mobtheory.claims.set_functions import SoftmaxAttention


@dataclass(frozen=True, eq=False)
class HeadPruning(AttentionPruning):
    """A pruning, and one head whose keys and values are linear in the tokens."""

    head: SoftmaxAttention

    @classmethod
    def from_clouds(cls, visual: Points, prompt: Points, rng: np.random.Generator) -> Self:
        problem = draw_problem(visual, prompt, rng)
        tokens = AttentionPruning(problem, draw_selection(rng, problem))
        return cls(problem, tokens.selection, draw_head(rng, tokens.all_points))

    @cached_property
    def full(self) -> HeadOutput:
        """The head on all tokens."""
        return HeadOutput.of(self.head, self.all_points)

    @cached_property
    def biased(self) -> HeadOutput:
        """The head on the kept tokens, with the logarithms of their counts added."""
        counts = self.gathered(np.ones(len(self.kept)))[self.kept]
        return HeadOutput.of(self.head, self.all_points[self.kept], np.log(counts))
