"""Covering a few points by balls whose centres may lie anywhere.

Points share a ball exactly if the radius of their smallest enclosing ball allows it, so the fewest
balls follow from deciding that for every group of points. The smallest ball of a group is that of
one point fewer, if it holds the last point too, and otherwise passes through all of them.
"""

import math
from collections.abc import Iterable
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from mobtheory.geometry.bracket import Bracket
from mobtheory.geometry.finite_set import rounded_up

_EPSILON = 2.0**-52
_EXACT_COORDINATES = 1_000


class _Ball(NamedTuple):
    """A ball around the mean of some points with these weights, nonnegative and of sum 1.

    Whatever the weights, the smallest enclosing radius lies between `least`, the weighted root
    mean square distance from the center, and `radius`, the largest distance from it.
    """

    weights: Any
    least: float
    radius: float


class _Sharing(NamedTuple):
    """Whether a group of points certainly, and whether it possibly, shares a ball."""

    certain: bool
    possible: bool


def fewest_balls(points: Any, radius: float, *, exact_lane: bool) -> Bracket:
    """Count the closed balls of this radius that cover up to about ten distinct points.

    On the exact lane rational arithmetic settles ties both ways; elsewhere a group whose ball is
    within rounding of the radius may share it, and certainly does if rational arithmetic says so.
    """
    size = len(points)
    scaled, scaled_radius = _in_unit_box(points, radius)
    slack = 8 * (points.shape[1] + 16) * _EPSILON * (math.sqrt(points.shape[1]) + scaled_radius)
    balls: dict[int, _Ball] = {}
    sharing = {0: _Sharing(certain=True, possible=True)}
    for group in range(1, 2**size):
        members = [i for i in range(size) if group >> i & 1]
        smaller = [group & ~(1 << i) for i in members]
        if not all(sharing[g].possible for g in smaller):
            sharing[group] = _Sharing(certain=False, possible=False)
            continue
        ball = balls[group] = _smallest_ball(scaled, members, [balls[g] for g in smaller if g])
        if ball.radius + slack <= scaled_radius:
            sharing[group] = _Sharing(certain=True, possible=True)
        elif ball.least - slack > scaled_radius:
            sharing[group] = _Sharing(certain=False, possible=False)
        else:
            fits = _exactly_fits(points, members, ball.weights, radius)
            possible = fits is not False or not exact_lane
            sharing[group] = _Sharing(certain=fits is True, possible=possible)
    possible = {group for group, shares in sharing.items() if group and shares.possible}
    certain = {group for group, shares in sharing.items() if group and shares.certain}
    return Bracket(_fewest_groups(possible, size), _fewest_groups(certain, size))


def _in_unit_box(points: Any, radius: float) -> tuple[Any, float]:
    """Shift to the first point and scale by a power of two, so that no square leaves the range."""
    shifted = points - points[0]
    exponent = int(np.frexp(np.abs(shifted).max())[1])
    return np.ldexp(shifted, -exponent), math.ldexp(radius, -exponent)


def _smallest_ball(points: Any, members: list[int], smaller: Iterable[_Ball]) -> _Ball:
    """Enclose the members, given the smallest balls of one member fewer."""
    best = _Ball(np.zeros(len(points)), 0.0, math.inf)
    for ball in smaller:
        best = _better(best, _ball(points, members, ball.weights))
        if best.radius <= best.least * (1 + 64 * _EPSILON):
            return best
    return _better(best, _ball(points, members, _circumscribed(points, members)))


def _better(one: _Ball, other: _Ball) -> _Ball:
    least = max(one.least, other.least)
    return (one if one.radius <= other.radius else other)._replace(least=least)


def _ball(points: Any, members: list[int], weights: Any) -> _Ball:
    distances = np.linalg.norm(points[members] - weights @ points, axis=1)
    # The members hold all the weight, so this is the variance of the weighted points.
    least = math.sqrt(float(weights[members] @ distances**2))
    return _Ball(weights, least, float(distances.max()))


def _circumscribed(points: Any, members: list[int]) -> Any:
    """Weigh the members so that their mean is equally far from all of them, if it can be."""
    count = len(members)
    gram = points[members] @ points[members].T
    system = np.ones((count + 1, count + 1))
    system[:count, :count] = 2 * gram
    system[count, count] = 0
    right = np.append(np.diag(gram), 1.0)
    found = np.maximum(np.linalg.lstsq(system, right)[0][:count], 0)
    weights = np.zeros(len(points))
    weights[members] = found / found.sum()
    return weights


def _exactly_fits(points: Any, members: list[int], weights: Any, radius: float) -> bool | None:
    """Decide in rational arithmetic whether the members share a ball; None if that is not found.

    The candidate is the sphere through the members that carry weight. If it holds all members
    within the radius they fit; if its center is a mean of those members and its radius is too
    large, no center does better.
    """
    if len(members) * points.shape[1] > _EXACT_COORDINATES:
        return None
    rows = {i: [Fraction(x) for x in points[i].tolist()] for i in members}
    origin, *others = (rows[i] for i in members if weights[i] > 1e-9)
    edges = [[x - o for x, o in zip(row, origin, strict=True)] for row in others]
    shares = _solve(
        [[2 * _dot(edge, other) for other in edges] for edge in edges],
        [_dot(edge, edge) for edge in edges],
    )
    if shares is None:
        return None
    offset = [_dot(shares, column) for column in zip(*edges, strict=True)] or [Fraction(0)] * len(
        origin
    )
    center = [o + x for o, x in zip(origin, offset, strict=True)]
    limit = rounded_up(radius) ** 2
    if all(_squared_distance(row, center) <= limit for row in rows.values()):
        return True
    is_mean = sum(shares) <= 1 and all(share >= 0 for share in shares)
    return False if is_mean and _dot(offset, offset) > limit else None


def _solve(matrix: list[list[Fraction]], right: list[Fraction]) -> list[Fraction] | None:
    """Solve a symmetric positive semidefinite system; None if it is singular."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for k, pivot in enumerate(rows):
        if pivot[k] == 0:
            return None
        pivot[:] = [x / pivot[k] for x in pivot]
        for other in rows:
            if other is not pivot and other[k] != 0:
                factor = other[k]
                other[:] = [x - factor * p for x, p in zip(other, pivot, strict=True)]
    return [row[-1] for row in rows]


def _dot(x: Iterable[Fraction], y: Iterable[Fraction]) -> Fraction:
    return sum((s * t for s, t in zip(x, y, strict=True)), start=Fraction(0))


def _squared_distance(x: list[Fraction], y: list[Fraction]) -> Fraction:
    gap = [s - t for s, t in zip(x, y, strict=True)]
    return _dot(gap, gap)


def _fewest_groups(groups: set[int], size: int) -> int:
    """Cover all bits by as few of these bit sets as possible; every single bit is one of them."""
    fewest = [0] * 2**size
    for rest in range(1, 2**size):
        lowest = rest & -rest
        group = rest
        options: list[int] = []
        while group:
            if group & lowest and group in groups:
                options.append(fewest[rest & ~group])
            group = (group - 1) & rest
        fewest[rest] = 1 + min(options)
    return fewest[-1]
