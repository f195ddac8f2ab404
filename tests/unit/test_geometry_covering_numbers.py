"""Covering and packing numbers: known values, ties, rounding, and sets too large to solve."""

import itertools
import math
from typing import Any

import numpy as np
import pytest

from mobtheory.errors import InvalidProblem
from mobtheory.geometry import (
    Bracket,
    covering_number,
    covering_radius,
    packing_number,
    pairwise_distances,
)

SQUARE = [[0, 0], [0, 2], [2, 0], [2, 2]]


def exactly(count: int) -> Bracket:
    return Bracket(count, count)


def external(points: Any, radius: float) -> Bracket:
    return covering_number(points, radius, centers="external")


def test_balls_are_closed_and_packings_strict() -> None:
    line = [[0], [1], [2]]
    assert covering_number(line, 1) == exactly(1)
    assert covering_number(line, math.nextafter(1, 0)) == exactly(3)
    assert external(line, 0.5) == exactly(2)
    assert external(line, math.nextafter(0.5, 0)) == exactly(3)
    assert packing_number(line, 1) == exactly(2)
    assert packing_number(line, math.nextafter(1, 0)) == exactly(3)


def test_the_square_needs_its_middle() -> None:
    assert external(SQUARE, 2**0.5) == exactly(1)
    assert external(SQUARE, math.nextafter(2**0.5, 0)) == exactly(2)
    assert covering_number(SQUARE, 2**0.5) == exactly(4)
    assert covering_number(SQUARE, 2) == exactly(2)
    assert covering_number(SQUARE, 8**0.5) == exactly(1)
    assert packing_number(SQUARE, 2) == exactly(2)


@pytest.mark.parametrize("squared", [2, 3, 5, 6, 7, 8, 10, 11, 1009])
def test_a_rounded_root_reaches_what_it_stands_for(squared: int) -> None:
    # Some of these roots round down and some up; on a grid both mean the same pair of points.
    vectors = itertools.product(range(math.isqrt(squared) + 1), repeat=4)
    step = next(v for v in vectors if sum(x * x for x in v) == squared)
    points = np.array([[0, 0, 0, 0], step])
    radius = math.sqrt(squared)
    assert covering_number(points, radius) == exactly(1)
    assert packing_number(points, radius) == exactly(1)
    assert external(points, radius / 2) == exactly(1)
    below = math.nextafter(radius, 0)
    assert covering_number(points, below) == exactly(2)
    assert packing_number(points, below) == exactly(2)
    assert external(points, below / 2) == exactly(2)


def test_the_internal_number_is_not_monotone_in_the_set() -> None:
    assert covering_number([[0], [1], [2]], 1) == exactly(1)
    assert covering_number([[0], [2]], 1) == exactly(2)


@pytest.mark.parametrize("dimension", [1, 2, 50])
def test_radius_zero_counts_distinct_points(dimension: int) -> None:
    rng = np.random.default_rng(0)
    points = rng.integers(0, 2, size=(40, dimension)).astype(float)
    points[points == 0] *= rng.choice([-1.0, 1.0], size=(points == 0).sum())
    distinct = exactly(len({tuple(row) for row in (points + 0.0).tolist()}))
    assert covering_number(points, 0) == distinct
    assert external(points, 0) == distinct
    assert packing_number(points, 0) == distinct


def test_distinct_points_stay_distinct_however_close() -> None:
    points = [[0.0, 0.0], [5e-324, 0.0], [1e-200, 0.0]]
    assert covering_number(points, 0) == exactly(3)
    assert covering_number(points, 5e-324) == exactly(2)
    assert packing_number(points, 1e-201) == exactly(2)
    assert external(points, 1e300) == exactly(1)


@pytest.mark.parametrize("dtype", ["float32", "int64", "float64"])
@pytest.mark.parametrize("library", ["torch", "array_api_strict"])
def test_other_libraries_count_the_same(library: str, dtype: str) -> None:
    module = pytest.importorskip(library)
    points = module.asarray(SQUARE, dtype=getattr(module, dtype))
    assert covering_number(points, 2) == covering_number(SQUARE, 2)
    assert external(points, 1.5) == external(SQUARE, 1.5)
    assert packing_number(points, 2) == packing_number(SQUARE, 2)


def test_the_simplex() -> None:
    # The circumradius of the standard simplex on m vertices is sqrt((m - 1) / m).
    for size in range(2, 11):
        corners = np.eye(size)
        radius = math.sqrt((size - 1) / size)
        assert external(corners, radius * (1 + 1e-12)) == exactly(1)
        assert external(corners, radius * (1 - 1e-12)) == exactly(2)
        assert covering_number(corners, 1.4) == exactly(size)
        assert packing_number(corners, 1.4) == exactly(size)
        assert packing_number(corners, 2**0.5) == exactly(1)


def test_decimals_count_as_their_float_values() -> None:
    tenths = [[0.1, 0.0], [0.2, 0.0], [0.3, 0.0], [0.4, 0.0]]
    assert covering_number(tenths, 0.1) == exactly(2)
    assert packing_number(tenths, 0.05) == exactly(4)
    assert external([[0.1, 0.0], [0.3, 0.0]], 0.1) == exactly(1)


@pytest.mark.parametrize("dimension", [1, 2, 30])
def test_a_bracket_holds_the_answer_of_computed_and_of_true_distances(dimension: int) -> None:
    rng = np.random.default_rng(dimension)
    for _ in range(60):
        points = rng.normal(size=(7, dimension))
        centers = points[rng.choice(7, size=2, replace=False)]
        radius = covering_radius(points, centers)
        near = np.asarray(pairwise_distances(points, points)) <= radius
        computed = next(
            k
            for k in range(1, 8)
            if any(near[list(c)].any(axis=0).all() for c in itertools.combinations(range(7), k))
        )
        bracket = covering_number(points, radius)
        assert bracket.lower <= computed <= bracket.upper
        assert bracket.lower <= 2
        assert external(points, radius).lower <= 2
        assert covering_number(points, radius * (1 + 1e-12)).upper <= 2


def test_separate_clusters_add_up() -> None:
    corner = np.array(SQUARE)
    many = np.concatenate([corner + np.array([100 * i, 0]) for i in range(30)])
    assert external(many, 2**0.5) == exactly(30)
    assert covering_number(many, 2) == exactly(60)
    assert packing_number(many, 2) == exactly(60)


@pytest.mark.parametrize("size", [60, 300, 2500])
def test_points_on_a_slanted_line_against_the_exact_sweep(size: int) -> None:
    rng = np.random.default_rng(size)
    steps = rng.integers(0, 10 * size, size=(size, 1))
    slanted = steps * np.array([[3, 4]])  # distances are 5 times those of the steps
    for radius in (0.6, 3.0, 20.0, 7.5 * size):
        for on_line, in_plane in (
            (covering_number(steps, radius), covering_number(slanted, 5 * radius)),
            (external(steps, radius), external(slanted, 5 * radius)),
            (packing_number(steps, radius), packing_number(slanted, 5 * radius)),
        ):
            assert on_line.exact
            assert in_plane.lower <= on_line.lower <= in_plane.upper
            assert in_plane.upper <= 3 * in_plane.lower


def test_up_to_64_points_are_solved() -> None:
    points = np.random.default_rng(1).normal(size=(64, 3))
    for radius in (0.3, 0.8, 1.5):
        assert covering_number(points, radius).exact
        assert packing_number(points, radius).exact
        outside = external(points, radius)
        inside = covering_number(points, radius)
        assert packing_number(points, 2 * radius).lower <= outside.lower
        assert outside.upper <= inside.upper <= packing_number(points, radius).upper


@pytest.mark.parametrize("size", [200, 2200])
def test_the_chain_of_inequalities_holds_for_large_sets(size: int) -> None:
    points = np.random.default_rng(2).uniform(size=(size, 2))
    for radius in (0.1, 0.5):
        chain = [
            packing_number(points, 2 * radius),
            external(points, radius),
            covering_number(points, radius),
            packing_number(points, radius),
        ]
        for left, right in itertools.pairwise(chain):
            assert left.lower <= right.upper
        # Squares of side radius * sqrt(2) each fit into a ball.
        assert chain[1].lower <= math.ceil(1 / (radius * 2**0.5)) ** 2
        # Disjoint balls of half the radius lie in a square that is wider by one radius.
        assert chain[3].lower <= (1 + radius) ** 2 / (math.pi * (radius / 2) ** 2)


@pytest.mark.parametrize(
    "radius", [-1, -1e-300, float("nan"), float("inf"), True, None, "1", 1j, 10**400, [1.0]]
)
def test_bad_radii_are_refused(radius: Any) -> None:
    for call in (covering_number, packing_number):
        with pytest.raises(InvalidProblem, match=rf"^{call.__name__}: received radius"):
            call(SQUARE, radius)


def test_unknown_centers_are_refused() -> None:
    with pytest.raises(InvalidProblem, match=r"covering_number: received centers 'any'"):
        covering_number(SQUARE, 1.0, centers="any")  # type: ignore[arg-type]


def test_brackets_are_ordered_whole_numbers() -> None:
    assert Bracket(1, 1).exact
    assert not Bracket(1, 2).exact
    for lower, upper in ((2, 1), (-1, 1), (1.0, 2), (1, True)):
        with pytest.raises(InvalidProblem, match=r"Bracket: received lower"):
            Bracket(lower, upper)  # type: ignore[arg-type]
    with pytest.raises(AttributeError):
        Bracket(1, 2).lower = 0  # type: ignore[misc]
