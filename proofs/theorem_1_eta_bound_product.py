"""theorem-1.eta-bound-product is false: "(eta/z)^2 <= eps_p eps_v for some admissible z".

Counterexample.  V = {0, 10000, 10100}, P = {1}, S_p = {0}, S_v = {10000}, K = 2, delta = 200.

Steps.
  1. An admissible z exists: r = 201 lies in (delta, eta) and needs three balls.
  2. eps_p eps_v = 1 * 10000 = 10^4.
  3. Every admissible eta/z exceeds delta, so its square exceeds delta^2 = 4 * 10^4 > 10^4.
"""

from mobtheory.claims.proving import ProofResult

from .line_sets import LineCounterexample, covering_number, hausdorff
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


def prove() -> ProofResult:
    steps = Steps()
    case, delta = COUNTEREXAMPLE, COUNTEREXAMPLE.low
    eta, radius = hausdorff(case.visual, case.prompt), 201
    needed = covering_number(case.prompt, radius) + covering_number(case.visual, radius)
    steps.check(
        "rational",
        f"eta/z = 201 is admissible: delta = 200 < 201 < eta = {eta}, {needed} balls > K = 2",
        delta < radius < eta and needed > case.budget and eta == 10099,
    )
    eps_p = hausdorff(case.prompt_half, case.prompt)
    eps_v = hausdorff(case.visual_half, case.visual)
    steps.check("rational", "eps_p = 1, eps_v = 10^4", (eps_p, eps_v) == (1, 10**4))
    steps.check(
        "rational",
        "eps_p eps_v = 10^4 < 4 * 10^4 = delta^2 < (eta/z)^2 for every admissible z",
        eps_p * eps_v < delta**2 == 4 * 10**4,
    )
    return steps.result()
