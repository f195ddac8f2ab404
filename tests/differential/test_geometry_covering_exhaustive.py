"""Covering and packing numbers of up to seven points against exhaustive rational search."""

import itertools
from collections.abc import Iterator
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobtheory.geometry import Bracket, covering_number, packing_number

pytestmark = pytest.mark.differential

Point = tuple[Fraction, ...]


def squared(x: Point, y: Point) -> Fraction:
    return sum(((s - t) ** 2 for s, t in zip(x, y, strict=True)), start=Fraction(0))


def subsets(points: list[Point]) -> Iterator[tuple[Point, ...]]:
    for size in range(1, len(points) + 1):
        yield from itertools.combinations(points, size)


def internal(points: list[Point], radius: Fraction) -> int:
    return min(
        len(centers)
        for centers in subsets(points)
        if all(min(squared(p, c) for c in centers) <= radius**2 for p in points)
    )


def packing(points: list[Point], radius: Fraction) -> int:
    return max(
        len(chosen)
        for chosen in subsets(points)
        if all(squared(x, y) > radius**2 for x, y in itertools.combinations(chosen, 2))
    )


def circumcenter(a: Point, b: Point, c: Point) -> Point | None:
    (bx, by), (cx, cy) = ((p[0] - a[0], p[1] - a[1]) for p in (b, c))
    area = 2 * (bx * cy - by * cx)
    if area == 0:
        return None
    b2, c2 = bx * bx + by * by, cx * cx + cy * cy
    return a[0] + (cy * b2 - by * c2) / area, a[1] + (bx * c2 - cx * b2) / area


def candidate_centers(points: list[Point]) -> set[Point]:
    """The smallest enclosing disc of plane points is set by one, two or three of them."""
    centers = set(points)
    for x, y in itertools.combinations(points, 2):
        centers.add(tuple((s + t) / 2 for s, t in zip(x, y, strict=True)))
    for triple in itertools.combinations(points, 3):
        if (center := circumcenter(*triple)) is not None:
            centers.add(center)
    return centers


def external(points: list[Point], radius: Fraction) -> int:
    discs = {
        frozenset(p for p in points if squared(p, center) <= radius**2)
        for center in candidate_centers(points)
    }
    return next(
        count
        for count in range(1, len(points) + 1)
        if any(
            len(frozenset().union(*chosen)) == len(points)
            for chosen in itertools.combinations(discs, count)
        )
    )


COORDINATE = st.integers(-4, 4)
PLANE = st.lists(st.tuples(COORDINATE, COORDINATE), min_size=1, max_size=6)
RADIUS = st.integers(0, 24).map(lambda quarters: quarters / 4)


def rational(points: list[tuple[int, ...]]) -> list[Point]:
    return [tuple(Fraction(x) for x in point) for point in dict.fromkeys(points)]


def exactly(count: int) -> Bracket:
    return Bracket(count, count)


@given(PLANE, RADIUS)
def test_the_plane(points: list[tuple[int, ...]], radius: float) -> None:
    exact, r = rational(points), Fraction(radius)
    assert packing_number(points, radius) == exactly(packing(exact, r))
    assert covering_number(points, radius) == exactly(internal(exact, r))
    assert covering_number(points, radius, centers="external") == exactly(external(exact, r))


@given(st.lists(st.tuples(COORDINATE), min_size=1, max_size=7), RADIUS)
def test_the_line(points: list[tuple[int, ...]], radius: float) -> None:
    exact, r = rational(points), Fraction(radius)
    assert packing_number(points, radius) == exactly(packing(exact, r))
    assert covering_number(points, radius) == exactly(internal(exact, r))
    # A line in the plane keeps its smallest enclosing discs.
    inside = external([(x[0], Fraction(0)) for x in exact], r)
    assert covering_number(points, radius, centers="external") == exactly(inside)


@given(st.lists(st.tuples(*[COORDINATE] * 4), min_size=1, max_size=7), RADIUS)
def test_four_dimensions(points: list[tuple[int, ...]], radius: float) -> None:
    exact, r = rational(points), Fraction(radius)
    assert packing_number(points, radius) == exactly(packing(exact, r))
    assert covering_number(points, radius) == exactly(internal(exact, r))


@given(
    st.integers(1, 4).flatmap(
        lambda d: st.lists(st.tuples(*[COORDINATE] * d), min_size=1, max_size=9)
    ),
    RADIUS,
)
def test_the_chain_of_inequalities(points: list[tuple[int, ...]], radius: float) -> None:
    chain = [
        packing_number(points, 2 * radius),
        covering_number(points, radius, centers="external"),
        covering_number(points, radius),
        packing_number(points, radius),
    ]
    assert all(bracket.exact for bracket in chain)
    counts = [bracket.lower for bracket in chain]
    assert counts == sorted(counts)


@given(
    st.lists(st.tuples(*[st.floats(-1, 1, width=16)] * 2), min_size=1, max_size=6),
    st.floats(2**-6, 2),
)
def test_the_plane_off_the_grid(points: list[tuple[float, ...]], radius: float) -> None:
    exact, r = rational(points), Fraction(radius)
    for bracket, true in (
        (packing_number(points, radius), packing(exact, r)),
        (covering_number(points, radius), internal(exact, r)),
        (covering_number(points, radius, centers="external"), external(exact, r)),
    ):
        assert bracket.lower <= true <= bracket.upper
