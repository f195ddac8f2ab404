"""Experiments that leave d_H at 0 while the output moves: copies, and permuted positions.

Each experiment is a pair X, X' of token multisets with one and the same set of hidden states. Where
copies are pruned away, Assumption 1 with any constant says that the output stays. To permute
positions is no pruning: if the output moves, F reads more than that set, and the assumption says
nothing of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from mobtheory.errors import UnsupportedModel
from mobtheory.models.lipschitz.outputs import (
    READINGS,
    Function,
    Outputs,
    Variant,
    every_token,
    repeated,
    weighted,
)
from mobtheory.models.lipschitz.sample import Float, Sample
from mobtheory.models.lipschitz.spread import Spread, spread_of

COPIES = (1, 16, 64, 256)
"""How many copies one visual token gets besides itself."""
MULTIPLICITIES = ((3.0, 3, 1), (4.5, 9, 2), (9.0, 9, 1))
"""kappa, copies of every visual token before pruning, copies after it: the rates of the paper."""


@dataclass(frozen=True, eq=False)
class Gap:
    """One input of one experiment: d_H = 0, and the output moves.

    Attributes
    ----------
    sample : number of the input
    experiment : "random token", "most attended token", "all tokens" or "positions"
    size : copies added to the token, kappa, or 0 for positions
    changes, relative : ||F(X) - F(X')||, and over ||F(X)||, (3,) in the order of `READINGS`
    flipped : whether the first word of the answer changed
    repaired : ||F(X) - F(X')|| / ||F(X)||, the largest of the readings, where the copies are pruned
        to single tokens with log(copies) added to the logits of their columns: the repaired
        statement says 0, and it is computed by other means than the copies; None for positions
    """

    sample: int
    experiment: str
    size: float
    changes: Float
    relative: Float
    flipped: bool
    repaired: float | None


@dataclass(frozen=True)
class Blindness:
    """One experiment over all inputs: by how much the output moves at d_H = 0.

    Attributes
    ----------
    experiment, size : as in `Gap`
    count, flipped : inputs, and how many answers changed
    changes, relative : by reading
    repaired : the largest over the inputs; None for positions
    """

    experiment: str
    size: float
    count: int
    flipped: int
    changes: dict[str, Spread]
    relative: dict[str, Spread]
    repaired: float | None

    @property
    def is_pruning(self) -> bool:
        """Whether X' is a subset of X, as Assumption 1 has it; permuted positions are none."""
        return self.repaired is not None

    def exceeds(self, noise: float) -> bool:
        """Whether the final state moved by more than rounding, over ||F(X)||.

        Rounding is the noise of the dtype, and what was left of the change where it should be 0.
        """
        found = self.relative.get("last")
        return found is not None and found.largest > max(noise, 10 * (self.repaired or 0.0))

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "experiment": self.experiment,
            "size": self.size,
            "is_pruning": self.is_pruning,
            "hausdorff": 0.0,
            "count": self.count,
            "flipped": self.flipped,
            "changes": {name: spread.to_dict() for name, spread in self.changes.items()},
            "relative": {name: spread.to_dict() for name, spread in self.relative.items()},
            "repaired": self.repaired,
        }


def blind_gaps(
    function: Function,
    sample: Sample,
    full: Outputs,
    rng: np.random.Generator,
    *,
    copies: Sequence[int] = COPIES,
    permutations: int = 2,
) -> list[Gap]:
    """All experiments on one input but `set_gaps`."""
    gaps = _one_token(function, sample, full, rng, copies)
    return gaps + _positions(function, sample, full, rng, permutations)


def blindness(gaps: Sequence[Gap], seed: int) -> tuple[Blindness, ...]:
    """Sum the gaps of all inputs up, one row an experiment and size."""
    rows: list[Blindness] = []
    for experiment, size in dict.fromkeys((gap.experiment, gap.size) for gap in gaps):
        own = [gap for gap in gaps if (gap.experiment, gap.size) == (experiment, size)]
        repaired = [gap.repaired for gap in own if gap.repaired is not None]
        owners = [gap.sample for gap in own]
        rows.append(
            Blindness(
                experiment,
                size,
                len(own),
                sum(gap.flipped for gap in own),
                _by_reading([gap.changes for gap in own], owners, seed),
                _by_reading([gap.relative for gap in own], owners, seed),
                max(repaired, default=None),
            )
        )
    return tuple(rows)


def _one_token(
    function: Function,
    sample: Sample,
    full: Outputs,
    rng: np.random.Generator,
    copies: Sequence[int],
) -> list[Gap]:
    """X' = X with one visual token copied; pruning the copies gives X back."""
    tokens = {"random token": int(rng.integers(sample.count))}
    if sample.call is not None:
        tokens["most attended token"] = int(sample.attention().argmax())
    gaps: list[Gap] = []
    for experiment, token in tokens.items():
        times = [np.ones(sample.count, dtype=np.int64) for _ in copies]
        for own, more in zip(times, copies, strict=True):
            own[token] += more
        copied = function(sample, [repeated(sample, own) for own in times])
        biased = function(sample, [weighted(sample, own) for own in times])
        for more, own, several, single in zip(copies, times, copied, biased, strict=True):
            _check_same_set(sample, repeated(sample, own))
            gaps.append(_gap(sample, experiment, more, several, full, single))
    return gaps


def set_gaps(function: Function, sample: Sample, full: Outputs) -> list[Gap]:
    """X' = every visual token `before` times, pruned to `after` of them each."""
    ones = np.ones(sample.count, dtype=np.int64)
    wanted = sorted({n for _, before, after in MULTIPLICITIES for n in (before, after)} - {1})
    copied = function(sample, [repeated(sample, n * ones) for n in wanted])
    biased = function(sample, [weighted(sample, n * ones) for n in wanted])
    several, single = dict(zip(wanted, copied, strict=True)), dict(zip(wanted, biased, strict=True))
    _check_same_set(sample, repeated(sample, wanted[0] * ones))
    return [
        _gap(sample, "all tokens", kappa, several[before], several.get(after, full), single[before])
        for kappa, before, after in MULTIPLICITIES
    ]


def _positions(
    function: Function, sample: Sample, full: Outputs, rng: np.random.Generator, count: int
) -> list[Gap]:
    """X' = X with the position ids of the visual tokens permuted among them."""
    variants: list[Variant] = []
    visual = torch.as_tensor(sample.visual, device=sample.positions.device)
    for _ in range(count if sample.count > 1 else 0):
        order = torch.as_tensor(rng.permutation(sample.count), device=visual.device)
        positions = sample.positions.clone()
        positions[..., visual] = sample.positions[..., visual[order]]
        variants.append(Variant(every_token(sample).places, positions=positions))
    outputs = function(sample, variants)
    return [_gap(sample, "positions", 0, output, full, None) for output in outputs]


def _gap(
    sample: Sample,
    experiment: str,
    size: float,
    before: Outputs,
    after: Outputs,
    biased: Outputs | None,
) -> Gap:
    """From `before` pruning to `after`; `biased` is F after pruning with the log-count bias."""
    changes = before.change(after)
    repaired = None if biased is None else float((before.change(biased) / before.norms).max())
    return Gap(
        sample.number,
        experiment,
        size,
        changes,
        changes / before.norms,
        before.answer != after.answer,
        repaired,
    )


def _check_same_set(sample: Sample, variant: Variant) -> None:
    """Copies are tokens of X, and none of these is missing: the two sets are one, and d_H is 0."""
    every = np.arange(len(sample.hidden))
    if variant.hidden is not None or not np.array_equal(np.unique(variant.places), every):
        raise UnsupportedModel(
            "models.measure_lipschitz",
            "copies that are not the tokens of the input",
            "copies of tokens lie at their places",
            "Report this: the harness is wrong.",
        )


def _by_reading(values: Sequence[Float], owners: Sequence[int], seed: int) -> dict[str, Spread]:
    found = {
        reading: spread_of([float(row[i]) for row in values], owners, seed)
        for i, reading in enumerate(READINGS)
    }
    return {reading: spread for reading, spread in found.items() if spread is not None}
