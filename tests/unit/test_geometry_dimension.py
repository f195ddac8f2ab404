"""The effective dimension: sets whose growth is known, and a law that never leaves its range."""

import math
from typing import Any

import numpy as np
import pytest

from mobtheory.errors import InvalidProblem
from mobtheory.geometry import covering_number, effective_dimension


def cantor_set(level: int) -> Any:
    """Return the left ends of a Cantor set, as integers."""
    points = np.zeros(1, dtype=int)
    for power in range(level):
        points = np.concatenate([points, points + 2 * 3**power])
    return points[:, None]


def test_the_cantor_set_has_its_dimension() -> None:
    # Two groups of width 3^k - 1 start 2 * 3^k apart, so radius 3^k / 2 needs 2^(7 - k) balls.
    radii = [3**k / 2 for k in range(1, 7)]
    law = effective_dimension(cantor_set(7), radii=radii)
    assert law.dimension == pytest.approx(math.log(2) / math.log(3), rel=1e-12)
    assert law.residual == pytest.approx(0, abs=1e-12)
    assert law.radius_range == (radii[0], radii[-1])
    # At the radii the law is N(r) = 2^7 (2r)^-t; in between it may be off by one factor of two.
    constant = 2**7 * 2**-law.dimension
    assert law.lower_constant == pytest.approx(constant / 2, rel=1e-9)
    assert law.upper_constant == pytest.approx(constant * 2, rel=1e-9)


@pytest.mark.parametrize(
    ("dimension", "expected"), [(1, (0.85, 1.1)), (2, (1.3, 2.1)), (3, (1.8, 3.1))]
)
def test_cubes_grow_with_their_dimension(dimension: int, expected: tuple[float, float]) -> None:
    rng = np.random.default_rng(0)
    cube = rng.uniform(size=(576, dimension)) @ np.linalg.qr(rng.normal(size=(16, dimension)))[0].T
    law = effective_dimension(cube)
    assert expected[0] < law.dimension < expected[1]


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_the_law_holds_on_every_radius_of_its_range(scale: float) -> None:
    points = scale * np.random.default_rng(1).exponential(size=(300, 1))
    for radii in (None, scale * np.array([0.01, 0.02, 0.3, 1.0])):
        law = effective_dimension(points, radii=radii)
        for radius in np.geomspace(*law.radius_range, 60)[1:-1].tolist():
            count = covering_number(points, radius, centers="external")
            assert count.exact
            assert law.lower(radius) <= count.lower
            assert count.upper <= law.upper(radius)
        for end in law.radius_range:
            assert law.lower(end) == pytest.approx(law.lower_constant * end**-law.dimension)
            assert law.upper(end) == pytest.approx(law.upper_constant * end**-law.dimension)


def test_nothing_is_claimed_outside_the_range() -> None:
    law = effective_dimension([[x] for x in range(100)], radii=[1, 2, 4, 8])
    for radius in (0.999, 8.001, 0.0, -1.0, float("nan"), float("inf")):
        for evaluate in (law.lower, law.upper):
            with pytest.raises(InvalidProblem, match=r"CoveringRegularity\.(lower|upper)"):
                evaluate(radius)


def test_radii_that_say_nothing_are_left_out() -> None:
    line = [[x] for x in range(100)]
    law = effective_dimension(line, radii=[0.1, 0.2, 1, 2, 4, 60, 1000])
    assert law == effective_dimension(line, radii=[4, 2, 1, 2])
    assert law.radius_range == (1.0, 4.0)


def test_wide_brackets_show_in_the_residual() -> None:
    rng = np.random.default_rng(2)
    cloud = rng.normal(size=(200, 6))
    radii = [0.8, 1.0, 1.3, 1.6]
    widths = [
        math.log(count.upper / count.lower) / 2
        for count in (covering_number(cloud, radius, centers="external") for radius in radii)
    ]
    law = effective_dimension(cloud, radii=radii)
    assert law.residual >= 0.99 * math.sqrt(sum(w * w for w in widths) / len(widths)) > 0.1


def test_two_clusters_have_no_dimension_between_their_scales() -> None:
    clusters = np.array([[0.0, 0], [0.1, 0], [100, 0], [100.1, 0]])
    law = effective_dimension(clusters, radii=[1, 2, 4, 8])
    assert law.dimension == pytest.approx(0, abs=1e-12)
    assert law.residual == pytest.approx(0, abs=1e-12)
    assert law.lower_constant == pytest.approx(2) == law.upper_constant


@pytest.mark.parametrize("library", ["torch", "array_api_strict"])
def test_other_libraries_measure_the_same(library: str) -> None:
    module = pytest.importorskip(library)
    grid = np.array([[x, y] for x in range(12) for y in range(12)])
    assert effective_dimension(module.asarray(grid)) == effective_dimension(grid)


def test_a_set_too_large_for_a_matrix_of_distances() -> None:
    line = np.arange(3000)[:, None] * np.array([[3, 4]])
    law = effective_dimension(line, radii=[100, 300, 1000, 3000])
    assert 0.8 < law.dimension < 1.2


@pytest.mark.parametrize(
    ("points", "radii"),
    [
        ([[1.0, 2.0]], None),
        ([[1.0, 2.0]] * 5, None),
        ([[1.0, 2.0], [3.0, 4.0]], None),
        ([[x] for x in range(50)], [1, 2]),
        ([[x] for x in range(50)], [1, 2, 2, 1]),
        ([[x] for x in range(50)], [1, 2, 1000, 2000]),
        ([[x] for x in range(50)], []),
        ([[x] for x in range(50)], [0, 1, 2, 3]),
        ([[x] for x in range(50)], [-1, 1, 2, 3]),
        ([[x] for x in range(50)], [1, 2, float("nan")]),
        ([[x] for x in range(50)], [1, 2, float("inf")]),
        ([[x] for x in range(50)], "123"),
        ([[x] for x in range(50)], 3.0),
        ([[x] for x in range(50)], np.array(3.0)),
        ([[x] for x in range(50)], [[1, 2, 3]]),
    ],
)
def test_what_cannot_be_fitted_is_refused(points: Any, radii: Any) -> None:
    with pytest.raises(InvalidProblem, match=r"^effective_dimension: received"):
        effective_dimension(points, radii=radii)
