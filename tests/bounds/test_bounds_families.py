"""True claims on every family of clouds: grids, clusters, outliers, duplicates, spheres, tokens."""

import pytest

from mobtheory.claims import Claim
from mobtheory.claims.clouds import EXACT_FAMILIES, FAMILIES

from .confrontation import TRUE_CLAIMS, Tally, claim_id, seeded

pytestmark = pytest.mark.bounds

INSTANCES = 60
# Least number of the 60 instances that must meet the hypotheses, in every family.
FLOORS = {
    "assumption-2": 15,
    "geometry.hausdorff-identity": 60,
    "geometry.domination": 60,
    "geometry.anti-alignment": 20,
    "covering.seeded-fps": 60,
    "covering.nn-optimal": 15,
    "covering.repaired-truncation": 20,
    "covering.tradeoff": 7,
    "covering.saturation": 60,
    "definition-1": 10,
    "lemma-1": 20,
    "lemma-2": 4,
    "lemma-3.vacuity": 60,
    "theorem-1.existence": 60,
    "theorem-1.k-bound": 5,
    "theorem-1.eta-bound-max": 4,
    "theorem-2.nn-cover": 3,
    "theorem-2.bound": 4,
    "theorem-2.corrected": 15,
    "theorem-2.complexity": 7,
    "remark.perfect-coupling": 20,
    "remark.fold-cap": 4,
}
# With as many prompt as visual tokens, K_p >= L needs K_p = K = N.
LOWER_FLOORS = {
    ("theorem-2.nn-cover", "coincident"): 1,
    ("theorem-2.nn-cover", "shifted"): 1,
    ("remark.fold-cap", "coincident"): 1,
    ("remark.fold-cap", "shifted"): 1,
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


# Claims whose two sides are integers, or single distances whose order is exact, on integer clouds.
EXACT_CLAIMS = (
    "geometry.hausdorff-identity",
    "geometry.domination",
    "geometry.anti-alignment",
    "covering.seeded-fps",
    "covering.nn-optimal",
    "covering.tradeoff",
    "covering.saturation",
    "definition-1",
    "theorem-1.existence",
    "theorem-1.k-bound",
    "theorem-1.eta-bound-max",
    "theorem-2.nn-cover",
    "remark.fold-cap",
)


@pytest.mark.parametrize("family", EXACT_FAMILIES)
@pytest.mark.parametrize("claim", [c for c in TRUE_CLAIMS if c.id in EXACT_CLAIMS], ids=claim_id)
def test_nothing_is_tolerated_on_integers(claim: Claim, family: str) -> None:
    tally = Tally(claim)
    tally.add_all(seeded(EXACT_FAMILIES[family], claim, INSTANCES))
    assert tally.exact == tally.met
    assert all(margin.holds is True for margin in tally.margins)
