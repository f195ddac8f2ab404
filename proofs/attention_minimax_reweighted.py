"""attention.minimax-reweighted: the least worst error over all reweightings is Phi(S).

Statement.    Values 1-Lipschitz in a token metric, weights w, kept tokens S u P.  For weights w~ of
              total 1 on the kept tokens the worst error sup |sum w_v u_v - sum w~_s u_s| is
              W_1(w, w~).  The minimum over w~, of either, is Phi(S) = sum_v w_v dist(v, S u P); it
              is reached by w~_s = sum of w_v over pi(v) = s, pi(v) a nearest kept token, that is by
              the bias log sum e^(s_v - s_s), and then o - o~ = sum over D of w_v (u_v - u_pi(v)).
              Plain pruning, w~ = w/(1 - m) on the kept tokens, has W_1(w, w~) >= Phi(S).
Assumptions.  One head, one query row; any metric; any number of tokens, at least one kept; values
              in any normed space other than {0}.  A transport plan g_vs >= 0 moves w to w~:
              sum_s g_vs = w_v, sum_v g_vs = w~_s; W_1 is the least sum of g_vs dist(v, s).

Proof.
  1. No error exceeds the cost of a plan: sum_v w_v u_v - sum_s w~_s u_s = sum g_vs (u_v - u_s), of
     norm at most sum g_vs dist(v, s).  So worst error <= W_1; that it is reached is the theorem of
     Kantorovich and Rubinstein.  The minimum below does without it.
  2. No plan is cheaper than Phi: g_vs dist(v, s) >= g_vs dist(v, S u P), for s is kept, and the
     right sides sum to sum_v w_v dist(v, S u P).
  3. No worst error is less than Phi: u = dist(., S u P), times a vector of norm 1, is 1-Lipschitz
     and 0 on the kept tokens, so its error is sum_v w_v u_v = Phi.
  4. Nearest assignment: sum_s w~_s f_s = sum_v w_v f_pi(v), regrouped; with f = 1 its total is 1,
     and with f = u the error is sum over D of w_v (u_v - u_pi(v)), of norm at most Phi.  The plan
     v -> pi(v) costs Phi.  With 2 and 3, both minima are Phi.
  5. The weights of plain pruning have total 1, so 2 and 3 hold for them.
  6. The bias log sum e^(s_v - s_s) makes e^s_s to the sum of e^s_v over pi(v) = s.
  7. Cross-check with closed forms: all metrics on 4 tokens, all weights, 2 kept tokens, every plan;
     and on a line, where W_1 is the area between two distribution functions, in fractions.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate, combinations, pairwise, product
from typing import Any

import sympy as sp

from mobtheory.claims.proving import ProofResult
from mobtheory.claims.symbols import W_1, Phi, S, least_transport, w, w_tilde

from .algebra import vanishes
from .finite_sums import check_regrouping, check_totals
from .metric_space import METRIC, Point, dist, every, point_set
from .normed_space import check_weighted_sum
from .registered import constants
from .small_metrics import SmallMetric
from .solver import valid, z3
from .steps import Steps

_plan, _weight, _length, _near = z3.Reals("g_vs w_v dist(v,s) dist(v,SuP)")


def prove() -> ProofResult:
    steps = Steps()
    (factor,) = constants(
        "attention.minimax-reweighted",
        lambda c: sp.Eq(least_transport(W_1(w, w_tilde)), c * Phi(S)),
    )
    _check_duality(steps)
    _check_transport(steps, factor)
    _check_witness(steps, factor)
    _check_nearest(steps, factor)
    _check_plain_and_bias(steps)
    steps.check("z3", "closed forms on 4 tokens, 2 of them kept: every plan", _small(factor))
    steps.check(
        "rational", "4 tokens on a line, 2 of them kept: the minimum is Phi", _on_a_line(factor)
    )
    return steps.result()


def _check_duality(steps: Steps) -> None:
    u_v, u_s, distance = z3.Reals("u_v u_s |u_v-u_s|")
    check_totals(
        steps,
        "sum_s g_vs u_v = w_v u_v",
        lambda row, weight: row == weight * u_v,
        [_plan * u_v, _plan],
    )
    check_regrouping(steps)  # its first half: sum_v sum_s g_vs u_s = sum_s w~_s u_s
    check_totals(
        steps,
        "sum g (u_v - u_s) = sum g u_v - sum g u_s",
        lambda moves, left, arrived: moves == left - arrived,
        [_plan * (u_v - u_s), _plan * u_v, _plan * u_s],
    )
    check_weighted_sum(steps)
    check_totals(
        steps,
        "sum g |u_v - u_s| <= sum g dist(v, s): no error exceeds the cost of a plan",
        lambda error, cost: error <= cost,
        [_plan * distance, _plan * _length],
        [_plan >= 0, distance <= _length],
    )
    steps.rests_on(
        "Kantorovich-Rubinstein: some 1-Lipschitz u reaches W_1 (not needed for the minimum)"
    )


def _check_transport(steps: Steps, factor: Fraction) -> None:
    check_totals(
        steps,
        "sum_s g_vs dist(v, s) >= w_v dist(v, S u P)",
        lambda costs, weight: costs >= factor * weight * _near,
        [_plan * _length, _plan],
        [_plan >= 0, _length >= _near, _near >= 0],
    )
    row = z3.Real("row")
    check_totals(
        steps,
        "so every plan costs at least Phi",
        lambda cost, phi: cost >= factor * phi,
        [row, _weight * _near],
        [row >= factor * _weight * _near],
    )


def _check_witness(steps: Steps, factor: Fraction) -> None:
    kept = point_set("kept")
    nearest = z3.Function("pi", Point, Point)
    x, y = z3.Consts("x y", Point)
    is_nearest = z3.ForAll(
        [x],
        z3.And(kept(nearest(x)), every(kept, lambda s: dist(x, nearest(x)) <= dist(x, s))),
    )

    def to_kept(point: Any) -> Any:
        return dist(point, nearest(point))

    steps.check(
        "z3",
        "dist(., S u P) is 1-Lipschitz; any metric",
        valid(to_kept(x) - to_kept(y) <= dist(x, y), [*METRIC, is_nearest]),
    )
    steps.check(
        "z3",
        "and 0 on the kept tokens",
        valid(z3.Implies(kept(x), to_kept(x) == 0), [*METRIC, is_nearest]),
    )
    new_weight, value = z3.Reals("w~ u")
    check_totals(
        steps,
        "its error sum w u - sum w~ u is Phi",
        lambda before, after, phi: before - after == factor * phi,
        [_weight * value, new_weight * value, _weight * _near],
        [new_weight * value == 0, value == _near],
    )


def _check_nearest(steps: Steps, factor: Fraction) -> None:
    kept, moved = z3.Bool("kept"), z3.Real("w(u_v-u_pi)")
    u_v, u_pi, distance = z3.Reals("u_v u_pi(v) |u_v-u_pi(v)|")
    check_totals(
        steps,
        "sum w u_v - sum w u_pi(v) = sum over D of w (u_v - u_pi(v))",
        lambda old, new, over_dropped: old - new == over_dropped,
        [_weight * u_v, _weight * u_pi, z3.If(kept, 0, moved)],
        [z3.Implies(kept, u_v == u_pi), moved == _weight * (u_v - u_pi)],
    )
    check_totals(
        steps,
        "of norm at most Phi, which is also the cost of v -> pi(v)",
        lambda lengths, cost, phi: z3.And(lengths <= factor * phi, cost == factor * phi),
        [z3.If(kept, 0, _weight * distance), _weight * _length, _weight * _near],
        [_weight >= 0, _near >= 0, distance <= _length, _length == _near],
    )


def _check_plain_and_bias(steps: Steps) -> None:
    weight_s, weight_d, s, total = sp.symbols("E_S E_D s_s total", positive=True)
    m = weight_d / (weight_s + weight_d)
    total_of_plain = weight_s / (weight_s + weight_d) / (1 - m)
    steps.check("sympy", "the weights w/(1 - m) have total 1", vanishes(total_of_plain - 1))
    bias = sp.log(total * sp.exp(-s))
    steps.check(
        "sympy",
        "e^(s_s + b_s) = sum of e^s_v over pi(v) = s, b_s = log of the sum of e^(s_v - s_s)",
        vanishes(sp.exp(s + bias) - total),
    )


def _small(factor: Fraction) -> bool | None:
    metric, kept = SmallMetric(4), [0, 1]
    plan = {(v, s): z3.Real(f"g{v}{s}") for v in metric.points for s in kept}
    cost = z3.Sum([g * metric.dist(v, s) for (v, s), g in plan.items()])
    phi = z3.Sum([(plan[v, 0] + plan[v, 1]) * metric.to_set(v, kept) for v in metric.points])
    return valid(cost >= factor * phi, [*metric.axioms, *(g >= 0 for g in plan.values())])


def _on_a_line(factor: Fraction) -> bool:
    return all(
        _least(points, weights, kept, factor)
        for points in ((0, 1, 2, 3), (0, 1, 4, 6), (0, 3, 4, 5), (0, 2, 5, 9))
        for weights in product((1, 4), repeat=4)
        for kept in combinations(range(4), 2)
    )


def _least(
    points: Sequence[int], weights: Sequence[int], kept: Sequence[int], factor: Fraction
) -> bool:
    """W_1 is convex and linear between whole weights, which therefore hold its minimum."""

    def cost(first: Fraction) -> Fraction:
        new = {kept[0]: first, kept[1]: sum(weights) - first}
        areas = accumulate(w - new.get(v, Fraction(0)) for v, w in enumerate(weights))
        gaps = (b - a for a, b in pairwise(points))
        return sum((abs(a) * gap for a, gap in zip(areas, gaps, strict=False)), Fraction(0))

    nearest = [min(kept, key=lambda s: abs(points[v] - points[s])) for v in range(4)]
    phi = sum(w * abs(points[v] - points[nearest[v]]) for v, w in enumerate(weights))
    assigned = Fraction(sum(w for v, w in enumerate(weights) if nearest[v] == kept[0]))
    of_kept = Fraction(weights[kept[0]], weights[kept[0]] + weights[kept[1]])
    least = min(cost(Fraction(first)) for first in range(sum(weights) + 1))
    return cost(of_kept * sum(weights)) >= cost(assigned) == least == factor * phi
