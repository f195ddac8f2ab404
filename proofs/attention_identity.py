"""attention.identity: what plain pruning does to one attention output.

Statement.    o - o_S = m (o_D - o_S) = m/(1 - m) (o_D - o), where m is the attention mass of the
              dropped tokens D, o_S the output over the kept tokens and o_D that over D.
Assumptions.  One head and one query row (each of several on its own); any number of tokens, any
              values in any vector space; kept tokens keep their logits; 0 < m < 1, for with m = 0
              nothing changes.

Proof.  Let E_S, E_D be the sums of e^logit over kept and dropped tokens, T_S, T_D those of
e^logit times value, so that o_S = T_S/E_S and o_D = T_D/E_D are the means over S and over D.
  1. A sum over all tokens is that over S plus that over D; any number of tokens.
  2. So o = (T_S + T_D)/(E_S + E_D), and the dropped mass is m = E_D/(E_S + E_D).
  3. Softmax over the kept tokens divides their weights by 1 - m.
  4. o = (1 - m) o_S + m o_D.
  5. So (o - o_S)/(o_D - o_S) = m and (o - o_S)/(o_D - o) = m/(1 - m): both sides are linear in the
     values, so it holds in every coordinate, that is in any vector space.
  6. Cross-check in fractions: e^logit in {1, 2, 3}, 4 tokens in the plane, every kept set.
"""

from itertools import product

import sympy as sp

from mobtheory.claims.proving import ProofResult
from mobtheory.claims.symbols import m, o, o_D, o_S

from .algebra import vanishes
from .exact_attention import mass, output, splits
from .finite_sums import check_parts, rest_on_induction
from .registered import constants
from .steps import Steps

_weight_s, _weight_d, _value_s, _value_d = sp.symbols("E_S E_D T_S T_D", positive=True)
_whole = _weight_s + _weight_d
_mass = _weight_d / _whole
_o, _o_s, _o_d = (_value_s + _value_d) / _whole, _value_s / _weight_s, _value_d / _weight_d


def prove() -> ProofResult:
    steps = Steps()
    (times,) = constants("attention.identity", lambda c: sp.Eq(o - o_S, c * m * (o_D - o_S)))
    factor = sp.sympify(times) * m  # of o_D - o_S
    of_drift = m / (1 - m)  # of o_D - o
    check_parts(steps)
    rest_on_induction(steps)
    e_i = sp.Symbol("e_i", positive=True)
    steps.check(
        "sympy",
        "softmax over the kept tokens divides their weights by 1 - m",
        vanishes(e_i / _weight_s - e_i / _whole / (1 - _mass)),
    )
    steps.check(
        "sympy", "o = (1 - m) o_S + m o_D", vanishes(_o - (1 - _mass) * _o_s - _mass * _o_d)
    )
    steps.check("sympy", "o - o_S = m (o_D - o_S)", _is_multiple(_o - _o_s, factor, _o_d - _o_s))
    steps.check(
        "sympy",
        "o - o_S = m/(1 - m) (o_D - o)",
        _is_multiple(_o - _o_s, of_drift, _o_d - _o),
    )
    steps.check(
        "rational", "e^logit in {1, 2, 3}, 4 tokens, every kept set", _small(factor, of_drift)
    )
    return steps.result()


def _is_multiple(left: sp.Expr, factor: sp.Expr, right: sp.Expr) -> bool:
    """Whether left = factor right, and no other factor would do."""
    exact = sp.together(factor.subs(m, _mass))
    linear = all(sp.degree(sp.numer(sp.together(left)), t) == 1 for t in (_value_s, _value_d))
    return linear and vanishes(left - exact * right) and vanishes(left / right - exact)


def _small(factor: sp.Expr, of_drift: sp.Expr) -> bool:
    of_gap, of_change = (sp.lambdify(m, f, "math") for f in (factor, of_drift))
    for e, u in product(product((1, 2, 3), repeat=4), ((0, 1, 3, -2), (-5, 7, 2, 2))):
        whole = output(e, u, range(4))
        for kept, dropped in splits(4):
            moved, o_d = whole - output(e, u, kept), output(e, u, dropped)
            lost = mass(e, dropped)
            if moved != of_gap(lost) * (o_d - (whole - moved)):
                return False
            if moved != of_change(lost) * (o_d - whole):
                return False
    return True
