"""lemma-1: true under Assumption 1, and never better than d_H(X, X_s) itself.

Statement.    |dy| <= C max{min(d_H(S,V), d_H(V,P)), min(d_H(S,V), d_H(S,P))}.
Assumptions.  Any metric; V, P, S finite and not empty, S within V; |dy| <= C d_H(X, X_s), C >= 0.

Proof.  Write a = d_H(S,V), b = d_H(V,P), c = d_H(S,P).
  1. d_H(X, X_s) <= a and d_H(X, X_s) <= b.
  2. So d_H(X, X_s) <= max{min(a, b), min(a, c)}, and |dy| is at most C times that.
  3. The two printed forms agree: it is min{a, max{b, c}}.
  4. V = P = {0, M}, S = {0}: truth 0, bound M.
"""

from mobtheory.claims.proving import ProofResult

from .line_sets import hausdorff as exact_hausdorff
from .metric_space import METRIC, hausdorff, point_set, subset, union
from .small_metrics import largest, smallest
from .solver import valid, z3
from .steps import Steps


def prove() -> ProofResult:
    steps = Steps()
    visual, prompt, kept = (point_set(name) for name in "VPS")
    r = z3.Real("r")
    steps.check(
        "z3",
        "d_H(X, X_s) <= d_H(S, V) and <= d_H(V, P); any metric, any sets",
        valid(
            z3.Implies(
                z3.Or(hausdorff(r, kept, visual), hausdorff(r, visual, prompt)),
                hausdorff(r, union(visual, prompt), union(kept, prompt)),
            ),
            [*METRIC, r >= 0, subset(kept, visual)],
        ),
    )
    a, b, c, moved, error, constant = z3.Reals("a b c moved error C")
    printed = largest([smallest([a, b]), smallest([a, c])])
    known = [moved <= a, moved <= b, constant >= 0, error <= constant * moved]
    steps.check(
        "z3",
        "d_H(X, X_s) <= the printed radius: dominated",
        valid(moved <= printed, known),
    )
    steps.check(
        "z3",
        "|dy| <= C times the printed radius",
        valid(z3.Implies(moved <= printed, error <= constant * printed), known),
    )
    steps.check(
        "z3",
        "max{min(a, b), min(a, c)} = min{a, max{b, c}}",
        valid(printed == smallest([a, largest([b, c])])),
    )
    steps.check(
        "rational",
        "V = P = {0, M}, S = {0}, M = 1, 10^3, 10^6: truth 0, bound M",
        all(_truth_and_bound(m) == (0, m) for m in (1, 10**3, 10**6)),
    )
    return steps.result()


def _truth_and_bound(m: int) -> tuple[object, object]:
    visual, prompt, kept = [0, m], [0, m], [0]
    a, b, c = (
        exact_hausdorff(*pair) for pair in ((kept, visual), (visual, prompt), (kept, prompt))
    )
    truth = exact_hausdorff(visual + prompt, kept + prompt)
    return truth, max(min(a, b), min(a, c))
