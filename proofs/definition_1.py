"""definition-1: a cover of radius eps_p needs N(P, eps_p) centres.

Statement.    With eps_p = d_H(S_p, P), eps_v = d_H(S_v, V), centres anywhere:
              N(P, eps_p) <= |S_p| and N(V, eps_v) <= |S_v|.
Assumptions.  Any metric; P, V finite; S_p, S_v finite and not empty.

Proof.
  1. d_H(S_p, P) <= eps_p says that every p is within eps_p of S_p: S_p is one of the families
     that cover, and N is the least size of such a family.
  2. The same for S_v and V.
  3. Both are reached: P = S_p = {0, 10}.
  4. The side remark: eps_p is two-sided and does not fall with the budget.
"""

import sympy as sp

from mobtheory.claims.proving import ProofResult
from mobtheory.claims.symbols import P, S_p, S_v, V, covering, eps_p, eps_v

from .covering_numbers import Family, centres, is_covering_number, size
from .line_sets import covering_number as exact_number
from .line_sets import hausdorff as exact_hausdorff
from .metric_space import METRIC, hausdorff, point_set
from .registered import constants
from .solver import valid, z3
from .steps import Steps


def prove() -> ProofResult:
    steps = Steps()
    card = sp.Function("card")
    factors = constants(
        "definition-1",
        lambda a, b: sp.And(
            sp.Le(covering(P, eps_p), a * card(S_p)), sp.Le(covering(V, eps_v), b * card(S_v))
        ),
    )
    halves = (("P", "S_p", "eps_p"), ("V", "S_v", "eps_v"))
    for factor, (tokens, kept, reach) in zip(factors, halves, strict=True):
        covered, half = point_set(tokens), z3.Const(kept, Family)
        number, radius = z3.Int("N"), z3.Real(reach)
        steps.check(
            "z3",
            f"N({tokens}, {reach}) <= |{kept}|; any metric, any number of points",
            valid(
                z3.Implies(
                    hausdorff(radius, centres(half), covered),
                    number <= factor * z3.ToReal(size(half)),
                ),
                [*METRIC, is_covering_number(number, covered, radius)],
            ),
        )
    two = [0, 10]
    steps.check(
        "rational",
        "both are reached: two tokens 10 apart, kept themselves, radius 0",
        all(exact_number(two, 0) == factor * len(two) for factor in factors),
    )
    steps.check(
        "rational",
        "P = {0}: d_H({1}, P) = 1 and d_H({1, 5}, P) = 5",
        exact_hausdorff([1], [0]) == 1 and exact_hausdorff([1, 5], [0]) == 5,
    )
    return steps.result()
