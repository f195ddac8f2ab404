"""Captured tokens are the layer's input, in their right places."""

import numpy as np
import pytest
import torch

from mobtheory.errors import UnsupportedModel
from mobtheory.models import capture
from mobtheory.models.embedded import held_out_scene
from mobtheory.models.embedded.architecture import DECODER_LAYERS, VISUAL_TOKENS

from .random_llava import LONG, SHORT, inputs_for, random_llava

pytestmark = pytest.mark.models


@pytest.mark.parametrize(
    ("attention", "dtype"),
    [
        ("sdpa", torch.float64),
        ("sdpa", torch.float32),
        ("eager", torch.float32),
        ("eager", torch.bfloat16),
    ],
)
def test_captured_tokens_are_the_hidden_states(attention, dtype):
    model = random_llava(dtype, attention)
    inputs = inputs_for(model, SHORT, LONG)
    states = model.model(**inputs, output_hidden_states=True).hidden_states
    for layer in range(DECODER_LAYERS):
        assert torch.equal(capture(model, inputs, layer).hidden, states[layer])


def test_visual_and_prompt_tokens_are_found_by_what_they_stand_for():
    model = random_llava()
    inputs = inputs_for(model, SHORT, LONG)
    cloud = capture(model, inputs, 0)
    table = model.model.get_input_embeddings().weight
    pictures = model.model.get_image_features(inputs["pixel_values"]).pooler_output
    assert torch.equal(cloud.visual, torch.stack(list(pictures)))
    tokenizer = model.processor.tokenizer
    for tokens, prompt in zip(cloud.prompt, (SHORT, LONG), strict=True):
        after_image = prompt.partition("<image>")[2]
        ids = tokenizer(after_image, add_special_tokens=False)["input_ids"]
        assert torch.equal(tokens, table[ids])


def test_a_bare_transformers_model_will_do():
    model = random_llava()
    inputs = inputs_for(model, SHORT)
    assert torch.equal(capture(model.model, inputs, 2).hidden, capture(model, inputs, 2).hidden)


def test_a_sample_is_exact_float64_numpy():
    model = random_llava(torch.bfloat16)
    cloud = capture(model, inputs_for(model, SHORT, LONG), 2)
    for row in range(2):
        visual, prompt = cloud.sample(row)
        assert visual.dtype == prompt.dtype == np.float64
        assert visual.shape == (VISUAL_TOKENS, 128)
        assert (visual == cloud.visual[row].double().numpy()).all()
        assert (prompt == cloud.prompt[row].double().numpy()).all()


def test_positions_are_those_of_the_rotary_embedding():
    model = random_llava()
    inputs = inputs_for(model, SHORT)
    positions = torch.arange(inputs["input_ids"].shape[1])[None] + 3
    cloud = capture(model, {**inputs, "position_ids": positions}, 1)
    assert torch.equal(cloud.positions, positions)


def test_padding_at_the_right_is_no_prompt():
    model = random_llava()
    inputs = inputs_for(model, SHORT)
    padded = {
        "input_ids": torch.nn.functional.pad(inputs["input_ids"], (0, 3)),
        "attention_mask": torch.nn.functional.pad(inputs["attention_mask"], (0, 3)),
        "pixel_values": inputs["pixel_values"],
    }
    difference = capture(model, padded, 2).prompt[0] - capture(model, inputs, 2).prompt[0]
    assert difference.abs().max() <= 1e-6


@pytest.mark.parametrize("layer", [-1, DECODER_LAYERS, True, 0.5, "0"])
def test_layers_out_of_range(layer):
    model = random_llava()
    with pytest.raises(UnsupportedModel, match="layer is an integer from 0 to 5"):
        capture(model, inputs_for(model, SHORT), layer)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"pixel_values": None}, "without a picture"),
        ({"input_ids": None}, "input_ids"),
        ({"input_ids": torch.ones(5, dtype=torch.long)}, "input_ids"),
        ({"attention_mask": torch.ones(1, 3)}, "attention_mask"),
        ({"attention_mask": torch.ones(1, 1, 156, 156)}, "attention_mask"),
    ],
)
def test_inputs_that_cannot_be_read(change, rule):
    model = random_llava()
    with pytest.raises(UnsupportedModel, match=rule):
        capture(model, {**inputs_for(model, SHORT), **change}, 2)


def test_masked_image_tokens_are_refused():
    model = random_llava()
    inputs = inputs_for(model, SHORT)
    inputs["attention_mask"][0, :10] = 0
    with pytest.raises(UnsupportedModel, match="image tokens between"):
        capture(model, inputs, 2)


def test_two_pictures_apart_are_two_runs():
    model = random_llava()
    images = [held_out_scene(i).image for i in range(2)]
    prompt = "USER: <image> which shape is most common ? <image> what digit ? ASSISTANT:"
    inputs = dict(model.inputs(images, prompt))
    cloud = capture(model, inputs, 0)
    pictures = model.model.get_image_features(inputs["pixel_values"]).pooler_output
    assert torch.equal(cloud.visual[0], torch.cat(list(pictures)))
    (span,) = cloud.spans
    assert [run.stop - run.start for run in span.visual_runs] == [VISUAL_TOKENS, VISUAL_TOKENS]
    assert span.visual_runs[0].stop < span.visual_runs[1].start
    places = (inputs["input_ids"][0] == model.model.config.image_token_id).nonzero()[:, 0]
    assert span.visual.tolist() == places.tolist()
    assert span.prompt == slice(span.visual_runs[1].stop, inputs["input_ids"].shape[1])
    visual, _ = cloud.sample(0)
    assert (visual == cloud.visual[0].numpy()).all()


def test_rows_with_different_numbers_of_visual_tokens_are_refused():
    model = random_llava()
    images = [held_out_scene(i).image for i in range(3)]
    inputs = model.inputs(
        images, ["USER: <image> ? ASSISTANT:", "USER: <image><image> ? ASSISTANT:"]
    )
    with pytest.raises(UnsupportedModel, match="same number"):
        capture(model, inputs, 2)


def test_tokens_that_are_not_finite_are_refused():
    model = random_llava()
    inputs = inputs_for(model, SHORT)
    inputs["pixel_values"] = inputs["pixel_values"] * torch.inf
    with pytest.raises(UnsupportedModel, match="finite"):
        capture(model, inputs, 2)


def test_what_is_no_mapping():
    with pytest.raises(UnsupportedModel, match="mapping"):
        capture(random_llava(), [1, 2], 2)  # pyright: ignore


def test_a_failing_model_leaves_no_hook():
    model = random_llava()
    inputs = inputs_for(model, SHORT)
    inputs["pixel_values"] = inputs["pixel_values"][:, :1]
    with pytest.raises((RuntimeError, ValueError)):
        capture(model, inputs, 2)
    assert not any(module._forward_pre_hooks for module in model.model.modules())
