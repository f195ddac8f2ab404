"""One measured pair of token sets: how far apart they lie, and what F makes of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

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
    variant : X'; None where only the figures were kept
    distance : d_H, Euclidean between the tokens as they enter the layer
    changes : (3,), in the order of `READINGS`
    noise : (3,), how far rounding alone may move these, see `NOISE`
    flipped : whether the first word of the answer changed
    """

    sample: int
    family: str
    size: int
    variant: Variant | None
    distance: float
    changes: Float
    noise: Float
    flipped: bool

    @property
    def ratios(self) -> Float:
        """Change over distance in each reading, as computed; infinite where d_H is 0."""
        if self.distance == 0:
            return np.where(self.changes > 0, np.inf, 0.0)
        return self.changes / self.distance

    @property
    def lower_bounds(self) -> Float:
        """Without what may be rounding: max(0, change - noise) / distance; 0 where d_H is 0."""
        if self.distance == 0:
            return np.zeros_like(self.changes)
        return np.maximum(0.0, self.changes - self.noise) / self.distance

    def is_of(self, family: str, size: int) -> bool:
        """Whether it is of this family and keeps this many visual tokens."""
        return self.family == family and self.size == size

    def ratio(self, reading: str) -> float:
        """Change over distance in one reading, as computed."""
        return float(self.ratios[READINGS.index(reading)])

    def lower_bound(self, reading: str) -> float:
        """C is at least this."""
        return float(self.lower_bounds[READINGS.index(reading)])

    def figures(self) -> "Pair":
        """The pair without its tokens."""
        return replace(self, variant=None)


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
            sample.noise * full.norms,
            output.answer != full.answer,
        )
        for (family, kept), output in zip(chosen, outputs, strict=True)
    ]


def measure_moves(
    function: Function,
    sample: Sample,
    full: Outputs,
    moved: Sequence[tuple[float, torch.Tensor]],
    family: str,
) -> list[Pair]:
    """Measure F(X') for (d_H(X, X'), (n, d) tokens that were moved)."""
    variants = [Variant(np.arange(len(sample.hidden)), hidden=hidden) for _, hidden in moved]
    outputs = function(sample, variants)
    return [
        Pair(
            sample.number,
            family,
            sample.count,
            variant,
            distance,
            full.change(output),
            sample.noise * full.norms,
            output.answer != full.answer,
        )
        for variant, (distance, _), output in zip(variants, moved, outputs, strict=True)
    ]
