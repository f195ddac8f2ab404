"""covering.seeded-fps: seeded farthest-point sampling is a 2-approximation.

Statement.    Z any seeds, possibly none; g_1, ..., g_k in V, each farthest in V from Z and the
              earlier ones.  Then h(V -> Z u G) <= 2 OPT(k | Z) <= 2 OPT(k), centres anywhere.
Assumptions.  Any metric space; V, Z any sets in which the picks exist, finite ones for instance;
              k >= 0 any whole number.

Proof.  Let c_1, ..., c_k and Z cover V within rho, and suppose some v* in V is farther than
2 rho from Z and from all g.  Write x_0 = v*, x_i = g_i.
  1. v* is farther than 2 rho from Z and the picks before g_i, for each i; by greed so is g_i.
  2. So x_0, ..., x_k are pairwise farther than 2 rho apart, and that far from Z.
  3. Each x_i has a c_f(i) within rho, since Z is too far.
  4. f is injective: two x with one centre would be within 2 rho of each other.
  5. No injection from {0, ..., k} to {1, ..., k} exists.  By induction on k: none for k = 0, and
     one for k + 1 yields one for k by rerouting the place that is sent to k + 1.
  6. Seeds only help, OPT(k | Z) <= OPT(k), and what is at most 2 rho for every radius rho that
     is reached is at most twice their infimum.
  7. The factor is reached: V = {-1, 1}, one pick.
  8. Cross-check with closed forms: all metrics on 5 points, one seed, two picks, two centres.
"""

from fractions import Fraction
from itertools import combinations

import sympy as sp

from mobtheory.claims.proving import ProofResult
from mobtheory.claims.symbols import OPT, G, V, Z, h
from mobtheory.claims.symbols import k as picks
from mobtheory.claims.symbols import union as joined

from .farthest_picks import (
    apart,
    check_one_centre_each,
    check_pigeonhole,
    check_separation,
    each,
    far_from_seeds,
    k,
    reached,
    seeds,
    visual,
    within_a_centre,
    x,
)
from .line_sets import best_radius
from .line_sets import directed as exact_directed
from .metric_space import METRIC, directed, every, near, point_set, union
from .registered import constants
from .small_metrics import SmallMetric
from .solver import valid, z3
from .steps import Steps

_rho = z3.Real("rho")


def prove() -> ProofResult:
    steps = Steps()
    (factor,) = constants(
        "covering.seeded-fps", lambda c: sp.Le(h(V, joined(Z, G)), c * OPT(picks, Z))
    )
    check_separation(steps, factor * _rho)
    _check_assignment(steps, factor)
    check_pigeonhole(steps)
    _check_optimum(steps, factor)
    greedy, optimum = exact_directed([-1, 1], [-1]), best_radius([-1, 1], 1)
    steps.check("rational", "V = {-1, 1}, one pick: 2 = 2 OPT(1)", greedy == factor * optimum == 2)
    steps.check("z3", "closed forms on 5 points: one seed, two picks, two centres", _small(factor))
    return steps.result()


def _check_assignment(steps: Steps, factor: Fraction) -> None:
    covered = every(visual, lambda v: z3.Or(near(_rho, v, seeds), within_a_centre(v, _rho)))
    in_visual = each(0, k, lambda i: visual(x(i)))
    given = z3.And(covered, in_visual, far_from_seeds(factor * _rho))
    steps.check(
        "z3",
        "each x_i is within rho of some centre c_j",
        valid(z3.Implies(given, reached(_rho)), METRIC),
    )
    check_one_centre_each(steps, _rho, apart(factor * _rho), METRIC)


def _check_optimum(steps: Steps, factor: Fraction) -> None:
    centres = point_set("C")
    steps.check(
        "z3",
        "OPT(k | Z) <= OPT(k): a cover without the seeds is one with them",
        valid(
            z3.Implies(
                directed(_rho, visual, centres), directed(_rho, visual, union(centres, seeds))
            ),
            METRIC,
        ),
    )
    value, optimum = z3.Reals("h OPT")
    below = z3.Implies(
        optimum < value / factor, _rho < value / factor
    )  # rho reached, OPT their infimum
    steps.check(
        "z3",
        "h <= 2 rho for every radius rho that is reached gives h <= 2 OPT",
        valid(z3.Implies(z3.And(below, value <= factor * _rho), value <= factor * optimum)),
    )


def _small(factor: Fraction) -> bool | None:
    metric, seed, picks = SmallMetric(5), [0], [1, 2]
    visual = [1, 2, 3, 4]
    greedy = metric.greedy(visual, picks, seed)
    radius = metric.directed(visual, seed + picks)
    within = [
        radius <= factor * metric.directed(visual, seed + list(centres))
        for centres in combinations(metric.points, 2)
    ]
    return valid(z3.And(within), metric.axioms + greedy)
