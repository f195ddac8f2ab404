"""True claims on inputs drawn by Hypothesis: integer grids that shrink, and token-like clouds."""

from typing import Any

import pytest
from hypothesis import event, given, settings

from mobtheory.claims import Claim
from mobtheory.strategies import instances

from .confrontation import TRUE_CLAIMS, Tally, claim_id

pytestmark = pytest.mark.bounds

# Of 100 examples: how many must meet the hypotheses, and how many must leave nothing to rounding.
EXACT_LANE_FLOORS = {
    "assumption-2": (35, 0),
    "geometry.hausdorff-identity": (100, 100),
    "geometry.domination": (100, 100),
    "geometry.anti-alignment": (35, 35),
    "covering.seeded-fps": (100, 100),
    "covering.nn-optimal": (20, 20),
    "covering.repaired-truncation": (30, 15),
    "covering.tradeoff": (10, 10),
    "covering.saturation": (100, 100),
    "covering.hochbaum-shmoys": (100, 100),
    "covering.union": (100, 15),
    "definition-1": (10, 10),
    "lemma-1": (25, 5),
    "lemma-2": (4, 1),
    "lemma-3.vacuity": (100, 0),
    "theorem-1.existence": (100, 100),
    "theorem-1.k-bound": (5, 5),
    "theorem-1.eta-bound-max": (3, 3),
    "theorem-2.nn-cover": (1, 1),
    "theorem-2.bound": (3, 0),
    "theorem-2.no-eta": (2, 0),
    "theorem-2.corrected": (15, 3),
    "theorem-2.complexity": (20, 0),
    "remark.perfect-coupling": (4, 0),
    "remark.fold-cap": (2, 2),
    "attention.multiplicity-gap": (100, 0),
    "attention.w1": (100, 0),
    "attention.winf": (100, 0),
    "attention.log-count": (100, 0),
    "attention.minimal-metric": (100, 0),
    "attention.stack": (100, 0),
    "attention.identity": (100, 100),
    "attention.minimax-plain": (100, 100),
    "attention.minimax-reweighted": (100, 100),
    "attention.hybrid-identity": (100, 100),
    "attention.tanh": (100, 0),
    "attention.hybrid-bound": (100, 0),
    "attention.layer": (100, 0),
    "attention.greedy": (50, 0),
    "attention.budget-split": (100, 0),
}
# Of 50 examples.
TOKEN_LANE_FLOORS = {
    "assumption-2": 50,
    "geometry.hausdorff-identity": 50,
    "geometry.domination": 50,
    "geometry.anti-alignment": 20,
    "covering.seeded-fps": 50,
    "covering.nn-optimal": 15,
    "covering.repaired-truncation": 20,
    "covering.tradeoff": 10,
    "covering.saturation": 50,
    "covering.hochbaum-shmoys": 50,
    "covering.union": 50,
    "definition-1": 10,
    "lemma-1": 15,
    "lemma-2": 7,
    "lemma-3.vacuity": 50,
    "theorem-1.existence": 50,
    "theorem-1.k-bound": 8,
    "theorem-1.eta-bound-max": 7,
    "theorem-2.nn-cover": 5,
    "theorem-2.bound": 7,
    "theorem-2.no-eta": 5,
    "theorem-2.corrected": 20,
    "theorem-2.complexity": 40,
    "remark.fold-cap": 8,
    "attention.multiplicity-gap": 50,
    "attention.w1": 50,
    "attention.winf": 50,
    "attention.log-count": 50,
    "attention.minimal-metric": 50,
    "attention.stack": 50,
    "attention.identity": 50,
    "attention.minimax-plain": 50,
    "attention.minimax-reweighted": 50,
    "attention.hybrid-identity": 50,
    "attention.tanh": 50,
    "attention.hybrid-bound": 50,
    "attention.layer": 50,
    "attention.greedy": 25,
    "attention.budget-split": 50,
}


def confront(claim: Claim, lane: str, examples: int) -> Tally:
    tally = Tally(claim)

    @settings(max_examples=examples)
    @given(instances(claim.id, lane=lane))
    def check(instance: Any) -> None:
        met = tally.add(instance) is not None
        event("hypotheses met" if met else "hypotheses not met")

    check()
    return tally


def share_of(profile_examples: int) -> int:
    """The number of examples: as listed under the default profile, more or fewer under others."""
    return max(1, settings.default.max_examples * profile_examples // 100)


@pytest.mark.parametrize("claim", TRUE_CLAIMS, ids=claim_id)
def test_no_violation_on_integer_grids(claim: Claim) -> None:
    tally = confront(claim, "exact", share_of(100))
    met, exact = EXACT_LANE_FLOORS[claim.id]
    tally.demand(tally.drawn * met // 100)
    assert tally.exact >= tally.drawn * exact // 100


@pytest.mark.parametrize(
    "claim", [c for c in TRUE_CLAIMS if c.id in TOKEN_LANE_FLOORS], ids=claim_id
)
def test_no_violation_on_token_like_clouds(claim: Claim) -> None:
    tally = confront(claim, "tokens", share_of(50))
    tally.demand(tally.drawn * TOKEN_LANE_FLOORS[claim.id] // 50)


def test_floors_name_every_true_claim() -> None:
    ids = {claim.id for claim in TRUE_CLAIMS}
    assert set(EXACT_LANE_FLOORS) == ids
    # Random token clouds never coincide, so perfect coupling is met on integer grids only.
    assert set(TOKEN_LANE_FLOORS) == ids - {"remark.perfect-coupling"}
