"""Every family: what capture reads, and that dropping tokens equals forbidding to read them."""

import numpy as np
import pytest
import torch

from mobtheory.models import capture, prune_at_layer

from .mask_oracle import forbidden, readable_tokens, visual_places
from .tiny_families import CASES, DEEPSTACK, LAYERS, third_of, tiny, tiny_inputs, visual_count

pytestmark = pytest.mark.models

EVERY_CASE = pytest.mark.parametrize(("family", "content"), CASES)

# Transformers' eager attention turns padded rows into NaN in float64: its mask is the least
# float64 and its softmax works in float32.
SETTINGS = pytest.mark.parametrize(
    ("rows", "attention", "dtype", "tolerance"),
    [
        (1, "sdpa", torch.float64, 1e-6),
        (1, "eager", torch.float64, 1e-6),
        (1, "sdpa", torch.float32, 1e-5),
        (1, "eager", torch.float32, 1e-5),
        (2, "sdpa", torch.float64, 1e-6),
        (2, "sdpa", torch.float32, 1e-5),
        (2, "eager", torch.float32, 1e-5),
    ],
)


def entering(model, inputs, layer):
    """What enters a decoder layer, read by a plain hook."""
    seen = []
    block = model.get_decoder().layers[layer]
    handle = block.register_forward_pre_hook(lambda _, args: seen.append(args[0]))
    model(**inputs)
    handle.remove()
    return seen[0]


@EVERY_CASE
def test_captured_tokens_enter_the_layer(family, content):
    model = tiny(family, torch.float32)
    inputs = tiny_inputs(model, content, rows=2)
    states = model(**inputs, output_hidden_states=True).hidden_states
    for layer in range(LAYERS):
        cloud = capture(model, inputs, layer)
        assert torch.equal(cloud.hidden, entering(model, inputs, layer))
        # Transformers notes hidden states before DeepStack adds to them
        if family != "qwen3_vl" or layer not in range(1, DEEPSTACK + 1):
            assert torch.equal(cloud.hidden, states[layer])


@EVERY_CASE
def test_visual_and_prompt_tokens_are_where_their_ids_are(family, content):
    model = tiny(family)
    inputs = tiny_inputs(model, content, rows=2)
    cloud = capture(model, inputs, 0)
    table = model.get_input_embeddings().weight
    for ids, span, prompt in zip(inputs["input_ids"], cloud.spans, cloud.prompt, strict=True):
        places = visual_places(model, ids)
        assert span.visual.tolist() == places.tolist()
        assert span.prompt == slice(int(places[-1]) + 1, len(ids))
        assert torch.equal(prompt, table[ids[span.prompt]])
        # there is text between two runs and none inside one
        runs = [set(range(run.start, run.stop)) for run in span.visual_runs]
        assert set().union(*runs) == set(places.tolist())
        assert all(run.start - 1 not in places for run in span.visual_runs)
        assert all(run.stop not in places for run in span.visual_runs)
    placeholders = table[inputs["input_ids"][0][cloud.spans[0].visual]]
    assert (cloud.visual[0] - placeholders).abs().max() > 0.1


@EVERY_CASE
def test_positions_are_those_of_the_rotary_embedding(family, content):
    model = tiny(family)
    inputs = tiny_inputs(model, content, rows=2)
    handed = []
    decoder = model.get_decoder()
    handle = decoder.layers[1].register_forward_pre_hook(
        lambda _, args, kwargs: handed.append(kwargs["position_embeddings"]), with_kwargs=True
    )
    model(**inputs)
    handle.remove()
    cloud = capture(model, inputs, 1)
    assert cloud.positions.shape[-2:] == inputs["input_ids"].shape
    assert cloud.positions.ndim == (3 if family.startswith("qwen") else 2)
    for own, given in zip(
        decoder.rotary_emb(cloud.hidden, cloud.positions), handed[0], strict=True
    ):
        assert torch.equal(own, given.expand_as(own))


@SETTINGS
@EVERY_CASE
def test_keeping_all_tokens_changes_no_bit(family, content, rows, attention, dtype, tolerance):
    model = tiny(family, dtype, attention)
    inputs = tiny_inputs(model, content, rows)
    everything = np.tile(np.arange(visual_count(inputs)), (rows, 1))
    full = model(**inputs).logits
    for layer in (1, 2, LAYERS - 1):
        with prune_at_layer(model, layer, lambda cloud: everything):
            kept = model(**inputs).logits
        assert torch.equal(full, kept)


@SETTINGS
@EVERY_CASE
def test_pruned_logits_equal_those_under_the_mask(
    family, content, rows, attention, dtype, tolerance
):
    model = tiny(family, dtype, attention)
    inputs = tiny_inputs(model, content, rows)
    kept = third_of(inputs)
    readable = readable_tokens(model, inputs, kept)
    full = model(**inputs).logits
    for layer in (1, 2, 3, LAYERS - 1):
        with prune_at_layer(model, layer, lambda cloud: kept) as pruning:
            pruned = model(**inputs).logits
        with forbidden(model, layer, readable):
            masked = model(**inputs).logits
        places = pruning.kept_sequence
        real = inputs["attention_mask"].gather(1, places).bool()
        expected = masked.gather(1, places[..., None].expand(-1, -1, masked.shape[-1]))
        scale = expected[real].abs().max()
        assert (pruned - expected)[real].abs().max() <= tolerance * scale
        assert (pruned[:, -1] - full[:, -1]).abs().max() > 1e-2 * scale


@EVERY_CASE
def test_no_visual_token_at_all_equals_the_mask(family, content):
    model = tiny(family)
    inputs = tiny_inputs(model, content, rows=2)
    nothing = np.empty((2, 0), dtype=np.int64)
    with prune_at_layer(model, 1, lambda cloud: nothing):
        pruned = model(**inputs).logits[:, -1]
    with forbidden(model, 1, readable_tokens(model, inputs, nothing)):
        masked = model(**inputs).logits[:, -1]
    assert (pruned - masked).abs().max() <= 1e-6 * masked.abs().max()


@pytest.mark.parametrize("family", ["qwen2_vl", "qwen2_5_vl", "qwen3_vl"])
@pytest.mark.parametrize("axes", [3, 4])
def test_positions_of_several_axes_may_be_given(family, axes):
    """Time, height and width; before them the places in the text, if a caller packs sequences."""
    model = tiny(family)
    inputs = tiny_inputs(model, "image", 2)
    usual = capture(model, inputs, 1).positions
    given = torch.cat([usual[:1] * 0 + torch.arange(usual.shape[-1]), usual + 3])[-axes:]
    kept = third_of(inputs)
    assert torch.equal(capture(model, {**inputs, "position_ids": given}, 1).positions, usual + 3)
    with prune_at_layer(model, 2, lambda cloud: kept):
        moved = model(**inputs, position_ids=given).logits[:, -1]
        pruned = model(**inputs).logits[:, -1]
    assert (moved - pruned).abs().max() <= 1e-5 * pruned.abs().max()
