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

from collections.abc import Callable
from itertools import combinations
from typing import Any

from mobtheory.claims.proving import ProofResult

from .line_sets import best_radius
from .line_sets import directed as exact_directed
from .metric_space import METRIC, Point, directed, dist, every, near, point_set, union
from .small_metrics import SmallMetric
from .solver import valid, z3
from .steps import Steps

_k, _i, _j = z3.Ints("k i j")
_rho, _r = z3.Reals("rho r")
_visual, _seeds = point_set("V"), point_set("Z")
_pick = z3.Function("g", z3.IntSort(), Point)
_centre = z3.Function("c", z3.IntSort(), Point)
_star = z3.Const("v*", Point)
_Far = z3.Function("far", z3.RealSort(), Point, z3.IntSort(), z3.BoolSort())


def prove() -> ProofResult:
    steps = Steps()
    _check_separation(steps)
    _check_assignment(steps)
    _check_pigeonhole(steps)
    _check_optimum(steps)
    greedy, optimum = exact_directed([-1, 1], [-1]), best_radius([-1, 1], 1)
    steps.check("rational", "V = {-1, 1}, one pick: 2 = 2 OPT(1)", greedy == 2 * optimum == 2)
    steps.check("z3", "closed forms on 5 points: one seed, two picks, two centres", _small())
    return steps.result()


def _each(low: int, high: Any, holds: Callable[[Any], Any]) -> Any:
    i = z3.FreshInt("i")
    return z3.ForAll([i], z3.Implies(z3.And(low <= i, i <= high), holds(i)))


def _x(i: Any) -> Any:
    """x_0 = v*, x_i = g_i."""
    return z3.If(i == 0, _star, _pick(i))


def _apart() -> Any:
    return z3.ForAll(
        [_i, _j], z3.Implies(z3.And(_i >= 0, _i < _j, _j <= _k), dist(_x(_i), _x(_j)) > 2 * _rho)
    )


def _far_from_seeds() -> Any:
    return _each(0, _k, lambda i: every(_seeds, lambda z: dist(_x(i), z) > 2 * _rho))


def _check_separation(steps: Steps) -> None:
    p = z3.Const("p", Point)
    # far(r, p, i): p is farther than r from the seeds and from the picks before the i-th.
    meaning = z3.ForAll(
        [_r, p, _i],
        _Far(_r, p, _i)
        == z3.And(
            every(_seeds, lambda z: dist(p, z) > _r),
            _each(1, _i - 1, lambda j: dist(p, _pick(j)) > _r),
        ),
        patterns=[_Far(_r, p, _i)],
    )
    greedy = z3.ForAll(
        [_i, p, _r],
        z3.Implies(z3.And(_i >= 1, _i <= _k, _visual(p), _Far(_r, p, _i)), _Far(_r, _pick(_i), _i)),
    )
    supposed = [*METRIC, meaning, _k >= 0, _visual(_star), _Far(2 * _rho, _star, _k + 1)]
    star_far = _each(1, _k, lambda i: _Far(2 * _rho, _star, i))
    steps.check("z3", "v* is far from the picks before each g_i", valid(star_far, supposed))
    pick_far = _each(1, _k, lambda i: _Far(2 * _rho, _pick(i), i))
    # No more premises than the step needs: z3 must also find that they have a model.
    steps.check("z3", "by greed so is g_i", valid(pick_far, [_visual(_star), star_far, greedy]))
    steps.check(
        "z3",
        "x_0, ..., x_k are pairwise farther than 2 rho apart and that far from Z; any k",
        valid(z3.And(_apart(), _far_from_seeds()), [*supposed, pick_far]),
    )


def _check_assignment(steps: Steps) -> None:
    covered = every(
        _visual,
        lambda v: z3.Or(
            near(_rho, v, _seeds),
            z3.Exists([_j], z3.And(_j >= 1, _j <= _k, dist(v, _centre(_j)) <= _rho)),
        ),
    )
    in_visual = _each(0, _k, lambda i: _visual(_x(i)))
    reached = _each(
        0,
        _k,
        lambda i: z3.Exists([_j], z3.And(_j >= 1, _j <= _k, dist(_x(i), _centre(_j)) <= _rho)),
    )
    steps.check(
        "z3",
        "each x_i is within rho of some centre c_j",
        valid(z3.Implies(z3.And(covered, in_visual, _far_from_seeds()), reached), METRIC),
    )
    f = z3.Function("f", z3.IntSort(), z3.IntSort())
    serves = _each(
        0,
        _k,
        lambda i: z3.And(f(i) >= 1, f(i) <= _k, dist(_x(i), _centre(f(i))) <= _rho),
    )
    steps.check(
        "z3",
        "no centre serves two of them",
        valid(z3.Implies(z3.And(_apart(), serves), _injective(f, _k)), METRIC),
    )


def _injective(f: Callable[[Any], Any], k: Any) -> Any:
    """F maps {0, ..., k} injectively into {1, ..., k}."""
    differ = z3.ForAll([_i, _j], z3.Implies(z3.And(_i >= 0, _i < _j, _j <= k), f(_i) != f(_j)))
    return z3.And(_each(0, k, lambda i: z3.And(f(i) >= 1, f(i) <= k)), differ)


def _check_pigeonhole(steps: Steps) -> None:
    f = z3.Function("f", z3.IntSort(), z3.IntSort())

    def rerouted(i: Any) -> Any:
        return z3.If(f(i) == _k + 1, f(_k + 1), f(i))

    steps.check("z3", "pigeonhole, k = 0", valid(z3.Not(_injective(f, 0))))
    steps.check(
        "z3",
        "pigeonhole, from k + 1 to k",
        valid(z3.Implies(_injective(f, _k + 1), _injective(rerouted, _k)), [_k >= 0]),
    )
    steps.rests_on("induction on k")


def _check_optimum(steps: Steps) -> None:
    centres = point_set("C")
    steps.check(
        "z3",
        "OPT(k | Z) <= OPT(k): a cover without the seeds is one with them",
        valid(
            z3.Implies(
                directed(_rho, _visual, centres), directed(_rho, _visual, union(centres, _seeds))
            ),
            METRIC,
        ),
    )
    value, optimum = z3.Reals("h OPT")
    below = z3.Implies(optimum < value / 2, _rho < value / 2)  # rho reached, OPT their infimum
    steps.check(
        "z3",
        "h <= 2 rho for every radius rho that is reached gives h <= 2 OPT",
        valid(z3.Implies(z3.And(below, value <= 2 * _rho), value <= 2 * optimum)),
    )


def _small() -> bool | None:
    metric, seed, picks = SmallMetric(5), [0], [1, 2]
    visual = [1, 2, 3, 4]
    greedy = metric.greedy(visual, picks, seed)
    radius = metric.directed(visual, seed + picks)
    within = [
        radius <= 2 * metric.directed(visual, seed + list(centres))
        for centres in combinations(metric.points, 2)
    ]
    return valid(z3.And(within), metric.axioms + greedy)
