"""remark.perfect-coupling: with eta = 0 the bound says nothing about the selection.

Statement.    d_H(V, P) = 0 gives |F(V u P) - F(P)| = 0 under Assumption 1: any right side is a
              bound, even when no visual token is kept.
Assumptions.  Any metric; V, P finite; |dy| <= C d_H(X, X_s) for every S within V, C >= 0.

Proof.
  1. d_H(V, P) <= 0 gives d_H(V u P, S u P) <= 0 for every S within V, S empty included.
  2. So |dy| <= C * 0, and any right side that is not negative bounds it.
"""

from mobtheory.claims.proving import ProofResult

from .metric_space import METRIC, hausdorff, point_set, subset, union
from .solver import valid, z3
from .steps import Steps


def prove() -> ProofResult:
    steps = Steps()
    visual, prompt, kept = (point_set(name) for name in "VPS")
    zero = z3.RealVal(0)
    everything = union(visual, prompt)
    coupled = hausdorff(zero, visual, prompt)
    steps.check(
        "z3",
        "d_H(V, P) = 0 gives d_H(X, P) = 0 and d_H(X, X_s) = 0 for every S; any metric, any sets",
        valid(
            z3.Implies(
                coupled,
                z3.And(
                    hausdorff(zero, everything, prompt),
                    hausdorff(zero, everything, union(kept, prompt)),
                ),
            ),
            [*METRIC, subset(kept, visual)],
        ),
    )
    error, constant, moved, rhs = z3.Reals("error C moved rhs")
    steps.check(
        "z3",
        "|dy| <= C * 0 <= any right side >= 0",
        valid(error <= rhs, [constant >= 0, moved == 0, error <= constant * moved, rhs >= 0]),
    )
    return steps.result()
