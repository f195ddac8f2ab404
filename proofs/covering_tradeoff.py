"""covering.tradeoff: what the trade-off really is.

Statement.    r* = min{r : N(P, r) + N(V, r) <= K} exists, max{eps_p, eps_v} >= r*, and centres
              anywhere attain r*.
Assumptions.  V, P finite and not empty, in R^d; |S_p| + |S_v| <= K, both nonempty, so K >= 2;
              eps_p = d_H(S_p, P), eps_v = d_H(S_v, V).

Proof.  T(r) = N(P, r) + N(V, r).
  1. N is non-increasing and right-continuous (proofs/covering_numbers.py).
  2. Some radius has T <= 2 <= K: one ball around any point reaches all of a bounded set.
  3. So {r >= 0 : T(r) <= K} is not empty and has an infimum r*; by right-continuity T(r*) <= K:
     the minimum exists, and by definition of N centres anywhere attain it.
  4. With m = max{eps_p, eps_v}: T(m) <= |S_p| + |S_v| <= K by definition-1 and monotonicity, so
     m >= r*.
  5. The bound is reached: P = {0, 1, 2}, V = {0, 1, 1, 2}, S_p = S_v = {1}, K = 2.
"""

from typing import Any

import sympy as sp

from mobtheory.claims.proving import ProofResult
from mobtheory.claims.symbols import eps_p as prompt_radius
from mobtheory.claims.symbols import eps_v as visual_radius
from mobtheory.claims.symbols import r_star

from .covering_numbers import (
    Family,
    centres,
    check_monotone,
    check_right_continuous,
    is_covering_number,
    size,
)
from .line_sets import covering_number as exact_number
from .line_sets import hausdorff as exact_hausdorff
from .metric_space import METRIC, Point, dist, every, point_set
from .registered import constants
from .solver import valid, z3
from .steps import Steps


def prove() -> ProofResult:
    steps = Steps()
    (factor,) = constants(
        "covering.tradeoff", lambda c: sp.Le(r_star, c * sp.Max(prompt_radius, visual_radius))
    )
    check_monotone(steps)
    check_right_continuous(steps)
    _check_one_ball(steps)

    r, s, lowest = z3.Reals("r s r*")
    budget = z3.Int("K")
    of_prompt, of_visual = (z3.Function(n, z3.RealSort(), z3.IntSort()) for n in ("N_P", "N_V"))

    def total(radius: Any) -> Any:
        return of_prompt(radius) + of_visual(radius)

    gap_p, gap_v = z3.Reals("gap_P gap_V")
    steady = [
        z3.ForAll([s], z3.Implies(z3.And(lowest <= s, s < lowest + gap), n(s) == n(lowest)))
        for n, gap in ((of_prompt, gap_p), (of_visual, gap_v))
    ]
    steps.rests_on("a nonempty set of reals bounded below has an infimum")
    close = [lowest <= r, r < lowest + gap_p, r < lowest + gap_v]
    steps.check(
        "z3",
        "T(r*) = T(r) <= K for an r of the set close to the infimum r*, so r* is its minimum",
        valid(z3.Implies(total(r) <= budget, total(lowest) <= budget), [*steady, *close]),
    )
    falling = [
        z3.ForAll([r, s], z3.Implies(z3.And(r >= 0, r <= s), n(s) <= n(r)))
        for n in (of_prompt, of_visual)
    ]
    eps_p, eps_v = z3.Reals("eps_p eps_v")
    in_prompt, in_visual = z3.Ints("|S_p| |S_v|")
    covers = [of_prompt(eps_p) <= in_prompt, of_visual(eps_v) <= in_visual]  # definition-1
    least = z3.ForAll([r], z3.Implies(z3.And(r >= 0, r < lowest), total(r) > budget))
    steps.check(
        "z3",
        "max{eps_p, eps_v} >= r*",
        valid(
            z3.Or(factor * eps_p >= lowest, factor * eps_v >= lowest),
            [*falling, *covers, least, eps_p >= 0, eps_v >= 0, in_prompt + in_visual <= budget],
        ),
    )
    tokens, text = [0, 1, 1, 2], [0, 1, 2]
    radii = [radius for radius in (0, 1) if 2 * exact_number(tokens, radius) <= 2]
    steps.check(
        "rational",
        "the bound is reached: V = P = {0, 1, 2} but for a second 1, S_p = S_v = {1}: r* = 1",
        min(radii) == factor * max(exact_hausdorff([1], text), exact_hausdorff([1], tokens)) == 1,
    )
    return steps.result()


def _check_one_ball(steps: Steps) -> None:
    points, centre = point_set("X"), z3.Const("x0", Point)
    ball = z3.Const("ball", Family)
    number, reach = z3.Int("N"), z3.Real("reach")
    steps.check(
        "z3",
        "one ball around a point of X covers X at a radius that bounds all distances to it",
        valid(
            z3.Implies(every(points, lambda x: dist(x, centre) <= reach), number <= 1),
            [
                *METRIC,
                size(ball) == 1,
                centres(ball)(centre),
                is_covering_number(number, points, reach),
            ],
        ),
    )
    steps.rests_on("finitely many distances have a largest one")
