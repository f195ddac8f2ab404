"""Facts about covering numbers that several proofs share.

``N(X, r)`` is the least number of closed balls of radius r, centres anywhere, that cover X.
"""

from typing import Any

import sympy as sp

from .algebra import vanishes
from .metric_space import METRIC, Point, PointSet, directed, dist, every, point_set
from .solver import valid, z3
from .steps import Steps

Family = z3.DeclareSort("Family")
size = z3.Function("size", Family, z3.IntSort())
_centre = z3.Function("centre", Family, Point, z3.BoolSort())
_f = z3.Const("family", Family)


def centres(family: Any) -> PointSet:
    """The members of a finite family of centres, as a set."""
    return lambda x: _centre(family, x)


NO_EMPTY_CENTRES = z3.ForAll(
    [_f], z3.Implies(size(_f) <= 0, every(centres(_f), lambda _: z3.BoolVal(False)))
)


def is_covering_number(number: Any, points: PointSet, radius: Any) -> Any:
    """``number == N(points, radius)``: no family that covers is smaller, and one has that size."""
    covers = directed(radius, points, centres(_f))
    return z3.And(
        z3.ForAll([_f], z3.Implies(covers, number <= size(_f))),
        z3.Exists([_f], z3.And(covers, size(_f) == number)),
    )


def check_monotone(steps: Steps) -> None:
    """A larger radius needs no more balls, and a set that is not empty needs one."""
    points = point_set("X")
    r, s = z3.Reals("r s")
    n, m = z3.Ints("n m")
    given = [*METRIC, r >= 0, r <= s, is_covering_number(n, points, r)]
    steps.check(
        "z3",
        "N(X, s) <= N(X, r) for r <= s: the balls of radius r, enlarged, still cover",
        valid(m <= n, [*given, is_covering_number(m, points, s)]),
    )
    x = z3.Const("x0", Point)
    steps.check(
        "z3",
        "N(X, r) >= 1 if X is not empty",
        valid(n >= 1, [*given, NO_EMPTY_CENTRES, points(x)]),
    )


def check_right_continuous(steps: Steps) -> None:
    """For a finite set X in R^d the covering number does not jump down behind a radius."""
    _check_smallest_ball(steps)
    _check_labellings(steps)
    r, s, t, later = z3.Reals("r s t later")
    number = z3.Function("N", z3.RealSort(), z3.IntSort())
    falling = z3.ForAll([s, t], z3.Implies(z3.And(s >= 0, s <= t), number(t) <= number(s)))
    fewer = number(r) - 1
    stays = z3.Implies(z3.ForAll([s], z3.Implies(s > r, number(s) <= fewer)), number(r) <= fewer)
    steps.check(
        "z3",
        "hence, with k = N(X, r) - 1, some later radius still needs N(X, r) balls",
        valid(z3.Implies(stays, z3.Exists([s], z3.And(s > r, number(s) >= number(r))))),
    )
    steps.check(
        "z3",
        "and N(X, .) is constant up to it",
        valid(
            z3.Implies(z3.And(r <= s, s < later), number(s) == number(r)),
            [falling, r >= 0, r < later, number(later) >= number(r)],
        ),
    )


def _check_smallest_ball(steps: Steps) -> None:
    """A set that fits in a ball of every radius above r fits in one of radius r."""
    x, c, e = sp.symbols("x c e", real=True)
    steps.check(
        "sympy",
        "|x - (c + e)/2|^2 = (|x - c|^2 + |x - e|^2)/2 - |c - e|^2/4, coordinate by coordinate",
        vanishes((x - (c + e) / 2) ** 2 - ((x - c) ** 2 + (x - e) ** 2) / 2 + (c - e) ** 2 / 4),
    )
    to_c, to_e, to_mid, between = z3.Reals("to_c to_e to_mid between")  # squared distances
    r, s, gap = z3.Reals("r s gap")
    mid = to_mid == (to_c + to_e) / 2 - between / 4
    steps.check(
        "z3",
        "if no smaller ball than r holds X, two balls of radius s have |c - e|^2 <= 4 (s^2 - r^2)",
        valid(
            between <= 4 * (s * s - r * r),
            [mid, to_mid >= r * r, to_c <= s * s, to_e <= s * s],
        ),
    )
    r_, s_ = sp.symbols("r s", positive=True)
    steps.check(
        "sympy",
        "4 (s^2 - r^2) -> 0 as s -> r, so centres for s -> r are a Cauchy sequence",
        sp.limit(4 * (s_**2 - r_**2), s_, r_) == 0,
    )
    steps.rests_on("R^d is complete: the sequence has a limit c")
    p, centre, limit = z3.Consts("p centre limit", Point)
    near_limit = z3.Implies(gap > 0, z3.And(dist(p, centre) <= r + gap, dist(centre, limit) <= gap))
    steps.check(
        "z3",
        "a point that were farther than r from c would not be: take a gap a quarter of the excess",
        valid(
            z3.Implies(near_limit, dist(p, limit) <= r),
            [*METRIC, gap == (dist(p, limit) - r) / 4],
        ),
    )


def _check_labellings(steps: Steps) -> None:
    """From one ball to k balls, through the finitely many ways to label X with 1, ..., k."""
    points = point_set("X")
    s, r, t = z3.Reals("s r t")
    k, j = z3.Ints("k j")
    centre = z3.Function("c", z3.IntSort(), Point)
    label = z3.Function("label", Point, z3.IntSort())

    def within_k(i: Any) -> Any:
        return z3.And(i >= 1, i <= k)

    chosen = every(points, lambda x: z3.And(within_k(label(x)), dist(x, centre(label(x))) <= s))
    classes = z3.And(
        every(points, lambda x: within_k(label(x))),
        z3.ForAll([j], every(points, lambda x: z3.Implies(label(x) == j, dist(x, centre(j)) <= s))),
    )
    covered = every(points, lambda x: z3.Exists([j], z3.And(within_k(j), dist(x, centre(j)) <= s)))
    steps.check(
        "z3",
        "k balls of radius s cover X iff some labelling of X puts each class into one ball",
        valid(z3.And(chosen == classes, z3.Implies(classes, covered)), METRIC),
    )
    left, right = (z3.Function(n, z3.RealSort(), z3.BoolSort()) for n in ("left", "right"))

    def rising(u: Any) -> Any:
        return z3.ForAll([s, t], z3.Implies(z3.And(u(s), s <= t), u(t)))

    def above(u: Any) -> Any:
        return z3.ForAll([s], z3.Implies(s > r, u(s)))

    either = above(lambda q: z3.Or(left(q), right(q)))
    steps.check(
        "z3",
        "of finitely many labellings one serves all radii above r (step of the induction)",
        valid(z3.Implies(either, z3.Or(above(left), above(right))), [rising(left), rising(right)]),
    )
    steps.rests_on("induction on the number of labellings")
