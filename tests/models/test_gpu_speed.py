"""Selection and measurement on CUDA."""

import warnings
from contextlib import ExitStack, contextmanager
from math import inf

import numpy as np
import pytest
import torch

import mobtheory as mob
from mobtheory.experiments.speed import SELECTORS, measure_speed, pick_farthest, selector
from mobtheory.experiments.speed.clock import clock_for
from mobtheory.experiments.speed.farthest import pick_in_torch
from mobtheory.experiments.speed.kernels import attention_kernels
from mobtheory.experiments.speed.lazy_kernel import kernel_for
from mobtheory.experiments.speed.memory import memory_of
from mobtheory.experiments.speed.running import Runner
from mobtheory.experiments.speed.setting import RATIOS, settings_for
from mobtheory.experiments.speed.subject import subject_for
from mobtheory.experiments.speed.tower_graph import tower_graphed
from mobtheory.models import capture, load
from mobtheory.models.hooks import pre_hook
from mobtheory.report.schema import schema_of, violations

from .on_cuda import ON_CUDA
from .random_llava import LONG, SHORT, inputs_for
from .small_shapes import LONG_NEXT, SMALL_NEXT

pytestmark = ON_CUDA
MODES = (torch.inference_mode, torch.no_grad)


@contextmanager
def no_sync_allowed():
    """Every operation that makes the host wait for the device is an error."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it does not notice every kind of wait, and says so
            torch.cuda.set_sync_debug_mode("error")
        yield
    finally:
        torch.cuda.set_sync_debug_mode("default")


def test_a_wait_is_noticed():
    with pytest.raises(RuntimeError, match="synchronizing"), no_sync_allowed():
        torch.ones(1, device="cuda").item()


def clouds(rows, count, width=64, seed=0):
    return torch.from_numpy(np.random.default_rng(seed).normal(size=(rows, count, width))).cuda()


def distances(points):
    return (points[:, :, None] - points[:, None]).norm(dim=3)


@pytest.mark.parametrize("count", [1, 2, 31, 144, 577, 1000])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_kernel_picks_as_the_library_does(count, dtype):
    points = clouds(3, count)
    between = distances(points).to(dtype)
    picks = max(1, count // 3)
    start = torch.full((3, count), inf, dtype=dtype, device="cuda")
    assert kernel_for(between.device) is not None, "Triton is missing: the slow way was taken"
    found = pick_farthest(between, start, picks)
    assert found.tolist() == mob.farthest_point_sampling(points, picks).tolist()
    assert found.tolist() == pick_in_torch(between, start, picks).tolist()


def test_the_kernel_starts_from_seeds_and_picks_everything_else():
    points = clouds(2, 300)
    between = distances(points)
    nearest = between[:, :5].amin(1)
    nearest[:, :5] = -inf
    found = pick_farthest(between, nearest, 295)
    alone = mob.farthest_point_sampling(points, 295, seeds=np.arange(5))
    assert found.tolist() == alone.tolist()


def test_the_kernel_takes_the_lowest_of_equals():
    between = (torch.ones(50, 50) - torch.eye(50))[None].cuda()
    found = pick_farthest(between, torch.full((1, 50), inf, device="cuda"), 50)
    assert found[0].tolist() == list(range(50))


def test_tokens_that_are_not_finite_stay_within_the_matrix():
    between = torch.full((2, 100, 100), float("nan"), device="cuda")
    found = pick_farthest(between, torch.full((2, 100), float("nan"), device="cuda"), 20)
    assert 0 <= int(found.min()) <= int(found.max()) < 100


@pytest.mark.parametrize("name", SELECTORS)
def test_no_selection_makes_the_host_wait(name):
    model = load("embedded", device="cuda", dtype="bfloat16")
    cloud = capture(model, inputs_for(model, SHORT, SHORT), 2)
    select = selector(name, 48)
    expected = select(cloud)
    with no_sync_allowed():
        chosen = select(cloud)
    assert chosen.shape == (2, 48)
    assert bool((chosen[:, 1:] > chosen[:, :-1]).all())
    assert name == "random" or torch.equal(chosen, expected)


def test_the_host_waits_for_nothing_from_the_pruned_layer_to_the_last():
    subject = subject_for(SMALL_NEXT, device="cuda", dtype="bfloat16")
    runner = Runner(subject, 2, clock_for(subject.network.device))
    setting = settings_for(subject.visual, ("mob",), RATIOS, 1)[3]
    layers = subject.network.get_decoder().layers
    with runner.pruned(setting):
        runner.forward()  # what is compiled and allocated first may wait
    with ExitStack() as hooks, ExitStack() as strict:
        begin = pre_hook(layers[1], lambda *_: strict.enter_context(no_sync_allowed()))
        hooks.enter_context(begin)
        hooks.enter_context(runner.pruned(setting))
        hooks.enter_context(pre_hook(layers[2], lambda *_: strict.close()))
        runner.forward()
    assert torch.cuda.get_sync_debug_mode() == 0


@pytest.mark.parametrize("name", ["nearest", "fps", "mob"])
def test_the_device_selects_as_the_host(name):
    model = load("embedded", device="cpu")
    here = capture(model, inputs_for(model, SHORT, LONG), 2)
    there = type(here)(here.hidden.cuda(), here.positions.cuda(), here.spans)
    assert selector(name, 48)(there).tolist() == selector(name, 48)(here).tolist()


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_flash_attention_is_kept(dtype):
    subject = subject_for(LONG_NEXT, device="cuda", dtype=dtype)
    runner = Runner(subject, 1, clock_for(subject.network.device))
    for setting in settings_for(subject.visual, ("mob",), RATIOS, 2):
        kernels = attention_kernels(runner, setting)
        assert kernels["masked_layers"] == 0
        assert set(kernels["decoder"]) <= {"flash_attention", "cudnn_attention"}
        assert sum(kernels["decoder"].values()) == 4


def test_the_vision_tower_as_a_graph_gives_the_same_bits():
    subject = subject_for(SMALL_NEXT, device="cuda", dtype="bfloat16")
    tower = subject.network.model.vision_tower
    runners = [Runner(subject, batch, clock_for(subject.network.device)) for batch in (1, 2, 1)]
    torch.manual_seed(0)
    for runner in runners:  # other pictures, other shapes, and the first shape again
        runner.inputs["pixel_values"] = torch.randn_like(runner.inputs["pixel_values"])
    expected = [runner.forward().logits for runner in runners]
    with tower_graphed(subject.network):
        assert "forward" in vars(tower)
        found = [runner.forward(mode).logits for mode in MODES for runner in runners]
    assert "forward" not in vars(tower)
    assert not torch.equal(expected[0], expected[2])
    for logits, right in zip(found, expected * 2, strict=True):
        assert torch.equal(logits, right)
    assert torch.equal(runners[0].forward().logits, expected[0])


def test_pruning_saves_memory():
    subject = subject_for(LONG_NEXT, device="cuda", dtype="bfloat16")
    runner = Runner(subject, 4, clock_for(subject.network.device))
    full, *pruned = [
        memory_of(runner, setting, 4)
        for setting in settings_for(subject.visual, ("random",), RATIOS, 1)
    ]
    caches = [full["cache_bytes"], *(memory["cache_bytes"] for memory in pruned)]
    assert caches == sorted(caches, reverse=True)
    # layer 0 keeps all 2988 tokens, the other three 1036, 711 and 385
    assert caches[3] / caches[0] == pytest.approx((2988 + 3 * 385) / (4 * 2988), rel=1e-6)
    assert pruned[2]["peak_bytes"] < full["peak_bytes"]


def test_a_whole_measurement():
    documents = []
    document = measure_speed(
        SMALL_NEXT,
        layer=1,
        selects=SELECTORS,
        answers=(1, 3),
        repeats=3,
        warmup=1,
        tower_graph=True,
        on_document=lambda document: documents.append(document["repeats"]),
    )
    assert documents == [1, 2, 3]
    assert list(violations(document, schema_of("bench"))) == []
    assert document["device"]["kind"] == "cuda"
    assert document["device"]["driver"]
    assert document["model"]["dtype"] == "bfloat16"
    for run in document["runs"]:
        assert run["peak_bytes"] > document["model"]["weight_bytes"]
        assert 0 < run["busy_milliseconds"] < 1.2 * run["milliseconds"]["prefill"]["upper_quartile"]


def test_the_batch_is_halved_where_memory_runs_out():
    subject = subject_for(LONG_NEXT, device="cuda", dtype="bfloat16")
    torch.cuda.empty_cache()
    total = torch.cuda.get_device_properties(0).total_memory
    del subject
    told = []
    torch.cuda.set_per_process_memory_fraction(2e9 / total)
    try:
        document = measure_speed(
            LONG_NEXT,
            batch=512,
            answers=(1,),
            repeats=1,
            warmup=0,
            ratios=RATIOS[:1],
            on_halved=told.append,
        )
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
        torch.cuda.empty_cache()
    assert told
    assert document["model"]["batch"] == told[-1] < 512
