"""lemma-2: true under Assumptions 1 and 2, and never better than keeping no visual token.

Statement.    |dy| <= C (max{d_H(S_p,P), d_H(S_v,V)} + eta).
Assumptions.  Any metric; V, P finite and not empty, S within V; d_H(V, P) <= eta;
              |dy| <= C d_H(X, X_s), C >= 0.

Proof.
  1. d_H(X, X_s) <= h(V -> P) for every S (geometry.domination), and h(V -> P) <= eta.
  2. The printed radius is at least eta, so |dy| <= C h(V -> P) <= C times it.
  3. V = P = {0, 1, 2}, S_p = {0}, S_v = {1}: truth 0, bound 2.
"""

from mobtheory.claims.proving import ProofResult

from .line_sets import hausdorff as exact_hausdorff
from .metric_space import METRIC, directed, hausdorff, point_set, subset, union
from .small_metrics import largest
from .solver import valid, z3
from .steps import Steps


def prove() -> ProofResult:
    steps = Steps()
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
    eps_p, eps_v, eta, to_prompt, moved, error, constant = z3.Reals(
        "eps_p eps_v eta h(V->P) moved error C"
    )
    printed = largest([eps_p, eps_v]) + eta
    known = [moved <= to_prompt, to_prompt <= eta, eps_p >= 0, eps_v >= 0]
    steps.check(
        "z3", "h(V -> P) <= the printed radius: dominated", valid(to_prompt <= printed, known)
    )
    steps.check(
        "z3",
        "|dy| <= C times the printed radius",
        valid(
            z3.Implies(moved <= printed, error <= constant * printed),
            [constant >= 0, error <= constant * moved],
        ),
    )
    tokens, prompt_half, visual_half = [0, 1, 2], [0], [1]
    truth = exact_hausdorff(tokens + tokens, prompt_half + visual_half + tokens)
    radii = max(exact_hausdorff(prompt_half, tokens), exact_hausdorff(visual_half, tokens))
    steps.check(
        "rational",
        "V = P = {0, 1, 2}, S_p = {0}, S_v = {1}, eta = 0: truth 0, bound 2",
        truth == 0 and radii == 2,
    )
    return steps.result()
