"""One layer run again: it computes what the model computes, and softmax attention explains it."""

import copy

import numpy as np
import pytest
import torch

from mobtheory.attention import attention_weights
from mobtheory.errors import InvalidSelection, UnsupportedModel
from mobtheory.models import prune_at_layer, read_layer

from .random_llava import LONG, SHORT, inputs_for, random_llava, random_third
from .tiny_families import CASES, FAMILIES, tiny, tiny_inputs, visual_count

pytestmark = pytest.mark.models


def states_after(model, inputs, layer):
    """The input of the layer behind `layer`, or its output where it is the last."""
    found = []
    handle = model.model.language_model.layers[layer].register_forward_hook(
        lambda module, args, output: found.append(output)
    )
    try:
        with torch.no_grad():
            model(**inputs, use_cache=False)
    finally:
        handle.remove()
    return found[0]


def hooks_of(model):
    modules = model.model.modules()
    return [(list(m._forward_pre_hooks), list(m._forward_hooks)) for m in modules]


def real_rows(inputs, states):
    masks = inputs["attention_mask"].bool()
    return [row[mask].double().numpy() for row, mask in zip(states, masks, strict=True)]


@pytest.mark.parametrize(("family", "content"), CASES)
@pytest.mark.parametrize("rows", [1, 2])
def test_the_whole_layer_is_the_models_own(family, content, rows):
    model = tiny(family)
    inputs = tiny_inputs(model, content, rows)
    for layer in (0, 2, 4):
        expected = real_rows(inputs, states_after(model, inputs, layer))
        calls = read_layer(model, inputs, layer)
        assert len(calls) == rows
        for call, own in zip(calls, expected, strict=True):
            run = call.run()
            scale = np.abs(own).max()
            assert np.abs(run.after_layer - own[call.prompt]).max() <= 1e-7 * scale
            assert len(call.visual) == visual_count(inputs)
            assert call.prompt[0] > call.visual[-1]
            assert call.prompt[-1] == len(call.hidden) - 1


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("attention", ["sdpa", "eager"])
def test_softmax_of_what_is_read_gives_the_state_after_attention(family, attention):
    model = tiny(family, torch.float32, attention)
    for call in read_layer(model, tiny_inputs(model, "image", 2), 2):
        for kept in (None, np.arange(0, len(call.visual), 2)):
            run = call.run(kept)
            weights = attention_weights(run.logits)
            groups = len(run.queries) // len(run.values)
            heads = weights @ np.repeat(run.values, groups, axis=0)
            added = np.einsum("hde,hre->rd", call.output, heads)
            offset = model.model.language_model.layers[2].self_attn.o_proj.bias
            added = added if offset is None else added + offset.double().numpy()
            assert (
                np.abs(run.before + added - run.after_attention).max()
                <= 1e-5 * np.abs(run.after_attention).max()
            )
            assert np.abs(added).max() > 0.1


@pytest.mark.parametrize("family", FAMILIES)
def test_a_pruned_run_is_what_the_pruned_model_computes(family):
    model = tiny(family)
    inputs = tiny_inputs(model, "image", 2)
    kept = np.tile(np.arange(0, visual_count(inputs), 3), (2, 1))
    bias = np.linspace(0.0, 2.0, kept.size).reshape(kept.shape)
    for added in (None, lambda cloud, chosen: bias):
        with prune_at_layer(model, 2, lambda cloud: kept, bias=added) as pruning:
            output = states_after(model, inputs, 2)
        for row, call in enumerate(read_layer(model, inputs, 2)):
            run = call.run(kept[row], bias=None if added is None else bias[row])
            real = inputs["attention_mask"][row].bool()[pruning.kept_sequence[row]]
            own = output[row][real].double().numpy()[-len(call.prompt) :]
            assert np.abs(run.after_layer - own).max() <= 1e-7 * np.abs(own).max()


def test_overwritten_tokens_take_the_place_of_the_tokens():
    model = random_llava()
    (call,) = read_layer(model, inputs_for(model, SHORT), 2)
    moved = call.hidden.clone()
    moved[call.visual[3]] = moved[call.visual[0]]
    changed, plain = call.run(hidden=moved), call.run()
    assert np.abs(changed.after_attention - plain.after_attention).max() > 1e-6
    assert np.array_equal(changed.before, plain.before)
    with pytest.raises(UnsupportedModel, match="hidden of shape"):
        call.run(hidden=moved[:-1])


def test_rows_of_a_padded_batch_are_those_of_each_row_alone():
    model = random_llava()
    both = read_layer(model, inputs_for(model, SHORT, LONG), 3)
    kept = random_third(1)[0]
    alone = read_layer(model, inputs_for(model, SHORT), 3)[0]
    together, single = both[0].run(kept), alone.run(kept)
    assert len(both[0].hidden) < len(both[1].hidden)
    # positions count the padding, and the rotary embedding is computed in float32
    np.testing.assert_allclose(together.logits, single.logits, rtol=0, atol=1e-4)
    assert np.abs(together.after_layer - single.after_layer).max() <= 1e-4
    assert np.abs(alone.run().after_layer - single.after_layer).max() > 1e-2


def test_reading_leaves_the_model_as_it_was():
    model = random_llava()
    before = copy.deepcopy(model.model.state_dict()), model.model.config.to_dict()
    hooks = hooks_of(model)
    (call,) = read_layer(model, inputs_for(model, SHORT), 1)
    call.run([0, 5]), call.run()
    after = model.model.state_dict()
    assert all(torch.equal(after[name], tensor) for name, tensor in before[0].items())
    assert model.model.config.to_dict() == before[1]
    decoder = model.model.get_decoder()
    assert decoder.config._attn_implementation == "sdpa"
    assert hooks_of(model) == hooks


def test_weights_are_read_again_after_they_changed():
    model = random_llava()
    (call,) = read_layer(model, inputs_for(model, SHORT), 4)
    first, output = call.weights, call.output
    assert call.weights is first
    projection = call.module.self_attn.o_proj.weight
    with torch.no_grad():
        projection.mul_(2.0)
    try:
        assert np.array_equal(call.output, 2 * output)
    finally:
        with torch.no_grad():
            projection.mul_(0.5)


@pytest.mark.parametrize("kept", [[1, 0], [2, 2], [-1], [144], [0.5], [[0, 1]]], ids=repr)
def test_selections_that_are_none_are_refused(kept):
    model = random_llava()
    (call,) = read_layer(model, inputs_for(model, SHORT), 2)
    with pytest.raises(InvalidSelection, match="kept counts visual tokens from 0 to 143"):
        call.run(kept)


@pytest.mark.parametrize("bias", [[1.0], [0.0, np.inf], [[0.0, 0.0]]], ids=repr)
def test_a_bias_that_does_not_fit_is_refused(bias):
    model = random_llava()
    (call,) = read_layer(model, inputs_for(model, SHORT), 2)
    with pytest.raises(InvalidSelection, match="one finite number for each kept"):
        call.run([0, 1], bias=bias)


@pytest.mark.parametrize("layer", [-1, 6, 1.5, True])
def test_layers_that_are_not_there_are_refused(layer):
    model = random_llava()
    with pytest.raises(UnsupportedModel, match="layer is an integer from 0 to 5"):
        read_layer(model, inputs_for(model, SHORT), layer)
