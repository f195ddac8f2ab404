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
  5. Plain pruning reaches its bound: kept weights 1/12, 3/12 and values 1, -1, a token of weight
     8/12 dropped onto the first, with its value.
  6. log-count reaches it in the limit of many tokens: logits 0 and delta and values 1 and -1 kept,
     N tokens of logit delta dropped onto each.
"""

from fractions import Fraction

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
from .derived_statement import check_registered
from .finite_sums import check_regrouping, check_totals, rest_on_induction
from .moved_tokens import RANGE_PER_CHANGE, check_range
from .projections import rest_on_projections
from .softmax_shift import PER_RANGE, check_shift, check_softmax_ratios
from .solver import valid, z3
from .steps import Steps

LOGIT_FACTOR = PER_RANGE * RANGE_PER_CHANGE
"""Omega/4 per delta_s."""
_COVER = total(weight(v) * norm(value(v) - value(nearest(v))))
_WITH_COUNTS = sp.tanh(LOGIT_FACTOR * delta_s)
_PLAIN = sp.tanh(PER_RANGE * sp.log(rho_max / rho_min))
STATEMENT = sp.And(
    sp.Le(Delta_o, _COVER + diam(U) * _WITH_COUNTS), sp.Le(Delta_o_S, _COVER + diam(U) * _PLAIN)
)


def prove() -> ProofResult:
    steps = Steps()
    rest_on_projections(steps)
    rest_on_induction(steps)
    check_regrouping(steps)
    check_shift(steps)
    check_softmax_ratios(steps)
    check_range(steps)
    _check_forms(steps)
    _check_plain_ratios(steps)
    _check_equality_of_plain(steps)
    _check_equality_of_log_count(steps)
    check_registered(steps, "attention.tanh", STATEMENT)
    return steps.result()


def _check_forms(steps: Steps) -> None:
    root = sp.Symbol("sqrt(kappa)", positive=True)
    variation = (root - 1) / (root + 1)
    counted, plain = sp.exp(RANGE_PER_CHANGE * delta_s / 2), sp.sqrt(rho_max / rho_min)
    steps.check(
        "sympy",
        f"TV is at most tanh({LOGIT_FACTOR} delta_s) where kappa = e^({RANGE_PER_CHANGE} delta_s), "
        f"and tanh({PER_RANGE} log(rho_max/rho_min)) where kappa = rho_max/rho_min",
        vanishes((variation.subs(root, counted) - _WITH_COUNTS).rewrite(sp.exp))
        and vanishes((variation.subs(root, plain) - _PLAIN).rewrite(sp.exp)),
    )
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


def _check_equality_of_plain(steps: Steps) -> None:
    kept, value, dropped = [Fraction(1, 12), Fraction(3, 12)], [1, -1], Fraction(8, 12)
    mass = sum(kept)
    full = sum(w * u for w, u in zip(kept, value, strict=True)) + dropped * value[0]
    plain = sum(w * u for w, u in zip(kept, value, strict=True)) / mass
    ratios = [(kept[0] + dropped) / kept[0], Fraction(1)]
    bound = 2 * sp.tanh(PER_RANGE * sp.log(sp.Rational(max(ratios) / min(ratios))))
    steps.check(
        "sympy",
        "weights 1/12, 3/12 kept, 8/12 dropped onto the first: the error is 1 = 2 tanh(log(9)/4)",
        full - plain == 1 and vanishes(bound.rewrite(sp.exp) - 1),
    )


def _check_equality_of_log_count(steps: Steps) -> None:
    n, delta = sp.symbols("N delta", positive=True)
    first, second = 1 + n * sp.exp(delta), sp.exp(delta) + n
    counted_first, counted_second = n + 1, (n + 1) * sp.exp(delta)
    full = (first - second) / (first + second)
    counted = (counted_first - counted_second) / (counted_first + counted_second)
    error = sp.limit(sp.simplify(full - counted), n, sp.oo)
    steps.check(
        "sympy",
        f"N tokens e^delta onto the logit 0, N tokens e^0 onto the logit delta: the error tends to "
        f"2 tanh({LOGIT_FACTOR} delta)",
        vanishes((error - 2 * sp.tanh(LOGIT_FACTOR * delta)).rewrite(sp.exp)),
    )
