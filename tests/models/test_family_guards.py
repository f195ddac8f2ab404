"""Every family: what cannot be read or pruned is refused, and nothing stays behind."""

import copy
import gc
import weakref

import numpy as np
import pytest
import torch

from mobtheory.errors import InvalidSelection, UnsupportedModel
from mobtheory.models import capture, prune_at_layer
from mobtheory.models.vision_language import parts_of

from .tiny_families import (
    CASES,
    FAMILIES,
    IMAGE,
    LAYERS,
    VIDEO,
    fresh,
    third_of,
    tiny,
    tiny_inputs,
    visual_count,
)

pytestmark = pytest.mark.models

EVERY_FAMILY = pytest.mark.parametrize("family", FAMILIES)
EVERY_CASE = pytest.mark.parametrize(("family", "content"), CASES)
EVERYTHING = {"positions": "compact", "bias": "log-count"}
PIXELS = ("pixel_values", "pixel_values_videos")


def own_hooks(model):
    """The hooks of all modules, by module; Transformers keeps some of its own."""
    return {
        name: [*module._forward_pre_hooks, *module._forward_hooks, *module._backward_hooks]
        for name, module in model.named_modules()
    }


def fingerprint(model):
    tensors = {name: tensor.numpy().tobytes() for name, tensor in model.state_dict().items()}
    buffers = {name: tensor.numpy().tobytes() for name, tensor in model.named_buffers()}
    return tensors, buffers, copy.deepcopy(model.config.to_dict())


@EVERY_FAMILY
def test_nothing_is_left_behind(family):
    model = tiny(family, torch.float32)
    inputs = tiny_inputs(model, "two images", 2)
    plain = model(**inputs).logits
    before, hooks = fingerprint(model), own_hooks(model)
    for options in ({}, EVERYTHING):
        with prune_at_layer(model, 2, lambda cloud: third_of(inputs), **options):
            assert own_hooks(model) != hooks
            model(**inputs)
            model.generate(**inputs, max_new_tokens=2)
    capture(model, inputs, 2)
    assert own_hooks(model) == hooks
    assert fingerprint(model) == before
    assert torch.equal(model(**inputs).logits, plain)


@EVERY_FAMILY
@pytest.mark.parametrize("where", ["select", "bias", "before", "after", "user"])
def test_an_exception_leaves_the_model_usable(family, where):
    model = tiny(family, torch.float32)
    inputs = tiny_inputs(model, "image")
    plain, hooks = model(**inputs).logits, own_hooks(model)
    kept = third_of(inputs)

    def broken(*_):
        raise RuntimeError("out of luck")

    def run():
        select = broken if where == "select" else lambda cloud: kept
        bias = broken if where == "bias" else None
        with prune_at_layer(model, 2, select, bias=bias):
            model(**inputs)
            broken()

    failing = None
    if where in ("before", "after"):
        layer = model.get_decoder().layers[1 if where == "before" else 3]
        failing = layer.register_forward_pre_hook(broken)
    with pytest.raises(RuntimeError, match="out of luck"):
        run()
    if failing is not None:
        failing.remove()
    assert own_hooks(model) == hooks
    assert torch.equal(model(**inputs).logits, plain)
    with prune_at_layer(model, 2, lambda cloud: kept) as pruning:
        model(**inputs)
    assert pruning.kept.tolist() == kept.tolist()


@EVERY_FAMILY
def test_a_dropped_model_and_selection_are_released(family):
    model = fresh(family, torch.float32)
    inputs = tiny_inputs(model, "image")

    class Select:
        def __call__(self, cloud):
            return third_of(inputs)

    select = Select()
    network, selection = weakref.ref(model), weakref.ref(select)
    with prune_at_layer(model, 1, select, **EVERYTHING) as pruning:
        model.generate(**inputs, max_new_tokens=2)
    capture(model, inputs, 1)
    del select, model
    gc.collect()
    assert selection() is None
    assert network() is None
    assert pruning.kept is not None
    assert pruning.log_counts.shape == pruning.kept.shape


@EVERY_FAMILY
def test_nesting_on_one_model(family):
    model = tiny(family, torch.float32)
    inputs = tiny_inputs(model, "image")
    kept = third_of(inputs)
    with prune_at_layer(model, 2, lambda cloud: kept):
        with (
            pytest.raises(UnsupportedModel, match="one context at a time"),
            prune_at_layer(model, 3, lambda cloud: kept),
        ):
            pass
        with pytest.raises(UnsupportedModel, match="one context at a time"):
            capture(model, inputs, 2)
        model(**inputs)


@EVERY_FAMILY
@pytest.mark.parametrize("layer", [-1, 0, LAYERS])
def test_layers_out_of_range(family, layer):
    model = tiny(family)
    with (
        pytest.raises(UnsupportedModel, match=f"from 1 to {LAYERS - 1} for this model"),
        prune_at_layer(model, layer, lambda cloud: None),
    ):
        pass
    if layer:
        with pytest.raises(UnsupportedModel, match=f"from 0 to {LAYERS - 1} for this model"):
            capture(model, tiny_inputs(model, "image"), layer)


@EVERY_CASE
def test_visual_tokens_without_their_content(family, content):
    model = tiny(family)
    inputs = tiny_inputs(model, content)
    for missing in inputs.keys() & set(PIXELS):
        without = {name: value for name, value in inputs.items() if name != missing}
        kind = "video" if missing == "pixel_values_videos" else "image"
        with pytest.raises(UnsupportedModel, match=f"{kind} tokens without a picture"):
            capture(model, without, 2)


@EVERY_FAMILY
def test_a_prompt_without_a_visual_token(family):
    model = tiny(family)
    text = {"input_ids": torch.arange(3, 12)[None]}
    with (
        prune_at_layer(model, 2, lambda cloud: None),
        pytest.raises(UnsupportedModel, match="without an image token"),
    ):
        model(**text)


@EVERY_CASE
def test_indices_that_are_not_of_the_visual_tokens(family, content):
    model = tiny(family, torch.float32)
    inputs = tiny_inputs(model, content)
    count = visual_count(inputs)
    for wrong, rule in {
        (0, count): f"from 0 to {count - 1}",
        (-1, 0): f"from 0 to {count - 1}",
        (3, 2): "sorted",
        (3, 3): "repetition",
    }.items():
        with (
            prune_at_layer(model, 2, lambda cloud, wrong=wrong: np.array([wrong])) as pruning,
            pytest.raises(InvalidSelection, match=rule),
        ):
            model(**inputs)
        assert pruning.kept is None


@EVERY_FAMILY
@pytest.mark.parametrize("attention", ["flash_attention_2", "flex_attention", "paged|eager"])
def test_kernels_that_are_not_verified(family, attention):
    model = fresh(family)
    # set as a loaded model has it: the kernel itself need not be installed for this
    model.get_decoder().config._attn_implementation_internal = attention
    with (
        pytest.raises(UnsupportedModel, match="are verified for sdpa and eager"),
        prune_at_layer(model, 2, lambda cloud: None),
    ):
        pass


@EVERY_FAMILY
def test_rows_with_different_numbers_of_visual_tokens(family):
    model = tiny(family)
    inputs = tiny_inputs(model, "two images", 2)
    first = (inputs["input_ids"][0] == IMAGE).nonzero()[0]
    inputs["input_ids"][0, first] = 5
    with pytest.raises(UnsupportedModel, match="same number"):
        capture(model, inputs, 2)


@EVERY_CASE
def test_parts_know_every_kind_of_visual_token(family, content):
    model = tiny(family)
    ids = tiny_inputs(model, content)["input_ids"]
    known = set(parts_of(model, "tests").visual_tokens.values())
    assert set(ids.unique().tolist()) & {IMAGE, VIDEO} <= known


@EVERY_FAMILY
def test_attention_is_handed_out_or_refused(family):
    """Transformers hands out an empty tuple where the kernel has no weights to give."""
    model = tiny(family, torch.float32)
    inputs = tiny_inputs(model, "image")
    kept = third_of(inputs)
    asking = {"output_attentions": True}
    with prune_at_layer(model, 2, lambda cloud: kept):
        with pytest.raises(UnsupportedModel, match="attention weights"):
            model(**inputs, **asking)
        with pytest.raises(UnsupportedModel, match="attention weights"):
            model.generate(**inputs, **asking, max_new_tokens=2, return_dict_in_generate=True)
    with pytest.raises(UnsupportedModel, match="attention weights"):
        capture(model, {**inputs, **asking}, 2)
    model = tiny(family, torch.float32, "eager")
    with prune_at_layer(model, 2, lambda cloud: kept):
        weights = model(**inputs, **asking).attentions
    whole = inputs["input_ids"].shape[1]
    after = whole - visual_count(inputs) + kept.shape[1]
    assert [each.shape[-1] for each in weights] == [whole] * 2 + [after] * (LAYERS - 2)
    assert all((each.sum(-1) - 1).abs().max() <= 1e-5 for each in weights)


@EVERY_FAMILY
def test_padding_that_eager_attention_makes_nan_of(family):
    model = tiny(family, torch.float64, "eager")
    inputs = tiny_inputs(model, "image", 2)
    assert model(**inputs).logits.isnan().any()  # Transformers' own; else nothing to refuse
    with (
        prune_at_layer(model, 2, lambda cloud: third_of(inputs)),
        pytest.raises(UnsupportedModel, match="NaN"),
    ):
        model(**inputs)
    with pytest.raises(UnsupportedModel, match="NaN"):
        capture(model, inputs, 2)
