"""A bias of kept columns: the mask oracle with that bias, and log counts as copies."""

import math

import numpy as np
import pytest
import torch

from mobtheory.errors import InvalidSelection, UnsupportedModel
from mobtheory.models import capture, prune_at_layer

from .layers_by_hand import logits_from
from .mask_oracle import forbidden, readable_tokens, visual_places
from .tiny_families import (
    CASES,
    DEEPSTACK,
    FAMILIES,
    GREEDY,
    STEPS,
    longer,
    third_of,
    tiny,
    tiny_inputs,
    visual_count,
)

pytestmark = pytest.mark.models


def counted(visual, kept):
    """log(1 + arrivals), one dropped token after the other."""
    arrivals = [1] * len(kept)
    for token in sorted(set(range(len(visual))) - set(kept.tolist())):
        apart = [math.dist(visual[token], visual[other]) for other in kept]
        arrivals[apart.index(min(apart))] += 1
    return [math.log(count) for count in arrivals]


def columns(model, inputs, kept, bias):
    """The bias of every place in the sequence."""
    everywhere = torch.zeros(inputs["input_ids"].shape, dtype=torch.float64)
    for row, ids, indices, own in zip(everywhere, inputs["input_ids"], kept, bias, strict=True):
        row[visual_places(model, ids)[torch.from_numpy(indices)]] = own.double()
    return everywhere


@pytest.mark.parametrize(
    ("rows", "attention", "dtype", "tolerance"),
    [
        (1, "sdpa", torch.float64, 1e-6),
        (1, "eager", torch.float64, 1e-6),
        (2, "sdpa", torch.float64, 1e-6),
        (2, "sdpa", torch.float32, 1e-5),
        (2, "eager", torch.float32, 1e-5),
    ],
)
@pytest.mark.parametrize(("family", "content"), CASES)
def test_log_counts_equal_the_mask_with_them(family, content, rows, attention, dtype, tolerance):
    model = tiny(family, dtype, attention)
    inputs = tiny_inputs(model, content, rows)
    kept, layer = third_of(inputs), 2
    with prune_at_layer(model, layer, lambda cloud: kept, bias="log-count") as pruning:
        pruned = model(**inputs).logits[:, -1]
        counts = pruning.log_counts
        generated = model.generate(
            **inputs, **GREEDY, output_logits=True, return_dict_in_generate=True
        )
    visual = capture(model, inputs, layer).visual.double()
    for row in range(rows):
        own = counted(visual[row].tolist(), kept[row])
        assert (counts[row] - torch.tensor(own)).abs().max() <= 1e-6
    extended = inputs
    for step, logits in enumerate(generated.logits):
        readable = readable_tokens(model, extended, kept)
        with forbidden(model, layer, readable, columns(model, extended, kept, counts)):
            expected = model(**extended, use_cache=False).logits[:, -1]
        scale = expected.abs().max()
        if step == 0:
            assert (pruned - expected).abs().max() <= tolerance * scale
        assert (logits - expected).abs().max() <= 1e-5 * scale
        new = generated.sequences[:, inputs["input_ids"].shape[1] + step][:, None]
        extended = longer(extended, new)
    with prune_at_layer(model, layer, lambda cloud: kept):
        plain = model(**inputs).logits[:, -1]
    assert (pruned - plain).abs().max() > 1e-3


@pytest.mark.parametrize("copies", [1, 5])
@pytest.mark.parametrize("family", FAMILIES)
def test_copies_at_their_own_position_equal_the_logarithm_of_their_number(family, copies):
    model, layer = tiny(family), DEEPSTACK  # by hand nothing is added after a layer
    inputs = tiny_inputs(model, "two images")
    cloud = capture(model, inputs, layer)
    place = int(cloud.spans[0].visual[3])
    order = [*range(place + 1), *[place] * copies, *range(place + 1, cloud.hidden.shape[1])]
    positions = cloud.positions[..., order]
    rank = torch.tensor(order)  # copies see each other
    expected = logits_from(
        model, layer, cloud.hidden[:, order], positions, (rank <= rank[:, None])[None]
    )
    everything = np.arange(visual_count(inputs))[None]
    bias = np.where(everything == 3, math.log(1 + copies), 0)
    with prune_at_layer(model, layer, lambda cloud: everything, bias=lambda *_: bias) as pruning:
        biased = model(**inputs).logits
    assert (biased[:, -1] - expected[:, -1]).abs().max() <= 1e-6 * expected.abs().max()
    assert (biased - model(**inputs).logits)[:, -1].abs().max() > 1e-3
    assert (pruning.log_counts.numpy() == bias).all()


@pytest.mark.parametrize("family", FAMILIES)
def test_log_counts_repair_copies_that_are_dropped(family):
    """Where all dropped tokens are copies of kept ones, nothing is lost by dropping them."""
    model, layer = tiny(family), DEEPSTACK
    inputs = tiny_inputs(model, "two images")
    cloud, kept = capture(model, inputs, layer), third_of(inputs)
    places = torch.from_numpy(cloud.spans[0].visual)
    nearest = torch.arange(len(places)) % kept.shape[1]
    nearest[torch.from_numpy(kept[0])] = torch.arange(kept.shape[1])
    source = torch.arange(cloud.hidden.shape[1])
    source[places] = places[torch.from_numpy(kept[0])][nearest]
    copied = cloud.hidden[:, source]
    # the copies lie where their sources lie and are read by whoever reads those
    expected = logits_from(
        model, layer, copied, cloud.positions[..., source], (source <= source[:, None])[None]
    )

    def make_copies(_, args, kwargs):
        return (copied, *args[1:]), kwargs

    handle = (
        model.get_decoder().layers[layer].register_forward_pre_hook(make_copies, with_kwargs=True)
    )
    logits = {}
    for bias in (None, "log-count"):
        with prune_at_layer(model, layer, lambda cloud: kept, bias=bias):
            logits[bias] = model(**inputs).logits[:, -1]
    handle.remove()
    scale = expected[:, -1].abs().max()
    assert (logits["log-count"] - expected[:, -1]).abs().max() <= 1e-6 * scale
    assert (logits[None] - expected[:, -1]).abs().max() > 1e-3 * scale


def test_a_function_sees_the_tokens_and_what_is_kept():
    model = tiny("llava", torch.float32)
    inputs = tiny_inputs(model, "image", 2)
    kept, seen = third_of(inputs), []

    def bias(cloud, chosen):
        seen.append((cloud, chosen))
        return -chosen.double() / 10

    with prune_at_layer(model, 2, lambda cloud: kept, bias=bias) as pruning:
        pruned = model(**inputs).logits[:, -1]
    ((cloud, chosen),) = seen
    assert torch.equal(cloud.hidden, capture(model, inputs, 2).hidden)
    assert chosen.tolist() == kept.tolist()
    assert torch.equal(pruning.log_counts, (-chosen.double() / 10).float())
    readable = readable_tokens(model, inputs, kept)
    with forbidden(model, 2, readable, columns(model, inputs, kept, pruning.log_counts)):
        expected = model(**inputs).logits[:, -1]
    assert (pruned - expected).abs().max() <= 1e-5 * expected.abs().max()


@pytest.mark.parametrize("rows", [1, 2])
def test_a_bias_goes_with_compact_positions(rows):
    model, layer = tiny("qwen2_vl"), 2
    inputs = tiny_inputs(model, "video", rows)
    kept, handed = third_of(inputs), []
    handle = model.get_decoder().rotary_emb.register_forward_pre_hook(
        lambda _, args: handed.append(args[1])
    )
    options = {"positions": "compact", "bias": "log-count"}
    with prune_at_layer(model, layer, lambda cloud: kept, **options) as pruning:
        pruned = model(**inputs).logits[:, -1]
    handle.remove()
    hidden = capture(model, inputs, layer).hidden
    bias = columns(model, inputs, kept, pruning.log_counts)
    for row in range(rows):
        places = readable_tokens(model, inputs, kept)[row].nonzero()[:, 0]
        causal = torch.ones(len(places), len(places), dtype=torch.bool).tril()
        mask = bias[row, places].expand(len(places), -1).masked_fill(~causal, -1e300)
        positions = handed[-1][:, row : row + 1, -len(places) :]
        expected = logits_from(model, layer, hidden[row : row + 1, places], positions, mask[None])
        assert (pruned[row] - expected[0, -1]).abs().max() <= 1e-6 * expected.abs().max()


@pytest.mark.parametrize("family", ["llava", "qwen3_vl"])
def test_without_a_bias_no_mask_is_made(family):
    """The kernel that needs no mask stays in use."""
    model = tiny(family)
    inputs = tiny_inputs(model, "image")
    kept, masks = third_of(inputs), []
    attention = model.get_decoder().layers[3].self_attn
    handle = attention.register_forward_pre_hook(
        lambda _, args, kwargs: masks.append(kwargs["attention_mask"]), with_kwargs=True
    )
    for bias in (None, "log-count"):
        with prune_at_layer(model, 2, lambda cloud: kept, bias=bias) as pruning:
            model.generate(**inputs, **GREEDY)
        assert (pruning.log_counts is None) == (bias is None)
    handle.remove()
    assert [mask is None for mask in masks] == [True] * STEPS + [False] * STEPS


def test_no_visual_token_has_no_bias():
    model = tiny("llava")
    inputs = tiny_inputs(model, "image", 2)
    nothing = np.empty((2, 0), dtype=np.int64)
    logits = {}
    for bias in (None, "log-count"):
        with prune_at_layer(model, 2, lambda cloud: nothing, bias=bias):
            logits[bias] = model(**inputs).logits[:, -1]
    assert (logits["log-count"] - logits[None]).abs().max() <= 1e-6


@pytest.mark.parametrize("bias", ["log_count", 1.0, True, np.zeros((1, 5))])
def test_what_is_no_bias(bias):
    with (
        pytest.raises(UnsupportedModel, match="bias"),
        prune_at_layer(tiny("llava"), 2, lambda cloud: None, bias=bias),
    ):
        pass


@pytest.mark.parametrize(
    "answer",
    [
        None,
        "much",
        np.zeros(5),
        np.zeros((1, 4)),
        np.zeros((2, 5)),
        np.full((1, 5), np.nan),
        np.full((1, 5), -np.inf),
        np.zeros((1, 5), complex),
        np.zeros((1, 5), bool),
        np.full((1, 5), 1e300),  # infinite in the dtype of the model
    ],
)
def test_what_is_no_answer_of_a_bias_function(answer):
    model = tiny("llava", torch.float32)
    inputs = tiny_inputs(model, "image")
    with (
        prune_at_layer(model, 2, lambda cloud: third_of(inputs), bias=lambda *_: answer),
        pytest.raises(InvalidSelection, match="bias, given to"),
    ):
        model(**inputs)
