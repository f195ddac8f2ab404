"""assumption-1 is false: no softmax head is Lipschitz in d_H unless it is constant.

Refuted.      "There is a finite C with |F(X) - F(X_s)| <= C d_H(X, X_s)."
Setting.      One head read at a prompt token: weights proportional to exp(logit), values u.

Steps.
  1. V = {1, 1}, P = {0}, S = {1}, flat head, u(x) = x: d_H(X, X_s) = 0, but 2/3 becomes 1/2.
  2. The same without repetition, V = {1, 1 + e}: d_H = e, the gap is 1/6 + e/3, and their ratio
     exceeds every C as e -> 0.
  3. Any head: V = {a, a}, S = {a}, P = {p}, rho = exp(s_a - s_p).  The output is
     u_p + w (u_a - u_p) with w = 2 rho/(2 rho + 1) before and rho/(rho + 1) after; the difference
     is rho/((2 rho + 1)(rho + 1)) |u_a - u_p|, positive unless u_a = u_p.
"""

from fractions import Fraction

import sympy as sp

from mobtheory.claims.proving import ProofResult

from .algebra import positive, vanishes
from .line_sets import LineCounterexample, hausdorff
from .steps import Steps

COUNTEREXAMPLE = LineCounterexample([1, 1], [0], 1, [], [0])


def prove() -> ProofResult:
    steps = Steps()
    case = COUNTEREXAMPLE
    everything, kept = case.visual + case.prompt, case.visual_half + case.prompt
    before, after = (Fraction(sum(tokens), len(tokens)) for tokens in (everything, kept))
    steps.check(
        "rational",
        "V = {1, 1}, P = {0}, S = {1}: d_H(X, X_s) = 0 and the output falls from 2/3 to 1/2",
        hausdorff(everything, kept) == 0 and (before, after) == (Fraction(2, 3), Fraction(1, 2)),
    )
    e, rho = sp.symbols("e rho", positive=True)
    gap = (1 + (1 + e)) / 3 - sp.Rational(1, 2)
    steps.check(
        "sympy", "V = {1, 1 + e}: the gap is 1/6 + e/3", vanishes(gap - sp.Rational(1, 6) - e / 3)
    )
    steps.check(
        "sympy", "gap / d_H = gap / e -> oo as e -> 0", sp.limit(gap / e, e, 0, "+") == sp.oo
    )
    moved = 2 * rho / (2 * rho + 1) - rho / (rho + 1)
    steps.check(
        "sympy",
        "any head: the weight of u_a - u_p moves by rho/((2 rho + 1)(rho + 1)) > 0 at d_H = 0",
        vanishes(moved - rho / ((2 * rho + 1) * (rho + 1))) and positive(moved),
    )
    return steps.result()
