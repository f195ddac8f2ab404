"""What counts as a point set: every bad input is refused by every function, every good one kept."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from mobtheory import geometry
from mobtheory.errors import InvalidProblem

GOOD = np.array([[0.0, 1.0], [2.0, 5.0], [3.0, 3.0]])

BAD_POINTS = {
    "no points": np.empty((0, 2)),
    "no dimensions": np.empty((3, 0)),
    "empty list": [],
    "one-dimensional": np.array([1.0, 2.0]),
    "three-dimensional": np.ones((2, 2, 2)),
    "a number": 3.0,
    "nothing": None,
    "a word": "points",
    "a set": {1.0, 2.0},
    "complex": np.array([[1j, 2.0]]),
    "words": np.array([["a", "b"]]),
    "numbers as words": [["1", "2"]],
    "objects": np.array([[object(), 1]], dtype=object),
    "truth values": np.array([[True, False]]),
    "truth values in a list": [[True, 2]],
    "dates": np.array([["2020-01-01", "2020-01-02"]], dtype="datetime64[D]"),
    "long doubles": np.ones((2, 2), dtype=np.longdouble),
    "masked": np.ma.masked_array([[1.0, 2.0]], mask=[[False, True]]),
    "ragged": [[1.0, 2.0], [3.0]],
    "NaN": [[1.0, float("nan")]],
    "infinity": [[1.0, float("inf")]],
    "NaN in half precision": np.array([[np.nan, 1]], dtype=np.float16),
    "int64 that float64 rounds": np.array([[2**53 + 1, 0]]),
    "negative int64 that float64 rounds": np.array([[-(2**53) - 1, 0]]),
    "uint64 that float64 rounds": np.array([[2**64 - 1, 0]], dtype=np.uint64),
    "list of integers that float64 rounds": [[2**53 + 1, 0.5]],
    "list of integers that fit no dtype": [[2**64, 0]],
}

ONE_SET: dict[str, Callable[[Any], Any]] = {
    "normalize_rows": geometry.normalize_rows,
    "covering_number": lambda points: geometry.covering_number(points, 1.0),
    "packing_number": lambda points: geometry.packing_number(points, 1.0),
    "effective_dimension": geometry.effective_dimension,
}
TWO_SETS: dict[str, Callable[[Any, Any], Any]] = {
    "pairwise_distances": geometry.pairwise_distances,
    "directed_hausdorff": geometry.directed_hausdorff,
    "hausdorff": geometry.hausdorff,
    "coupling": geometry.coupling,
    "covering_radius": geometry.covering_radius,
    "distance_rounding": geometry.distance_rounding,
}
WITH_METRIC = {
    name: TWO_SETS[name]
    for name in ("pairwise_distances", "directed_hausdorff", "hausdorff", "distance_rounding")
}


@pytest.mark.parametrize("points", BAD_POINTS.values(), ids=BAD_POINTS)
@pytest.mark.parametrize("name", ONE_SET)
def test_one_bad_set_is_refused(name: str, points: Any) -> None:
    with pytest.raises(InvalidProblem, match=f"^{name}: received points"):
        ONE_SET[name](points)


@pytest.mark.parametrize("points", BAD_POINTS.values(), ids=BAD_POINTS)
@pytest.mark.parametrize("name", TWO_SETS)
def test_a_bad_set_is_refused_on_either_side(name: str, points: Any) -> None:
    for pair in ((points, GOOD), (GOOD, points)):
        if name == "distance_rounding" and pair[1] is None:
            continue  # without a second set it bounds the distances within the first
        with pytest.raises(InvalidProblem, match=f"^{name}: received "):
            TWO_SETS[name](*pair)


@pytest.mark.parametrize("name", TWO_SETS)
def test_different_dimensions_are_refused_and_both_named(name: str) -> None:
    with pytest.raises(InvalidProblem, match=r"shape \(3, 2\).*shape \(1, 3\).*same dimension"):
        TWO_SETS[name](GOOD, [[1.0, 2.0, 3.0]])


@pytest.mark.parametrize("name", TWO_SETS)
def test_two_libraries_are_refused_and_both_named(name: str) -> None:
    torch = pytest.importorskip("torch")
    with pytest.raises(InvalidProblem, match=r"numpy on cpu.*torch on cpu.*one array library"):
        TWO_SETS[name](GOOD, torch.ones(2, 2))


@pytest.mark.parametrize("name", TWO_SETS)
def test_two_devices_are_refused_and_both_named(name: str) -> None:
    strict = pytest.importorskip("array_api_strict")
    here = strict.asarray([[1.0, 2.0]])
    there = strict.asarray([[1.0, 2.0]], device=strict.Device("device1"))
    with pytest.raises(InvalidProblem, match=r"CPU_DEVICE.*device1.*one device"):
        TWO_SETS[name](here, there)


@pytest.mark.gpu
@pytest.mark.parametrize("name", TWO_SETS)
def test_cpu_and_cuda_are_refused(name: str) -> None:
    torch = pytest.importorskip("torch")
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    with pytest.raises(InvalidProblem, match=r"cpu.*cuda.*one device"):
        TWO_SETS[name](torch.ones(2, 2), torch.ones(2, 2, device="cuda"))


@pytest.mark.parametrize("name", WITH_METRIC)
@pytest.mark.parametrize("metric", ["euclid", "", None, 2])
def test_an_unknown_metric_is_refused(name: str, metric: Any) -> None:
    with pytest.raises(InvalidProblem, match=f"{name}.*metric.*euclidean, cosine, manhattan"):
        WITH_METRIC[name](GOOD, GOOD, metric=metric)  # type: ignore[call-arg]


@pytest.mark.parametrize("make", ["to_sparse", "bool", "cfloat", "meta", "float8", "nan"])
def test_bad_tensors_are_refused(make: str) -> None:
    torch = pytest.importorskip("torch")
    tensor = {
        "to_sparse": lambda: torch.eye(2).to_sparse(),
        "bool": lambda: torch.ones(2, 2, dtype=torch.bool),
        "cfloat": lambda: torch.ones(2, 2, dtype=torch.complex64),
        "meta": lambda: torch.ones(2, 2, device="meta"),
        "float8": lambda: torch.ones(2, 2).to(torch.float8_e4m3fn),
        "nan": lambda: torch.full((2, 2), float("nan"), dtype=torch.bfloat16),
    }[make]()
    with pytest.raises(InvalidProblem):
        geometry.pairwise_distances(tensor, tensor)


@pytest.mark.parametrize("dtype", ["int64", "uint64"])
def test_tensors_of_large_integers(dtype: str) -> None:
    torch = pytest.importorskip("torch")
    kept = torch.tensor([[2**53, 0]]).to(getattr(torch, dtype))
    assert geometry.pairwise_distances(kept, kept, metric="chebyshev").item() == 0.0
    with pytest.raises(InvalidProblem, match=r"2\*\*53"):
        geometry.normalize_rows(torch.tensor([[2**53 + 1, 0]]).to(getattr(torch, dtype)))


def test_integers_up_to_the_limit_are_kept() -> None:
    points = np.array([[2**53], [-(2**53)], [0]])
    np.testing.assert_array_equal(
        geometry.pairwise_distances(points, points[2:]), [[2.0**53], [2.0**53], [0.0]]
    )


def test_a_good_array_is_returned_itself() -> None:
    assert geometry.as_points("here", "points", GOOD) is GOOD
    with pytest.raises(InvalidProblem, match="here: received tokens of shape"):
        geometry.as_points("here", "tokens", GOOD[0])


def test_inputs_are_never_modified_and_may_be_read_only() -> None:
    a, b = GOOD.copy(), GOOD[::-1].copy()
    before = a.copy(), b.copy()
    for array in (a, b):
        array.setflags(write=False)
    for call in TWO_SETS.values():
        call(a, b)
    for call in (*list(ONE_SET.values())[:3],):
        call(a)
    geometry.effective_dimension(a + 0 * b, radii=[0.5, 1.2, 1.3, 1.4, 1.5])
    np.testing.assert_array_equal(a, before[0])
    np.testing.assert_array_equal(b, before[1])


@pytest.mark.parametrize("metric", geometry.METRICS)
def test_every_layout_gives_the_same_bits(metric: str) -> None:
    rng = np.random.default_rng(0)
    wide = rng.normal(size=(40, 66))
    plain = np.ascontiguousarray(wide[::2, ::3])
    expected = geometry.pairwise_distances(plain, plain, metric=metric)
    swapped = plain.astype(plain.dtype.newbyteorder())
    for same in (wide[::2, ::3], np.asfortranarray(plain), plain[::-1][::-1], swapped):
        actual = geometry.pairwise_distances(same, plain, metric=metric)
        np.testing.assert_array_equal(actual, expected)
        assert actual.dtype == np.float64
        assert actual.dtype.isnative


@pytest.mark.parametrize("metric", geometry.METRICS)
def test_every_layout_of_a_tensor_gives_the_same_bits(metric: str) -> None:
    torch = pytest.importorskip("torch")
    wide = torch.randn(40, 66, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    plain = wide[::2, ::3].contiguous()
    expected = geometry.pairwise_distances(plain, plain, metric=metric)
    for same in (wide[::2, ::3], plain.T.contiguous().T, plain.clone().requires_grad_()):
        actual = geometry.pairwise_distances(same, plain, metric=metric)
        assert torch.equal(actual, expected)
        assert not actual.requires_grad


def test_unit_rows() -> None:
    rows = geometry.normalize_rows(np.array([[3, 4], [0, -7]], dtype=np.int8))
    np.testing.assert_array_equal(rows, [[0.6, 0.8], [0.0, -1.0]])
    extreme = geometry.normalize_rows([[1e300, 1e300], [5e-324, 0.0], [3e-200, 4e-200]])
    np.testing.assert_allclose(extreme, [[0.5**0.5, 0.5**0.5], [1, 0], [0.6, 0.8]], rtol=1e-15)
    assert geometry.normalize_rows(np.ones((1, 2), dtype=np.float32)).dtype == np.float64


@pytest.mark.parametrize(
    "call",
    [
        lambda zero: geometry.normalize_rows(zero),
        lambda zero: geometry.coupling(GOOD, zero),
        lambda zero: geometry.coupling(zero, GOOD),
        lambda zero: geometry.pairwise_distances(zero, GOOD, metric="cosine"),
        lambda zero: geometry.hausdorff(GOOD, zero, metric="cosine"),
    ],
)
def test_a_zero_row_has_no_direction(call: Callable[[Any], Any]) -> None:
    with pytest.raises(InvalidProblem, match=r"row 1 is zero.*no direction"):
        call([[1.0, 2.0], [0.0, 0.0]])
