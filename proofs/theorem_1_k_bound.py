"""theorem-1.k-bound: the budget term.

Statement.    a r^-d <= N(P, r), a' r^-d <= N(V, r) on (delta, eps_0] and both radii in that range
              give D_1 K^(-2/d) <= eps_p eps_v, D_1 = (4 a a')^(1/d).
Assumptions.  a, a', d > 0 real; |S_p| + |S_v| <= K; N(P, eps_p) <= |S_p| and N(V, eps_v) <= |S_v|
              by definition-1.

Proof.  Write x = eps_p^d, y = eps_v^d.
  1. K >= a/x + a'/y, from the hypotheses.
  2. (u + v)^2 - 4 u v = (u - v)^2 >= 0 with u = a/x, v = a'/y: K^2 >= 4 a a'/(x y).
  3. So x y >= 4 a a'/K^2, and the d-th root keeps the order: it is D_1 K^(-2/d).
  4. Equality where a/x = a'/y = K/2.
  5. For the maximum the sum replaces it: max{x, y} >= (a + a')/K.
"""

import sympy as sp

from mobtheory.claims import symbols
from mobtheory.claims.proving import ProofResult
from mobtheory.claims.symbols import K, eps_p, eps_v

from .algebra import positive, vanishes
from .registered import constants
from .solver import valid, z3
from .steps import Steps


def prove() -> ProofResult:
    steps = Steps()
    four, two, one = constants("theorem-1.k-bound", _form)
    a, a_, x, y, n_p, n_v = z3.Reals("a a' x y N_P N_V")
    budget, in_prompt, in_visual = z3.Reals("K |S_p| |S_v|")
    signs = [a > 0, a_ > 0, x > 0, y > 0]
    steps.check(
        "z3",
        "K >= a/x + a'/y; any exponent d",
        valid(
            budget >= a / x + a_ / y,
            [
                *signs,
                a / x <= n_p,
                a_ / y <= n_v,
                n_p <= in_prompt,
                n_v <= in_visual,
                in_prompt + in_visual <= budget,
            ],
        ),
    )
    u, v = sp.symbols("u v", real=True)
    steps.check(
        "sympy", "(u + v)^2 - 4 u v = (u - v)^2", vanishes((u + v) ** 2 - 4 * u * v - (u - v) ** 2)
    )
    steps.check(
        "z3",
        "K >= a/x + a'/y gives K^2 x y >= 4 a a'",
        valid(one * budget * budget * x * y >= four * a * a_, [*signs, budget >= a / x + a_ / y]),
    )
    b, b_, d, k, w = sp.symbols("a a' d K w", positive=True)
    four_, power = (sp.Rational(str(constant)) for constant in (four, two))
    root = (four_ * b * b_ / k**2) ** (1 / d)
    steps.check(
        "sympy",
        "the d-th root keeps the order and turns 4 a a'/K^2 into D_1 K^(-2/d)",
        positive(sp.diff(w ** (1 / d), w))
        and vanishes(root - (four_ * b * b_) ** (1 / d) * k ** (-power / d)),
    )
    steps.check(
        "sympy",
        "equality at x = 2 a/K, y = 2 a'/K",
        vanishes(sp.Rational(str(one)) * k**2 * (2 * b / k) * (2 * b_ / k) - four_ * b * b_),
    )
    steps.check(
        "z3",
        "max{x, y} >= (a + a')/K",
        valid(
            z3.Or(x >= (a + a_) / budget, y >= (a + a_) / budget),
            [*signs, budget > 0, budget >= a / x + a_ / y],
        ),
    )
    return steps.result()


def _form(four: sp.Expr, two: sp.Expr, one: sp.Expr) -> sp.Basic:
    a, a_, d = symbols.a, symbols.a_prime, symbols.d
    return sp.Le((four * a * a_) ** (1 / d) * K ** (-two / d), one * eps_p * eps_v)
