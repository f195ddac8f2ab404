"""True claims where rounding is worst: huge outliers, large offsets, tiny and huge units."""

from collections.abc import Callable

import numpy as np
import pytest

from mobtheory.claims import Claim
from mobtheory.claims.clouds import FAMILIES, Cloud, Points

from .confrontation import TRUE_CLAIMS, Tally, claim_id, seeded

pytestmark = pytest.mark.bounds


def in_units_of(unit: float) -> Callable[[Points, Points, np.random.Generator], Cloud]:
    return lambda visual, prompt, _: (visual * unit, prompt * unit)


def far_outlier(visual: Points, prompt: Points, rng: np.random.Generator) -> Cloud:
    visual = visual.astype(np.float64)
    visual[int(rng.integers(len(visual)))] += 1e8
    return visual, prompt.astype(np.float64)


def offset(visual: Points, prompt: Points, _: np.random.Generator) -> Cloud:
    return visual + 1e5, prompt + 1e5


def half_precision(visual: Points, prompt: Points, _: np.random.Generator) -> Cloud:
    return visual.astype(np.float16), prompt.astype(np.float16)


def column_order(visual: Points, prompt: Points, _: np.random.Generator) -> Cloud:
    """Neither contiguous nor in row order."""
    return np.asfortranarray(visual), np.repeat(prompt, 2, axis=0)[::2]


DISTORTIONS = {
    "thirds": in_units_of(1 / 3),
    "micro": in_units_of(1e-6),
    "mega": in_units_of(1e6),
    "far-outlier": far_outlier,
    "offset": offset,
    "half-precision": half_precision,
    "column-order": column_order,
}
# Perfect coupling is met on coincident clouds only, one family of twelve.
FLOORS = {"remark.perfect-coupling": 2}


@pytest.mark.parametrize("distortion", DISTORTIONS)
@pytest.mark.parametrize("claim", TRUE_CLAIMS, ids=claim_id)
def test_no_false_violation_after_rounding(claim: Claim, distortion: str) -> None:
    distort = DISTORTIONS[distortion]
    families = list(FAMILIES.values())

    def draw(rng: np.random.Generator) -> Cloud:
        return distort(*families[int(rng.integers(len(families)))](rng), rng)

    tally = Tally(claim)
    tally.add_all(seeded(draw, claim, 70))
    # An outlier keeps V and P apart, unless it is normalised away.
    if (claim.id, distortion) != ("remark.perfect-coupling", "far-outlier"):
        tally.demand(FLOORS.get(claim.id, 5))


@pytest.mark.parametrize("claim", TRUE_CLAIMS, ids=claim_id)
def test_allowances_stay_small(claim: Claim) -> None:
    """An allowance is a few units in the last place of the data, not a licence."""
    tally = Tally(claim)
    tally.add_all(seeded(FAMILIES["sphere"], claim, 60))
    # Unit vectors: distances are at most 2, constants of the drawn maps at most about 60.
    assert all(margin.rounding <= 1e-9 for margin in tally.margins)
