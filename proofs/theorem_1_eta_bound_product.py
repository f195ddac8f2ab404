"""theorem-1.eta-bound-product is false: "(eta/z)^2 <= eps_p eps_v", in either of two readings.

Counterexample.  V = {0, 10000, 10100}, P = {1}, S_p = {0}, S_v = {10000}, K = 2, eps_0 = 20000:
                 eps_p eps_v = 1 * 10000 = 10^4.

Steps.  Some admissible z, radii of any size: delta = 200.
  1. An admissible z exists: r = 201 lies in (delta, eta) and needs three balls.
  2. Every admissible eta/z exceeds delta, so its square exceeds delta^2 = 4 * 10^4 > 10^4.
Every admissible z, radii in (delta, eps_0]: delta = 1/4.
  3. Both radii are in range, and r = 5049 is admissible: 5049^2 > 10^4.
  4. The supremum over z of (eta/z)^2 is 5050^2 = 25502500.
"""

from dataclasses import replace
from fractions import Fraction

from mobtheory.claims.proving import ProofResult

from .line_sets import LineCounterexample, best_level, covering_number, hausdorff
from .steps import Steps

COUNTEREXAMPLE = LineCounterexample(
    visual=[0, 10000, 10100],
    prompt=[1],
    budget=2,
    prompt_centers=[0],
    visual_centers=[1],
    low=200,
    high=20000,
)
IN_RANGE = replace(COUNTEREXAMPLE, low=Fraction(1, 4))


def prove() -> ProofResult:
    steps = Steps()
    case = COUNTEREXAMPLE
    eta = hausdorff(case.visual, case.prompt)
    eps_p = hausdorff(case.prompt_half, case.prompt)
    eps_v = hausdorff(case.visual_half, case.visual)
    steps.check("rational", "eps_p = 1, eps_v = 10^4", (eps_p, eps_v) == (1, 10**4))
    steps.check(
        "rational",
        f"eta/z = 201 is admissible: delta = 200 < 201 < eta = {eta}, three balls > K = 2",
        _is_admissible(case, 201) and eta == 10099,
    )
    steps.check(
        "rational",
        "some z: eps_p eps_v = 10^4 < 4 * 10^4 = delta^2 < (eta/z)^2 for every admissible z",
        eps_p * eps_v < case.low**2 == 4 * 10**4,
    )
    case = IN_RANGE
    steps.check(
        "rational",
        "every z, delta = 1/4: both radii in (1/4, 20000], and eta/z = 5049 is admissible with "
        "5049^2 > eps_p eps_v",
        all(case.low < eps <= case.high for eps in (eps_p, eps_v))
        and _is_admissible(case, 5049)
        and eps_p * eps_v < 5049**2,
    )
    level = best_level(case.visual, case.prompt, case.budget, case.low)
    steps.check(
        "rational",
        "the supremum over z of (eta/z)^2 is 5050^2 = 25502500",
        level == 5050 and 5050**2 == 25502500,
    )
    return steps.result()


def _is_admissible(case: LineCounterexample, radius: int) -> bool:
    needed = covering_number(case.prompt, radius) + covering_number(case.visual, radius)
    return case.low < radius < hausdorff(case.visual, case.prompt) and needed > case.budget
