"""What farthest-point sampling leaves behind, and that k centres do not serve k + 1 points.

Seeds Z, picks g_1, ..., g_k in V, and a point v* of V that is far from all of them: the points
x_0 = v*, x_i = g_i are far apart and far from the seeds.
"""

from collections.abc import Callable, Sequence
from typing import Any

from .metric_space import METRIC, Point, dist, every, point_set
from .solver import valid, z3
from .steps import Steps

k = z3.Int("k")
visual, seeds = point_set("V"), point_set("Z")
_i, _j = z3.Ints("i j")
_r = z3.Real("r")
_pick = z3.Function("g", z3.IntSort(), Point)
centre = z3.Function("c", z3.IntSort(), Point)
_star = z3.Const("v*", Point)
_Far = z3.Function("far", z3.RealSort(), Point, z3.IntSort(), z3.BoolSort())


def each(low: int, high: Any, holds: Callable[[Any], Any]) -> Any:
    """All whole numbers from `low` to `high` satisfy a condition."""
    i = z3.FreshInt("i")
    return z3.ForAll([i], z3.Implies(z3.And(low <= i, i <= high), holds(i)))


def x(i: Any) -> Any:
    """x_0 = v*, x_i = g_i."""
    return z3.If(i == 0, _star, _pick(i))


def apart(radius: Any) -> Any:
    """x_0, ..., x_k are pairwise farther apart than the radius."""
    return z3.ForAll(
        [_i, _j], z3.Implies(z3.And(_i >= 0, _i < _j, _j <= k), dist(x(_i), x(_j)) > radius)
    )


def far_from_seeds(radius: Any) -> Any:
    """They are all farther than the radius from every seed."""
    return each(0, k, lambda i: every(seeds, lambda z: dist(x(i), z) > radius))


def within_a_centre(point: Any, radius: Any) -> Any:
    """Some of the centres c_1, ..., c_k is within the radius."""
    return z3.Exists([_j], z3.And(_j >= 1, _j <= k, dist(point, centre(_j)) <= radius))


def reached(radius: Any) -> Any:
    """Each x_i has a centre within the radius."""
    return each(0, k, lambda i: within_a_centre(x(i), radius))


def check_separation(steps: Steps, radius: Any) -> None:
    """A point v* that is farther than a radius from Z and all picks makes k + 1 such points."""
    p = z3.Const("p", Point)
    # far(r, p, i): p is farther than r from the seeds and from the picks before the i-th.
    meaning = z3.ForAll(
        [_r, p, _i],
        _Far(_r, p, _i)
        == z3.And(
            every(seeds, lambda z: dist(p, z) > _r),
            each(1, _i - 1, lambda j: dist(p, _pick(j)) > _r),
        ),
        patterns=[_Far(_r, p, _i)],
    )
    greedy = z3.ForAll(
        [_i, p, _r],
        z3.Implies(z3.And(_i >= 1, _i <= k, visual(p), _Far(_r, p, _i)), _Far(_r, _pick(_i), _i)),
    )
    supposed = [*METRIC, meaning, k >= 0, visual(_star), _Far(radius, _star, k + 1)]
    star_far = each(1, k, lambda i: _Far(radius, _star, i))
    steps.check("z3", "v* is far from the picks before each g_i", valid(star_far, supposed))
    pick_far = each(1, k, lambda i: _Far(radius, _pick(i), i))
    # No more premises than the step needs: z3 must also find that they have a model.
    steps.check("z3", "by greed so is g_i", valid(pick_far, [visual(_star), star_far, greedy]))
    steps.check(
        "z3",
        f"x_0, ..., x_k are pairwise farther than {radius} apart and that far from Z; any k",
        valid(z3.And(apart(radius), far_from_seeds(radius)), [*supposed, pick_far]),
    )


def check_one_centre_each(
    steps: Steps, radius: Any, separation: Any, given: Sequence[Any] = ()
) -> None:
    """No centre is within the radius of two of them, if they are separated and more is given."""
    f = z3.Function("f", z3.IntSort(), z3.IntSort())
    serves = each(
        0,
        k,
        lambda i: z3.And(f(i) >= 1, f(i) <= k, dist(x(i), centre(f(i))) <= radius),
    )
    steps.check(
        "z3",
        "no centre serves two of them",
        valid(z3.Implies(z3.And(separation, serves), _injective(f, k)), given),
    )


def check_pigeonhole(steps: Steps) -> None:
    """No injection from {0, ..., k} to {1, ..., k} exists."""
    f = z3.Function("f", z3.IntSort(), z3.IntSort())

    def rerouted(i: Any) -> Any:
        return z3.If(f(i) == k + 1, f(k + 1), f(i))

    steps.check("z3", "pigeonhole, k = 0", valid(z3.Not(_injective(f, 0))))
    steps.check(
        "z3",
        "pigeonhole, from k + 1 to k",
        valid(z3.Implies(_injective(f, k + 1), _injective(rerouted, k)), [k >= 0]),
    )
    steps.rests_on("induction on k")


def _injective(f: Callable[[Any], Any], number: Any) -> Any:
    """F maps {0, ..., number} injectively into {1, ..., number}."""
    differ = z3.ForAll([_i, _j], z3.Implies(z3.And(_i >= 0, _i < _j, _j <= number), f(_i) != f(_j)))
    return z3.And(each(0, number, lambda i: z3.And(f(i) >= 1, f(i) <= number)), differ)
