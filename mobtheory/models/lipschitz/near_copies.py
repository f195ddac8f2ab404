"""Copies that lie a little beside their token: the ratio grows without limit as they come near."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from mobtheory.geometry import directed_hausdorff
from mobtheory.models.lipschitz.outputs import READINGS, Function, Outputs, Variant
from mobtheory.models.lipschitz.pairs import Pair
from mobtheory.models.lipschitz.sample import Sample
from mobtheory.models.lipschitz.spread import Spread, spread_of

FAMILY = "near copies"
SHARES = (0.1, 0.01, 0.001)
"""How far a copy lies from its token, in units of the median separation of the visual tokens."""
COPIES = 16


@dataclass(frozen=True)
class NearCopies:
    """Tokens X with copies at distance r, pruned to X: d_H is r, and the output moves all the same.

    Attributes
    ----------
    share : r over the median separation of the visual tokens
    count : inputs
    distance : d_H as measured
    ratios : max(0, ||F(X') - F(X)|| - noise) / d_H by reading: `Pair.lower_bounds`
    """

    share: float
    count: int
    distance: Spread
    ratios: dict[str, Spread]

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "share": self.share,
            "count": self.count,
            "distance": self.distance.to_dict(),
            "ratios": {name: spread.to_dict() for name, spread in self.ratios.items()},
        }


def near_copies(
    function: Function, sample: Sample, full: Outputs, rng: np.random.Generator
) -> list[tuple[float, Pair]]:
    """Put copies of the most attended token beside it, at its own position (theory, 4.2)."""
    token = int(sample.attention().argmax()) if sample.call is not None else 0
    place, scale = int(sample.visual[token]), float(np.median(sample.separation()))
    count, width = sample.hidden.shape
    directions = rng.standard_normal((COPIES, width))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    before = np.arange(sample.prompt[0])
    places = np.concatenate([before, np.arange(count, count + COPIES), sample.prompt])
    own = sample.positions[..., place : place + 1]
    positions = torch.cat([sample.positions, *(own for _ in range(COPIES))], dim=-1)
    variants: list[Variant] = []
    for share in SHARES:
        shift = torch.as_tensor(share * scale * directions, device=sample.hidden.device)
        copies = (sample.hidden[place].double() + shift).to(sample.hidden.dtype)
        variants.append(Variant(places, torch.cat([sample.hidden, copies]), positions))
    found: list[tuple[float, Pair]] = []
    for share, variant, output in zip(SHARES, variants, function(sample, variants), strict=True):
        assert variant.hidden is not None
        copies = variant.hidden[count:].double().cpu().numpy()
        distance = directed_hausdorff(copies, sample.points).distance  # X lies in X'
        change, flipped = full.change(output), full.answer != output.answer
        size = sample.count + COPIES
        noise = sample.noise * full.norms
        pair = Pair(sample.number, FAMILY, size, None, distance, change, noise, flipped)
        if distance > 0:  # low precision may round the shift away
            found.append((share, pair))
    return found


def near_copies_summed(found: Sequence[tuple[float, Pair]], seed: int) -> tuple[NearCopies, ...]:
    """One row a share."""
    rows: list[NearCopies] = []
    for share in dict.fromkeys(share for share, _ in found):
        pairs = [pair for other, pair in found if other == share]
        owners = [pair.sample for pair in pairs]
        distance = spread_of([pair.distance for pair in pairs], owners, seed)
        spreads = {
            name: spread_of([pair.lower_bound(name) for pair in pairs], owners, seed)
            for name in READINGS
        }
        ratios = {name: spread for name, spread in spreads.items() if spread is not None}
        assert distance is not None
        rows.append(NearCopies(share, len(pairs), distance, ratios))
    return tuple(rows)
