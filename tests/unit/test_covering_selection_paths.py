"""Every way to rank points obeys the greedy rule within its stated rounding."""

import warnings
from math import sqrt

import array_api_strict
import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from mobtheory.claims.optimal_radii import SMALL
from mobtheory.covering import (
    CoveringProblem,
    batches,
    clouds,
    farthest_batches,
    farthest_point_sampling,
    farthest_points,
    mob_select,
    mob_select_batch,
    selection_rounding,
)
from mobtheory.errors import InvalidProblem
from mobtheory.geometry import normalize_rows, pairwise_distances

COUNT, DIMENSION = 150, 128


@pytest.fixture(params=["numpy", "torch", "accelerator", "batch", "accelerator batch"])
def sample(request, monkeypatch):
    """Farthest-point sampling of one set, along each of its ways; returns a list of rows."""
    if "accelerator" in request.param:
        pretend_accelerator(monkeypatch)

    def rows(points, k, *, seeds=(), external_seeds=None, **options):
        if request.param != "numpy":
            points = torch.as_tensor(points)
        if request.param == "batch":
            points = points.numpy()
        if request.param in ("torch", "accelerator") and external_seeds is not None:
            external_seeds = torch.as_tensor(external_seeds)
        if "batch" in request.param:
            both = (points, points[..., ::-1] if request.param == "batch" else points.flip(-1))
            xp = np if request.param == "batch" else torch
            points = xp.stack(both)
            if external_seeds is not None:
                # Turned with its set, so that both sets have the same distances.
                turned = np.stack([external_seeds, external_seeds[:, ::-1]])
                external_seeds = turned if xp is np else torch.as_tensor(turned)
        picks = farthest_point_sampling(
            points, k, seeds=seeds, external_seeds=external_seeds, **options
        )
        return (picks[0] if "batch" in request.param else picks).tolist()

    return rows


def pretend_accelerator(monkeypatch):
    """Send torch tensors of the host along the way of those that the host cannot read."""
    for module in (clouds, batches, farthest_batches):
        monkeypatch.setattr(
            module, "on_accelerator", lambda points: isinstance(points, torch.Tensor)
        )


def cloud(name, rng):
    shape = (COUNT, DIMENSION)
    points = rng.normal(size=shape)
    if name == "clusters":
        points = 10 * rng.normal(size=(12, DIMENSION))[rng.integers(0, 12, COUNT)] + 0.1 * points
    if name == "duplicates":
        points = points[rng.integers(0, 30, COUNT)]
    if name == "offset":
        points = points + 1e6
    if name == "line":
        points = rng.normal(size=(COUNT, 1)) * rng.normal(size=(1, DIMENSION))
    if name == "one far token":
        points[0] *= 1e4
    return points * {"tiny": 1e-30, "huge": 1e25}.get(name, 1.0)


NAMES = ("normal", "clusters", "duplicates", "offset", "line", "one far token", "tiny", "huge")


def assert_greedy(squared, picks, rounding, nearest=None):
    """Each pick is the farthest from those before it, up to twice the rounding of a square."""
    nearest = np.full(len(squared), np.inf) if nearest is None else nearest
    assert len(set(picks)) == len(picks)
    for pick in picks:
        assert nearest[pick] >= nearest.max() - 2 * rounding
        nearest = np.minimum(nearest, squared[:, pick])
        nearest[pick] = -np.inf


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("k", [1, 12, 60, 150])
def test_every_pick_is_the_farthest_within_the_stated_rounding(sample, name, dtype, k):
    points = cloud(name, np.random.default_rng(3)).astype(dtype)
    distances = pairwise_distances(points.astype(float), points.astype(float))
    picks = sample(points, k)
    assert picks[0] == 0
    assert len(picks) == k
    assert_greedy(distances**2, picks, selection_rounding(points))


@pytest.mark.parametrize("name", ["normal", "clusters", "one far token"])
def test_the_same_holds_after_seeds_inside_and_outside(sample, name):
    rng = np.random.default_rng(4)
    points = cloud(name, rng).astype(np.float32)
    outside = cloud(name, rng).astype(np.float32)[1:6]
    squared = pairwise_distances(points.astype(float), points.astype(float)) ** 2
    to_outside = pairwise_distances(points.astype(float), outside.astype(float)) ** 2
    seeds = [90, 17, 3]
    picks = sample(points, 40, seeds=seeds, external_seeds=outside)
    nearest = np.minimum(to_outside.min(axis=1), squared[:, seeds].min(axis=1))
    nearest[seeds] = -np.inf
    assert not set(picks) & set(seeds)
    assert_greedy(squared, picks, selection_rounding(points, outside), nearest)


@pytest.mark.parametrize("name", ["normal", "clusters", "one far token", "tiny", "offset"])
def test_cosine_picks_are_farthest_by_angle(sample, name):
    points = cloud(name, np.random.default_rng(5)).astype(np.float32)
    unit = normalize_rows(points)
    picks = sample(points, 30, metric="cosine")
    assert_greedy(
        pairwise_distances(unit, unit) ** 2, picks, selection_rounding(points, normalize=True)
    )


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int16, np.int64])
@pytest.mark.parametrize("span", [2, 4, 90])
@pytest.mark.parametrize("k", [20, 140])
def test_on_whole_numbers_every_way_picks_what_differences_pick(sample, dtype, span, k):
    rng = np.random.default_rng(span)
    points = rng.integers(-span, span + 1, (COUNT, DIMENSION)) * (rng.random(DIMENSION) < 0.1)
    distances = pairwise_distances(points, points)
    points = (points + 1000).astype(dtype)
    outside = points[:3] + np.asarray(1, dtype)
    start = pairwise_distances(points, outside)
    assert selection_rounding(points, outside) == 0.0
    assert sample(points, k) == farthest_points(distances, k).tolist()
    options = {"seeds": [7, 5], "external_seeds": outside}
    assert (
        sample(points, k, **options)
        == farthest_points(distances, k, seeds=[7, 5], start_distances=start).tolist()
    )


def test_a_grid_too_fine_for_float32_is_ranked_exactly_all_the_same(sample):
    rng = np.random.default_rng(8)
    points = rng.integers(-3000, 3000, (COUNT, DIMENSION)).astype(np.float32) / 1024
    exact = farthest_points(pairwise_distances(points.astype(float), points.astype(float)), 60)
    assert selection_rounding(points) == 0.0
    assert sample(points, 60) == exact.tolist()


def test_the_rounding_bounds_the_products_and_is_small():
    rng = np.random.default_rng(9)
    for name in NAMES:
        points = cloud(name, rng)
        distances = pairwise_distances(points, points)
        for dtype, unit in ((np.float32, 2.0**-24), (np.float64, 2.0**-53)):
            narrow = points.astype(dtype)
            rows = clouds.Cloud("", "points", narrow, "euclidean").products(np.dtype(dtype).name)
            bound = float(rows.rounding())
            if np.isfinite(bound):
                exact = pairwise_distances(narrow.astype(float), narrow.astype(float)) ** 2
                assert np.abs(clouds.squared_distances(rows, rows) - exact).max() <= bound
                assert bound <= 9 * (DIMENSION + 8) * unit * distances[0].max() ** 2
        assert selection_rounding(points) < 1e-3 * distances.max() ** 2


def token_batch(rng, images=4, visual=100, prompt=9, dimension=192):
    return (
        rng.normal(size=(images, visual, dimension)).astype(np.float32),
        rng.normal(size=(images, prompt, dimension)).astype(np.float32),
    )


@pytest.mark.parametrize("way", ["numpy", "torch", "accelerator", "strict"])
@pytest.mark.parametrize("duplicates", ["max", "first", "last"])
@pytest.mark.parametrize(("prompt_budget", "fold"), [(0, 1), (7, 1), (20, 4), (30, 200)])
def test_a_batch_selects_what_its_images_select(monkeypatch, way, duplicates, prompt_budget, fold):
    rng = np.random.default_rng(10)
    # Whole numbers, on which all ways agree; many ties.
    visual, prompt = (np.round(tokens) for tokens in token_batch(rng))
    prompt[1], visual[2, :40] = prompt[1, 0], visual[2, 0]
    mask = rng.random(prompt.shape[:2]) < 0.7
    mask[:, 3] = True
    options = {"prompt_budget": prompt_budget, "fold": fold, "duplicates": duplicates}
    expected = [
        mob_select(CoveringProblem(one, other[kept], 30), **options)
        for one, other, kept in zip(visual.astype(int), prompt.astype(int), mask, strict=True)
    ]
    if way == "accelerator":
        pretend_accelerator(monkeypatch)
    library = {"numpy": np.asarray, "strict": array_api_strict.asarray}.get(way, torch.as_tensor)
    batch = mob_select_batch(
        library(visual), library(prompt), 30, prompt_mask=library(mask), normalize=False, **options
    )
    assert len(batch) == 4
    assert np.asarray(batch.prompt_counts).tolist() == [len(one.prompt_centers) for one in expected]
    for image, one in enumerate(expected):
        assert np.asarray(batch[image].prompt_centers).tolist() == one.prompt_centers.tolist()
        assert np.asarray(batch[image].visual_centers).tolist() == one.visual_centers.tolist()
        assert np.asarray(batch.indices[image, ...]).tolist() == one.indices.tolist()


@pytest.mark.parametrize("way", ["numpy", "torch", "accelerator"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("offset", [0.0, 1e4])
def test_mob_obeys_algorithm_1_within_rounding(monkeypatch, way, dtype, offset):
    rng = np.random.default_rng(11)
    visual, prompt = (tokens + offset for tokens in token_batch(rng))
    visual, prompt = visual.astype(dtype), prompt.astype(dtype)
    if way == "accelerator":
        pretend_accelerator(monkeypatch)
    library = np.asarray if way == "numpy" else torch.as_tensor
    batch = mob_select_batch(library(visual), library(prompt), 40, prompt_budget=12, fold=3)
    for image in range(len(visual)):
        problem = CoveringProblem(visual[image], prompt[image], 40, normalize=True)
        rounding = selection_rounding(visual[image], prompt[image], normalize=True)
        selection = batch[image]
        chosen = selection.prompt_centers.tolist()
        by_prompt = problem.visual_prompt.T**2
        # A token is proposed if it may be one of the three nearest; the best proposals win.
        third = np.sort(by_prompt, axis=1)[:, 2:3]
        surely = np.where(by_prompt < third - 2 * rounding, by_prompt, np.inf).min(axis=0)
        maybe = np.where(by_prompt <= third + 2 * rounding, by_prompt, np.inf).min(axis=0)
        assert len(chosen) == 12
        others = np.setdiff1d(np.arange(len(surely)), chosen)
        assert maybe[chosen].max() <= surely[others].min() + 2 * rounding
        spread = problem.visual_visual**2
        nearest = spread[:, chosen].min(axis=1)
        nearest[chosen] = -np.inf
        assert_greedy(spread, selection.visual_centers.tolist(), rounding, nearest)


class CountHostWaits(TorchDispatchMode):
    """Counts what makes the host wait for the device."""

    def __init__(self):
        super().__init__()
        self.waits = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        if function.overloadpacket in (
            torch.ops.aten._local_scalar_dense,
            torch.ops.aten.nonzero,
            torch.ops.aten.item,
        ):
            self.waits += 1
        return function(*args, **(kwargs or {}))


@pytest.mark.parametrize("count", [60, 150])
def test_the_host_does_not_wait_once_for_each_pick(monkeypatch, count):
    pretend_accelerator(monkeypatch)
    rng = np.random.default_rng(12)
    visual, prompt = (torch.as_tensor(x) for x in token_batch(rng, images=2, visual=count))
    within = pairwise_distances(visual[0], visual[0])
    across = pairwise_distances(visual[0], prompt[0])

    def waits(k):
        counts = []
        for select in (
            lambda: farthest_point_sampling(visual[0], k),
            lambda: farthest_point_sampling(visual, k),
            lambda: mob_select_batch(visual, prompt, k, prompt_budget=k // 2, fold=8),
            lambda: mob_select(
                CoveringProblem(visual[0], prompt[0], k, normalize=True),
                prompt_budget=k // 2,
                fold=8,
            ),
            lambda: mob_select(
                CoveringProblem.from_distances(within, across, k), prompt_budget=k // 2, fold=8
            ),
        ):
            with CountHostWaits() as counted:
                select()
            counts.append(counted.waits)
        return counts

    few, many = waits(10), waits(50)
    assert few == many
    assert max(few) <= (60 if count < 64 else 20)


def test_selection_does_not_depend_on_what_was_measured_before():
    visual, prompt = token_batch(np.random.default_rng(13))
    fresh, asked = (CoveringProblem(visual[0], prompt[0], 40, normalize=True) for _ in range(2))
    assert asked.visual_visual.shape == (100, 100)
    assert asked.coupling <= 2.0 + sqrt(asked.rounding)
    one, other = (mob_select(p, prompt_budget=9, fold=2) for p in (fresh, asked))
    assert one.visual_centers.tolist() == other.visual_centers.tolist()
    assert one.prompt_centers.tolist() == other.prompt_centers.tolist()


def test_instances_small_enough_for_enumeration_are_ranked_by_differences():
    # Their claims allow for the rounding of differences only.
    points = np.random.default_rng(14).normal(size=(SMALL, 2**14)).astype(np.float32)
    distances = pairwise_distances(points.astype(float), points.astype(float))
    assert clouds.product_dtypes("euclidean", points) == ()
    assert (
        farthest_point_sampling(points, SMALL).tolist()
        == farthest_points(distances, SMALL).tolist()
    )


@pytest.mark.parametrize("wide", [np.float64, np.int64])
def test_seeds_that_float32_does_not_hold_are_not_rounded_to_it(sample, wide):
    rng = np.random.default_rng(15)
    # Whole numbers above 2**24: float32 holds only the even ones.
    points = (2 * rng.integers(0, 5, (COUNT, DIMENSION)) + 2**24).astype(np.float32)
    outside = (2 * rng.integers(0, 5, (3, DIMENSION)) + 2**24 + 1).astype(wide)
    start = pairwise_distances(points.astype(float), outside.astype(float))
    distances = pairwise_distances(points.astype(float), points.astype(float))
    assert selection_rounding(points, outside) == 0.0
    assert (
        sample(points, 40, external_seeds=outside)
        == farthest_points(distances, 40, start_distances=start).tolist()
    )


@pytest.mark.parametrize("way", ["numpy", "torch", "accelerator"])
def test_prompt_tokens_that_float32_does_not_hold_are_not_rounded_to_it(monkeypatch, way):
    rng = np.random.default_rng(16)
    visual = (1e6 + rng.normal(size=(5, COUNT, DIMENSION)) / 20).astype(np.float32)
    prompt = visual[:, :4].astype(float) + rng.uniform(-0.03, 0.03, (5, 4, DIMENSION))
    if way == "accelerator":
        pretend_accelerator(monkeypatch)
    library = np.asarray if way == "numpy" else torch.as_tensor
    options = {"prompt_budget": 4, "fold": 1, "normalize": False}
    batch = mob_select_batch(library(visual), library(prompt), 20, **options)
    for image in range(5):
        nearest = pairwise_distances(visual[image].astype(float), prompt[image])
        order = np.argsort(nearest.min(axis=1))[:4]
        assert sorted(nearest.argmin(axis=0).tolist()) == sorted(order.tolist())
        assert batch[image].prompt_centers.tolist() == order.tolist()
        assert selection_rounding(visual[image], prompt[image]) < 1e-7


def nearest_proposals(distances, fold, duplicates):
    """Candidates of distances (L, N), the lowest index at a tie."""
    proposals = {}
    for row in distances:
        for token in np.argsort(row, kind="stable")[:fold].tolist():
            proposals.setdefault(token, []).append(row[token])
    ranks = {"max": min, "first": lambda found: found[0], "last": lambda found: found[-1]}
    return sorted(proposals, key=lambda token: (ranks[duplicates](proposals[token]), token))


@pytest.mark.parametrize("way", ["numpy", "torch", "accelerator"])
@pytest.mark.parametrize("duplicates", ["max", "first", "last"])
@pytest.mark.parametrize("normalize", [True, False])
@pytest.mark.parametrize(("fold", "prompt_budget"), [(1, 8), (3, 5), (3, 16), (100, 20)])
@pytest.mark.parametrize("spread", [1.0, 1e-5])
def test_near_copies_of_prompt_tokens_are_ranked_by_their_differences(
    monkeypatch, way, duplicates, normalize, fold, prompt_budget, spread
):
    """The products of copies differ by less than their rounding, those of a narrow cloud all do."""
    rng = np.random.default_rng(17)
    visual, prompt = token_batch(rng, images=3, prompt=8)
    visual = (visual[:, :1] + spread * (visual - visual[:, :1])).astype(np.float32)
    prompt = visual[:, 40:48] + rng.normal(size=prompt.shape) * 1e-3 * spread
    prompt = prompt.astype(np.float32)
    for start, noise in ((70, 2e-6), (0, 2e-5), (80, 2e-6)):
        copies = prompt + noise * spread * rng.normal(size=prompt.shape)
        visual[:, start : start + 8] = copies.astype(np.float32)
    visual[:, 90:94] = visual[:, 70:74]
    if way == "accelerator":
        pretend_accelerator(monkeypatch)
    library = np.asarray if way == "numpy" else torch.as_tensor
    options = {"prompt_budget": prompt_budget, "fold": fold, "duplicates": duplicates}
    batch = mob_select_batch(library(visual), library(prompt), 30, normalize=normalize, **options)
    for image in range(3):
        problem = CoveringProblem(visual[image], prompt[image], 30, normalize=normalize)
        expected = nearest_proposals(problem.visual_prompt.T, fold, duplicates)[:prompt_budget]
        assert batch[image].prompt_centers.tolist() == expected
        one = mob_select(
            CoveringProblem(
                library(visual[image]), library(prompt[image]), 30, normalize=normalize
            ),
            **options,
        )
        assert one.prompt_centers.tolist() == expected


def outcome(visual, prompt, **options):
    """The selected rows, or the refusal."""
    try:
        batch = mob_select_batch(visual, prompt, 10, fold=1, **options)
    except InvalidProblem as error:
        return str(error)
    return [(one.prompt_centers.tolist(), one.visual_centers.tolist()) for one in batch]


@pytest.mark.parametrize("scale", [0.0, 1e-25, 1e25])
@pytest.mark.parametrize("normalize", [True, False])
@pytest.mark.parametrize("shortfall", ["visual", "raise"])
@pytest.mark.parametrize("prompt_budget", [0, 4, 9])
@pytest.mark.parametrize("rows", [slice(1, 2), slice(None)])
def test_no_prompt_token_is_dropped_for_its_length(
    monkeypatch, scale, normalize, shortfall, prompt_budget, rows
):
    rng = np.random.default_rng(18)
    visual, prompt = (torch.as_tensor(x) for x in token_batch(rng, images=2, prompt=4))
    prompt[1, rows] *= scale
    options = {"normalize": normalize, "shortfall": shortfall, "prompt_budget": prompt_budget}
    expected = outcome(visual, prompt, **options)
    if shortfall == "raise" and prompt_budget == 9:
        assert "distinct candidates" in expected
    elif normalize and scale == 0.0:
        assert "has no direction" in expected
    elif shortfall == "visual":
        assert len(expected) == 2
    pretend_accelerator(monkeypatch)
    assert outcome(visual, prompt, **options) == expected


def test_padding_neither_counts_nor_slows_a_batch_down(monkeypatch):
    rng = np.random.default_rng(19)
    visual, prompt = (torch.as_tensor(x) for x in token_batch(rng, images=2, prompt=4))
    mask = torch.as_tensor([[True, True, False, True], [False, True, True, False]])
    expected = outcome(visual, prompt, prompt_mask=mask, prompt_budget=2)
    pretend_accelerator(monkeypatch)
    # Called for images that the device could not rank.
    monkeypatch.setattr(batches, "mob_select", None)
    for filler in (0.0, 1e-30, 1e30):
        padded = torch.where(mask[:, :, None], prompt, filler)
        assert outcome(visual, padded, prompt_mask=mask, prompt_budget=2) == expected


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_cuda_device_picks_what_the_host_picks_and_waits_no_more_for_more_picks(dtype):
    rng = np.random.default_rng(20)
    visual, prompt = (torch.as_tensor(np.round(x)).to(dtype) for x in token_batch(rng))
    on_device = (visual.cuda(), prompt.cuda())

    def select(tokens, k):
        options = {"prompt_budget": k // 2, "fold": 4, "normalize": False}
        return mob_select_batch(*tokens, k, **options).picks

    def waits(action):
        torch.cuda.set_sync_debug_mode("warn")
        try:
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                action()
        finally:
            torch.cuda.set_sync_debug_mode("default")
        return len(caught)

    for k in (1, 30, 100):
        assert select(on_device, k).tolist() == select((visual, prompt), k).tolist()
        sampled = farthest_point_sampling(on_device[0], k)
        assert sampled.tolist() == farthest_point_sampling(visual, k).tolist()
    assert waits(lambda: select(on_device, 10)) == waits(lambda: select(on_device, 60)) <= 20
    few, many = (waits(lambda k=k: farthest_point_sampling(on_device[0], k)) for k in (10, 60))
    assert few == many <= 20


@pytest.mark.parametrize("length", [3e38, 1.7e308])
@pytest.mark.parametrize("rows", [8, COUNT])
def test_the_largest_floats_are_ranked_without_a_warning(sample, length, rows):
    rng = np.random.default_rng(21)
    signs = np.sign(rng.normal(size=(rows, DIMENSION)))
    points = (length * signs).astype(np.float32 if length == 3e38 else np.float64)
    outside = -points[:2]
    start = pairwise_distances(signs, -signs[:2])
    distances = pairwise_distances(signs, signs)
    assert sample(points, 6) == farthest_points(distances, 6).tolist()
    assert (
        sample(points, 6, external_seeds=outside)
        == farthest_points(distances, 6, start_distances=start).tolist()
    )


def test_seeds_beyond_the_range_of_float32_are_taken_as_they_are(sample):
    rng = np.random.default_rng(22)
    points = rng.normal(size=(COUNT, DIMENSION)).astype(np.float32)
    outside = rng.normal(size=(2, DIMENSION)) * 1e50
    start = pairwise_distances(points.astype(float), outside)
    picks = sample(points, 30, external_seeds=outside)
    distances = pairwise_distances(points.astype(float), points.astype(float))
    rounding = selection_rounding(points, outside)
    assert 0 < rounding < np.inf
    assert_greedy(distances**2, picks, rounding, start.min(axis=1) ** 2)


@pytest.mark.parametrize("length", [3e38, 1e200, 1.7e308])
def test_the_rounding_of_the_largest_floats_comes_without_a_warning(length):
    points = length * np.sign(np.random.default_rng(23).normal(size=(COUNT, DIMENSION)))
    assert selection_rounding(points) >= (0.0 if length < 1e100 else np.inf)
