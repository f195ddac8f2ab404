"""Confronting a claim with instances, and counting those that met its hypotheses."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from mobtheory.claims import Claim, Margin, Verdict, list_claims
from mobtheory.claims.clouds import Cloud

CLAIMS = list_claims()
TRUE_CLAIMS = tuple(c for c in CLAIMS if c.verdict.claims_truth)
REFUTED_CLAIMS = tuple(c for c in CLAIMS if c.verdict is Verdict.REFUTED)
DOMINATED_CLAIMS = tuple(c for c in CLAIMS if c.verdict is Verdict.DOMINATED)
TIGHT_CLAIMS = tuple(c for c in TRUE_CLAIMS if c.tight)


def claim_id(claim: Claim) -> str:
    """Name of a test parameter."""
    return claim.id


def seeded(draw: Callable[[np.random.Generator], Cloud], claim: Claim, count: int) -> Iterator[Any]:
    """Instances of a claim on clouds of one family; the same ones in every run."""
    for seed in range(count):
        rng = np.random.default_rng([seed, *claim.id.encode()])
        yield claim.instance_type.from_clouds(*draw(rng), rng)


@dataclass
class Tally:
    """What became of the instances of one test."""

    claim: Claim
    drawn: int = 0
    met: int = 0
    exact: int = 0
    margins: list[Margin] = field(default_factory=list)

    def add(self, instance: Any) -> Margin | None:
        """Count an instance; demand the claim of it where its hypotheses hold."""
        self.drawn += 1
        if not self.claim.applies(instance):
            return None
        self.met += 1
        margin = self.claim.check(instance)
        self.exact += margin.rounding == 0
        self.margins.append(margin)
        if self.claim.verdict.claims_truth:
            self._demand(margin, instance)
        return margin

    def add_all(self, instances: Iterable[Any]) -> None:
        for instance in instances:
            self.add(instance)

    def _demand(self, margin: Margin, instance: Any) -> None:
        assert margin.holds is not False, f"{self.claim.id} is violated: {margin} on {instance}"
        if margin.rounding == 0:
            assert Fraction(margin.lhs) <= Fraction(margin.rhs) if finite(margin) else margin.holds
        if self.claim.domination is not None:
            better = self.claim.domination(instance)
            assert better.holds is True, f"{self.claim.id} beats its dominator: {better}"

    def demand(self, floor: int) -> None:
        """Fail where too few instances met the hypotheses for the test to mean anything."""
        assert self.met >= floor, (
            f"{self.claim.id}: {self.met} of {self.drawn} instances met the hypotheses, "
            f"{floor} are needed"
        )


def finite(margin: Margin) -> bool:
    return bool(np.isfinite([margin.lhs, margin.rhs]).all())
