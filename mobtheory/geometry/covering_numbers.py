"""Covering and packing numbers of finite sets, between certified ends."""

import math
from collections.abc import Callable
from numbers import Real
from typing import Any, Literal

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from mobtheory.errors import InvalidProblem
from mobtheory.geometry.bracket import Bracket
from mobtheory.geometry.enclosing_ball import fewest_balls
from mobtheory.geometry.finite_set import FiniteSet, Reach
from mobtheory.geometry.line import intervals_around_members, intervals_needed
from mobtheory.geometry.points import Array
from mobtheory.geometry.set_cover import (
    greedy_cover,
    greedy_packing,
    largest_packing,
    smallest_cover,
)

_EXACT_MEMBERS = 64
_EXACT_BALLS = 10
_MATRIX_POINTS = 2048
_LARGEST_RADIUS = 1e300


def covering_number(
    points: Array, radius: float, *, centers: Literal["internal", "external"] = "internal"
) -> Bracket:
    """Count the closed Euclidean balls of one radius that cover the points.

    Parameters
    ----------
    points : array of shape (n, d)
    radius : finite and not negative
    centers : "internal" (among the points) or "external" (anywhere in space)

    Returns
    -------
    Bracket around N(points, radius). It is exact on the line; otherwise where every cluster has
    few points: 64 for internal centres, 10 for external ones (a cluster is connected by steps of
    one or two radii). Beyond that the lower end is a packing and the upper end a cover.

    Raises
    ------
    InvalidProblem
        If the points are no point set, the radius is not in range or the centres are unknown.

    Notes
    -----
    For all sets and radii packing(2r) <= external(r) <= internal(r) <= packing(r). The internal
    number may grow when points are removed. Only the external one is the N(X, r) of
    arXiv 2505.10118 (theory section 0).

    A distance counts as at most the radius if it is after rounding to float64, so the square
    root of 3 as a radius reaches the point (1, 1, 1). Where the computed distance and the true one
    (in rational arithmetic) fall on different sides, the bracket holds both answers; on small
    grids they never do.

    Examples
    --------
    >>> covering_number([[0], [1], [2]], 1.0)
    Bracket(lower=1, upper=1)
    >>> corners = [[0, 0], [0, 2], [2, 0], [2, 2]]
    >>> covering_number(corners, 1.5)
    Bracket(lower=4, upper=4)
    >>> covering_number(corners, 1.5, centers="external")
    Bracket(lower=1, upper=1)
    """
    called = "covering_number"
    if centers not in ("internal", "external"):
        raise InvalidProblem(
            called,
            f"centers {centers!r}",
            "the kind of centres is unknown",
            "Use internal or external.",
        )
    radius = as_radius(called, "radius", radius)
    members = FiniteSet.of(called, points)
    return (
        internal_cover(members, radius)
        if centers == "internal"
        else external_cover(members, radius)
    )


def packing_number(points: Array, radius: float) -> Bracket:
    """Count the most points that are pairwise farther apart than a radius, Euclidean.

    Parameters
    ----------
    points : array of shape (n, d)
    radius : finite and not negative

    Returns
    -------
    Bracket around the packing number: exact on the line and where every cluster (connected by
    steps of one radius) has at most 64 points. Beyond that the lower end is a packing and the
    upper end a cover by balls of half the radius, no two of whose points lie farther apart.

    Raises
    ------
    InvalidProblem
        If the points are no point set or the radius is not in range.

    Notes
    -----
    Strictly farther apart, as in mathlib: then packing(2r) <= external covering(r) <= internal
    covering(r) <= packing(r) holds for closed balls. Rounding is treated as in `covering_number`.

    Examples
    --------
    >>> packing_number([[0], [1], [2]], 1.0)
    Bracket(lower=2, upper=2)
    >>> packing_number([[0], [1], [2]], 0.0)
    Bracket(lower=3, upper=3)
    """
    called = "packing_number"
    radius = as_radius(called, "radius", radius)
    return packing(FiniteSet.of(called, points), radius)


def as_radius(called: str, name: str, radius: Any) -> float:
    """Check that a radius is a finite number that is not negative."""
    is_number = isinstance(radius, Real) and not isinstance(radius, bool | np.bool_)
    try:
        value = float(radius) if is_number else math.nan
    except OverflowError:
        value = math.inf
    if not 0 <= value <= _LARGEST_RADIUS:
        raise InvalidProblem(
            called,
            f"{name} {radius!r}",
            f"a radius is a number from 0 to {_LARGEST_RADIUS:g}",
            "Pass a finite number that is not negative.",
        )
    return value


def internal_cover(members: FiniteSet, radius: float) -> Bracket:
    """Bracket the covering number with centres among the members."""
    if members.dimension == 1:
        return _on_the_line(intervals_around_members, members, radius)
    if members.size > _MATRIX_POINTS:
        return _by_farthest_points(members, separation=2 * radius, net=radius)
    reach = members.within(radius)
    twice = members.within(2 * radius)
    bracket = Bracket(0, 0)
    for cluster in _clusters(reach):
        near = reach.only(cluster)
        if len(cluster) <= _EXACT_MEMBERS:
            found = _widest(smallest_cover, near)
        else:
            lower = greedy_packing(twice.only(cluster).possible)
            found = Bracket(lower, greedy_cover(near.certain))
        bracket = _sum(bracket, found)
    return bracket


def external_cover(members: FiniteSet, radius: float) -> Bracket:
    """Bracket the covering number with centres anywhere."""
    if members.dimension == 1:
        return _on_the_line(intervals_needed, members, 2 * radius)
    if members.size > _MATRIX_POINTS:
        return _by_farthest_points(members, separation=2 * radius, net=radius)
    reach = members.within(radius)
    twice = members.within(2 * radius)
    bracket = Bracket(0, 0)
    for cluster in _clusters(twice):
        near = reach.only(cluster)
        if near.certain.all(axis=1).any():
            found = Bracket(1, 1)
        elif len(cluster) <= _EXACT_BALLS:
            exact_lane = members.slack == 0.0
            found = fewest_balls(members.points[cluster], radius, exact_lane=exact_lane)
        elif len(cluster) <= _EXACT_MEMBERS:
            lower = largest_packing(twice.only(cluster).possible).lower
            found = Bracket(lower, smallest_cover(near.certain).upper)
        else:
            lower = greedy_packing(twice.only(cluster).possible)
            found = Bracket(lower, greedy_cover(near.certain))
        bracket = _sum(bracket, found)
    return bracket


def packing(members: FiniteSet, radius: float) -> Bracket:
    """Bracket the number of members that are pairwise farther apart than the radius."""
    if members.dimension == 1:
        return _on_the_line(intervals_needed, members, radius)
    if members.size > _MATRIX_POINTS:
        return _by_farthest_points(members, separation=radius, net=radius / 2)
    reach = members.within(radius)
    half = members.within(radius / 2)
    bracket = Bracket(0, 0)
    for cluster in _clusters(reach):
        near = reach.only(cluster)
        if len(cluster) <= _EXACT_MEMBERS:
            found = _widest(largest_packing, near)
        else:
            upper = greedy_cover(half.only(cluster).certain)
            found = Bracket(greedy_packing(near.possible), upper)
        bracket = _sum(bracket, found)
    return bracket


def _clusters(reach: Reach) -> list[Any]:
    """Split the members where nobody possibly reaches anybody across: counts then add up."""
    count, labels = connected_components(csr_array(reach.possible), directed=False)
    return [np.flatnonzero(labels == label) for label in range(count)]


def _widest(count: Callable[[Any], Bracket], reach: Reach) -> Bracket:
    """Count under both readings: with more pairs in reach, both kinds of number only fall."""
    generous = count(reach.possible)
    if bool((reach.certain == reach.possible).all()):
        return generous
    return Bracket(generous.lower, count(reach.certain).upper)


def _on_the_line(
    count: Callable[[list[float], float], int], members: FiniteSet, length: float
) -> Bracket:
    found = count(members.points[:, 0].tolist(), length)
    return Bracket(found, found)


def _by_farthest_points(members: FiniteSet, *, separation: float, net: float) -> Bracket:
    """Bracket by one run of farthest-point sampling, in memory linear in the number of points."""
    if separation == 0:
        return Bracket(members.size, members.size)
    allowance = 1 + 2 * members.slack
    radii = members.insertion_radii(stop=net / allowance)
    return Bracket(1 + int((radii > separation * allowance).sum()), 1 + len(radii))


def _sum(one: Bracket, other: Bracket) -> Bracket:
    return Bracket(one.lower + other.lower, one.upper + other.upper)
