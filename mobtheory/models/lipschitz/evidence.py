"""What was measured about Assumption 1 on a model: lower bounds, and experiments that refute it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from mobtheory.models.lipschitz.blindness import Blindness
from mobtheory.models.lipschitz.multiplicity import HeadGaps
from mobtheory.models.lipschitz.near_copies import NearCopies
from mobtheory.models.lipschitz.noise import noise_level
from mobtheory.models.lipschitz.outputs import READINGS
from mobtheory.models.lipschitz.repair import RepairedFamily
from mobtheory.models.lipschitz.spread import Spread
from mobtheory.models.lipschitz.witness import Witness


@dataclass(frozen=True)
class FamilyRatios:
    """Ratios ||F(X) - F(X')|| / d_H(X, X') of one family, of one budget or of all.

    Attributes
    ----------
    family : "random", "cover", "mob", "attention", "adversarial" or "moved"
    size : visual tokens kept, or None for all budgets together
    pairs, samples : how many pairs, of how many inputs
    distance : d_H
    ratios, changes : by reading, as computed: in low precision and for a small d_H a ratio may be
        rounding
    lower_bounds : by reading, the largest max(0, change - noise) / d_H, see `NOISE`
    flipped : pairs whose first word of the answer differs
    blind : pairs with d_H = 0, which no ratio has
    """

    family: str
    size: int | None
    pairs: int
    samples: int
    distance: Spread | None
    ratios: Mapping[str, Spread]
    changes: Mapping[str, Spread]
    lower_bounds: Mapping[str, float]
    flipped: int
    blind: int

    @property
    def is_pruning(self) -> bool:
        """Whether X' is a subset of X, as Assumption 1 has it."""
        return self.family != "moved"

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "family": self.family,
            "is_pruning": self.is_pruning,
            "size": self.size,
            "pairs": self.pairs,
            "samples": self.samples,
            "distance": self.distance and self.distance.to_dict(),
            "ratios": {name: spread.to_dict() for name, spread in self.ratios.items()},
            "changes": {name: spread.to_dict() for name, spread in self.changes.items()},
            "lower_bounds": dict(self.lower_bounds),
            "flipped": self.flipped,
            "blind": self.blind,
        }


@dataclass(frozen=True)
class CoversAgainstRandom:
    """Median ratio of covers over that of random subsets of the same size.

    Attributes
    ----------
    size : visual tokens kept
    reading : of F
    factor, low, up : the quotient and its 95 per cent bootstrap interval over inputs
    """

    size: int
    reading: str
    factor: float
    low: float
    up: float


@dataclass(frozen=True, eq=False)
class LipschitzEvidence:
    """Measured ratios ||F(X) - F(X_s)|| / d_H(X, X_s), and what they leave of Assumption 1.

    A sampled ratio, less what rounding may add to it, shows that C is at least as large. No sample
    shows that it is no larger, so nothing here bounds C from the other side.

    Attributes
    ----------
    model, layer, dtype : what was measured on
    samples, visual_tokens, prompt_tokens : inputs, and (least, most) tokens of one
    reading : F that the searches maximised, out of ``("last", "prompt", "logits")``
    seed : the same one gives the same evidence on the same machine
    families : ratios by family; covers and random subsets apart
    budgets : the same by the number of kept tokens
    covers_against_random : why a random sample alone misleads
    witness : the pruning with the largest lower bound; None where every d_H was 0 or no change was
        above the noise of the dtype
    moved_witness : the same of the moved tokens, which are no pruning
    blindness : d_H = 0 and the output moves; if copies do that, Assumption 1 fails for every C
    near_copies : the ratio of copies at a distance r, which grows like 1 / r; they are no tokens of
        the model's own, so `lower_bound` leaves them out
    heads : the size of that effect at the layer, against tanh(1/4 ln kappa)
    repaired : the same subsets with the log-count bias, against the constant of the theorem
    notes : what else must be said about this run
    """

    model: str
    layer: int
    dtype: str
    samples: int
    visual_tokens: tuple[int, int]
    prompt_tokens: tuple[int, int]
    reading: str
    seed: int
    families: tuple[FamilyRatios, ...]
    budgets: tuple[FamilyRatios, ...]
    covers_against_random: tuple[CoversAgainstRandom, ...]
    witness: Witness | None
    moved_witness: Witness | None
    blindness: tuple[Blindness, ...]
    near_copies: tuple[NearCopies, ...]
    heads: tuple[HeadGaps, ...]
    repaired: tuple[RepairedFamily, ...]
    notes: tuple[str, ...]

    @property
    def lower_bounds(self) -> dict[str, float]:
        """By reading: C is at least this, by a pruning and without what may be rounding."""
        prunings = [family for family in self.families if family.is_pruning]
        found: dict[str, float] = {}
        for reading in READINGS:
            own = [f.lower_bounds[reading] for f in prunings if reading in f.lower_bounds]
            if own:
                found[reading] = max(own)
        return found

    @property
    def lower_bound(self) -> float:
        """C is at least this in the reading that was searched; 0 where nothing was found."""
        return 0.0 if self.witness is None else self.witness.lower_bound

    @property
    def refuted(self) -> bool:
        """Whether pruning copies moved a final state by more than rounding: then no C exists."""
        noise = noise_level(self.dtype)
        return any(row.is_pruning and row.exceeds(noise) for row in self.blindness)

    @property
    def positions_matter(self) -> bool:
        """Whether permuted position ids moved it: F is no function of the set of hidden states.

        No pruning, so it says nothing about Assumption 1.
        """
        noise = noise_level(self.dtype)
        return any(not row.is_pruning and row.exceeds(noise) for row in self.blindness)

    def exceeds(self, constant: float) -> bool:
        """Whether the lower bound of a measured pruning is larger than an assumed constant."""
        return self.lower_bound > constant

    def to_dict(self) -> dict[str, Any]:
        """As plain data for a JSON document."""
        witness, moved = self.witness, self.moved_witness
        return {
            "model": self.model,
            "layer": self.layer,
            "dtype": self.dtype,
            "samples": self.samples,
            "visual_tokens": list(self.visual_tokens),
            "prompt_tokens": list(self.prompt_tokens),
            "reading": self.reading,
            "seed": self.seed,
            "noise": noise_level(self.dtype),
            "lower_bound": self.lower_bound,
            "lower_bounds": self.lower_bounds,
            "refuted": self.refuted,
            "positions_matter": self.positions_matter,
            "families": [family.to_dict() for family in self.families],
            "budgets": [family.to_dict() for family in self.budgets],
            "covers_against_random": [vars(row) for row in self.covers_against_random],
            "witness": None if witness is None else _told(witness),
            "moved_witness": None if moved is None else _told(moved),
            "blindness": [row.to_dict() for row in self.blindness],
            "near_copies": [row.to_dict() for row in self.near_copies],
            "heads": [row.to_dict() for row in self.heads],
            "repaired": [row.to_dict() for row in self.repaired],
            "notes": list(self.notes),
        }

    def __repr__(self) -> str:
        ending = "no constant fits: the output moves at d_H = 0" if self.refuted else "measured"
        return (
            f"LipschitzEvidence({self.model}, layer {self.layer}, {self.samples} inputs: "
            f"C is at least {self.lower_bound:.4g} in the reading {self.reading!r}; {ending})"
        )


def _told(witness: Witness) -> dict[str, Any]:
    size = int(np.isin(witness.places, witness.visual).sum())
    return {
        "family": witness.family,
        "sample": witness.sample,
        "size": size,
        "distance": witness.distance,
        "changes": dict(zip(READINGS, witness.changes.tolist(), strict=True)),
        "norms": dict(zip(READINGS, witness.norms.tolist(), strict=True)),
        "lower_bound": witness.lower_bound,
    }
