"""theorem-2.truncation is false: "eps_p <= eta (b k L / a)^(1/d) K_p^(-1/d) after truncation".

Counterexample.  V = {1, 2, 1010, 1020}, P = {0, 1000}, k = 2, K_p = 2; P is regular with d = 1
                 and a = 250, b = 500 on (125, 250], where b/K_p lies.

Steps.
  1. In integers: Algorithm 1 keeps S_p = {1, 2}, eps_p = 998, the right side is 80.
  2. Along M: V = {1, 2, M + 10, M + 20}, P = {0, M}, regularity on (M/8, M/4].  The same tokens are
     kept, eps_p = M - 2, and the right side stays 80.
  3. A regular set with constants that do not depend on n: P = {(j/n, 0) : j < n} has a = 1/3, b = 1
     on (1/n, 1/2].  V = {(j/n, (5/n)(1 + j/(60 n)))}, k = 1, K_p = n/2, n even.  Each p_j proposes
     the token above it, and the truncation keeps the left half: eps_p >= 1/2.  With
     d_H(V, P) <= (5/n)(61/60) the right side is at most 6 (5/n)(61/60): a ratio of n/61 or more.
  4. That family in exact arithmetic, Algorithm 1 run in full, n = 100 and 400.
"""

from fractions import Fraction

import sympy as sp

from mobtheory.claims.proving import ProofResult

from .algebra import positive, tends_to_infinity, vanishes
from .algorithm_1 import prompt_half, visual_half
from .line_sets import LineCounterexample, hausdorff, regularity_constants
from .solver import valid, z3
from .steps import Steps

COUNTEREXAMPLE = LineCounterexample(
    visual=[1, 2, 1010, 1020],
    prompt=[0, 1000],
    budget=3,
    prompt_centers=[0, 1],
    visual_centers=[3],
    low=125,
    high=250,
    prompt_budget=2,
    fold=2,
)


def prove() -> ProofResult:
    steps = Steps()
    _check_integers(steps)
    _check_along_m(steps)
    _check_regular_family(steps)
    for n in (100, 400):
        steps.check(
            "rational",
            f"the regular family at n = {n}: the left half is kept, the ratio is at least n/61",
            _regular_ratio_exceeds(n, Fraction(n, 61)),
        )
    return steps.result()


def _check_integers(steps: Steps) -> None:
    case = COUNTEREXAMPLE
    kept = prompt_half(
        len(case.visual),
        len(case.prompt),
        lambda v, p: abs(case.visual[v] - case.prompt[p]),
        prompt_budget=case.prompt_budget,
        fold=case.fold,
    )
    rest = visual_half(
        len(case.visual),
        lambda v, w: abs(case.visual[v] - case.visual[w]),
        kept,
        case.budget - case.prompt_budget,
    )
    steps.check(
        "rational",
        "Algorithm 1 keeps S_p = {1, 2}",
        (kept, rest) == (case.prompt_centers, case.visual_centers) and case.prompt_half == [1, 2],
    )
    a, b = regularity_constants(case.prompt, case.low, case.high)
    in_range = case.low < Fraction(b) / case.prompt_budget <= case.high
    steps.check(
        "rational",
        "P is regular with a = 250, b = 500 on (125, 250], b/K_p = 250 in that range",
        (a, b) == (250, 500) and in_range,
    )
    eta = hausdorff(case.visual, case.prompt)
    rhs = eta * Fraction(b) * case.fold * len(case.prompt) / (a * case.prompt_budget)
    steps.check(
        "rational",
        "eps_p = 998 > 80 = eta b k L / (a K_p), eta = 20",
        eta == 20 and rhs == 80 and hausdorff(case.prompt_half, case.prompt) == 998,
    )


def _check_along_m(steps: Steps) -> None:
    m = sp.Symbol("M", positive=True)
    a, b = 2 * m / 8, 2 * m / 4  # N = 2 on (M/8, M/4], since one interval needs M/2
    rhs = sp.simplify(20 * b * 2 * 2 / (a * 2))
    far = z3.Real("M")
    steps.check(
        "z3",
        "0 proposes 1 and 2, M proposes M + 10 and M + 20, and 1, 2 are the nearer ones, M >= 1000",
        valid(z3.And(far + 10 - 0 > 2, far - 2 > 20, far + 10 - far > 2), [far >= 1000]),
    )
    steps.check(
        "sympy",
        "the right side is 80 for every M, and (M - 2)/80 is unbounded",
        rhs == 80 and tends_to_infinity((m - 2) / rhs, m),
    )


def _check_regular_family(steps: Steps) -> None:
    n, r, per_ball, needed = z3.Reals("n r m N")
    # m = floor(2 r n) + 1 neighbours fit in a ball, and N = ceil(n / m).
    counted = [
        2 * r * n < per_ball,
        per_ball <= 2 * r * n + 1,
        n <= needed * per_ball,
        (needed - 1) * per_ball < n,
    ]
    steps.check(
        "z3",
        "1/3 <= N(P, r) r <= 1 on (1/n, 1/2], any n",
        valid(
            z3.And(needed * r >= z3.Q(1, 3), needed * r <= 1),
            [n > 0, 1 / n < r, r <= z3.Q(1, 2), *counted],
        ),
    )
    steps.check(
        "rational",
        "at n = 100 the constants themselves are within 1/3 and 1",
        _constants_within(100, Fraction(1, 3), Fraction(1)),
    )
    x = sp.Symbol("n", positive=True)
    highest, lowest = sp.Rational(5) / x * sp.Rational(61, 60), sp.Rational(5) / x
    steps.check(
        "sympy",
        "p_j is nearest to the token above it: (5/n)^2 (61/60)^2 < 1/n^2 + (5/n)^2",
        positive(1 / x**2 + lowest**2 - highest**2),
    )
    rhs = highest * x / (sp.Rational(1, 3) * x / 2)  # eta b k L / (a K_p)
    ratio = sp.Rational(1, 2) / rhs
    steps.check(
        "sympy",
        "(1/2) / (6 (5/n)(61/60)) = n/61 is unbounded",
        vanishes(ratio - x / 61) and tends_to_infinity(ratio, x),
    )


def _constants_within(n: int, low: Fraction, high: Fraction) -> bool:
    a, b = regularity_constants([Fraction(j, n) for j in range(n)], Fraction(1, n), Fraction(1, 2))
    return low <= a and b <= high


def _regular_ratio_exceeds(n: int, factor: Fraction) -> bool:
    """Whether the left half is kept and eps_p >= factor * right side; squares are exact."""
    unit = 60 * n * n  # of the grid on which all coordinates are integers
    prompt = [(j * unit // n, 0) for j in range(n)]
    visual = [(x, 5 * unit // n + 5 * j) for j, (x, _) in enumerate(prompt)]
    squared = [[(v[0] - p[0]) ** 2 + v[1] ** 2 for p in prompt] for v in visual]
    kept = prompt_half(n, n, lambda v, p: squared[v][p], prompt_budget=n // 2, fold=1)

    def hausdorff_squared(rows: list[list[int]]) -> int:
        return max([*map(min, rows), *map(min, zip(*rows, strict=True))])

    eta, eps_p = hausdorff_squared(squared), hausdorff_squared([squared[v] for v in kept])
    return sorted(kept) == list(range(n // 2)) and eps_p >= factor**2 * 36 * eta
