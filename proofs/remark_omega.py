"""remark.omega is false: "both radii at least eps* gives |dy| <= C eps*".

Counterexample.  V = {0, 1, 2, 1000}, P = {0}, S_p = {1}, S_v = {0}, K = 3, delta = 1/4,
                 eps_0 = 2048, d_eff = 1; F(X) = dist(1000, X), which has C = 1.

Steps.
  1. F is 1-Lipschitz in d_H: a set within r of another has distances within r.
  2. eps* = max{sup eta/z, sqrt(D_1) K^-1} = 1, and an admissible z exists.
  3. eps_p = 1 and eps_v = 1000 are at least eps*.
  4. F(X) = 0, F(X_s) = 999 > eps*.
"""

from fractions import Fraction

from mobtheory.claims.proving import ProofResult

from .line_sets import LineCounterexample, best_level, hausdorff, regularity_constants, to_set
from .metric_space import METRIC, Point, directed, near, point_set
from .solver import valid, z3
from .steps import Steps

COUNTEREXAMPLE = LineCounterexample(
    visual=[0, 1, 2, 1000],
    prompt=[0],
    budget=3,
    prompt_centers=[1],
    visual_centers=[0],
    low=Fraction(1, 4),
    high=2048,
)
PROBE = 1000


def prove() -> ProofResult:
    steps = Steps()
    a_set, b_set, probe = point_set("A"), point_set("B"), z3.Const("probe", Point)
    r, s = z3.Reals("r s")
    steps.check(
        "z3",
        "h(A -> B) <= r and dist(probe, A) <= s give dist(probe, B) <= s + r",
        valid(
            z3.Implies(
                z3.And(directed(r, a_set, b_set), near(s, probe, a_set)),
                near(s + r, probe, b_set),
            ),
            METRIC,
        ),
    )
    case = COUNTEREXAMPLE
    level = best_level(case.visual, case.prompt, case.budget, case.low)
    a, _ = regularity_constants(case.prompt, case.low, case.high)
    a_, _ = regularity_constants(case.visual, case.low, case.high)
    budget_term = 4 * a * a_ / Fraction(case.budget) ** 2
    steps.check("rational", "eps* = 1", level == 1 and budget_term <= 1)
    eps_p = hausdorff(case.prompt_half, case.prompt)
    eps_v = hausdorff(case.visual_half, case.visual)
    steps.check("rational", "eps_p = 1, eps_v = 1000", (eps_p, eps_v) == (1, 1000))
    everything = case.visual + case.prompt
    kept = case.prompt_half + case.visual_half + case.prompt
    error = abs(to_set(PROBE, everything) - to_set(PROBE, kept))
    steps.check("rational", "|F(X) - F(X_s)| = 999 > 1", error == 999)
    return steps.result()
