"""A mutant: a registered claim whose statement says something else."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from mobtheory.claims import Claim

Part = Literal["formula", "margin"]


@dataclass(frozen=True)
class Mutant:
    """One change of one statement.

    Attributes
    ----------
    claim : id of the claim
    part : the formula, which the proofs read, or the margin, which ``-m bounds`` confronts
    change : what was changed, and where
    make : the changed claim
    """

    claim: str
    part: Part
    change: str
    make: Callable[[], Claim]

    @property
    def key(self) -> str:
        """Names the mutant in tables; the same in every run."""
        return f"{self.claim} {self.part}: {self.change}"
