"""covering.hochbaum-shmoys: the bottleneck method is a 2-approximation.

Statement.    Call tokens of V independent at r if no two of them have a common token of V within
              r.  Let r be 0, or a distance such that k + 1 tokens are independent at the next
              smaller distance s; let I be independent at r, maximal, and S any set of at most k
              tokens that contains I.  Then h(V -> S) <= 2 r <= 2 OPT(k), where OPT(k) is the least
              h(V -> C) over |C| <= k, C within V.
Assumptions.  Any metric on V; V finite; k >= 1 any whole number.  r <= OPT(k) holds without the
              triangle inequality.

Proof.
  1. Let x_0, ..., x_k be independent at s and let c_1, ..., c_k in V cover V within s.  Each x_i
     has a c_f(i) within s; two x with one centre would have it in common, so f is injective.
  2. No injection from {0, ..., k} to {1, ..., k} exists, by induction on k.  So OPT(k) > s, and
     as OPT(k) is a distance and r the next one, OPT(k) >= r.
  3. Each v in V is in I, or I with v is not independent: v and some i in I have a common token
     within r.  Over that token v reaches i within 2 r.  More centres than I only help.
  4. So h(V -> S) <= 2 r <= 2 OPT(k).
  5. The factor is reached: V = {0, 1, 2}, k = 1, r = 1, I = {0}.
  6. Cross-check with closed forms: all metrics on 4 points, I = {0, 1}, two centres.
"""

from fractions import Fraction
from itertools import combinations
from typing import Any

import sympy as sp

from mobtheory.claims.proving import ProofResult
from mobtheory.claims.symbols import OPT, S, V, h
from mobtheory.claims.symbols import k as picks

from .farthest_picks import (
    centre,
    check_one_centre_each,
    check_pigeonhole,
    each,
    k,
    reached,
    visual,
    within_a_centre,
    x,
)
from .line_sets import directed as exact_directed
from .metric_space import METRIC, directed, dist, every, point_set, some, subset, union
from .registered import constants
from .small_metrics import SmallMetric, largest, smallest
from .solver import valid, z3
from .steps import Steps


def prove() -> ProofResult:
    steps = Steps()
    (factor,) = constants("covering.hochbaum-shmoys", lambda c: sp.Le(h(V, S), c * OPT(picks)))
    _check_lower_end(steps)
    _check_upper_end(steps, factor)
    line, common = [0, 1, 2], 1
    optimum = min(exact_directed(line, [c]) for c in line)
    shares = all(abs(v - common) <= optimum for v in line)
    steps.check(
        "rational",
        "V = {0, 1, 2}, one centre: all share the token 1, so I = {0} is maximal, and 2 = 2 OPT",
        shares and exact_directed(line, [0]) == factor * optimum == 2,
    )
    steps.check("z3", "closed forms on 4 points: I = {0, 1}, two centres", _small(factor))
    return steps.result()


def _check_lower_end(steps: Steps) -> None:
    s, r, optimum = z3.Reals("s r OPT")
    i, j = z3.Ints("i j")
    covered = every(visual, lambda v: within_a_centre(v, s))
    in_visual = each(0, k, lambda i: visual(x(i)))
    steps.check(
        "z3",
        "each x_i is within s of some centre c_j",
        valid(z3.Implies(z3.And(covered, in_visual), reached(s))),
    )
    independent = z3.ForAll(
        [i, j],
        z3.Implies(
            z3.And(i >= 0, i < j, j <= k),
            every(visual, lambda u: z3.Or(dist(x(i), u) > s, dist(x(j), u) > s)),
        ),
    )
    centres_in_visual = each(1, k, lambda j: visual(centre(j)))
    check_one_centre_each(steps, s, z3.And(independent, centres_in_visual))
    check_pigeonhole(steps)
    steps.check(
        "z3",
        "OPT > s, a distance, and none between s and r: OPT >= r",
        valid(z3.Implies(z3.And(optimum > s, z3.Or(optimum <= s, optimum >= r)), optimum >= r)),
    )


def _check_upper_end(steps: Steps, factor: Fraction) -> None:
    r, value, optimum = z3.Reals("r h OPT")
    chosen, added = point_set("I"), point_set("F")
    # A token of I has itself in common with itself.
    maximal = every(
        visual,
        lambda v: some(
            chosen, lambda i: some(visual, lambda u: z3.And(dist(v, u) <= r, dist(i, u) <= r))
        ),
    )
    within = directed(factor * r, visual, chosen)
    steps.check(
        "z3",
        "h(V -> I) <= 2 r over the common tokens; any metric, any sets",
        valid(within, [*METRIC, subset(chosen, visual), maximal]),
    )
    more = directed(factor * r, visual, union(chosen, added))
    steps.check("z3", "more centres only help", valid(z3.Implies(within, more)))
    steps.check(
        "z3",
        "h <= 2 r and r <= OPT give h <= 2 OPT",
        valid(z3.Implies(z3.And(value <= factor * r, r <= optimum), value <= factor * optimum)),
    )


def _small(factor: Fraction) -> bool | None:
    metric, r, chosen = SmallMetric(4), z3.Real("r"), [0, 1]

    def in_common(v: int, w: int) -> Any:
        """The least radius within which both have a common token."""
        return smallest(largest([metric.dist(v, u), metric.dist(w, u)]) for u in metric.points)

    maximal = [z3.Or([in_common(v, i) <= r for i in chosen]) for v in metric.points]
    # Below r three tokens are independent, whichever these are.
    refuted = z3.Or(
        [
            z3.And([in_common(v, w) >= r for v, w in combinations(three, 2)])
            for three in combinations(metric.points, 3)
        ]
    )
    radius = metric.directed(metric.points, chosen)
    within = [
        radius <= factor * metric.directed(metric.points, list(centres))
        for centres in combinations(metric.points, 2)
    ]
    return valid(z3.And(within), [*metric.axioms, *maximal, refuted])
