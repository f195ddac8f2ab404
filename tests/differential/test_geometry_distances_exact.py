"""Distances against rational arithmetic, against SciPy, and between array libraries."""

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from scipy.spatial.distance import directed_hausdorff as scipy_directed_hausdorff

from mobtheory.geometry import (
    METRICS,
    directed_hausdorff,
    distance_rounding,
    hausdorff,
    normalize_rows,
    pairwise_distances,
)

pytestmark = pytest.mark.differential


def square_root(value: Fraction) -> Fraction:
    """Square root from below, to a relative error of about 1e-90."""
    shift = 10**90 * max(1, value.denominator // max(1, value.numerator))
    return Fraction(math.isqrt(value.numerator * shift**2 // value.denominator), shift)


def dot(x: Any, y: Any) -> Fraction:
    return sum((Fraction(s) * Fraction(t) for s, t in zip(x, y, strict=True)), start=Fraction(0))


def true_distance(x: list[float], y: list[float], metric: str) -> Fraction:
    if metric == "cosine":
        return 1 - dot(x, y) / square_root(dot(x, x) * dot(y, y))
    gap = [abs(Fraction(s) - Fraction(t)) for s, t in zip(x, y, strict=True)]
    if metric == "euclidean":
        return square_root(dot(gap, gap))
    return max(gap) if metric == "chebyshev" else sum(gap, start=Fraction(0))


def grids(dimension: int, largest: int = 20) -> st.SearchStrategy[list[list[int]]]:
    row = st.lists(st.integers(-largest, largest), min_size=dimension, max_size=dimension)
    return st.lists(row, min_size=1, max_size=6)


@given(st.integers(1, 4).flatmap(lambda d: st.tuples(grids(d), grids(d))))
def test_grids_carry_no_error(pair: tuple[list[list[int]], list[list[int]]]) -> None:
    a, b = pair
    for metric in ("manhattan", "chebyshev"):
        distances = pairwise_distances(a, b, metric=metric)
        assert distance_rounding(a, b, metric=metric) == 0.0
        for i, x in enumerate(a):
            for j, y in enumerate(b):
                assert distances[i, j] == true_distance(x, y, metric)
    distances = pairwise_distances(a, b)
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            squared = sum((s - t) ** 2 for s, t in zip(x, y, strict=True))
            assert distances[i, j] == math.sqrt(squared)


@given(st.integers(1, 3).flatmap(lambda d: st.tuples(grids(d, 4), grids(d, 4))))
def test_witnesses_on_grids(pair: tuple[list[list[int]], list[list[int]]]) -> None:
    a, b = pair
    squared = [
        [sum((s - t) ** 2 for s, t in zip(x, y, strict=True)) for y in b] for x in a
    ]  # exact integers, so the ties are the true ones
    nearest = [min(row) for row in squared]
    source = nearest.index(max(nearest))
    found = directed_hausdorff(a, b)
    assert (found.source, found.target) == (source, squared[source].index(nearest[source]))
    assert found.distance == math.sqrt(nearest[source])


CLOUDS = {
    "gaussian": lambda rng, d: rng.normal(size=(6, d)),
    "offset": lambda rng, d: rng.normal(size=(6, d)) + 1e8,
    "wide range": lambda rng, d: rng.normal(size=(6, d)) * np.logspace(-9, 9, d),
    "tiny": lambda rng, d: rng.normal(size=(6, d)) * 1e-300,
    "huge": lambda rng, d: rng.normal(size=(6, d)) * 1e300,
    "decimals": lambda rng, d: rng.integers(1, 9, size=(6, d)) / 10,
    "quarters": lambda rng, d: rng.integers(1, 9, size=(6, d)) / 4,
    "float32": lambda rng, d: rng.normal(size=(6, d)).astype(np.float32),
    "float32 grid": lambda rng, d: rng.integers(1, 9, size=(6, d)).astype(np.float32),
}


@pytest.mark.parametrize("library", ["numpy", "torch", "array_api_strict"])
@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("cloud", CLOUDS)
def test_the_rounding_bound_holds(cloud: str, metric: str, library: str) -> None:
    module = pytest.importorskip(library)
    rng = np.random.default_rng(0)
    worst = 0.0
    for dimension in (1, 3, 40):
        points = CLOUDS[cloud](rng, dimension)
        a, b = (module.asarray(x) for x in (points[:3].copy(), points[3:].copy()))
        rounding = Fraction(distance_rounding(a, b, metric=metric))
        distances = np.asarray(pairwise_distances(a, b, metric=metric)).tolist()
        for x, row in zip(points[:3].tolist(), distances, strict=True):
            for y, distance in zip(points[3:].tolist(), row, strict=True):
                error = abs(Fraction(distance) - true_distance(x, y, metric))
                assert error <= rounding
                worst = max(worst, float(error / rounding) if rounding else 0.0)
    if cloud == "gaussian" and metric != "chebyshev":
        assert worst > 1e-3, "a bound this loose says nothing"


@pytest.mark.parametrize("metric", METRICS)
def test_the_rounding_bound_holds_for_normalised_rows(metric: str) -> None:
    rng = np.random.default_rng(1)
    for dimension in (2, 30):
        a, b = rng.normal(size=(3, dimension)), rng.normal(size=(3, dimension)) + 5
        rounding = distance_rounding(a, b, metric=metric, normalize=True)
        distances = pairwise_distances(normalize_rows(a), normalize_rows(b), metric=metric)
        for i, x in enumerate(a.tolist()):
            for j, y in enumerate(b.tolist()):
                u, v = ([Fraction(s) / square_root(dot(row, row)) for s in row] for row in (x, y))
                if metric == "cosine":
                    gap = [s - t for s, t in zip(u, v, strict=True)]
                    true = dot(gap, gap) / 2
                else:
                    gap = [abs(s - t) for s, t in zip(u, v, strict=True)]
                    norms = {"euclidean": square_root(dot(gap, gap)), "chebyshev": max(gap)}
                    true = norms.get(metric, sum(gap, start=Fraction(0)))
                assert abs(Fraction(float(distances[i, j])) - true) <= rounding


def test_the_rounding_bound_in_known_cases() -> None:
    assert distance_rounding([[0], [7]]) == 0.0
    assert distance_rounding([[0, 0], [7, 1]], metric="chebyshev") == 0.0
    assert distance_rounding([[0.5, 0.25], [7, 1]], metric="manhattan") == 0.0
    assert distance_rounding([[0, 0], [30, 40]]) == math.ulp(50.0) / 2
    assert distance_rounding([[0.1, 7.0]]) == 0.0, "equal points are at distance 0 exactly"
    assert distance_rounding([[0.1], [0.7]]) > 0.0
    assert distance_rounding([[2**52, 0], [-(2**52), 1]]) > 1.0, "squares beyond 2**53 round"
    assert distance_rounding([[2**30, 0], [0, 1]]) > math.ulp(2.0**30) / 2
    far = distance_rounding([[1e8 + 1, 0.1], [1e8, 0.2]])
    assert far < 1e-14, "a common offset does not enter"


@pytest.mark.parametrize("dimension", [1, 2, 7, 64])
def test_numpy_strict_and_torch_agree(dimension: int) -> None:
    strict, torch = (pytest.importorskip(name) for name in ("array_api_strict", "torch"))
    rng = np.random.default_rng(dimension)
    for values in (
        rng.integers(-9, 9, size=(30, dimension)) + 0.5,
        rng.normal(size=(30, dimension)),
    ):
        a, b = values[:13], values[13:]
        for metric in METRICS:
            here = pairwise_distances(a, b, metric=metric)
            allowed = 2 * distance_rounding(a, b, metric=metric)
            for module in (strict, torch):
                there = pairwise_distances(
                    module.asarray(a.copy()), module.asarray(b.copy()), metric=metric
                )
                np.testing.assert_allclose(np.asarray(there), here, rtol=0, atol=allowed)
                other = hausdorff(module.asarray(a.copy()), module.asarray(b.copy()), metric=metric)
                assert abs(other - hausdorff(a, b, metric=metric)) <= allowed


@pytest.mark.parametrize(
    ("metric", "scipy_name"),
    [
        ("euclidean", "euclidean"),
        ("cosine", "cosine"),
        ("manhattan", "cityblock"),
        ("chebyshev", "chebyshev"),
    ],
)
def test_against_scipy(metric: str, scipy_name: str) -> None:
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(3)
    a, b = rng.normal(size=(40, 12)), rng.normal(size=(30, 12))
    expected = cdist(a, b, metric=scipy_name)
    for points in ((a, b), (torch.from_numpy(a), torch.from_numpy(b))):
        actual = np.asarray(pairwise_distances(*points, metric=metric))
        np.testing.assert_allclose(actual, expected, rtol=1e-13, atol=1e-15)


def test_directed_hausdorff_against_scipy() -> None:
    rng = np.random.default_rng(4)
    for _ in range(50):
        n, m, d = rng.integers(1, 30, size=3)
        a, b = rng.normal(size=(n, d)), rng.normal(size=(m, d))
        expected = scipy_directed_hausdorff(a, b)
        found = directed_hausdorff(a, b)
        assert (found.source, found.target) == expected[1:]
        assert found.distance == pytest.approx(expected[0], rel=1e-14)
