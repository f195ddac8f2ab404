"""lemma-3.vacuity: the conclusion of Lemma 3 holds for every set and every exponent.

Statement.    With a = delta^t and b = N(P, delta) eps_0^t:
              a r^-t <= 1 <= N(P, r) <= N(P, delta) <= b r^-t for r in (delta, eps_0].
Assumptions.  P not empty and bounded; t > 0; 0 < delta < eps_0.

Proof.
  1. N is at least 1 and non-increasing (proofs/covering_numbers.py).
  2. a r^-t = (delta/r)^t <= 1: with r = delta e^s, s >= 0, it is e^(-s t), which is 1 at s = 0
     and falls.
  3. b r^-t = N(P, delta) (eps_0/r)^t >= N(P, delta): with eps_0 = r e^s it is N(P, delta) e^(s t),
     which is N(P, delta) at s = 0 and grows.
"""

import sympy as sp

from mobtheory.claims import symbols
from mobtheory.claims.proving import ProofResult
from mobtheory.claims.symbols import P, covering, eps

from .algebra import positive, vanishes
from .covering_numbers import check_monotone
from .registered import constants
from .steps import Steps


def prove() -> ProofResult:
    steps = Steps()
    low_factor, high_factor = (
        sp.Rational(str(factor)) for factor in constants("lemma-3.vacuity", _form)
    )
    check_monotone(steps)
    delta, r, t, number = sp.symbols("delta r t N", positive=True)
    s = sp.Symbol("s", nonnegative=True)
    low = delta**t * (delta * sp.exp(s)) ** -t / low_factor
    steps.check(
        "sympy",
        "a r^-t = e^(-s t), 1 at s = 0 and falling, so a r^-t <= 1",
        vanishes(low - sp.exp(-s * t))
        and low.subs(s, 0).equals(1) is True
        and positive(-sp.diff(sp.exp(-s * t), s)),
    )
    high = high_factor * number * (r * sp.exp(s)) ** t * r**-t
    steps.check(
        "sympy",
        "b r^-t = N e^(s t), N at s = 0 and growing, so b r^-t >= N(P, delta)",
        vanishes(high - number * sp.exp(s * t))
        and high.subs(s, 0).equals(number) is True
        and positive(sp.diff(number * sp.exp(s * t), s)),
    )
    return steps.result()


def _form(low: sp.Expr, high: sp.Expr) -> sp.Basic:
    d, delta, high_end = symbols.d, symbols.delta, symbols.eps_0
    return sp.And(
        sp.Le(delta**d * eps**-d, low * covering(P, eps)),
        sp.Le(covering(P, eps), high * covering(P, delta) * high_end**d * eps**-d),
    )
