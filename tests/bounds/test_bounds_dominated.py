"""Dominated claims: true, never better than their dominator, and often strictly worse."""

import pytest

from mobtheory.claims import Claim, claim
from mobtheory.claims.clouds import FAMILIES

from .confrontation import DOMINATED_CLAIMS, Tally, claim_id, seeded

pytestmark = pytest.mark.bounds

# The range of V is met seldom: more instances are drawn.
DRAWN = {"theorem-2.no-eta": 300}
# Of 80 instances: how many must meet the hypotheses, and where the dominator must be better.
FLOORS = {
    "lemma-1": (30, 2),
    "lemma-2": (8, 8),
    "theorem-2.bound": (10, 10),
    "theorem-2.no-eta": (3, 1),
}
NEVER_WORSE = {
    ("lemma-1", family) for family in FAMILIES if family not in {"coincident", "shifted"}
}
NEVER_WORSE.add(("theorem-2.no-eta", "coincident"))


def test_floors_name_every_dominated_claim() -> None:
    assert set(FLOORS) == {dominated.id for dominated in DOMINATED_CLAIMS}


@pytest.mark.parametrize("dominated", DOMINATED_CLAIMS, ids=claim_id)
def test_the_dominator_is_registered_and_true(dominated: Claim) -> None:
    assert dominated.dominated_by is not None
    assert claim(dominated.dominated_by).verdict.claims_truth


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("dominated", DOMINATED_CLAIMS, ids=claim_id)
def test_never_better_and_somewhere_worse(dominated: Claim, family: str) -> None:
    assert dominated.domination is not None
    tally, strictly_better = Tally(dominated), 0
    for instance in seeded(FAMILIES[family], dominated, DRAWN.get(dominated.id, 80)):
        if tally.add(instance) is not None:
            comparison = dominated.domination(instance)
            # Sums and maxima of the very same distances: no rounding is needed.
            assert comparison.rounding == 0
            assert comparison.lhs <= comparison.rhs
            strictly_better += comparison.lhs < comparison.rhs
    met, worse = FLOORS[dominated.id]
    tally.demand(met)
    # d_H(X, X_s) is below Lemma 1 only where the term d_H(S, P) comes to bear, and the alpha term
    # above the beta term only where eta is not 0.
    if (dominated.id, family) not in NEVER_WORSE:
        assert strictly_better >= worse
