"""Lemma 3: covering regularity; not to be had unless d_eff = d, and its conclusion is free."""

import math
from fractions import Fraction

import numpy as np
import sympy as sp

from mobtheory.claims.claim import Claim, Evidence, Hypothesis, Statement
from mobtheory.claims.instances import EPS, RegularSet
from mobtheory.claims.interval_union import IntervalUnion
from mobtheory.claims.margin import Margin
from mobtheory.claims.symbols import P, a, b, covering, d, delta, eps, eps_0
from mobtheory.claims.verdict import Verdict


def log_breaking_radius(instance: RegularSet) -> float | None:
    """Log of a radius in (0, eps_0] at which the supposed regularity fails; None for t = d.

    P_delta is a union of L balls of radius delta in R^d, hence
    ``(delta/r)^d <= N(P_delta, r) <= L (3 delta/r)^d`` for r <= delta.  With t < d the first
    exceeds ``b r^-t`` for small r, with t > d the second falls below ``a r^-t``.  At the radius
    returned they do so by a factor e at least; it need not be a float itself, as t may be near d.
    """
    dimension, t = instance.points.shape[1], instance.exponent
    log_width = math.log(instance.width)
    if t == dimension:
        return None
    if t < dimension:
        excess = dimension * log_width - math.log(instance.upper)
    else:
        log_most = math.log(len(instance.points)) + dimension * (math.log(3) + log_width)
        excess = math.log(instance.lower) - log_most
    # Smaller by a factor e, so that the rounding of a logarithm cannot lead above a limit.
    highest = min(log_width, math.log(instance.high)) - 1
    return min(highest, (excess - 1) / abs(dimension - t))


def is_regular(instance: RegularSet) -> bool:
    """Whether ``a r^-t <= N(P_delta, r) <= b r^-t`` on (0, eps_0], with a, b > 0.

    False for every t other than d, whatever the constants: `log_breaking_radius` names a radius.
    For t = d = 1 the answer is exact.  For t = d >= 2 True only says: not refuted by the volume
    bounds, which ask for ``delta^d <= b`` and ``a <= L (3 delta)^d``, nor by ``N >= 1`` at eps_0.
    """
    sizes = (instance.lower, instance.upper, instance.width, instance.high)
    if not all(0 < x < math.inf for x in sizes) or log_breaking_radius(instance) is not None:
        return False
    lower, upper, width, high = (Fraction(x) for x in sizes)
    count, dimension = instance.points.shape
    if dimension == 1:
        least, greatest = IntervalUnion.around(instance.points, instance.width).constants(high)
        return lower <= least and greatest <= upper
    return max(width, high) ** dimension <= upper and lower <= count * (3 * width) ** dimension


def _number(instance: RegularSet, radius: float) -> tuple[int, int]:
    """Bounds on ``N(P, r)``, centres anywhere; equal on a line.

    A ball of radius r around any centre lies within one of radius 2 r around a point that it
    covers, so the number with centres among the points gives both.
    """
    if instance.points.shape[1] == 1:
        number = IntervalUnion.around(instance.points, 0.0).number(Fraction(radius))
        return number, number
    return instance.number(2 * radius), instance.number(radius)


def _log_violation(
    instance: RegularSet, number: tuple[int, int], log_a: float, log_b: float
) -> Margin:
    """By how much, in logarithms, the two-sided bound fails at the radius of the instance."""
    fewest, most = (math.log(n) for n in number)
    shift = instance.exponent * math.log(instance.radius)
    low, high = log_a - shift, log_b - shift
    rounding = 8 * EPS * (abs(log_a) + abs(log_b) + abs(shift) + most + 1)
    violation = (max(low - most, fewest - high), max(low - fewest, most - high))
    return Margin.from_brackets(violation, (0.0, 0.0), rounding)


def _conclusion(instance: RegularSet) -> Margin:
    t = instance.exponent
    room = math.log(instance.high - instance.width) if instance.high > instance.width else -math.inf
    log_a = min(math.log(instance.lower) - t * math.log(2), t * room)
    log_b = max(math.log(instance.upper), math.log(_number(instance, instance.width)[1]))
    return _log_violation(instance, _number(instance, instance.radius), log_a, log_b)


def _free_constants(instance: RegularSet) -> Margin:
    """With centres among the points; the argument is the same for centres anywhere."""
    t, number = instance.exponent, instance.number(instance.radius)
    log_b = math.log(instance.number(instance.width)) + t * math.log(instance.high)
    return _log_violation(instance, (number, number), t * math.log(instance.width), log_b)


_IN_RANGE = Hypothesis(
    "0 < delta < radius <= eps_0",
    lambda i: 0 < i.width < i.radius <= i.high and bool(np.isfinite(i.high)),
)

CLAIMS = (
    Claim(
        id="lemma-3",
        title="Two-sided covering bounds from regularity of the neighbourhood",
        source="Lemma 3",
        statement=Statement(
            "If a_delta r^-d_eff <= N(P_delta, r) <= b_delta r^-d_eff for all r in (0, eps_0], "
            "then a r^-d_eff <= N(P, r) <= b r^-d_eff on (delta, eps_0] with a = min{a_delta "
            "2^-d_eff, (eps_0 - delta)^d_eff}, b = max{b_delta, N(P, delta)}.",
            sp.And(sp.Le(a * eps**-d, covering(P, eps)), sp.Le(covering(P, eps), b * eps**-d)),
        ),
        hypotheses=(
            _IN_RANGE,
            Hypothesis(
                "d_eff differs from d; the paper means d_eff < d",
                lambda i: i.exponent != i.points.shape[1],
            ),
            Hypothesis(
                "a_delta r^-d_eff <= N(P_delta, r) <= b_delta r^-d_eff for all r in (0, eps_0]",
                is_regular,
            ),
        ),
        verdict=Verdict.UNSATISFIABLE,
        reason=(
            "Unsatisfiable unless d_eff = d: P_delta contains a d-dimensional ball, so N(P_delta, "
            "r) grows like r^-d as r -> 0, and the paper uses the lemma with d_eff < d. With d_eff "
            "= d it can hold (in R: P = {0, 1000}, delta = 125, eps_0 = 250, a_delta = 250, "
            "b_delta = 500) and promises nothing: with d = 4096 the predicted gain in radius from "
            "K = 64 to 576 is a factor 0.99946. Supposed on (delta, eps_0] only, the implication "
            "holds for every d_eff."
        ),
        instance_type=RegularSet,
        margin=_conclusion,
        repaired_by="lemma-3.vacuity",
        proof=(
            "lemma_3.py",
            "coq/Lemma3.v:lemma_3_unsatisfiable",
            "coq/Lemma3.v:lemma_3_implication",
        ),
        evidence=(
            Evidence(
                "sympy",
                "the volume bounds contradict either side for small r; rests on the volume of"
                " balls",
            ),
            Evidence(
                "z3",
                "the volume bounds from packings, the example with d_eff = d = 1, and the "
                "implication on (delta, eps_0]",
            ),
            Evidence(
                "coq",
                "no bounded set in R^d unless the exponent is d; the implication, for any set",
            ),
            Evidence(
                "property",
                "search for an instance with d_eff other than d: each names a radius that breaks "
                "it; with d_eff = d = 1 the implication, on sets that are regular exactly",
            ),
        ),
    ),
    Claim(
        id="lemma-3.vacuity",
        title="The conclusion of Lemma 3 holds for every set and every exponent",
        source="extension; theory 5.2",
        statement=Statement(
            "For every nonempty bounded P, every t > 0 and 0 < delta < eps_0: with a = delta^t "
            "and b = N(P, delta) eps_0^t, a r^-t <= 1 <= N(P, r) <= N(P, delta) <= b r^-t on "
            "(delta, eps_0].",
            sp.And(
                sp.Le(delta**d * eps**-d, covering(P, eps)),
                sp.Le(covering(P, eps), covering(P, delta) * eps_0**d * eps**-d),
            ),
        ),
        hypotheses=(_IN_RANGE,),
        verdict=Verdict.PROVED,
        reason=(
            "Covering numbers are at least 1 and do not grow with the radius; the constants do the "
            "rest. The conclusion has content only where b/a is controlled: it is a measurement."
        ),
        instance_type=RegularSet,
        margin=_free_constants,
        proof=("lemma_3_vacuity.py", "coq/Vacuity.v:vacuity"),
        evidence=(
            Evidence("z3", "N is non-increasing and at least 1: any metric, any set"),
            Evidence("sympy", "both constants, for every exponent t > 0"),
            Evidence("coq", "every bounded subset of R^d, finite or not"),
            Evidence("property", "exponents from 0.5 to 4096"),
        ),
    ),
)
