"""Whole sets of copies at one layer: the gap of each head against tanh(1/4 ln kappa)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mobtheory.attention import attention_weights, multiplicity_gap
from mobtheory.models.lipschitz.blindness import MULTIPLICITIES
from mobtheory.models.lipschitz.sample import Float, Sample

_ROUNDING = 1e-9


@dataclass(frozen=True)
class HeadGaps:
    """Every head and prompt row of one kappa: gap over tanh(1/4 ln kappa) ||o_V - o_P||.

    Attributes
    ----------
    kappa : how often every visual token occurs for one that is kept
    limit : tanh(1/4 ln kappa)
    count : heads times prompt rows, of all inputs
    median, largest : of the gap over its limit; 1 is reached at a visual mass of
        sqrt(kappa) / (1 + sqrt(kappa))
    above : how many gaps were above their limit by more than rounding: the theory has none
    largest_gap : largest gap of the attention output of a head, in the units of its values
    """

    kappa: float
    limit: float
    count: int
    median: float
    largest: float
    above: int
    largest_gap: float

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "kappa": self.kappa,
            "limit": self.limit,
            "count": self.count,
            "median": self.median,
            "largest": self.largest,
            "above": self.above,
            "largest_gap": self.largest_gap,
        }


def head_gaps(sample: Sample) -> list[tuple[Float, Float]]:
    """Copy and prune the visual tokens of every head at the layer, prompt rows only.

    The softmax runs over the genuinely repeated logits. Theory, proposition 4.3: the odds of the
    visual mass are divided by kappa, so the output moves along o_V - o_P by at most
    tanh(1/4 ln kappa); `multiplicity_gap`.

    Returns
    -------
    list of (gap (H, R), limit (H, R)), one a row of `MULTIPLICITIES`; empty without a layer
    """
    if sample.call is None:
        return []
    run = sample.whole
    values = np.repeat(run.values, len(run.queries) // len(run.values), axis=0)
    visual = np.zeros(run.logits.shape[-1], dtype=bool)
    visual[sample.visual] = True
    means = [_mean(run.logits, values, chosen) for chosen in (visual, ~visual)]
    apart = np.linalg.norm(means[0] - means[1], axis=-1)
    found: list[tuple[Float, Float]] = []
    for kappa, before, after in MULTIPLICITIES:
        outputs = [_output(run.logits, values, visual, times) for times in (before, after)]
        gap = np.linalg.norm(outputs[0] - outputs[1], axis=-1)
        found.append((gap, multiplicity_gap(kappa) * apart))
    return found


def head_gaps_summed(found: Sequence[list[tuple[Float, Float]]]) -> tuple[HeadGaps, ...]:
    """Sum `head_gaps` of all inputs up, one row a kappa."""
    rows: list[HeadGaps] = []
    told = [own for own in found if own]
    for number, (kappa, _, _) in enumerate(MULTIPLICITIES if told else ()):
        gap, limit = (
            np.concatenate([own[number][side].ravel() for own in told]) for side in (0, 1)
        )
        ratio = gap[limit > 0] / limit[limit > 0]
        rows.append(
            HeadGaps(
                kappa,
                multiplicity_gap(kappa),
                gap.size,
                float(np.median(ratio)),
                float(ratio.max()),
                int((gap > limit * (1 + _ROUNDING) + 1e-12).sum()),
                float(gap.max()),
            )
        )
    return tuple(rows)


def _output(logits: Float, values: Float, visual: Any, times: int) -> Float:
    """(H, R, d_v) attention output when every visual token occurs `times` times."""
    columns = np.repeat(np.arange(logits.shape[-1]), np.where(visual, times, 1))
    weights = np.asarray(attention_weights(logits[..., columns]))
    return weights @ values[:, columns]


def _mean(logits: Float, values: Float, chosen: Any) -> Float:
    """(H, R, d_v) mean value over the chosen tokens, weighted by attention among them."""
    return np.asarray(attention_weights(logits[..., chosen])) @ values[:, chosen]
