"""attention.hybrid-bound: what merging some tokens and discarding others costs at most.

Statement.    The dropped tokens are split, D = D_1 + D_2: each v in D_1 is merged into a kept token
              pi(v), whose logit is raised by log n_s, n_s = 1 + |{v in D_1 : pi(v) = s}|; those in
              D_2, of mass m_2, are discarded; o~ is the output after it.  With
              delta = max over D_1 of |s_v - s_pi(v)| and diam that of the kept values,
              |o - o~| <= sum over D_2 of w_v |u_v - o~| + sum over D_1 of w_v |u_v - u_pi|
                          + (1 - m_2) diam tanh(delta/2).
Assumptions.  One head, one query row; any number of tokens, at least one kept; any map pi of D_1
              into the kept tokens.

Proof.  Let o_1 be the output over the kept tokens and D_1; their weights there are w_v/(1 - m_2),
        their logits, n_s and o~ are as before.
  1. attention.hybrid-identity holds for both rows, and the terms of D_1 are the same up to that
     factor.  So o - o~ = sum over D_2 of w_v (u_v - o~) + (1 - m_2)(o_1 - o~).
  2. The norm of this is at most sum over D_2 of w_v |u_v - o~| + (1 - m_2) |o_1 - o~|.
  3. o~ is the log-count merging of o_1, so attention.tanh bounds |o_1 - o~|, with the cover over
     D_1 divided by 1 - m_2; that is the bound.
  4. No constant can be less: logits 0 and delta and values 1 and -1 kept; N tokens of logit delta
     with value 1 + x merged into the first, N of logit 0 with value -1 + x into the second; a mass
     m_2 of value o~ + y discarded.  As N grows the error tends to the bound, whatever x, y >= 0,
     delta > 0 and m_2 < 1 are.
  5. Cross-check in fractions: 4 tokens, every split into kept, merged and discarded, every pi.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import product

import sympy as sp

from mobtheory.claims.proving import ProofResult
from mobtheory.claims.symbols import (
    Delta_o,
    Delta_o_S,
    U,
    delta_s,
    diam,
    m_2,
    nearest,
    norm,
    o_tilde,
    rho_max,
    rho_min,
    total,
    total_dropped,
    total_merged,
    v,
    value,
    weight,
)

from .algebra import vanishes
from .exact_attention import mass, output
from .finite_sums import check_totals
from .normed_space import NORM, Vector, check_weighted_sum, plus, times
from .normed_space import norm as length
from .registered import constants
from .solver import valid, z3
from .steps import Steps

_MOVE = weight(v) * norm(value(v) - value(nearest(v)))
_KEPT, _DISCARDED = -1, -2


def prove() -> ProofResult:
    steps = Steps()
    discarded, merged, less, per_gap = constants("attention.hybrid-bound", _form)
    _check_split(steps)
    _check_norm(steps)
    _check_growth(steps, per_gap)
    _check_bound(steps, discarded, merged, less)
    _check_equality(steps, discarded, merged, less, per_gap)
    steps.check("rational", "4 tokens: every split, every pi", _small(discarded, merged, less))
    return steps.result()


def _form(discarded: sp.Expr, merged: sp.Expr, less: sp.Expr, per_gap: sp.Expr) -> sp.Basic:
    lost = discarded * total_dropped(weight(v) * norm(value(v) - o_tilde))
    swing = (1 - less * m_2) * diam(U) * sp.tanh(per_gap * delta_s)
    return sp.Le(Delta_o, lost + merged * total_merged(_MOVE) + swing)


def _form_of_tanh(per_gap: sp.Expr, per_range: sp.Expr) -> sp.Basic:
    cover, imbalance = total(_MOVE), sp.log(rho_max / rho_min)
    return sp.And(
        sp.Le(Delta_o, cover + diam(U) * sp.tanh(per_gap * delta_s)),
        sp.Le(Delta_o_S, cover + diam(U) * sp.tanh(per_range * imbalance)),
    )


def _check_split(steps: Steps) -> None:
    w, f, rest = z3.Reals("w_v f_v 1-m_2")
    check_totals(
        steps,
        "sum over D_1 of w_v/(1 - m_2) f_v is sum over D_1 of w_v f_v over 1 - m_2",
        lambda divided, whole: rest * divided == whole,
        [w / rest * f, w * f],
        [rest > 0],
    )
    error, inner, of_merged, divided, of_discarded = z3.Reals("o-o~ o_1-o~ D_1 D_1/(1-m_2) D_2")
    steps.check(
        "z3",
        "attention.hybrid-identity twice: o - o~ = sum_D_2 w (u - o~) + (1 - m_2)(o_1 - o~)",
        valid(
            error == of_discarded + rest * inner,
            [
                *(error == of_merged + of_discarded, inner == divided),
                *(rest > 0, rest * divided == of_merged),
            ],
        ),
    )


def _check_norm(steps: Steps) -> None:
    of_discarded, inner = z3.Consts("sum_D_2 o_1-o~", Vector)
    rest = z3.Real("1-m_2")
    steps.check(
        "z3",
        "|x + (1 - m_2) y| <= |x| + (1 - m_2) |y|, any norm",
        valid(
            length(plus(of_discarded, times(rest, inner)))
            <= length(of_discarded) + rest * length(inner),
            [*NORM, rest > 0],
        ),
    )
    check_weighted_sum(steps)


def _check_growth(steps: Steps, per_gap: Fraction) -> None:
    of_counts, _ = constants("attention.tanh", _form_of_tanh)
    x = sp.Symbol("x", real=True)
    steps.check(
        "sympy",
        f"tanh increases, so tanh({of_counts} delta) of attention.tanh <= tanh({per_gap} delta)",
        vanishes((sp.diff(sp.tanh(x), x) - 1 / sp.cosh(x) ** 2).rewrite(sp.exp))
        and of_counts <= per_gap,
    )


def _check_bound(steps: Steps, discarded: Fraction, merged: Fraction, less: Fraction) -> None:
    error, of_discarded, of_merged, mass_2, inner, swing = z3.Reals(
        "|o-o~| sum_D_2 sum_D_1 m_2 |o_1-o~| diam*tanh"
    )
    rest = 1 - mass_2
    bound = discarded * of_discarded + merged * of_merged
    steps.check(
        "z3",
        "so attention.tanh for o_1, whose weights are w/(1 - m_2), gives the bound on |o - o~|",
        valid(
            error <= bound + (1 - less * mass_2) * swing,
            [
                *(mass_2 >= 0, mass_2 < 1, of_discarded >= 0, of_merged >= 0, swing >= 0),
                inner <= of_merged / rest + swing,
                error <= of_discarded + rest * inner,
            ],
        ),
    )


def _check_equality(
    steps: Steps, discarded: Fraction, merged: Fraction, less: Fraction, per_gap: Fraction
) -> None:
    n, delta, x, y, share = sp.symbols("N delta x y m_2", positive=True)
    odds = sp.exp(delta)
    whole = (n + 1) * (1 + odds)  # of the kept tokens and D_1; it is so after merging, too
    after = ((n + 1) - (n + 1) * odds) / whole
    of_rest = (1 - odds + n * odds * (1 + x) + n * (x - 1)) / whole
    error = share * (after + y) + (1 - share) * of_rest - after
    cover = (1 - share) * x * n * (1 + odds) / whole
    bound = discarded * share * y + merged * cover
    bound += (1 - less * share) * 2 * sp.tanh(per_gap * delta)
    missing = sp.limit(sp.together(bound - error), n, sp.oo)
    steps.check(
        "sympy",
        "N tokens e^delta onto the logit 0, N tokens e^0 onto the logit delta, all moved by x, and "
        "m_2 discarded y from o~: bound - error tends to 0",
        vanishes(sp.expand(missing.rewrite(sp.exp))),
    )


def _small(discarded: Fraction, merged: Fraction, less: Fraction) -> bool:
    """tanh(delta/2) = (e^delta - 1)/(e^delta + 1) is a fraction."""
    fates = [
        fates
        for fates in product((_KEPT, _DISCARDED, 0, 1, 2, 3), repeat=4)
        if _KEPT in fates and all(f < 0 or fates[f] == _KEPT for f in fates)
    ]
    values = [Fraction(u) for u in (3, -1, 7, 2)]
    return all(
        _holds([Fraction(e) for e in exponentials], values, fate, discarded, merged, less)
        for exponentials in ((1, 2, 3, 5), (4, 1, 1, 2), (2, 7, 1, 3))
        for fate in fates
    )


def _holds(
    e: Sequence[Fraction],
    u: Sequence[Fraction],
    fates: Sequence[int],
    discarded: Fraction,
    merged: Fraction,
    less: Fraction,
) -> bool:
    """A token's fate is _KEPT, _DISCARDED or the kept token into which it is merged."""
    kept = [i for i, fate in enumerate(fates) if fate == _KEPT]
    gone = [i for i, fate in enumerate(fates) if fate == _DISCARDED]
    joined = [i for i, fate in enumerate(fates) if fate >= 0]
    new = output([e[i] * (1 + fates.count(i)) for i in range(4)], u, kept)
    apart = max(u[i] for i in kept) - min(u[i] for i in kept)
    odds = max((max(e[i] / e[fates[i]], e[fates[i]] / e[i]) for i in joined), default=Fraction(1))
    lost = sum((e[i] * abs(u[i] - new) for i in gone), Fraction(0)) / sum(e)
    cover = sum((e[i] * abs(u[i] - u[fates[i]]) for i in joined), Fraction(0)) / sum(e)
    swing = (1 - less * mass(e, gone)) * apart * (odds - 1) / (odds + 1)
    return abs(output(e, u, range(4)) - new) <= discarded * lost + merged * cover + swing
