"""theorem-1.coupling-term is false: "D_2 eta^2 quantifies the coupling and dominates for small K".

Counterexample.  V = {0, ..., 100}, P = V + 2, K = 2, delta = 1, eps_0 = 50, d_eff = 1.

Steps.
  1. An admissible z exists; eta = 2, so every (eta/z)^2 is below eta^2 = 4.
  2. The best constants on (delta, eps_0] are a = a' = 34: the budget term is 4 a a'/K^2 = 1156.
  3. Lemma 3 prints min{a_delta 2^-d, (eps_0 - delta)^d}. The neighbourhoods of V and P are
     intervals of length 102, so a_delta is 51 at best, a = a' = min{51/2, 49} = 51/2, and the
     budget term is 650.25, still above 4.
  4. It does not quantify coupling: V = {0, ..., 7}, P = {0, 3/2, 3} + T, K = 5 has eta = 4, 10,
     100, 1000 for T = 0, 10, 100, 1000 and sup (eta/z)^2 = 1 throughout.
"""

from fractions import Fraction
from itertools import pairwise

from mobtheory.claims.proving import ProofResult

from .line_sets import LineCounterexample, best_level, hausdorff, regularity_constants
from .steps import Steps

COUNTEREXAMPLE = LineCounterexample(
    visual=list(range(101)),
    prompt=list(range(2, 103)),
    budget=2,
    prompt_centers=[50],
    visual_centers=[49],
    low=1,
    high=50,
)


def prove() -> ProofResult:
    steps = Steps()
    case = COUNTEREXAMPLE
    eta = hausdorff(case.visual, case.prompt)
    level = best_level(case.visual, case.prompt, case.budget, case.low)
    steps.check(
        "rational",
        "eta = 2 and sup eta/z = 2: the coupling term is at most 4",
        eta == level == 2,
    )
    a, _ = regularity_constants(case.prompt, case.low, case.high)
    a_, _ = regularity_constants(case.visual, case.low, case.high)
    budget_term = 4 * a * a_ / Fraction(case.budget) ** 2
    steps.check(
        "rational",
        "a = a' = 34: the budget term is 1156 > 4",
        a == a_ == 34 and budget_term == 1156,
    )
    # Intervals of length 2 r around the interval of length 102: r N(r) >= 51, and = 51 at r = 51/n.
    spans = {max(x) - min(x) + 2 * case.low for x in (case.visual, case.prompt)}
    gaps = {b - a for x in (case.visual, case.prompt) for a, b in pairwise(x)}
    printed = min(Fraction(102, 2) / 2, Fraction(case.high - case.low))
    printed_term = 4 * printed**2 / Fraction(case.budget) ** 2
    steps.check(
        "rational",
        "printed in Lemma 3, a = a' = min{51/2, 49}: the budget term is 650.25 > 4",
        spans == {102}
        and max(gaps) <= 2 * case.low
        and printed == Fraction(51, 2)
        and printed_term == Fraction("650.25") > 4,
    )
    visual = list(range(8))
    found: list[tuple[object, object]] = []
    for shift in (0, 10, 100, 1000):
        prompt = [Fraction(shift), shift + Fraction(3, 2), Fraction(shift + 3)]
        level = best_level(visual, prompt, 5, Fraction(1, 4))
        found.append((hausdorff(visual, prompt), level))
    steps.check(
        "rational",
        "moving P away: eta = 4, 10, 100, 1000, sup eta/z = 1 throughout",
        found == [(4, 1), (10, 1), (100, 1), (1000, 1)],
    )
    return steps.result()
