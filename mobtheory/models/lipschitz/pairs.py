"""One measured pair of token sets: how far apart they lie, and what F makes of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from mobtheory.models.lipschitz.outputs import READINGS, Function, Outputs, Variant, pruned
from mobtheory.models.lipschitz.sample import Float, Places, Sample


@dataclass(frozen=True, eq=False)
class Pair:
    """X and X' with d_H(X, X') and ||F(X) - F(X')||.

    Attributes
    ----------
    sample : number of the input
    family : how X' was found
    size : visual tokens in X'
    variant : X'
    distance : d_H, Euclidean between the tokens as they enter the layer
    changes : (3,), in the order of `READINGS`
    flipped : whether the first word of the answer changed
    """

    sample: int
    family: str
    size: int
    variant: Variant
    distance: float
    changes: Float
    flipped: bool

    @property
    def ratios(self) -> Float:
        """Change over distance in each reading; infinite where only the output moves."""
        if self.distance == 0:
            return np.where(self.changes > 0, np.inf, 0.0)
        return self.changes / self.distance

    def is_of(self, family: str, size: int) -> bool:
        """Whether it is of this family and keeps this many visual tokens."""
        return self.family == family and self.size == size

    def ratio(self, reading: str) -> float:
        """Change over distance in one reading."""
        return float(self.ratios[READINGS.index(reading)])


def measure_prunings(
    function: Function,
    sample: Sample,
    full: Outputs,
    chosen: Sequence[tuple[str, Places]],
) -> list[Pair]:
    """Measure F(X_s) for kept tokens of some families."""
    outputs = function(sample, [pruned(sample, kept) for _, kept in chosen])
    return [
        Pair(
            sample.number,
            family,
            len(kept),
            pruned(sample, kept),
            sample.pruned_distance(kept),
            full.change(output),
            output.answer != full.answer,
        )
        for (family, kept), output in zip(chosen, outputs, strict=True)
    ]


def measure_moves(
    function: Function, sample: Sample, full: Outputs, moved: Sequence[torch.Tensor], family: str
) -> list[Pair]:
    """Measure F(X') for tokens that were moved, (n, d) each."""
    variants = [Variant(np.arange(len(sample.hidden)), hidden=hidden) for hidden in moved]
    outputs = function(sample, variants)
    return [
        Pair(
            sample.number,
            family,
            sample.count,
            variant,
            sample.moved_distance(hidden),
            full.change(output),
            output.answer != full.answer,
        )
        for variant, hidden, output in zip(variants, moved, outputs, strict=True)
    ]
