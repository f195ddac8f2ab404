"""Any metric space, as z3 sees it: an unknown sort of points and an unknown distance.

A set is a predicate.  Distances between sets are spoken of by their levels, ``h(A -> B) <= r``;
for finite sets, as token sets are, the nearest member exists and this is the whole meaning of h.
"""

from collections.abc import Callable
from typing import Any

from .solver import z3

PointSet = Callable[[Any], Any]

Point = z3.DeclareSort("Point")
dist = z3.Function("dist", Point, Point, z3.RealSort())
_x, _y, _z = z3.Consts("x y z", Point)

SYMMETRY = z3.ForAll([_x, _y], dist(_x, _y) == dist(_y, _x))
TRIANGLE = z3.ForAll([_x, _y, _z], dist(_x, _z) <= dist(_x, _y) + dist(_y, _z))
METRIC = [z3.ForAll([_x], dist(_x, _x) == 0), SYMMETRY, TRIANGLE]


def point_set(name: str) -> PointSet:
    """An unknown set of points."""
    return z3.Function(name, Point, z3.BoolSort())


def every(members: PointSet, holds: Callable[[Any], Any]) -> Any:
    """Every member satisfies a condition."""
    x = z3.FreshConst(Point)
    return z3.ForAll([x], z3.Implies(members(x), holds(x)))


def some(members: PointSet, holds: Callable[[Any], Any]) -> Any:
    """Some member satisfies a condition."""
    x = z3.FreshConst(Point)
    return z3.Exists([x], z3.And(members(x), holds(x)))


def near(radius: Any, x: Any, members: PointSet) -> Any:
    """``dist(x, members) <= radius``."""
    return some(members, lambda m: dist(x, m) <= radius)


def directed(radius: Any, a: PointSet, b: PointSet) -> Any:
    """``h(A -> B) <= radius``."""
    return every(a, lambda x: near(radius, x, b))


def hausdorff(radius: Any, a: PointSet, b: PointSet) -> Any:
    """``d_H(A, B) <= radius``."""
    return z3.And(directed(radius, a, b), directed(radius, b, a))


def subset(a: PointSet, b: PointSet) -> Any:
    """A lies within B."""
    return every(a, b)


def union(a: PointSet, b: PointSet) -> PointSet:
    """A and B together."""
    return lambda x: z3.Or(a(x), b(x))


def nearest_neighbours(
    source: PointSet, target: PointSet, nn: Any = None
) -> tuple[PointSet, list[Any]]:
    """The set of nearest neighbours in `target` of the members of `source`, and what they obey."""
    nn = z3.FreshFunction(Point, Point) if nn is None else nn
    obey = [
        every(source, lambda x: target(nn(x))),
        every(source, lambda x: every(target, lambda t: dist(x, nn(x)) <= dist(x, t))),
    ]
    return lambda t: some(source, lambda x: t == nn(x)), obey


def same_levels_same_number() -> Any:
    """Two numbers >= 0 that are below the same radii are equal."""
    a, b, r = z3.Reals("a b r")
    same = z3.ForAll([r], z3.Implies(r >= 0, (a <= r) == (b <= r)))
    return z3.Implies(z3.And(a >= 0, b >= 0, same), a == b)
