"""Pruning on CUDA, in every precision that is used there."""

import numpy as np
import pytest
import torch

import mobtheory as mob
from mobtheory.models import capture, load, prune_at_layer
from mobtheory.models.embedded.architecture import VISUAL_TOKENS

from .mask_oracle import forbidden, readable_tokens
from .on_cuda import ON_CUDA
from .random_llava import LONG, SHORT, fresh_llava, inputs_for, random_third

pytestmark = ON_CUDA

# The oracle's explicit mask takes another kernel, which sums in another order.
TOLERANCES = {
    torch.float64: 1e-6,
    torch.float32: 1e-5,
    torch.float16: 1e-2,
    torch.bfloat16: 6e-2,
}
DTYPES = pytest.mark.parametrize("dtype", TOLERANCES, ids=lambda dtype: str(dtype)[6:])
PROMPTS = pytest.mark.parametrize("prompts", [(SHORT,), (SHORT, LONG)], ids=["alone", "padded"])


def cuda_model(kind, dtype):
    """The trained model, or one whose attention is far from uniform."""
    if kind == "embedded":
        return load("embedded", device="cuda", dtype=dtype)
    model = fresh_llava(dtype)
    model.model.to("cuda")
    return model


@pytest.mark.parametrize("kind", ["embedded", "random"])
@DTYPES
@PROMPTS
@pytest.mark.parametrize("layer", [1, 4])
def test_keeping_all_tokens_changes_no_bit(kind, dtype, prompts, layer):
    model = cuda_model(kind, dtype)
    inputs = inputs_for(model, *prompts)
    full = model.model(**inputs).logits
    everything = torch.arange(VISUAL_TOKENS, device="cuda").expand(len(prompts), -1)
    with prune_at_layer(model, layer, lambda cloud: everything):
        kept = model.model(**inputs).logits
    assert full.is_cuda
    assert full.isfinite().all()
    assert torch.equal(full, kept)


@pytest.mark.parametrize("kind", ["embedded", "random"])
@DTYPES
@PROMPTS
def test_pruned_logits_equal_those_under_the_mask(kind, dtype, prompts):
    model = cuda_model(kind, dtype)
    inputs = inputs_for(model, *prompts)
    kept = random_third(len(prompts))
    with prune_at_layer(model, 2, lambda cloud: torch.from_numpy(kept).cuda()) as pruning:
        pruned = model.model(**inputs).logits
    with torch.device("cuda"), forbidden(model, 2, readable_tokens(model, inputs, kept)):
        masked = model.model(**inputs).logits
    places = pruning.kept_sequence
    real = inputs["attention_mask"].gather(1, places).bool()
    expected = masked.gather(1, places[..., None].expand(-1, -1, masked.shape[-1]))
    error = float((pruned - expected)[real].abs().max() / expected[real].abs().max())
    assert error <= TOLERANCES[dtype]


@PROMPTS
def test_generation_equals_recomputation_without_a_cache(prompts):
    model = cuda_model("random", torch.float32)
    inputs = inputs_for(model, *prompts)
    kept = random_third(len(prompts))
    with prune_at_layer(model, 2, lambda cloud: kept):
        answer = model.model.generate(
            **inputs,
            max_new_tokens=6,
            min_new_tokens=6,
            do_sample=False,
            output_logits=True,
            return_dict_in_generate=True,
        )
        for step in range(1, 6):
            written = answer.sequences[:, : inputs["input_ids"].shape[1] + step]
            mask = torch.ones_like(written)
            mask[:, : inputs["input_ids"].shape[1]] = inputs["attention_mask"]
            again = model.model(
                **{**inputs, "input_ids": written, "attention_mask": mask}, use_cache=False
            ).logits[:, -1]
            scale = again.abs().max()
            assert (answer.logits[step] - again).abs().max() <= 1e-4 * scale


def test_results_stay_where_the_tokens_are():
    model = load("embedded", device="cuda", dtype="bfloat16")
    inputs = inputs_for(model, SHORT, LONG)
    cloud = capture(model, inputs, 2)
    assert cloud.hidden.dtype == torch.bfloat16
    assert {tokens.device.type for tokens in (cloud.visual, *cloud.prompt)} == {"cuda"}
    chosen = mob.farthest_point_sampling(cloud.visual, 12)
    assert chosen.is_cuda
    assert chosen.shape == (2, 12)
    with prune_at_layer(model, 2, lambda cloud: chosen.sort(1).values) as pruning:
        logits = model.model(**inputs).logits
    assert logits.is_cuda
    assert pruning.kept.is_cuda
    assert pruning.kept_sequence.is_cuda


def test_an_answer_from_the_host_is_taken():
    model = load("embedded", device="cuda")
    inputs = inputs_for(model, SHORT)
    with prune_at_layer(model, 2, lambda cloud: random_third(1)) as pruning:
        model.model(**inputs)
    assert pruning.kept.is_cuda
    assert pruning.kept.tolist() == random_third(1).tolist()


def test_the_device_agrees_with_the_host():
    here, there = load("embedded", device="cpu"), load("embedded", device="cuda")
    kept = random_third(2)
    logits = []
    for model in (here, there):
        with prune_at_layer(model, 2, lambda cloud: kept):
            logits.append(model.model(**inputs_for(model, SHORT, LONG)).logits.cpu())
    real = inputs_for(here, SHORT, LONG)["attention_mask"][:, -logits[0].shape[1] :].bool()
    error = (logits[0] - logits[1])[real].abs().max() / logits[0][real].abs().max()
    assert error <= 1e-4


def test_auto_means_cuda_where_there_is_one():
    assert load("embedded").model.device.type == "cuda"
    assert load("embedded", device="cuda:0", dtype="float16").model.dtype == torch.float16


@pytest.mark.parametrize("bad", [[[0, 0]], [[1, 0]], [[0, VISUAL_TOKENS]], [[-1, 0]]])
def test_a_bad_selection_is_refused_before_logits_are_handed_out(bad):
    model = load("embedded", device="cuda")
    inputs = inputs_for(model, SHORT)
    indices = torch.tensor(bad, device="cuda")
    with prune_at_layer(model, 2, lambda cloud: indices) as pruning:
        with pytest.raises(mob.errors.InvalidSelection):
            model.model(**inputs)
        assert pruning.kept is None
        with pytest.raises(mob.errors.InvalidSelection):
            model.model.generate(**inputs, max_new_tokens=2)
    # the device has read nothing out of range
    assert np.isfinite(model.model(**inputs).logits.sum().item())
