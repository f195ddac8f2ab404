"""Hausdorff distances: direction, witnesses, ties, identity and memory."""

import tracemalloc
from typing import Any

import numpy as np
import pytest

from mobtheory.errors import InvalidProblem
from mobtheory.geometry import (
    METRICS,
    coupling,
    covering_number,
    covering_radius,
    directed_hausdorff,
    distance_rounding,
    hausdorff,
    pairwise_distances,
)

LIBRARIES = ["numpy", "torch", "array_api_strict"]


def array_of(library: str, values: Any) -> Any:
    module = pytest.importorskip(library)
    return module.asarray(np.asarray(values).tolist(), dtype=module.float64)


def brute_force(a: Any, b: Any, metric: str) -> tuple[float, int, int]:
    distances = np.asarray(pairwise_distances(a, b, metric=metric)).tolist()
    nearest = [min(row) for row in distances]
    source = nearest.index(max(nearest))
    return nearest[source], source, distances[source].index(nearest[source])


def test_the_two_directions_differ() -> None:
    inside, around = [[0, 0]], [[0, 0], [3, 4]]
    assert directed_hausdorff(inside, around).distance == 0.0
    assert directed_hausdorff(around, inside).distance == 5.0
    assert hausdorff(inside, around) == hausdorff(around, inside) == 5.0


@pytest.mark.parametrize("library", LIBRARIES)
def test_ties_go_to_the_lowest_source_then_the_lowest_target(library: str) -> None:
    a = array_of(library, [[0, 0], [2, 0], [-2, 0], [2, 0], [1, 0]])
    b = array_of(library, [[0, 9], [0, 0], [4, 0], [0, 0]])
    for metric in ("euclidean", "manhattan", "chebyshev"):
        found = directed_hausdorff(a, b, metric=metric)
        assert (found.distance, found.source, found.target) == (2.0, 1, 1)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("metric", METRICS)
def test_the_witness_attains_the_distance(library: str, metric: str) -> None:
    rng = np.random.default_rng(0)
    for _ in range(10):
        a, b = rng.normal(size=(17, 3)), rng.normal(size=(11, 3))
        a, b = array_of(library, a), array_of(library, b)
        found = directed_hausdorff(a, b, metric=metric)
        assert (found.distance, found.source, found.target) == brute_force(a, b, metric)
        assert type(found.distance) is float
        assert type(found.source) is type(found.target) is int


@pytest.mark.gpu
@pytest.mark.parametrize("metric", METRICS)
def test_cuda_tensors_agree_with_arrays(metric: str) -> None:
    torch = pytest.importorskip("torch")
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    a, b = CLOUDS["gaussian"](np.random.default_rng(8))
    near, far = (torch.from_numpy(x).cuda() for x in (a, b))
    allowed = 2 * distance_rounding(a, b, metric=metric)
    distances = pairwise_distances(near, far, metric=metric)
    assert distances.is_cuda
    expected = pairwise_distances(a, b, metric=metric)
    np.testing.assert_allclose(distances.cpu().numpy(), expected, rtol=0, atol=allowed)
    assert abs(hausdorff(near, far, metric=metric) - hausdorff(a, b, metric=metric)) <= allowed
    assert hausdorff(near, near, metric=metric) == 0.0
    assert covering_number(near[:9], 31.0) == covering_number(a[:9], 31.0)


def test_ties_between_blocks_go_to_the_first() -> None:
    # Against 4096 targets the sources are measured about a thousand at a time.
    sources = np.zeros((3000, 1))
    sources[[700, 1500, 2999]] = 5.0
    found = directed_hausdorff(sources, -np.arange(4096.0)[:, None])
    assert (found.distance, found.source, found.target) == (5.0, 700, 0)


CLOUDS = {
    "gaussian": lambda rng: (rng.normal(size=(600, 512)), rng.normal(size=(600, 512))),
    "offset": lambda rng: (rng.normal(size=(600, 512)) + 1e6, rng.normal(size=(600, 512)) + 1e6),
    "two far clusters": lambda rng: (
        np.repeat([[0.0], [1e4]], 300, axis=0) + rng.normal(size=(600, 512)) * 1e-3,
        rng.normal(size=(600, 512)) * 1e-3,
    ),
    "grid with ties": lambda rng: (
        rng.integers(0, 2, size=(600, 512)),
        rng.integers(0, 2, size=(600, 512)),
    ),
    "repeated sources": lambda rng: (
        np.tile(rng.normal(size=(6, 512)), (100, 1)),
        rng.normal(size=(600, 512)),
    ),
    "subset": lambda rng: ((cloud := rng.normal(size=(600, 512))), np.tile(cloud[:300], (2, 1))),
}


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
@pytest.mark.parametrize("cloud", CLOUDS)
def test_screening_changes_nothing(cloud: str, metric: str) -> None:
    # 600 x 600 x 512 is large enough for rows to be ranked by a Gram product first.
    a, b = CLOUDS[cloud](np.random.default_rng(4))
    a, b = a + 0.5 * (metric == "cosine"), b + 0.5 * (metric == "cosine")
    found = directed_hausdorff(a, b, metric=metric)
    assert (found.distance, found.source, found.target) == brute_force(a, b, metric)


@pytest.mark.parametrize("library", ["torch", "array_api_strict"])
def test_screening_agrees_between_libraries(library: str) -> None:
    a, b = CLOUDS["grid with ties"](np.random.default_rng(5))
    here = directed_hausdorff(a, b)
    there = directed_hausdorff(array_of(library, a), array_of(library, b))
    assert here == there


@pytest.mark.parametrize("metric", METRICS)
def test_a_set_is_at_distance_zero_from_itself_and_its_repetitions(metric: str) -> None:
    points = np.random.default_rng(6).normal(size=(50, 9)) + 1e4
    assert hausdorff(points, points, metric=metric) == 0.0
    assert hausdorff(points, np.concatenate([points[::-1], points]), metric=metric) == 0.0


def test_float32_points_are_measured_in_float64() -> None:
    points = np.array([[0.1, 0.2], [0.7, 0.4]], dtype=np.float32)
    wide = points.astype(np.float64)
    assert hausdorff(points[:1], points[1:]) == hausdorff(wide[:1], wide[1:])


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_set_too_far_for_float64_is_refused(library: str) -> None:
    a, b = array_of(library, [[1.7e308, 0]]), array_of(library, [[-1.7e308, 0]])
    for metric in ("euclidean", "manhattan", "chebyshev"):
        with pytest.raises(InvalidProblem, match=r"directed_hausdorff.*largest float64"):
            directed_hausdorff(a, b, metric=metric)


def test_a_far_point_that_is_nearest_to_nothing_does_no_harm() -> None:
    found = directed_hausdorff([[1.7e308, 0]], [[-1.7e308, 0], [1.6e308, 0]])
    assert found.target == 1
    np.testing.assert_allclose(found.distance, 1e307, rtol=1e-14)


def test_memory_does_not_hold_the_matrix_of_distances() -> None:
    rng = np.random.default_rng(7)
    a, b = rng.normal(size=(9000, 2)), rng.normal(size=(9000, 2))
    tracemalloc.start()
    directed_hausdorff(a, b)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 9000 * 9000 * 8 / 6


def test_coupling_normalises_as_algorithm_2_does() -> None:
    visual, prompt = np.array([[1.0, 0], [100, 0], [0, 2]]), np.array([[3.0, 0]])
    scaled = coupling(visual, prompt)
    assert scaled.visual_to_prompt == scaled.hausdorff == pytest.approx(2**0.5, rel=1e-15)
    assert scaled.prompt_to_visual == 0.0
    raw = coupling(visual, prompt, normalize=False)
    assert (raw.hausdorff, raw.visual_to_prompt, raw.prompt_to_visual) == (97.0, 97.0, 2.0)
    assert all(type(value) is float for value in vars(scaled).values())


def test_covering_radius_takes_coordinates_and_no_indices() -> None:
    points = np.array([[0.0], [1.0], [5.0]])
    assert covering_radius(points, points[[0, 2]]) == 1.0
    assert covering_radius(points, [[0.5], [5.0]]) == 0.5
    with pytest.raises(InvalidProblem, match=r"centers of shape \(2,\)"):
        covering_radius(points, np.array([0, 2]))
