"""Lemma 3: no set meets its hypothesis unless d_eff = d; then the implication; its conclusion."""

import math
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from mobtheory.claims import Verdict, claim, list_claims
from mobtheory.claims.clouds import FAMILIES
from mobtheory.claims.instances import RegularSet
from mobtheory.claims.interval_union import IntervalUnion
from mobtheory.claims.lemma_3 import is_regular, log_breaking_radius
from mobtheory.errors import InvalidProblem

from . import exact_line as line

pytestmark = pytest.mark.bounds

LEMMA_3 = claim("lemma-3")
SINGLE_POINT = RegularSet(
    points=np.zeros((1, 1)), width=1.0, high=4.0, exponent=1.0, lower=0.4, upper=5.0, radius=2.0
)
TWO_POINTS = RegularSet(
    points=np.array([[0.0], [1000.0]]),
    width=125.0,
    high=250.0,
    exponent=1.0,
    lower=250.0,
    upper=500.0,
    radius=250.0,
)


def test_lemma_3_is_the_unsatisfiable_claim() -> None:
    assert [c.id for c in list_claims() if c.verdict is Verdict.UNSATISFIABLE] == ["lemma-3"]


# --- d_eff other than d: every instance names the radius that breaks it ------------------------


def is_broken(instance: RegularSet, log_radius: float) -> bool:
    """Whether both sides of a volume bound, in logarithms of sixty digits, contradict the lemma.

    The exponent may be within 1e-16 of d and the radius far below the floats.
    """
    with localcontext(prec=60):
        dimension, t = Decimal(instance.points.shape[1]), Decimal(instance.exponent)
        log_r, log_width = Decimal(log_radius), Decimal(instance.width).ln()
        assert log_r <= min(log_width, Decimal(instance.high).ln())
        at_least = dimension * (log_width - log_r)
        at_most = Decimal(len(instance.points)).ln() + at_least + dimension * Decimal(3).ln()
        supposed_least = Decimal(instance.lower).ln() - t * log_r
        supposed_most = Decimal(instance.upper).ln() - t * log_r
        return at_least > supposed_most if t < dimension else at_most < supposed_least


def demand_broken(instance: RegularSet) -> None:
    log_radius = log_breaking_radius(instance)
    assert log_radius is not None
    assert is_broken(instance, log_radius)
    assert not LEMMA_3.applies(instance)


@pytest.mark.parametrize("family", FAMILIES)
def test_search_finds_no_instance(family: str) -> None:
    searched = 0
    for seed in range(300):
        rng = np.random.default_rng(seed)
        instance = RegularSet.from_clouds(*FAMILIES[family](rng), rng)
        if instance.exponent == instance.points.shape[1]:
            assert log_breaking_radius(instance) is None
            assert not LEMMA_3.applies(instance)
        else:
            demand_broken(instance)
            searched += 1
    assert searched >= 150


EXPONENTS = st.one_of(
    st.floats(0.01, 64),
    st.floats(1e-15, 1e-2).flatmap(lambda x: st.sampled_from([1 - x, 1 + x])),
    st.sampled_from([1 + 1e-9, 1 - 1e-12, math.nextafter(1, 0), math.nextafter(1, 2), 4096.0]),
)
LOGARITHMS = st.floats(-30, 30)


@settings(max_examples=500)
@given(exponent=EXPONENTS, log_a=LOGARITHMS, log_ratio=st.floats(0, 60), width=st.floats(1e-3, 10))
@example(exponent=1 + 1e-9, log_a=-30, log_ratio=60, width=1.0)
@example(exponent=1 - 1e-12, log_a=-30, log_ratio=60, width=1.0)
def test_chosen_constants_do_not_help(
    exponent: float, log_a: float, log_ratio: float, width: float
) -> None:
    """The adversary picks a, b, delta and d_eff freely, b/a up to e^60, d_eff next to d."""
    assume(exponent != 1)
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
    demand_broken(chosen)
    log_radius = log_breaking_radius(chosen)
    assert log_radius is not None
    if log_radius > -600:  # a float: the interval is counted, without the volume bounds
        radius = math.exp(log_radius)
        log_n = math.log(math.ceil(Fraction(width) / Fraction(radius)))
        least, most = (math.log(x) - exponent * log_radius for x in (a, chosen.upper))
        assert log_n < least or log_n > most


def test_the_witness_is_not_accepted_blindly() -> None:
    """The oracle is no constant: a large radius breaks nothing, and for d_eff = d none does."""
    square = replace(SINGLE_POINT, exponent=2.0)
    found = log_breaking_radius(square)
    assert found is not None
    assert is_broken(square, found)
    assert not is_broken(square, 0.0)
    assert log_breaking_radius(SINGLE_POINT) is None


def test_each_hypothesis_can_hold() -> None:
    in_range, differs, regular = LEMMA_3.hypotheses
    assert in_range.holds(SINGLE_POINT)
    assert differs.holds(replace(SINGLE_POINT, exponent=2.0))
    # N([-1, 1], r) = ceil(1/r) lies between 0.4/r and 5/r on (0, 4].
    assert regular.holds(SINGLE_POINT)


def test_all_but_one_hypothesis_can_hold_together() -> None:
    _, differs, regular = LEMMA_3.hypotheses
    for instance in (SINGLE_POINT, TWO_POINTS):
        assert LEMMA_3.unmet(instance) == (differs.text,)
        wrong_exponent = replace(instance, exponent=2.0)
        assert LEMMA_3.unmet(wrong_exponent) == (regular.text,)


# --- d_eff = d ---------------------------------------------------------------------------------


def count(parts: list[tuple[Fraction, Fraction]], radius: Fraction) -> int:
    """``N(P_delta, r)`` by laying one interval after another."""
    laid, end = 0, parts[0][0] - 1
    for left, right in parts:
        while end < right:
            # An interval that ends where a part begins leaves the rest of that part.
            end = max(left, end) + 2 * radius
            laid += 1
    return laid


def neighbourhood(points: list[int], width: Fraction) -> list[tuple[Fraction, Fraction]]:
    ends: list[tuple[Fraction, Fraction]] = []
    for x in sorted(points):
        left = x - width
        if ends and left <= ends[-1][1]:
            left = ends.pop()[0]
        ends.append((left, x + width))
    return ends


POINTS = st.lists(st.integers(-20, 20), min_size=1, max_size=4)
EIGHTHS = st.integers(1, 64).map(lambda eighths: Fraction(eighths, 8))


@settings(max_examples=60, deadline=None)
@given(points=POINTS, width=EIGHTHS, high=EIGHTHS)
def test_constants_on_a_line_are_the_best(
    points: list[int], width: Fraction, high: Fraction
) -> None:
    """Never exceeded on a fine mesh; reached at a drop of N, and in the limit r -> 0."""
    parts = neighbourhood(points, width)
    union = IntervalUnion.around(np.array(points)[:, None], float(width))
    assert list(union.parts) == parts
    least, greatest = union.constants(high)
    mesh = [high * k / 120 for k in range(1, 121)]
    for r in mesh:
        assert union.number(r) == count(parts, r)
        assert least <= r * count(parts, r) <= greatest
    tiny = high / 10**4
    assert tiny * union.number(tiny) - least < len(parts) * tiny
    # All spans over all numbers of intervals, whether or not a chain can have that span.
    spans = {right - left for left, _ in parts for _, right in parts if right > left}
    links = range(1, 60)
    drops = {high, *(s / (2 * m) for s in spans for m in links if s < 2 * m * high)}
    near = [r - Fraction(1, 10**9) for r in drops if r > high / 50]
    best = max(high * count(parts, high), *(r * count(parts, r) for r in near))
    assert 0 <= greatest - best < Fraction(1, 10**6)


@given(POINTS, EIGHTHS)
def test_points_are_a_neighbourhood_of_width_0(points: list[int], radius: Fraction) -> None:
    union = IntervalUnion.around(np.array(points)[:, None], 0.0)
    assert union.number(radius) == line.covering_number([Fraction(x) for x in points], radius)


def test_regularity_on_a_line_is_decided_exactly() -> None:
    assert is_regular(TWO_POINTS)
    assert not is_regular(replace(TWO_POINTS, lower=math.nextafter(250, 300)))
    assert not is_regular(replace(TWO_POINTS, upper=math.nextafter(500, 0)))
    with pytest.raises(InvalidProblem, match="positive and finite"):
        replace(TWO_POINTS, lower=0.0)
    with pytest.raises(InvalidProblem, match="positive and finite"):
        replace(TWO_POINTS, upper=math.inf)


@pytest.mark.parametrize("family", FAMILIES)
def test_regularity_is_possible_when_the_exponent_is_the_dimension(family: str) -> None:
    """The predicate is not constantly false: generous constants satisfy it for d_eff = d."""
    held = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        drawn = RegularSet.from_clouds(*FAMILIES[family](rng), rng)
        points, d = len(drawn.points), drawn.points.shape[1]
        width, high = drawn.width, min(drawn.high, 2 * drawn.width)
        generous = replace(
            drawn,
            high=high,
            exponent=float(d),
            lower=0.1 * (width / 3) ** d,
            upper=10 * points * (3 * high) ** d,
        )
        held += is_regular(generous)
        assert not is_regular(replace(generous, upper=0.5 * width**d))
        assert not is_regular(replace(generous, lower=2 * points * (3 * width) ** d))
    assert held == 40


def regular_sets() -> list[RegularSet]:
    """d_eff = d = 1 with the best constants, so that the hypothesis truly holds."""
    found = [TWO_POINTS]
    for seed in range(300):
        rng = np.random.default_rng(seed)
        size = int(rng.integers(1, 9))
        width = float(2 ** rng.integers(0, 4))
        # Evenly spaced by 2 delta now and then: the neighbourhood then wastes nothing.
        even = 2 * width * np.arange(size)
        points = (even if rng.random() < 0.4 else rng.integers(0, 60, size))[:, None].astype(float)
        high = width * (1 + int(rng.integers(1, 65)) / 4)
        share = Fraction(int(rng.choice([1, 2, int(rng.integers(1, 129)), 128])), 128)
        constants = IntervalUnion.around(points, width).constants(Fraction(high))
        lower, upper = (float(c) for c in constants)
        assert lower == constants[0]
        if upper < constants[1]:
            upper = math.nextafter(upper, math.inf)
        radius = width + float(share) * (high - width)
        found.append(RegularSet(points, width, high, 1.0, lower, upper, radius))
    return found


Constants = Callable[[Fraction, Fraction, RegularSet], tuple[Fraction, Fraction]]


def printed(a: Fraction, b: Fraction, instance: RegularSet) -> tuple[Fraction, Fraction]:
    """The a and b of the lemma for d_eff = 1."""
    width, high = Fraction(instance.width), Fraction(instance.high)
    number = line.covering_number(line.numbers(instance.points), width)
    return min(a / 2, high - width), max(b, Fraction(number))


def without_the_factor_two(
    a: Fraction, b: Fraction, instance: RegularSet
) -> tuple[Fraction, Fraction]:
    return min(a, Fraction(instance.high - instance.width)), printed(a, b, instance)[1]


def with_half_of_b(a: Fraction, b: Fraction, instance: RegularSet) -> tuple[Fraction, Fraction]:
    return printed(a, b / 2, instance)


def confront(constants: Constants) -> tuple[int, Fraction, Fraction]:
    """How often the conclusion fails at the radius, and how near it comes to equality."""
    violated, least, most = 0, Fraction(0), Fraction(0)
    for instance in regular_sets():
        lower, upper = Fraction(instance.lower), Fraction(instance.upper)
        a, b = constants(lower, upper, instance)
        r = Fraction(instance.radius)
        number = line.covering_number(line.numbers(instance.points), r)
        violated += not a <= r * number <= b
        least, most = max(least, a / (r * number)), max(most, r * number / b)
    return violated, least, most


def test_the_implication_holds_where_its_hypothesis_does() -> None:
    in_range, differs, regular = LEMMA_3.hypotheses
    satisfied = 0
    for instance in regular_sets():
        assert in_range.holds(instance)
        assert regular.holds(instance)
        assert LEMMA_3.unmet(instance) == (differs.text,)
        assert LEMMA_3.check(instance).holds is not False
        satisfied += 1
    assert satisfied >= 300
    violated, least, most = confront(printed)
    assert violated == 0
    assert least >= Fraction(96, 100)
    assert most == 1


@pytest.mark.parametrize("mutated", [without_the_factor_two, with_half_of_b])
def test_a_wrong_conclusion_is_caught(mutated: Constants) -> None:
    assert confront(mutated)[0] >= 10


def test_the_margin_sees_a_violation() -> None:
    """Constants that the neighbourhood does not have: the conclusion fails, and check says so."""
    failed = 0
    for instance in regular_sets():
        for wrong in (
            replace(instance, lower=4 * instance.lower),
            replace(instance, upper=instance.upper / 8),
        ):
            assert not is_regular(wrong)
            a, b = printed(Fraction(wrong.lower), Fraction(wrong.upper), wrong)
            r = Fraction(wrong.radius)
            holds = a <= r * line.covering_number(line.numbers(wrong.points), r) <= b
            assert LEMMA_3.check(wrong).holds in (holds, None)
            failed += LEMMA_3.check(wrong).holds is False
    assert failed >= 50


@settings(max_examples=300)
@given(exponent=st.floats(0.01, 4096), seed=st.integers(0, 2**16))
def test_the_conclusion_is_free_for_every_exponent(exponent: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    family = FAMILIES[sorted(FAMILIES)[seed % len(FAMILIES)]]
    vacuity = claim("lemma-3.vacuity")
    instance = replace(RegularSet.from_clouds(*family(rng), rng), exponent=exponent)
    assert vacuity.applies(instance)
    assert vacuity.check(instance).holds is not False
