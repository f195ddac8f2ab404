"""attention.budget-split: where the product of tail and covering radius is smallest.

Statement.    S_p the K_p tokens of largest weight, S_v farthest points seeded with S_p, K - K_p of
              them: Phi(S) <= m h(V -> S) <= tail(K_p) 2 OPT(K - K_p | S_p).  If the tail is at most
              c K_p^-gamma and OPT at most (b'/(K - K_p))^(1/d), the bound on (0, K) is smallest at
              K_p = K gamma d/(1 + gamma d), only there; for a tail e^(-K_p/tau) at K_v = tau/d,
              but at least 1 and at most K.
Assumptions.  c, b', gamma, d, tau > 0, K > 1, K_v = K - K_p; tail(k) the visual mass outside the k
              heaviest visual tokens; covering.seeded-fps.  (The power of K_v holds for r in the
              range where N(V, r) <= b' r^-d, by theorem-2.corrected.)

Proof.
  1. w_v dist(v, S u P) <= w_v h(V -> S) for dropped v and 0 for kept ones: Phi <= m h(V -> S).
  2. m <= tail(K_p), since S holds S_p; with h(V -> S) <= 2 OPT(K_v | S_p) the product follows.
  3. B(x) = 2 c b'^(1/d) x^-gamma (K - x)^(-1/d) has (log B)' = -gamma/x + 1/(d (K - x)), whose only
     zero is x* = K gamma d/(1 + gamma d), inside (0, K).
  4. (log B)' = (1 + gamma d)(x - x*)/(d x (K - x)): negative before x*, positive after it.  So x*
     is the only minimum; and (log B)'' > 0.
  5. c and b' do not enter; x* tends to 0 with gamma.
  6. For B(x) = e^(-x/tau) (K - x)^(-1/d), (log B)' = (x - (K - tau/d))/(tau (K - x)): again
     negative before the zero and positive after it.  tau/d >= K makes B rise on all of (0, K), so
     K_p = 0; tau/d < 1 makes it fall up to K - 1, so K_v = 1.
  7. The formula is the minimum inside only, K_p = 0 must be compared: c = 30, gamma = d = 1, K = 48
     has x* = 24, where the tail is at most min(1, 30/24) = 1, and 1/24 > 1/48, the value at 0.
  8. Cross-check in whole numbers: for gamma d = p/q the best whole K_p is next to x*.
"""

from fractions import Fraction

import sympy as sp

from mobtheory.claims.proving import ProofResult
from mobtheory.claims.symbols import K, K_p, b_prime, d, gamma

from .algebra import positive, vanishes
from .finite_sums import check_totals, rest_on_induction
from .registered import constants
from .solver import valid, z3
from .steps import Steps

_c, _tau, _part = sp.symbols("c tau part", positive=True)
_inside = {K_p: K * _part / (1 + _part)}  # any number in (0, K)


def prove() -> ProofResult:
    steps = Steps()
    times, one = (sp.sympify(c) for c in constants("attention.budget-split", _form))
    best = times * K * gamma * d / (one + gamma * d)
    _check_product(steps)
    _check_power_tail(steps, best)
    _check_exponential_tail(steps)
    _check_riders(steps, best)
    return steps.result()


def _form(times: sp.Expr, one: sp.Expr) -> sp.Basic:
    return sp.Eq(K_p, times * K * gamma * d / (one + gamma * d))


def _check_product(steps: Steps) -> None:
    kept, pick = z3.Bools("kept pick")
    weight, distance, radius = z3.Reals("w dist h")
    dropped = z3.If(kept, 0, weight)
    check_totals(
        steps,
        "Phi(S) <= m h(V -> S)",
        lambda phi, m: phi <= m * radius,
        [weight * distance, dropped],
        [weight >= 0, z3.If(kept, distance == 0, distance <= radius)],
    )
    check_totals(
        steps,
        "m <= tail(K_p)",
        lambda m, tail: m <= tail,
        [dropped, z3.If(pick, 0, weight)],
        [weight >= 0, z3.Implies(pick, kept)],
    )
    rest_on_induction(steps)
    phi, m, tail, bound = z3.Reals("Phi m tail bound")
    steps.check(
        "z3",
        "so Phi(S) is at most the tail times what bounds h(V -> S)",
        valid(
            phi <= tail * bound,
            [phi <= m * radius, m >= 0, m <= tail, radius >= 0, radius <= bound],
        ),
    )


def _check_power_tail(steps: Steps, best: sp.Expr) -> None:
    bound = 2 * _c * K_p**-gamma * (b_prime / (K - K_p)) ** (1 / d)
    slope = sp.simplify(sp.diff(bound, K_p) / bound)
    steps.check(
        "sympy",
        "(log B)' = -gamma/x + 1/(d (K - x)); neither c nor b' is left",
        vanishes(slope - (-gamma / K_p + 1 / (d * (K - K_p)))),
    )
    steps.check(
        "sympy",
        f"its only zero is {best}",
        [vanishes(s - best) for s in sp.solve(slope, K_p)] == [True],
    )
    steps.check("sympy", "which lies inside (0, K)", positive(best) and positive(K - best))
    rising = slope / (K_p - best)
    steps.check(
        "sympy",
        "(log B)' has the sign of K_p minus it",
        positive(sp.simplify(rising.subs(_inside))),
    )
    steps.rests_on("a function falls where its derivative is negative and rises where positive")
    steps.check("sympy", "(log B)'' > 0", positive(sp.simplify(sp.diff(slope, K_p).subs(_inside))))
    steps.check("sympy", "it tends to 0 with gamma", sp.limit(best, gamma, 0) == 0)


def _check_exponential_tail(steps: Steps) -> None:
    bound, best = sp.exp(-K_p / _tau) * (K - K_p) ** (-1 / d), K - _tau / d
    slope = sp.simplify(sp.diff(bound, K_p) / bound)
    steps.check(
        "sympy",
        f"tail e^(-K_p/tau): the only zero is {best}",
        [vanishes(s - best) for s in sp.solve(slope, K_p)] == [True],
    )
    rising = sp.simplify((slope / (K_p - best)).subs(_inside))
    steps.check("sympy", "(log B)' has the sign of K_p minus it", positive(rising))
    zero, budget, ratio = z3.Reals("zero K tau/d")
    given = [zero == budget - ratio, budget > 1]
    steps.check(
        "z3",
        "tau/d >= K: the zero is not positive, B rises",
        valid(z3.Implies(ratio >= budget, zero <= 0), given),
    )
    steps.check(
        "z3",
        "tau/d < 1: the zero is beyond K - 1, B falls up to there",
        valid(z3.Implies(ratio < 1, zero > budget - 1), given),
    )


def _check_riders(steps: Steps, best: sp.Expr) -> None:
    at = {K: 48, gamma: 1, d: 1}
    inner = Fraction(str(best.subs(at)))
    tail = min(Fraction(1), 30 / inner)
    steps.check(
        "rational",
        "c = 30, gamma = d = 1, K = 48: 1/24 at the formula, 1/48 at K_p = 0",
        (inner, tail / (48 - inner), Fraction(1, 48)) == (24, Fraction(1, 24), Fraction(1, 48)),
    )
    steps.check(
        "rational", "K < 40, gamma d = p/q: the best whole K_p is next to the formula", _whole(best)
    )


def _whole(best: sp.Expr) -> bool:
    ratios = [(1, 1), (1, 2), (2, 1), (2, 3), (3, 1), (5, 2), (1, 7)]
    formula = sp.lambdify([K, gamma, d], best, "math")
    return all(
        abs(_best_whole(k, p, q) - formula(k, Fraction(p, q), 1)) < 1
        for p, q in ratios
        for k in range(p + q, 40)
    )


def _best_whole(k: int, p: int, q: int) -> int:
    """K_p^-p (K - K_p)^-q is least where K_p^p (K - K_p)^q is largest."""
    return max(range(1, k), key=lambda picks: picks**p * (k - picks) ** q)
