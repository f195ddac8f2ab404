"""assumption-2: the coupling is bounded, by 2, whatever the tokens are.

Statement.    On L2-normalised tokens d_H(V, P) <= 2.
Assumptions.  V, P not empty, no zero token, any dimension.

Proof.
  1. |u - v|^2 + |u + v|^2 = 2 |u|^2 + 2 |v|^2, coordinate by coordinate.
  2. For unit vectors this is 4, so |u - v| <= 2.
  3. All distances at most 2 give d_H(V, P) <= 2.
  4. Antipodal tokens reach it.
"""

import sympy as sp

from mobtheory.claims.proving import ProofResult

from .algebra import vanishes
from .line_sets import hausdorff as exact_hausdorff
from .metric_space import METRIC, Point, dist, every, hausdorff, point_set
from .solver import valid, z3
from .steps import Steps


def prove() -> ProofResult:
    steps = Steps()
    x, y = sp.symbols("x y", real=True)
    steps.check(
        "sympy",
        "|u - v|^2 + |u + v|^2 = 2 |u|^2 + 2 |v|^2, coordinate by coordinate; any dimension",
        vanishes((x - y) ** 2 + (x + y) ** 2 - 2 * x**2 - 2 * y**2),
    )
    difference, squared_sum = z3.Reals("|u-v| |u+v|^2")
    steps.check(
        "z3",
        "|u| = |v| = 1 gives |u - v| <= 2",
        valid(
            difference <= 2,
            [difference >= 0, squared_sum >= 0, difference * difference + squared_sum == 4],
        ),
    )
    visual, prompt = point_set("V"), point_set("P")
    v, p = z3.Consts("v p", Point)
    bounded = every(visual, lambda a: every(prompt, lambda b: dist(a, b) <= 2))
    steps.check(
        "z3",
        "hence d_H(V, P) <= 2 for sets that are not empty",
        valid(
            z3.Implies(bounded, hausdorff(z3.RealVal(2), visual, prompt)),
            [*METRIC, visual(v), prompt(p)],
        ),
    )
    steps.check("rational", "V = {1}, P = {-1}: d_H = 2", exact_hausdorff([1], [-1]) == 2)
    return steps.result()
