"""The sizes that the cost of Algorithm 1 depends on."""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from mobtheory.claims.instances.drawing import draw_budget
from mobtheory.claims.instances.tokens import Points


@dataclass(frozen=True)
class Sizes:
    """The sizes that the cost of Algorithm 1 depends on."""

    read_as: ClassVar[str] = "the numbers of tokens and channels"

    visual: int
    prompt: int
    width: int
    budget: int
    prompt_budget: int
    fold: int

    @classmethod
    def from_clouds(cls, visual: Points, prompt: Points, rng: np.random.Generator) -> Self:
        budget = draw_budget(rng, len(visual))
        prompt_budget = int(rng.integers(0, budget + 1))
        fold = int(rng.integers(1, 1 + int(rng.choice([min(3, len(visual)), len(visual)]))))
        return cls(len(visual), len(prompt), visual.shape[1], budget, prompt_budget, fold)
