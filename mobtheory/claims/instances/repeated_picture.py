"""A picture in which every visual token occurs several times, as attention reads it."""

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from mobtheory.claims.head_output import draw_head
from mobtheory.claims.instances.tokens import EPS, Points, as_float

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class RepeatedPicture:
    """Every visual token occurs `copies` times; pruning keeps one of each, so that d_H = 0.

    Attributes
    ----------
    visual_powers, prompt_powers : (N,) and (L,), e^s of each token: weights up to a common factor
    visual_values, prompt_values : (N, m) and (L, m)
    copies : kappa, a whole number
    """

    read_as: ClassVar[str] = "at most 8 visual and 4 prompt tokens, each visual one several times"

    visual_powers: Array
    prompt_powers: Array
    visual_values: Array
    prompt_values: Array
    copies: int

    @classmethod
    def from_clouds(cls, visual: Points, prompt: Points, rng: np.random.Generator) -> Self:
        v = as_float(visual)[rng.permutation(len(visual))[:8]]
        p = as_float(prompt)[rng.permutation(len(prompt))[:4]]
        tokens = np.concatenate([v, p])
        head = draw_head(rng, tokens)
        logits = (tokens - tokens.mean(axis=0)) @ head.key_query
        powers = np.exp(np.maximum(logits - logits.max(), -500.0))
        values = tokens @ head.values.T
        copies = int(rng.choice([1, 2, 3, 4, 9, 16]))
        visual_powers, prompt_powers = powers[: len(v)], powers[len(v) :]
        if rng.random() < 0.5:  # at the worst mass sqrt(kappa) / (1 + sqrt(kappa))
            balance = float(copies) ** 0.5 * visual_powers.sum() / prompt_powers.sum()
            prompt_powers = prompt_powers * balance
        return cls(visual_powers, prompt_powers, values[: len(v)], values[len(v) :], copies)

    @cached_property
    def weights(self) -> Array:
        """(kappa N + L,), the first N of them of one copy each."""
        powers = np.concatenate([np.tile(self.visual_powers, self.copies), self.prompt_powers])
        return powers / powers.sum()

    @cached_property
    def values(self) -> Array:
        return np.concatenate([np.tile(self.visual_values, (self.copies, 1)), self.prompt_values])

    @cached_property
    def kept(self) -> NDArray[np.bool_]:
        """One copy of every visual token, and the prompt."""
        kept = np.zeros(len(self.weights), dtype=bool)
        kept[: len(self.visual_powers)] = True
        kept[self.copies * len(self.visual_powers) :] = True
        return kept

    @property
    def visual_mass(self) -> float:
        """``m``, the weight of all copies together; a sum that rounding may lift beyond 1."""
        return min(1.0, float(self.weights[: self.copies * len(self.visual_powers)].sum()))

    @cached_property
    def apart(self) -> float:
        """``|o_V - o_P|``, the distance of the mean visual value from the mean prompt value."""
        visual = self.visual_powers @ self.visual_values / self.visual_powers.sum()
        prompt = self.prompt_powers @ self.prompt_values / self.prompt_powers.sum()
        return float(np.linalg.norm(visual - prompt))

    @property
    def rounding(self) -> float:
        """Allowance for differences of weighted means of the values."""
        size = float(np.linalg.norm(self.values, axis=1).max())
        return 8 * (len(self.weights) + self.values.shape[1] + 8) * EPS * size
