"""Pairwise distances: dtypes, extreme magnitudes, and the traps of the Gram shortcut."""

from typing import Any

import numpy as np
import pytest

from mobtheory.errors import InvalidProblem
from mobtheory.geometry import METRICS, distance_rounding, hausdorff, pairwise_distances

LIBRARIES = ["numpy", "torch", "array_api_strict"]


def array_of(library: str, values: Any, dtype: str = "float64") -> Any:
    module = pytest.importorskip(library)
    return module.asarray(np.asarray(values).tolist(), dtype=getattr(module, dtype))


def to_numpy(array: Any) -> Any:
    return np.asarray(array)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize(
    ("dtype", "result"),
    [("float64", "float64"), ("float32", "float32"), ("uint8", "float64"), ("int64", "float64")],
)
def test_the_result_keeps_library_and_precision(library: str, dtype: str, result: str) -> None:
    points = array_of(library, [[0, 0], [3, 4]], dtype)
    for metric in ("euclidean", "manhattan", "chebyshev"):
        distances = pairwise_distances(points, points, metric=metric)
        assert type(distances) is type(points)
        assert distances.shape == (2, 2)
        assert str(distances.dtype).endswith(result)


def test_mixed_precision_gives_the_wider_result() -> None:
    narrow, wide = np.ones((1, 2), dtype=np.float32), np.ones((1, 2))
    assert pairwise_distances(narrow, wide).dtype == np.float64
    assert pairwise_distances(np.ones((1, 2), dtype=np.int8), narrow).dtype == np.float64
    assert pairwise_distances(narrow.astype(np.float16), narrow).dtype == np.float32


def test_unsigned_integers_do_not_wrap() -> None:
    points = np.array([[0, 255], [255, 0], [1, 1]], dtype=np.uint8)
    expected = [[0, 510, 255], [510, 0, 255], [255, 255, 0]]
    np.testing.assert_array_equal(pairwise_distances(points, points, metric="manhattan"), expected)


def test_half_precision_is_rounded_once_and_never_overflows() -> None:
    points = np.array([[60000.0, 0], [-60000.0, 0]], dtype=np.float16)
    exact = pairwise_distances(points.astype(np.float64), points.astype(np.float64))
    distances = pairwise_distances(points, points)
    assert distances.dtype == np.float32
    np.testing.assert_array_equal(distances, exact.astype(np.float32))


def test_bfloat16_tensors_are_rounded_once() -> None:
    torch = pytest.importorskip("torch")
    points = torch.randn(20, 7, generator=torch.Generator().manual_seed(1)).to(torch.bfloat16)
    distances = pairwise_distances(points, points)
    exact = pairwise_distances(points.double(), points.double())
    assert distances.dtype == torch.float32
    assert torch.equal(distances, exact.float())


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("metric", METRICS)
def test_a_point_is_at_distance_zero_from_itself(library: str, metric: str) -> None:
    values = np.random.default_rng(2).normal(size=(60, 33)) + 30
    points = array_of(library, values, "float32")
    distances = to_numpy(pairwise_distances(points, points, metric=metric))
    assert np.diag(distances).max() == 0.0
    np.testing.assert_array_equal(distances, distances.T)
    assert hausdorff(points, points, metric=metric) == 0.0


def test_token_clouds_in_float32_escape_the_gram_shortcut() -> None:
    # torch.cdist in its default mode puts these points at up to 0.7 from themselves.
    torch = pytest.importorskip("torch")
    tokens = torch.randn(576, 1024, generator=torch.Generator().manual_seed(0)) + 30
    distances = pairwise_distances(tokens, tokens)
    assert distances.diagonal().abs().max().item() == 0.0
    rows = tokens[:5].double()
    by_differences = (rows[:, None, :] - tokens.double()).square().sum(dim=-1).sqrt()
    assert torch.allclose(distances[:5].double(), by_differences, rtol=6e-8, atol=0)
    assert hausdorff(tokens, tokens) == 0.0


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_huge_common_offset_does_no_harm(library: str) -> None:
    near = np.array([[0, 0], [3, 4], [0.25, 0]]) * 2.0**-20
    offset = np.array([1e8, -1e8])
    points = array_of(library, near + offset)
    expected = pairwise_distances(near, near)
    np.testing.assert_array_equal(to_numpy(pairwise_distances(points, points)), expected)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("exponent", [-1060, -1000, -700, -520, 520, 700, 1015])
def test_no_square_overflows_or_underflows(library: str, exponent: int) -> None:
    grid = np.array([[0, 0], [3, 4], [-5, 12], [8, 15]])
    points = array_of(library, np.ldexp(grid.astype(float), exponent))
    expected = np.ldexp(pairwise_distances(grid, grid), exponent)
    np.testing.assert_allclose(
        to_numpy(pairwise_distances(points, points)), expected, rtol=1e-15, atol=0
    )


@pytest.mark.parametrize("library", LIBRARIES)
def test_tiny_and_huge_distances_stand_side_by_side(library: str) -> None:
    points = array_of(library, [[0, 0], [3e-200, 4e-200], [5e-324, 0], [3e200, 4e200]])
    distances = to_numpy(pairwise_distances(points, points))
    expected = [[0, 5e-200, 5e-324, 5e200], [5e-200, 0, 5e-200, 5e200]]
    np.testing.assert_allclose(distances[:2], expected, rtol=1e-15, atol=0)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("metric", ["euclidean", "manhattan", "chebyshev"])
@pytest.mark.parametrize(("dtype", "size"), [("float32", 3e38), ("float64", 1.7e308)])
def test_a_distance_beyond_the_dtype_is_refused(
    library: str, metric: str, dtype: str, size: float
) -> None:
    points = array_of(library, [[size, 0], [-size, 0]], dtype)
    with pytest.raises(InvalidProblem, match=f"larger than the largest {dtype}"):
        pairwise_distances(points, points, metric=metric)


def test_float32_squares_do_not_overflow() -> None:
    points = np.array([[3e30, 0], [0, 4e30], [3e-30, 0], [0, 4e-30]], dtype=np.float32)
    distances = pairwise_distances(points, points)
    np.testing.assert_allclose([distances[0, 1], distances[2, 3]], [5e30, 5e-30], rtol=1e-6)


@pytest.mark.parametrize("library", LIBRARIES)
def test_the_cosine_distance_does_not_cancel(library: str) -> None:
    a, b = array_of(library, [[1, 0], [1, 1e-9]]), array_of(library, [[1, 0], [-2, 0], [0, 3]])
    distances = to_numpy(pairwise_distances(a, b, metric="cosine"))
    # 1 - 1 / sqrt(1 + 1e-18) = 5e-19 up to a relative 1e-18; subtraction from 1 would give 0.
    np.testing.assert_allclose(distances[1, 0], 5e-19, rtol=1e-12)
    np.testing.assert_allclose(distances[0], [0, 2, 1], rtol=1e-15)


@pytest.mark.parametrize("metric", METRICS)
def test_broadcasting_works_in_blocks(metric: str) -> None:
    strict = pytest.importorskip("array_api_strict")
    values = np.random.default_rng(3).normal(size=(700, 24))
    a, b = strict.asarray(values[:400]), strict.asarray(values[300:])
    expected = pairwise_distances(values[:400], values[300:], metric=metric)
    rounding = distance_rounding(values, metric=metric)
    np.testing.assert_allclose(
        to_numpy(pairwise_distances(a, b, metric=metric)), expected, rtol=0, atol=2 * rounding
    )
