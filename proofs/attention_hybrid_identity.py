"""attention.hybrid-identity: what merging some tokens and discarding others does.

Statement.    The dropped tokens are split, D = D_1 + D_2: each v in D_1 is merged into a kept token
              pi(v), whose logit is raised by log n_s, n_s = 1 + |{v in D_1 : pi(v) = s}|; those in
              D_2 are discarded.  Then the new output o~ has
              o - o~ = sum over D_1 of w_v [(u_v - u_pi) + (1 - e^(s_pi - s_v)) (u_pi - o~)]
                       + sum over D_2 of w_v (u_v - o~).
Assumptions.  One head, one query row; any number of tokens, at least one kept; any map pi into the
              kept tokens; values in any vector space.

Proof.  E_v = e^s_v; pi(s) = s for kept s; Z the sum of all E_v, so w_v = E_v/Z.
  1. The bias log n_s makes E_s to n_s E_s, so o~ is the mean of the kept values with these weights,
     and sum_s n_s E_s (u_s - o~) = 0.
  2. Regrouped, that is the sum of E_pi(v) (u_pi(v) - o~) over all v that are kept or in D_1.
  3. Z (o - o~) = sum over all v of E_v (u_v - o~).
  4. Token by token, E_v (u_v - o~) - E_pi (u_pi - o~) is 0 for kept v, and for v in D_1 it is
     E_v [(u_v - u_pi) + c (u_pi - o~)] with c = 1 - e^(s_pi - s_v), and no other c.
  5. So the difference of 3 and 2 is Z times the right side; any number of tokens.
  6. D_1 empty is plain pruning, m (o_D - o_S) of attention.identity.
  7. Cross-check in fractions: 4 tokens, every split into kept, merged and discarded, every pi.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import sympy as sp

from mobtheory.claims.proving import ProofResult
from mobtheory.claims.symbols import (
    logit,
    nearest,
    o,
    o_tilde,
    total_dropped,
    total_merged,
    v,
    value,
    weight,
)

from .algebra import vanishes
from .exact_attention import output
from .finite_sums import check_regrouping, check_totals
from .registered import constants
from .solver import valid, z3
from .steps import Steps

_s_v, _s_pi = sp.symbols("s_v s_pi", real=True)
_KEPT, _DISCARDED = -1, -2


def prove() -> ProofResult:
    steps = Steps()
    one, times = constants("attention.hybrid-identity", _form)
    factor = sp.sympify(one) - sp.sympify(times) * sp.exp(_s_pi - _s_v)  # of u_pi - o~
    _check_balance(steps)
    _check_tokens(steps, factor)
    _check_sums(steps)
    _check_plain(steps)
    steps.check("rational", "4 tokens, unequal logits: every split, every pi", _small(factor))
    return steps.result()


def _form(one: sp.Expr, times: sp.Expr) -> sp.Basic:
    factor = one - times * sp.exp(logit(nearest(v)) - logit(v))
    merged = value(v) - value(nearest(v)) + factor * (value(nearest(v)) - o_tilde)
    discarded = value(v) - o_tilde
    return sp.Eq(
        o - o_tilde, total_merged(weight(v) * merged) + total_dropped(weight(v) * discarded)
    )


def _check_balance(steps: Steps) -> None:
    number = sp.Symbol("n_s", positive=True)
    biased = sp.exp(_s_v + sp.log(number))
    steps.check("sympy", "e^(s + log n) = n e^s", vanishes(biased - number * sp.exp(_s_v)))
    weight, value, mean = z3.Reals("n_s*E_s u_s o~")
    check_totals(
        steps,
        "sum n E (u - o~) = sum n E u - o~ sum n E",
        lambda drifts, values, weights: drifts == values - mean * weights,
        [weight * (value - mean), weight * value, weight],
    )
    values, weights, drifts = z3.Reals("values weights drifts")
    steps.check(
        "z3",
        "it is 0, since o~ is the quotient of the two sums",
        valid(
            drifts == 0,
            [weights > 0, mean * weights == values, drifts == values - mean * weights],
        ),
    )
    check_regrouping(steps)  # a_v = 1 if v is kept or in D_1, f_s = E_s (u_s - o~)


def _check_tokens(steps: Steps, factor: sp.Expr) -> None:
    u_v, u_pi, new, c = sp.symbols("u_v u_pi o~ c", real=True)
    here, there = sp.exp(_s_v) * (u_v - new), sp.exp(_s_pi) * (u_pi - new)
    steps.check(
        "sympy", "kept: pi(v) = v leaves 0", vanishes((here - there).subs({_s_pi: _s_v, u_pi: u_v}))
    )
    merged = sp.exp(_s_v) * ((u_v - u_pi) + c * (u_pi - new))
    (coefficient,) = sp.solve(sp.Eq(here - there, merged), c)
    steps.check(
        "sympy",
        "merged: E_v (u_v - o~) - E_pi (u_pi - o~) determines c = 1 - e^(s_pi - s_v)",
        vanishes(sp.expand(here - there - merged.subs(c, factor)))
        and vanishes(coefficient - factor),
    )


def _check_sums(steps: Steps) -> None:
    kept, merged = z3.Bools("kept merged")
    here, there, term = z3.Reals("E_v(u_v-o~) E_pi(u_pi-o~) term")
    served = z3.Or(kept, merged)
    side = z3.If(kept, 0, z3.If(merged, term, here))
    check_totals(
        steps,
        "sum over all of E_v (u_v - o~) - sum over kept and D_1 of E_pi (u_pi - o~) = right side",
        lambda everything, moved, right_side: everything - moved == right_side,
        [here, z3.If(served, there, 0), side],
        [
            z3.Implies(kept, here == there),
            z3.Implies(z3.And(merged, z3.Not(kept)), here - there == term),
        ],
    )
    old, new, whole, values, everything, moved, right = z3.Reals("o o~ Z T all moved right")
    steps.check(
        "z3",
        "with the second sum 0 and the first Z (o - o~), o - o~ is the right side over Z",
        valid(
            old - new == right / whole,
            [
                whole > 0,
                old * whole == values,
                everything == values - new * whole,
                moved == 0,
                everything - moved == right,
            ],
        ),
    )


def _check_plain(steps: Steps) -> None:
    weight_s, weight_d, value_s, value_d = sp.symbols("E_S E_D T_S T_D", positive=True)
    whole, new = weight_s + weight_d, value_s / weight_s
    mass, o_d = weight_d / whole, value_d / weight_d
    right = value_d / whole - new * mass
    steps.check("sympy", "D_1 empty: m (o_D - o_S)", vanishes(right - mass * (o_d - new)))


def _small(factor: sp.Expr) -> bool:
    e_v, e_pi = sp.symbols("E_v E_pi", positive=True)
    exact = sp.simplify(factor.subs({_s_v: sp.log(e_v), _s_pi: sp.log(e_pi)}))
    coefficient = sp.lambdify([e_v, e_pi], exact, "math")
    fates = [
        fates
        for fates in product((_KEPT, _DISCARDED, 0, 1, 2, 3), repeat=4)
        if _KEPT in fates and all(f < 0 or fates[f] == _KEPT for f in fates)
    ]
    values = [Fraction(u) for u in (3, -1, 7, 2)]
    return all(
        _holds([Fraction(e) for e in exponentials], values, fate, coefficient)
        for exponentials in ((1, 2, 3, 5), (4, 1, 1, 2), (2, 7, 1, 3))
        for fate in fates
    )


def _holds(
    e: Sequence[Fraction], u: Sequence[Fraction], fates: Sequence[int], coefficient: Any
) -> bool:
    """A token's fate is _KEPT, _DISCARDED or the kept token into which it is merged."""
    kept = [i for i, fate in enumerate(fates) if fate == _KEPT]
    counted = [e[i] * (1 + fates.count(i)) for i in range(4)]
    new = output(counted, u, kept)
    right = Fraction(0)
    for i, fate in enumerate(fates):
        if fate == _DISCARDED:
            right += e[i] * (u[i] - new)
        elif fate != _KEPT:
            right += e[i] * ((u[i] - u[fate]) + coefficient(e[i], e[fate]) * (u[fate] - new))
    return output(e, u, range(4)) - new == right / sum(e)
