"""theorem-2.no-eta: true inside the validity range, by its beta term alone.

Statement.    |dy| <= C max{alpha K_p^(-1/d), beta (K - K_p)^(-1/d)}.
Assumptions.  theorem-2.corrected with (b'/K_v)^(1/d) in the range where V is regular, which gives
              |dy| <= C h(V -> S) and h(V -> S) <= beta K_v^(-1/d); C >= 0.

Proof.
  1. |dy| <= C beta K_v^(-1/d) <= C max{alpha K_p^(-1/d), beta K_v^(-1/d)}.
  2. The range is needed.  V = {0, 1000 e_1, -1000 e_1, ..., -1000 e_4}, P = {0}, K = 6, K_p = 5,
     k = 1, d_eff = 1.  One candidate is proposed, so S_p = {0} and five tokens are picked; three
     of the eight others stay dropped, each at distance 1000 from all that is kept.  On (1, 5/4]
     N(P, r) = 1, so a = 1 and b = 5/4; eta = 1000; alpha / K_p = 1000 (5/4) / 5 = 250.  On (1, 2]
     N(V, r) = 9, so b' = 18, K_v = 1 and beta / K_v = 36; b'/K_v = 18 lies outside (1, 2].
     The distance to a dropped token moves by 1000 > 250.
"""

from fractions import Fraction
from itertools import product

from mobtheory.claims.proving import ProofResult

from .small_metrics import largest
from .solver import valid, z3
from .steps import Steps

_SIZE = 1000


def prove() -> ProofResult:
    steps = Steps()
    error, constant, covered, alpha_term, beta_term = z3.Reals("error C h(V->S) alpha beta")
    steps.check(
        "z3",
        "|dy| <= C beta-term <= C max{alpha-term, beta-term}",
        valid(
            error <= constant * largest([alpha_term, beta_term]),
            [constant >= 0, error <= constant * covered, covered <= beta_term],
        ),
    )
    steps.check("rational", "outside the range: error 1000 > 250 = the right side", _outside())
    return steps.result()


def _outside() -> bool:
    axes = [
        tuple(sign * _SIZE if j == i else 0 for j in range(4))
        for i, sign in product(range(4), (1, -1))
    ]
    origin = (0, 0, 0, 0)
    kept, dropped = [origin, *axes[:5]], axes[5:]  # all axes are equally far: any five are picked
    gap = min(_squared(x, y) for x in dropped for y in [*kept, origin])
    separated = all(
        _squared(x, y) > 4 * 2**2 for i, x in enumerate([origin, *axes]) for y in axes[i:]
    )  # no ball of radius 2 holds two of them: N(V, r) = 9 up to r = 2
    eta, best, fold, length, prompt_budget, visual_budget = _SIZE, Fraction(5, 4), 1, 1, 5, 1
    alpha_term = eta * best * fold * length / prompt_budget
    upper = 9 * 2
    beta_term = Fraction(2 * upper, visual_budget)
    return (
        separated
        and not 1 < Fraction(upper, visual_budget) <= 2
        and max(alpha_term, beta_term) == 250
        and gap == _SIZE**2 > 250**2
    )


def _squared(x: tuple[int, ...], y: tuple[int, ...]) -> int:
    return sum((a - b) ** 2 for a, b in zip(x, y, strict=True))
