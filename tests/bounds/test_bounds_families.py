"""True claims on every family of clouds: grids, clusters, outliers, duplicates, spheres, tokens."""

import pytest

from mobtheory.claims import Claim
from mobtheory.claims.clouds import EXACT_FAMILIES, FAMILIES

from .confrontation import TRUE_CLAIMS, Tally, claim_id, seeded

pytestmark = pytest.mark.bounds

INSTANCES = 40
# Least number of the 40 instances that must meet the hypotheses, in every family.
FLOORS = {
    "assumption-2": 12,
    "geometry.hausdorff-identity": 40,
    "geometry.domination": 40,
    "geometry.anti-alignment": 12,
    "covering.seeded-fps": 40,
    "covering.nn-optimal": 10,
    "covering.repaired-truncation": 20,
    "covering.tradeoff": 5,
    "covering.saturation": 40,
    "covering.hochbaum-shmoys": 40,
    "covering.union": 40,
    "definition-1": 6,
    "lemma-1": 20,
    "lemma-2": 2,
    "lemma-3.vacuity": 40,
    "theorem-1.existence": 40,
    "theorem-1.k-bound": 3,
    "theorem-1.eta-bound-max": 2,
    "theorem-2.nn-cover": 2,
    "theorem-2.bound": 2,
    "theorem-2.no-eta": 1,
    "theorem-2.corrected": 10,
    "theorem-2.complexity": 4,
    "remark.perfect-coupling": 20,
    "remark.fold-cap": 2,
    "attention.multiplicity-gap": 40,
    "attention.w1": 40,
    "attention.winf": 40,
    "attention.log-count": 40,
    "attention.minimal-metric": 40,
    "attention.stack": 40,
    "attention.identity": 40,
    "attention.minimax-plain": 40,
    "attention.minimax-reweighted": 40,
    "attention.hybrid-identity": 40,
    "attention.tanh": 40,
    "attention.hybrid-bound": 40,
    "attention.layer": 40,
    "attention.greedy": 20,
    "attention.budget-split": 40,
}
# With as many prompt as visual tokens, K_p >= L needs K_p = K = N.
LOWER_FLOORS = {
    ("theorem-2.nn-cover", "coincident"): 1,
    ("theorem-2.nn-cover", "shifted"): 1,
    ("remark.fold-cap", "coincident"): 1,
    ("remark.fold-cap", "shifted"): 1,
    # Seldom met there; the test of domination draws more and has a floor above 0.
    ("theorem-2.no-eta", "collinear"): 0,
}


# Claims whose two sides are integers, sums of them with dyadic weights, or single distances whose
# order is exact, on integer clouds.
EXACT_CLAIMS = {
    "geometry.hausdorff-identity",
    "geometry.domination",
    "geometry.anti-alignment",
    "covering.seeded-fps",
    "covering.nn-optimal",
    "covering.tradeoff",
    "covering.saturation",
    "covering.hochbaum-shmoys",
    "definition-1",
    "theorem-1.existence",
    "theorem-1.k-bound",
    "theorem-1.eta-bound-max",
    "theorem-2.nn-cover",
    "remark.fold-cap",
    "attention.identity",
    "attention.minimax-plain",
    "attention.minimax-reweighted",
    "attention.hybrid-identity",
}


def can_apply(claim: Claim, family: str) -> bool:
    """Perfect coupling is eta = 0; a z needs delta < eta."""
    if claim.id == "remark.perfect-coupling":
        return family == "coincident"
    return not (claim.id == "theorem-1.eta-bound-max" and family == "coincident")


def test_every_true_claim_has_a_floor() -> None:
    assert set(FLOORS) == {claim.id for claim in TRUE_CLAIMS}


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("claim", TRUE_CLAIMS, ids=claim_id)
def test_no_violation_in_the_family(claim: Claim, family: str) -> None:
    tally = Tally(claim)
    tally.add_all(seeded(FAMILIES[family], claim, INSTANCES))
    if can_apply(claim, family):
        tally.demand(LOWER_FLOORS.get((claim.id, family), FLOORS[claim.id]))
    else:
        assert tally.met == 0
    if family in EXACT_FAMILIES and claim.id in EXACT_CLAIMS:
        assert all(margin.rounding == 0 and margin.holds is True for margin in tally.margins)
