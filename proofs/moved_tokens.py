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


def slope(of_values: Any, of_keys: Any, gain: Any, key: Any, radius: Any) -> Any:
    """``||W_V|| + A r_U`` with a constant before each part, in symbols of z3 or of SymPy."""
    return of_values * gain + of_keys * key * radius


def moves_by(gap: Any, value: Any, logit: Any, radius: Any) -> Any:
    """What `check_head` proves: ``|o - o~| <= value + r_U logit``."""
    return gap <= value + radius * logit


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
    value, logit, r, gap, moved, reweighted, diameter, tv, omega = z3.Reals(
        "value logit r_U |o-o~| moved reweighted diam_U TV Omega"
    )
    steps.check(
        "z3",
        "values that move by at most v and logits that move by at most x, up to a common constant: "
        "|o - o~| <= v + diam_U tanh(Omega/4) <= v + r_U x; Omega = 2 x, diam_U <= 2 r_U",
        valid(
            moves_by(gap, value, logit, r),
            [
                *(logit >= 0, tv >= 0, diameter >= 0, gap <= moved + reweighted, moved <= value),
                *(reweighted <= diameter * tv, tv <= PER_RANGE * omega),
                *(omega == RANGE_PER_CHANGE * logit, diameter <= DIAMETER_PER_RADIUS * r),
            ],
        ),
    )


def check_moved_tokens(steps: Steps, of_values: Fraction, of_keys: Fraction) -> None:
    """``|o - o~| <= (||W_V|| + A r_U) delta``, U the values of either set of tokens."""
    check_head(steps)
    delta, a, w, r, gap, value, logit = z3.Reals("delta A ||W_V|| r_U |o-o~| value logit")
    steps.check(
        "z3",
        "v = ||W_V|| delta, x = A delta: "
        f"|o - o~| <= ({of_values} ||W_V|| + {of_keys} A r_U) delta",
        valid(
            gap <= slope(of_values, of_keys, w, a, r) * delta,
            [
                *(delta >= 0, a >= 0, w >= 0, r >= 0, moves_by(gap, value, logit, r)),
                *(value <= w * delta, logit <= a * delta),
            ],
        ),
    )
