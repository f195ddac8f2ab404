"""Lemma 3: its hypotheses cannot hold together, each alone can, and its conclusion is free."""

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mobtheory.claims import Verdict, claim, list_claims
from mobtheory.claims.clouds import FAMILIES
from mobtheory.claims.instances import RegularSet
from mobtheory.claims.lemma_3 import regular_near_zero

pytestmark = pytest.mark.bounds

LEMMA_3 = claim("lemma-3")
SINGLE_POINT = RegularSet(
    points=np.zeros((1, 1)), width=1.0, high=4.0, exponent=1.0, lower=0.4, upper=4.0, radius=2.0
)


def test_lemma_3_is_the_unsatisfiable_claim() -> None:
    assert [c.id for c in list_claims() if c.verdict is Verdict.UNSATISFIABLE] == ["lemma-3"]


@pytest.mark.parametrize("family", FAMILIES)
def test_search_finds_no_instance(family: str) -> None:
    searched = 0
    for seed in range(300):
        rng = np.random.default_rng(seed)
        instance = RegularSet.from_clouds(*FAMILIES[family](rng), rng)
        assert not LEMMA_3.applies(instance)
        searched += 1
    assert searched == 300


EXPONENTS = st.one_of(st.floats(0.01, 64), st.sampled_from([0.5, 2.0, 3.0, 4096.0]))
LOGARITHMS = st.floats(-30, 30)


@settings(max_examples=300)
@given(exponent=EXPONENTS, log_a=LOGARITHMS, log_ratio=st.floats(0, 60), width=st.floats(1e-3, 10))
def test_chosen_constants_do_not_help(
    exponent: float, log_a: float, log_ratio: float, width: float
) -> None:
    """The adversary picks a, b, delta and d_eff freely, b/a up to e^60."""
    if abs(exponent - 1) < 1e-3:
        return
    a = math.exp(log_a)
    chosen = replace(
        SINGLE_POINT,
        width=width,
        high=4 * width,
        radius=2 * width,
        exponent=exponent,
        lower=a,
        upper=a * math.exp(log_ratio),
    )
    assert not LEMMA_3.applies(chosen)
    assert breaking_radius(chosen) is not None


def breaking_radius(chosen: RegularSet) -> float | None:
    """Log r at which P_delta, an interval of length 2 delta, breaks the supposed regularity.

    Its covering number is exactly ceil(delta / r).
    """
    t, log_width = chosen.exponent, math.log(chosen.width)
    log_a, log_b = math.log(chosen.lower), math.log(chosen.upper)
    for log_r in log_radii(chosen):
        steps = log_width - log_r
        # Beyond 2^52 the ceiling changes nothing that a float could hold.
        log_n = math.log(max(1, math.ceil(math.exp(steps)))) if steps < 36 else steps
        if log_n < log_a - t * log_r - 1e-6 or log_n > log_b - t * log_r + 1e-6:
            return log_r
    return None


def log_radii(chosen: RegularSet) -> Iterator[float]:
    """From eps_0 downwards, in growing steps as far as any of these exponents needs."""
    log_r, step = math.log(chosen.high), 0.25
    while log_r > -1e6:
        yield log_r
        log_r -= step
        step *= 1.02


def test_the_interval_itself_is_regular_with_exponent_one() -> None:
    """The oracle is no constant either: with d_eff = d = 1 no radius breaks the supposition."""
    assert breaking_radius(replace(SINGLE_POINT, lower=1.0, upper=8.0)) is None


def test_each_hypothesis_can_hold() -> None:
    in_range, differs, regular = LEMMA_3.hypotheses
    assert in_range.holds(SINGLE_POINT)
    assert differs.holds(replace(SINGLE_POINT, exponent=2.0))
    # N([-1, 1], r) = ceil(1/r) lies between 0.4/r and 4/r on (0, 4].
    assert regular.holds(SINGLE_POINT)


def test_all_but_one_hypothesis_can_hold_together() -> None:
    _, differs, regular = LEMMA_3.hypotheses
    assert LEMMA_3.unmet(SINGLE_POINT) == (differs.text,)
    wrong_exponent = replace(SINGLE_POINT, exponent=2.0)
    assert LEMMA_3.unmet(wrong_exponent) == (regular.text,)


@pytest.mark.parametrize("family", FAMILIES)
def test_regularity_is_possible_when_the_exponent_is_the_dimension(family: str) -> None:
    """The predicate is not constantly false: generous constants satisfy it for d_eff = d."""
    held = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        instance = RegularSet.from_clouds(*FAMILIES[family](rng), rng)
        d = instance.points.shape[1]
        volume = d * math.log(instance.width)
        generous = replace(
            instance,
            exponent=float(d),
            lower=math.exp(volume - 2),
            upper=math.exp(volume + math.log(3) * d + math.log(len(instance.points)) + 2),
        )
        held += regular_near_zero(generous)
        stingy = replace(generous, upper=math.exp(volume - 1))
        assert not regular_near_zero(stingy)
    assert held == 40


@settings(max_examples=300)
@given(exponent=st.floats(0.01, 4096), seed=st.integers(0, 2**16))
def test_the_conclusion_is_free_for_every_exponent(exponent: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    family = FAMILIES[sorted(FAMILIES)[seed % len(FAMILIES)]]
    vacuity = claim("lemma-3.vacuity")
    instance = replace(RegularSet.from_clouds(*family(rng), rng), exponent=exponent)
    assert vacuity.applies(instance)
    assert vacuity.check(instance).holds is not False
