"""theorem-2.fps is false: "d_H(S_v, V) <= 2 eps*(K_v)" for the visual half alone.

Counterexample.  V = {0, 1, 100, 102}, P = {-5}, K_p = 1, k = 1, K_v = 2.

Steps.
  1. In integers: Algorithm 1 keeps S_p = {0}, S_v = {102, 100}; d_H(S_v, V) = 100 while two centres
     reach radius 1 (anywhere) or 2 (among the tokens), and h(V -> S) = 1.
  2. Along M: V = {0, 1, M, M + 2} gives d_H(S_v, V) = M, and centres 0 and M reach radius 2.
  3. z3 finds a metric on 4 points, P a copy of the first, with a ratio above 1000; the metric is
     verified in fractions.
"""

from fractions import Fraction
from itertools import combinations

import sympy as sp

from mobtheory.claims.proving import ProofResult

from .algebra import tends_to_infinity
from .algorithm_1 import prompt_half, visual_half
from .line_sets import LineCounterexample, best_radius, directed, hausdorff
from .small_metrics import SmallMetric, smallest
from .solver import valid, z3
from .steps import Steps

COUNTEREXAMPLE = LineCounterexample(
    visual=[0, 1, 100, 102],
    prompt=[-5],
    budget=3,
    prompt_centers=[0],
    visual_centers=[3, 2],
    prompt_budget=1,
    fold=1,
)


def prove() -> ProofResult:
    steps = Steps()
    case = COUNTEREXAMPLE
    kept = prompt_half(
        len(case.visual),
        len(case.prompt),
        lambda v, p: abs(case.visual[v] - case.prompt[p]),
        prompt_budget=case.prompt_budget,
        fold=case.fold,
    )
    rest = visual_half(len(case.visual), lambda v, w: abs(case.visual[v] - case.visual[w]), kept, 2)
    steps.check(
        "rational",
        "Algorithm 1 keeps S_p = {0}, S_v = {102, 100}",
        (kept, rest) == (case.prompt_centers, case.visual_centers),
    )
    among = min(directed(case.visual, pair) for pair in combinations(case.visual, 2))
    steps.check(
        "rational",
        "d_H(S_v, V) = 100 > 2 * 2: two tokens reach 2, two centres anywhere 1",
        hausdorff(case.visual_half, case.visual) == 100
        and among == 2
        and best_radius(case.visual, 2) == 1,
    )
    steps.check(
        "rational",
        "h(V -> S_p u S_v) = 1",
        directed(case.visual, case.prompt_half + case.visual_half) == 1,
    )
    m = z3.Real("M")
    steps.check(
        "z3",
        "M > 3: the picks after 0 are M + 2, then M; S_v is M away from 0, {0, M} covers within 2",
        valid(
            z3.And(m + 2 > m, m + 2 > 1, smallest([m, z3.RealVal(2)]) > smallest([1, m + 1])),
            [m > 3],
        ),
    )
    x = sp.Symbol("M", positive=True)
    steps.check("sympy", "M / (2 * 2) is unbounded", tends_to_infinity(x / 4, x))
    steps.check("z3", "a metric on 4 points has a ratio above 1000", _four_points())
    return steps.result()


def _four_points() -> bool | None:
    """Search S_p = {0}, S_v = {1, 2} in V = {0, 1, 2, 3}, and verify what is found."""
    metric, seeds, picks = SmallMetric(4), [0], [1, 2]
    points = list(metric.points)
    optimum = smallest(metric.directed(points, pair) for pair in combinations(points, 2))
    solver = z3.Solver()
    solver.add(*metric.axioms, *metric.greedy(points, picks, seeds), optimum > 0)
    solver.add(metric.directed(points, picks) > 1000 * 2 * optimum)
    if solver.check() != z3.sat:
        return False
    model = solver.model()

    def dist(i: int, j: int) -> Fraction:
        return model.eval(metric.dist(i, j), model_completion=True).as_fraction()

    def reach(chosen: list[int]) -> Fraction:
        return max(min(dist(i, c) for c in chosen) for i in points)

    triangles = all(
        dist(i, j) <= dist(i, k) + dist(k, j) for i in points for j in points for k in points
    )
    chosen = visual_half(4, dist, seeds, 2)
    best = min(reach(list(pair)) for pair in combinations(points, 2))
    return triangles and set(chosen) == set(picks) and reach(picks) > 1000 * 2 * best
