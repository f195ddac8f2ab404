"""Lemma 3: covering regularity; its hypothesis cannot hold and its conclusion always does."""

import math

import numpy as np
import sympy as sp

from mobtheory.claims.claim import Claim, Evidence, Hypothesis, Statement
from mobtheory.claims.instances import EPS, RegularSet
from mobtheory.claims.margin import Margin
from mobtheory.claims.symbols import P, a, b, covering, d, delta, eps, eps_0
from mobtheory.claims.verdict import Verdict


def regular_near_zero(instance: RegularSet) -> bool:
    """Whether ``a r^-t <= N(P_delta, r) <= b r^-t`` survives the volume bounds on (0, eps_0].

    P_delta is a union of L balls of radius delta in R^d, hence
    ``(delta/r)^d <= N(P_delta, r) <= L (3 delta/r)^d`` for r <= delta.  With t < d the first
    exceeds ``b r^-t`` for small r, with t > d the second falls below ``a r^-t``: an explicit
    radius refutes the supposition.  In logarithms, since t may be 4096.
    """
    d_, t = instance.points.shape[1], instance.exponent
    log_a, log_b, log_width = (
        math.log(x) for x in (instance.lower, instance.upper, instance.width)
    )
    log_count = math.log(len(instance.points))
    log_r = min(log_width, math.log(instance.high))
    if t < d_:
        log_r = min(log_r, (d_ * log_width - log_b) / (d_ - t)) - 1
    elif t > d_:
        reach = log_count + d_ * (math.log(3) + log_width)
        log_r = min(log_r, (log_a - reach) / (t - d_)) - 1
    at_least = d_ * (log_width - log_r)
    at_most = log_count + d_ * (math.log(3) + log_width - log_r)
    return log_a - t * log_r <= at_most and at_least <= log_b - t * log_r


def _log_violation(instance: RegularSet, log_a: float, log_b: float) -> Margin:
    """By how much, in logarithms, the two-sided bound fails at the radius of the instance."""
    log_n = math.log(instance.number(instance.radius))
    shift = instance.exponent * math.log(instance.radius)
    low, high = log_a - shift, log_b - shift
    rounding = 8 * EPS * (abs(log_a) + abs(log_b) + abs(shift) + log_n + 1)
    return Margin(max(low - log_n, log_n - high), 0.0, rounding)


def _conclusion(instance: RegularSet) -> Margin:
    t = instance.exponent
    room = math.log(instance.high - instance.width) if instance.high > instance.width else -math.inf
    log_a = min(math.log(instance.lower) - t * math.log(2), t * room)
    log_b = max(math.log(instance.upper), math.log(instance.number(instance.width)))
    return _log_violation(instance, log_a, log_b)


def _free_constants(instance: RegularSet) -> Margin:
    t = instance.exponent
    log_b = math.log(instance.number(instance.width)) + t * math.log(instance.high)
    return _log_violation(instance, t * math.log(instance.width), log_b)


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
            Hypothesis("d_eff differs from d", lambda i: i.exponent != i.points.shape[1]),
            Hypothesis(
                "a r^-d_eff <= N(P_delta, r) <= b r^-d_eff for all r in (0, eps_0]",
                regular_near_zero,
            ),
        ),
        verdict=Verdict.UNSATISFIABLE,
        reason=(
            "P_delta contains a d-dimensional ball, so N(P_delta, r) grows like r^-d as r -> 0 and "
            "the regularity forces d_eff = d. With d = 4096 the predicted gain in radius from K = "
            "64 to 576 is a factor 0.99946. Supposed on (delta, eps_0] only, the implication "
            "holds."
        ),
        instance_type=RegularSet,
        margin=_conclusion,
        repaired_by="lemma-3.vacuity",
        proof=("lemma_3.py",),
        evidence=(
            Evidence(
                "sympy",
                "the volume bounds contradict either side for small r; rests on the volume of"
                " balls",
            ),
            Evidence(
                "z3", "the volume bounds from packings, and the implication on (delta, eps_0]"
            ),
            Evidence("property", "search for an instance finds none"),
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
        proof=("lemma_3_vacuity.py",),
        evidence=(
            Evidence("z3", "N is non-increasing and at least 1: any metric, any set"),
            Evidence("sympy", "both constants, for every exponent t > 0"),
            Evidence("property", "exponents from 0.5 to 4096"),
        ),
    ),
)
