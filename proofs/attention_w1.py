"""attention.w1: a head is Lipschitz in W_1 of the empirical measures, with the factor e^Delta.

Statement.    mu, nu the normalised empirical measures of two finite multisets of tokens, o_mu, o_nu
              the outputs of one softmax head at one query.  Then
              |o_mu - o_nu| <= e^Delta (||W_V|| + A diam_U) W_1(mu, nu),  A = |W_K^T q|/sqrt(d_h).
Assumptions.  Any number of tokens in each; one query; logits s and values u are linear in the
              token; Delta the range of the logits and diam_U the diameter of the values, both over
              the union of the supports.

Proof.  A coupling of mu and nu puts mass p_j on a pair (x_j, y_j); a_j = e^s(x_j), b_j = e^s(y_j),
u_j, v_j the values, projected on an arbitrary unit vector, top and bottom the bounds of all e^s.
  1. Totals over pairs are totals over mu, or nu: Z_mu = sum p a, Z_mu o_mu = sum p a u, and so on.
  2. sum p [a (u - o_nu) - b (v - o_nu)] = Z_mu (o_mu - o_nu), as the part with b is 0.
  3. |e^s - e^t| <= top |s - t|.
  4. |v - o_nu| <= diam_U, as o_nu is a mean of values.
  5. So each bracket is at most top (||W_V|| + A diam_U) |x - y|.
  6. Z_mu >= bottom, and top/bottom = e^Delta: |o_mu - o_nu| is at most e^Delta (||W_V|| + A diam_U)
     times the cost of the coupling, whichever it is, so W_1 in place of the cost.
  7. The bound is reached: mu = (1 - t) {0} + t {D}, nu = (1 - t) {0} + t {D - h}, logits A x,
     values ||W_V|| x have Delta = A D, diam_U = ||W_V|| D, W_1 = t h, and |o_mu - o_nu|/W_1 tends
     to e^Delta (||W_V|| + A diam_U) as first t, then h tends to 0: the exponential is necessary.
"""

from fractions import Fraction
from typing import Any

import sympy as sp

from mobtheory.claims.proving import ProofResult
from mobtheory.claims.symbols import W_1, W_V, A, Delta, Delta_o, U, diam, mu, norm, nu

from .algebra import positive, vanishes
from .finite_sums import check_regrouping, check_totals, rest_on_induction
from .moved_tokens import slope
from .projections import rest_on_projections
from .registered import constants
from .solver import valid, z3
from .steps import Steps

_p, _a, _b, _u, _v, _d = z3.Reals("p a b u v |x-y|")
_top, _bottom, _w, _key, _diameter, _o = z3.Reals("top bottom |W_V| A diam_U o_nu")
_signs = [_top >= _bottom, _bottom > 0, _w >= 0, _key >= 0, _diameter >= 0]


def prove() -> ProofResult:
    steps = Steps()
    exponent, of_values, of_keys = constants("attention.w1", _form)
    rest_on_projections(steps)
    rest_on_induction(steps)
    check_regrouping(steps)
    _check_identity(steps)
    _check_exponential(steps)
    _check_mean(steps)
    _check_bracket(steps)
    _check_coupling(steps)
    growth = sp.exp(sp.Rational(exponent) * Delta)
    _check_growth(steps, growth)
    _check_bound(steps, of_values, of_keys)
    _check_tightness(steps, growth, sp.Rational(of_values), sp.Rational(of_keys))
    return steps.result()


def _form(exponent: sp.Expr, of_values: sp.Expr, of_keys: sp.Expr) -> sp.Basic:
    return sp.Le(
        Delta_o,
        sp.exp(exponent * Delta) * slope(of_values, of_keys, norm(W_V), A, diam(U)) * W_1(mu, nu),
    )


def _within(x: Any, bound: Any) -> Any:
    """``|x| <= bound``."""
    return z3.And(x <= bound, -x <= bound)


def _lipschitz(gap: Any, growth: Any, steepness: Any, distance: Any) -> Any:
    """What is proved of every coupling, so of their infimum."""
    return gap <= growth * steepness * distance


def _check_identity(steps: Steps) -> None:
    check_totals(
        steps,
        "sum p [a (u - o_nu) - b (v - o_nu)] = (sum p a u - o_nu sum p a) - (sum p b v - o_nu "
        "sum p b)",
        lambda brackets, au, a, bv, b: brackets == (au - _o * a) - (bv - _o * b),
        [
            _p * (_a * (_u - _o) - _b * (_v - _o)),
            _p * _a * _u,
            _p * _a,
            _p * _b * _v,
            _p * _b,
        ],
    )
    brackets, z_mu, z_nu, o_mu, au, bv = z3.Reals("brackets Z_mu Z_nu o_mu au bv")
    steps.check(
        "z3",
        "with o_mu = sum p a u/Z_mu, o_nu = sum p b v/Z_nu this is Z_mu (o_mu - o_nu)",
        valid(
            brackets == z_mu * (o_mu - _o),
            [
                brackets == (au - _o * z_mu) - (bv - _o * z_nu),
                au == o_mu * z_mu,
                bv == _o * z_nu,
                z_mu > 0,
                z_nu > 0,
            ],
        ),
    )


def _check_exponential(steps: Steps) -> None:
    x, s = sp.symbols("x s", positive=True)
    below = x - (1 - sp.exp(-x))
    steps.rests_on("a function with a derivative >= 0 does not decrease")
    steps.check(
        "sympy",
        "e^s - e^(s - x) = e^s (1 - e^-x) <= e^s x for x >= 0: the difference is 0 at 0, its "
        "derivative is 1 - e^-x = (e^x - 1) e^-x >= 0, as the one of e^x - 1 is",
        vanishes(sp.exp(s) - sp.exp(s - x) - sp.exp(s) * (1 - sp.exp(-x)))
        and below.subs(x, 0) == 0
        and vanishes(sp.diff(below, x) - (sp.exp(x) - 1) * sp.exp(-x))
        and (sp.exp(x) - 1).subs(x, 0) == 0
        and positive(sp.diff(sp.exp(x) - 1, x)),
    )


def _check_mean(steps: Steps) -> None:
    low, high, z_nu, bv = z3.Reals("low high Z_nu bv")
    check_totals(
        steps,
        "low Z_nu <= sum p b v <= high Z_nu",
        lambda bv, b: z3.And(low * b <= bv, bv <= high * b),
        [_p * _b * _v, _p * _b],
        [_p >= 0, _b > 0, low <= _v, _v <= high],
    )
    steps.check(
        "z3",
        "so |v - o_nu| <= high - low <= diam_U",
        valid(
            _within(_v - _o, _diameter),
            [
                z_nu > 0,
                bv == _o * z_nu,
                low * z_nu <= bv,
                bv <= high * z_nu,
                low <= _v,
                _v <= high,
                high - low <= _diameter,
            ],
        ),
    )


def _check_bracket(steps: Steps) -> None:
    first, second = z3.Reals("u-v v-o_nu")
    u, v, a, b, o = sp.symbols("u v a b o")
    steps.check(
        "sympy",
        "a (u - o_nu) - b (v - o_nu) = a (u - v) + (a - b) (v - o_nu)",
        vanishes(a * (u - o) - b * (v - o) - a * (u - v) - (a - b) * (v - o)),
    )
    of_values, of_keys = _top * _w * _d, _top * _key * _d * _diameter
    pairs = [
        *(_a > 0, _a <= _top, _d >= 0, _within(first, _w * _d), _within(second, _diameter)),
        _within(_a - _b, _top * _key * _d),
    ]
    part, other = z3.Reals("part other")
    bounded = [
        valid(_within(_a * first, of_values), _signs + pairs),
        valid(_within((_a - _b) * second, of_keys), _signs + pairs),
        valid(
            _within(part + other, _top * (_w + _key * _diameter) * _d),
            [_within(part, of_values), _within(other, of_keys)],
        ),
    ]
    for text, answer in zip(
        (
            "|a (u - v)| <= top ||W_V|| |x - y|",
            "|(a - b) (v - o_nu)| <= top A |x - y| diam_U",
            "so |bracket| <= top (||W_V|| + A diam_U) |x - y|",
        ),
        bounded,
        strict=True,
    ):
        steps.check("z3", text, answer)


def _check_coupling(steps: Steps) -> None:
    bracket, steepness, d = z3.Reals("bracket slope |x-y|")
    check_totals(
        steps,
        "|sum p bracket| <= slope sum p |x - y|, and Z_mu >= bottom sum p",
        lambda brackets, cost, a, mass: z3.And(
            _within(brackets, steepness * cost), a >= _bottom * mass
        ),
        [_p * bracket, _p * d, _p * _a, _p],
        [_p >= 0, _within(bracket, steepness * d), _a >= _bottom],
    )
    z_mu, gap, cost = z3.Reals("Z_mu gap cost")
    steps.check(
        "z3",
        "sum p = 1, so |o_mu - o_nu| <= (top/bottom) (||W_V|| + A diam_U) cost",
        valid(
            _lipschitz(gap, _top / _bottom, steepness, cost),
            [
                *_signs,
                *(steepness >= 0, cost >= 0, gap >= 0),
                *(z_mu >= _bottom, z_mu * gap <= _top * steepness * cost),
            ],
        ),
    )


def _check_growth(steps: Steps, growth: sp.Expr) -> None:
    s_max, s_min = sp.symbols("s_max s_min", real=True)
    steps.check(
        "sympy",
        f"top/bottom = {growth} for s_max = s_min + Delta",
        vanishes(sp.exp(s_max).subs(s_max, s_min + Delta) / sp.exp(s_min) - growth),
    )


def _check_bound(steps: Steps, of_values: Fraction, of_keys: Fraction) -> None:
    gap, cost, least, growth, steepness = z3.Reals("gap cost W_1 e^Delta slope")
    # the infimum is the largest number below all costs
    of_costs = z3.ForAll([cost], z3.Implies(cost > least, _lipschitz(gap, growth, steepness, cost)))
    steps.check(
        "z3",
        "what holds with the cost of every coupling holds with their infimum",
        valid(_lipschitz(gap, growth, steepness, least), [growth > 0, steepness >= 0, of_costs]),
    )
    steps.check(
        "z3",
        f"so |o_mu - o_nu| <= e^Delta ({of_values} ||W_V|| + {of_keys} A diam_U) W_1",
        valid(
            _lipschitz(gap, growth, slope(of_values, of_keys, _w, _key, _diameter), least),
            [
                *(growth >= 1, least >= 0, _w >= 0, _key >= 0, _diameter >= 0),
                _lipschitz(gap, growth, _w + _key * _diameter, least),
            ],
        ),
    )


def _check_tightness(steps: Steps, growth: sp.Expr, of_values: sp.Expr, of_keys: sp.Expr) -> None:
    t, h, key, length, gain = sp.symbols("t h A D ||W_V||", positive=True)

    def output(x: sp.Expr) -> sp.Expr:
        power = t * sp.exp(key * x)
        return power * gain * x / (1 - t + power)

    per_mass = sp.limit((output(length) - output(length - h)) / t, t, 0, "+")
    reached = sp.limit(per_mass / h, h, 0, "+")
    bound = growth.subs(Delta, key * length) * slope(of_values, of_keys, gain, key, gain * length)
    steps.check(
        "sympy",
        "the bound is reached: mass t at D or at D - h, the rest at 0: |o_mu - o_nu|/W_1 tends to "
        f"{bound}, Delta = A D, diam_U = ||W_V|| D",
        vanishes(reached - bound),
    )
