"""A softmax head after each token has moved by at most delta, read off the shift of a mean."""

import sympy as sp

from .finite_sums import rest_on_induction
from .projections import DIAMETER_PER_RADIUS, check_diameter, rest_on_projections
from .softmax_shift import (
    PER_RANGE,
    check_shift,
    check_softmax_ratios,
    check_tanh_below_identity,
)
from .solver import valid, z3
from .steps import Steps

RANGE_PER_CHANGE = 2
"""Numbers between -x and x have a range of at most RANGE_PER_CHANGE * x."""

RADIUS_FACTOR = DIAMETER_PER_RADIUS * RANGE_PER_CHANGE * PER_RANGE
"""The factor of A r_U in the bound: 2 * 2 * 1/4."""


def check_range(steps: Steps) -> None:
    """Logits that change by at most x change by numbers of range 2 x."""
    s, t, c, change, omega = z3.Reals("s t c change Omega")
    steps.check(
        "z3",
        f"-x <= t - s <= x is c <= t - s <= c + Omega with Omega = {RANGE_PER_CHANGE} x",
        valid(
            z3.And(c <= t - s, t - s <= c + omega),
            [
                -change <= t - s,
                t - s <= change,
                c == -change,
                omega == RANGE_PER_CHANGE * change,
            ],
        ),
    )


def check_moved_tokens(steps: Steps) -> None:
    """``|o - o~| <= (|W_V| + A r_U) delta``, U the values of either set of tokens."""
    rest_on_projections(steps)
    rest_on_induction(steps)
    check_shift(steps)
    check_softmax_ratios(steps)
    check_range(steps)
    check_tanh_below_identity(steps)
    check_diameter(steps)
    delta, a, w, r, moved, reweighted, diameter, tv, omega = z3.Reals(
        "delta A |W_V| r_U moved reweighted diam_U TV Omega"
    )
    quarter, factor = (z3.RealVal(str(sp.Rational(x))) for x in (PER_RANGE, RADIUS_FACTOR))
    steps.check(
        "z3",
        f"|W_V| delta + diam_U tanh(Omega/4) <= (|W_V| + {RADIUS_FACTOR} A r_U) delta, since "
        "Omega = 2 A delta and diam_U <= 2 r_U",
        valid(
            moved + reweighted <= (w + factor * a * r) * delta,
            [
                delta >= 0,
                a >= 0,
                tv >= 0,
                diameter >= 0,
                moved <= w * delta,
                reweighted <= diameter * tv,
                tv <= quarter * omega,
                omega == RANGE_PER_CHANGE * a * delta,
                diameter <= DIAMETER_PER_RADIUS * r,
            ],
        ),
    )
