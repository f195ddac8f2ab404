"""theorem-2.bound: true under Assumption 1, and never better than keeping nothing.

Statement.    |dy| <= C max{alpha K_p^(-1/d), beta (K - K_p)^(-1/d)} + C eta.
Assumptions.  |dy| <= C d_H(X, X_s), C >= 0; d_H(V, P) <= eta; all constants positive, 0 < K_p < K.

Proof.
  1. alpha K_p^(-1/d) > 0 and beta K_v^(-1/d) > 0.
  2. |dy| <= C h(V -> P) <= C eta <= the right side (geometry.domination).
  3. The corrected guarantee C min{h(V -> P), beta K_v^(-1/d)} is never above the right side.
  4. beta (K - K_p)^(-1/d) grows with K_p: without the first term K_p = 0 is best.
"""

import sympy as sp

from mobtheory.claims.proving import ProofResult

from .algebra import positive
from .metric_space import METRIC, directed, hausdorff, point_set, subset, union
from .small_metrics import largest, smallest
from .solver import valid, z3
from .steps import Steps


def prove() -> ProofResult:
    steps = Steps()
    eta_, a, b, b_, k, length, d, prompt_budget, visual_budget = sp.symbols(
        "eta a b b' k L d K_p K_v", positive=True
    )
    alpha_term = eta_ * (b * k * length / a) ** (1 / d) * prompt_budget ** (-1 / d)
    beta_term = 2 * b_ ** (1 / d) * visual_budget ** (-1 / d)
    steps.check("sympy", "both terms are positive", positive(alpha_term) and positive(beta_term))
    visual, prompt, kept = (point_set(name) for name in "VPS")
    r = z3.Real("r")
    steps.check(
        "z3",
        "d_H(X, X_s) <= h(V -> P) <= d_H(V, P) for every S; any metric, any sets",
        valid(
            z3.And(
                z3.Implies(
                    directed(r, visual, prompt),
                    hausdorff(r, union(visual, prompt), union(kept, prompt)),
                ),
                z3.Implies(hausdorff(r, visual, prompt), directed(r, visual, prompt)),
            ),
            [*METRIC, r >= 0, subset(kept, visual)],
        ),
    )
    error, constant, moved, to_prompt, eta, alpha, beta = z3.Reals(
        "error C moved h(V->P) eta alpha_term beta_term"
    )
    printed = largest([alpha, beta]) + eta
    terms = [alpha > 0, beta > 0, to_prompt <= eta]
    steps.check("z3", "h(V -> P) <= the printed radius", valid(to_prompt <= printed, terms))
    steps.check(
        "z3",
        "|dy| <= C h(V -> P) <= C times the printed radius",
        valid(
            z3.Implies(to_prompt <= printed, error <= constant * printed),
            [constant >= 0, moved <= to_prompt, error <= constant * moved],
        ),
    )
    steps.check(
        "z3",
        "min{h(V -> P), beta term} <= the printed radius: dominated",
        valid(smallest([to_prompt, beta]) <= printed, terms),
    )
    steps.check(
        "sympy",
        "the beta term falls as K_v = K - K_p grows",
        positive(-sp.diff(beta_term, visual_budget)),
    )
    return steps.result()
