"""theorem-1.attainment is false: "some S_p, S_v have both radii at most eps*".

Counterexample.  V = {0, 2, ..., 14}, P = {2000, 2003, 2006}, K = 5, delta = 1/4, eps_0 = 4096,
                 d_eff = 1.

Steps.
  1. The best admissible level is sup eta/z = min(r*, eta) = 2 (T(r) > 5 exactly for r < 2).
  2. With the best constants a, a' on (delta, eps_0] the budget term 4 a a'/K^2 is below 2^2, so
     eps* = 2.
  3. Every nonempty S_p within V, all 255 of them, has eps_p >= h(P -> V) = 1992.
"""

from fractions import Fraction
from itertools import chain, combinations

from mobtheory.claims.proving import ProofResult

from .line_sets import LineCounterexample, best_level, directed, hausdorff, regularity_constants
from .steps import Steps

COUNTEREXAMPLE = LineCounterexample(
    visual=[0, 2, 4, 6, 8, 10, 12, 14],
    prompt=[2000, 2003, 2006],
    budget=5,
    prompt_centers=[7],
    visual_centers=[0, 2, 4, 6],
    low=Fraction(1, 4),
    high=4096,
)


def prove() -> ProofResult:
    steps = Steps()
    case = COUNTEREXAMPLE
    level = best_level(case.visual, case.prompt, case.budget, case.low)
    steps.check("rational", "sup eta/z = 2", level == 2)
    a, _ = regularity_constants(case.prompt, case.low, case.high)
    a_, _ = regularity_constants(case.visual, case.low, case.high)
    budget_term = 4 * a * a_ / Fraction(case.budget) ** 2
    steps.check(
        "rational", f"D_1 K^-2 = 4 a a'/K^2 = {budget_term} <= 4, so eps* = 2", budget_term <= 4
    )
    sizes = range(1, len(case.visual) + 1)
    halves = chain.from_iterable(combinations(case.visual, n) for n in sizes)
    best = min(hausdorff(half, case.prompt) for half in halves)
    floor = directed(case.prompt, case.visual)
    steps.check(
        "rational",
        "eps_p >= h(P -> V) = 1992 for every S_p within V",
        best >= floor == 1992,
    )
    return steps.result()
