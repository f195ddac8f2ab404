"""A softmax head after each token has moved by at most delta, read off the shift of a mean."""

from fractions import Fraction
from typing import Any

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


def quotient(number: Fraction) -> Any:
    """A fraction as z3 writes it."""
    return z3.Q(number.numerator, number.denominator)


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


def check_head(steps: Steps) -> None:
    """``|o - o~| <= value + r_U logit``: changes of the values, and of the logits to a constant."""
    rest_on_projections(steps)
    rest_on_induction(steps)
    check_shift(steps)
    check_softmax_ratios(steps)
    check_range(steps)
    check_tanh_below_identity(steps)
    check_diameter(steps)
    value, logit, r, moved, reweighted, diameter, tv, omega = z3.Reals(
        "value logit r_U moved reweighted diam_U TV Omega"
    )
    quarter, factor = quotient(PER_RANGE), quotient(RADIUS_FACTOR)
    steps.check(
        "z3",
        "values that move by at most v and logits that move by at most x, up to a common constant: "
        f"v + diam_U tanh(Omega/4) <= v + {RADIUS_FACTOR} r_U x; Omega = 2 x, diam_U <= 2 r_U",
        valid(
            moved + reweighted <= value + factor * r * logit,
            [
                *(logit >= 0, tv >= 0, diameter >= 0, moved <= value),
                *(reweighted <= diameter * tv, tv <= quarter * omega),
                *(omega == RANGE_PER_CHANGE * logit, diameter <= DIAMETER_PER_RADIUS * r),
            ],
        ),
    )


def check_moved_tokens(steps: Steps) -> None:
    """``|o - o~| <= (||W_V|| + A r_U) delta``, U the values of either set of tokens."""
    check_head(steps)
    delta, a, w, r, gap, value, logit = z3.Reals("delta A ||W_V|| r_U |o-o~| value logit")
    factor = quotient(RADIUS_FACTOR)
    steps.check(
        "z3",
        f"v = ||W_V|| delta, x = A delta: |o - o~| <= (||W_V|| + {RADIUS_FACTOR} A r_U) delta",
        valid(
            gap <= (w + factor * a * r) * delta,
            [
                *(r >= 0, gap <= value + factor * r * logit),
                *(value <= w * delta, logit <= a * delta),
            ],
        ),
    )
