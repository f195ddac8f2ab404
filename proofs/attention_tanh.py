"""attention.tanh: two bounds on the error of pruning, cover plus imbalance, without exponentials.

Statement.    Weights w of all tokens, D the dropped ones, pi(v) a kept token for each, the kept
              tokens go to themselves; diam_U the diameter of the values of the kept tokens.
              log-count bias:  |o - o~| <= sum_D w_v |u_v - u_pi(v)| + diam_U tanh(delta_s/2),
              plain pruning:   |o - o_S| <= the same sum
                                            + diam_U tanh(log(rho_max/rho_min)/4),
              delta_s = max_D |s_v - s_pi(v)|, rho_s = a_s/w_s, a_s = sum_{pi(v) = s} w_v, kept
              tokens of image and prompt alike.
Assumptions.  Any number of tokens, any assignment pi; a softmax row, so all weights are positive.

Proof.  All numbers are projections on an arbitrary unit vector.
  1. sum_s n_s e^(s_s) f_s = sum_i e^(s_pi(i)) f_pi(i): o~ has the weight w~_i = e^(s_pi(i))/Z~ and
     the value u_pi(i) for each token i.
  2. o - o~ = sum w_i (u_i - u_pi(i)) + sum (w_i - w~_i) u_pi(i); kept tokens add nothing to the
     first sum.
  3. The second is at most diam_U TV(w, w~), and TV <= tanh(Omega/4) for weights with log-ratios in
     a range of Omega; here they are s_i - s_pi(i) up to a constant, so Omega = 2 delta_s.
  4. Plain: sum_i w_i u_pi(i) = sum_s a_s u_s, and o_S has weights w_s/(1 - m): their ratios are
     (1 - m) rho_s, so Omega = log(rho_max/rho_min).
  5. Both bounds are reached by their first term: equal weights, one token kept, one dropped.
  6. Plain pruning by its second: kept weights 1/12, 3/12 and values 1, -1, a token of weight 8/12
     dropped onto the first, with its value.
  7. log-count in the limit of many tokens: logits 0 and delta and values 1 and -1 kept, N tokens of
     logit delta dropped onto the first, N of logit 0 onto the second.
"""

from fractions import Fraction
from typing import Any

import sympy as sp

from mobtheory.claims.proving import ProofResult
from mobtheory.claims.symbols import (
    Delta_o,
    Delta_o_S,
    U,
    delta_s,
    diam,
    nearest,
    norm,
    rho_max,
    rho_min,
    total,
    v,
    value,
    weight,
)

from .algebra import vanishes
from .finite_sums import check_regrouping, check_totals, rest_on_induction
from .moved_tokens import RANGE_PER_CHANGE, check_range
from .projections import rest_on_projections
from .registered import constants
from .softmax_shift import check_shift, check_softmax_ratios
from .solver import valid, z3
from .steps import Steps

_COVER = total(weight(v) * norm(value(v) - value(nearest(v))))
_RATIO = rho_max / rho_min


def prove() -> ProofResult:
    steps = Steps()
    found = constants("attention.tanh", _form)
    counted, plain = found[:3], found[3:]
    rest_on_projections(steps)
    rest_on_induction(steps)
    check_regrouping(steps)
    check_shift(steps)
    check_softmax_ratios(steps)
    check_range(steps)
    _check_variation(steps, sp.Rational(counted[2]), sp.Rational(plain[2]))
    _check_cover(steps)
    _check_plain_ratios(steps)
    for output, numbers in (("o~", counted), ("o_S", plain)):
        _check_bound(steps, output, *numbers)
        _check_equality_of_covers(steps, output, *map(sp.Rational, numbers))
    _check_equality_of_plain(steps, *map(sp.Rational, plain))
    _check_equality_of_log_count(steps, *map(sp.Rational, counted))
    return steps.result()


def _form(
    of_cover: sp.Expr,
    of_apart: sp.Expr,
    rate: sp.Expr,
    plain_of_cover: sp.Expr,
    plain_of_apart: sp.Expr,
    plain_rate: sp.Expr,
) -> sp.Basic:
    counted, plain = sp.tanh(rate * delta_s), sp.tanh(plain_rate * sp.log(_RATIO))
    return sp.And(
        sp.Le(Delta_o, _bound(of_cover, of_apart, _COVER, diam(U), counted)),
        sp.Le(Delta_o_S, _bound(plain_of_cover, plain_of_apart, _COVER, diam(U), plain)),
    )


def _bound(of_cover: Any, of_apart: Any, cover: Any, apart: Any, variation: Any) -> Any:
    return of_cover * cover + of_apart * apart * variation


def _check_variation(steps: Steps, rate: sp.Expr, plain_rate: sp.Expr) -> None:
    root = sp.Symbol("sqrt(kappa)", positive=True)
    variation = (root - 1) / (root + 1)
    counted, plain = sp.exp(RANGE_PER_CHANGE * delta_s / 2), sp.sqrt(_RATIO)
    for answer, bound, kappa in (
        (counted, sp.tanh(rate * delta_s), f"e^({RANGE_PER_CHANGE} delta_s)"),
        (plain, sp.tanh(plain_rate * sp.log(_RATIO)), str(_RATIO)),
    ):
        steps.check(
            "sympy",
            f"TV is at most {bound} where kappa = {kappa}",
            vanishes((variation.subs(root, answer) - bound).rewrite(sp.exp)),
        )


def _check_cover(steps: Steps) -> None:
    kept = z3.Bool("kept")
    w, apart = z3.Reals("w dist")
    check_totals(
        steps,
        "sum_i w_i |u_i - u_pi(i)| is the sum over D: kept tokens go to themselves",
        lambda over_all, over_dropped: over_all == over_dropped,
        [w * apart, z3.If(kept, 0, w * apart)],
        [z3.Implies(kept, apart == 0)],
    )


def _check_plain_ratios(steps: Steps) -> None:
    s, z, z_kept, a = sp.symbols("s Z Z_kept a", positive=True)
    weight = sp.exp(s) / z
    pruned = sp.exp(s) / z_kept
    steps.check(
        "sympy",
        "softmax over the kept tokens has weights w_s/(1 - m), 1 - m = Z_kept/Z; the ratio to a_s "
        "is (1 - m) rho_s",
        vanishes(pruned - weight / (z_kept / z))
        and vanishes(a / pruned - (z_kept / z) * (a / weight)),
    )
    w, a_, rest, low, high = z3.Reals("w a 1-m rho_min rho_max")
    steps.check(
        "z3",
        "so least b <= a <= most b with most = (rho_max/rho_min) least",
        valid(
            z3.And(rest * low * (w / rest) <= a_, a_ <= (high / low) * (rest * low) * (w / rest)),
            [w > 0, rest > 0, low > 0, low * w <= a_, a_ <= high * w],
        ),
    )


def _check_bound(
    steps: Steps, output: str, of_cover: Fraction, of_apart: Fraction, rate: Fraction
) -> None:
    error, moved, reweighted, cover, apart, variation, most = z3.Reals(
        "error moved reweighted cover diam_U TV tanh"
    )
    steps.check(
        "z3",
        f"|o - {output}| <= {of_cover} sum + {of_apart} diam_U tanh({rate} ...)",
        valid(
            error <= _bound(of_cover, of_apart, cover, apart, most),
            [
                *(cover >= 0, apart >= 0, most >= 0, error <= moved + reweighted),
                *(moved <= cover, reweighted <= apart * variation, variation <= most),
            ],
        ),
    )


def _check_equality_of_covers(
    steps: Steps, output: str, of_cover: sp.Expr, of_apart: sp.Expr, _: sp.Expr
) -> None:
    kept, dropped = sp.symbols("u_s u_v")
    weight = sp.Rational(1, 2)
    error = weight * kept + weight * dropped - kept
    steps.check(
        "sympy",
        f"equal weights, one token kept: o - {output} = (u_v - u_s)/2, the bound, as diam_U = 0",
        vanishes(error - _bound(of_cover, of_apart, weight * (dropped - kept), 0, 0)),
    )


def _check_equality_of_plain(
    steps: Steps, of_cover: sp.Expr, of_apart: sp.Expr, rate: sp.Expr
) -> None:
    kept, value, dropped = [Fraction(1, 12), Fraction(3, 12)], [1, -1], Fraction(8, 12)
    mass = sum(kept)
    full = sum(w * u for w, u in zip(kept, value, strict=True)) + dropped * value[0]
    plain = sum(w * u for w, u in zip(kept, value, strict=True)) / mass
    ratio = sp.Rational((kept[0] + dropped) / kept[0])  # that of the other token is 1
    bound = _bound(of_cover, of_apart, 0, 2, sp.tanh(rate * sp.log(ratio)))
    steps.check(
        "sympy",
        f"weights 1/12, 3/12 kept, 8/12 dropped onto the first: the error is 1 = {bound}",
        full - plain == 1 and vanishes(bound.rewrite(sp.exp) - 1),
    )


def _check_equality_of_log_count(
    steps: Steps, of_cover: sp.Expr, of_apart: sp.Expr, rate: sp.Expr
) -> None:
    n, delta = sp.symbols("N delta", positive=True)
    first, second = 1 + n * sp.exp(delta), sp.exp(delta) + n
    counted_first, counted_second = n + 1, (n + 1) * sp.exp(delta)
    full = (first - second) / (first + second)
    counted = (counted_first - counted_second) / (counted_first + counted_second)
    error = sp.limit(sp.simplify(full - counted), n, sp.oo)
    bound = _bound(of_cover, of_apart, 0, 2, sp.tanh(rate * delta))
    steps.check(
        "sympy",
        "N tokens e^delta onto the logit 0, N tokens e^0 onto the logit delta: the error tends to "
        f"{bound}",
        vanishes((error - bound).rewrite(sp.exp)),
    )
