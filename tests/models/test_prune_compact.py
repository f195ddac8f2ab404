"""Compact positions: the kept tokens alone, run from the pruned layer on, with dense ranks."""

import numpy as np
import pytest
import torch

from mobtheory.errors import UnsupportedModel
from mobtheory.models import capture, prune_at_layer

from .layers_by_hand import logits_from
from .mask_oracle import readable_tokens
from .tiny_families import (
    CASES,
    DEEPSTACK,
    FAMILIES,
    GREEDY,
    IMAGE,
    VIDEO,
    longer,
    third_of,
    tiny,
    tiny_inputs,
    visual_count,
)

pytestmark = pytest.mark.models

LAYER = DEEPSTACK  # by hand nothing is added after a layer


def dense_ranks(positions):
    """One number for each distinct value, in order, over all axes."""
    ranks = {value: rank for rank, value in enumerate(sorted(set(positions.flatten().tolist())))}
    return torch.tensor([ranks[value] for value in positions.flatten().tolist()]).view_as(positions)


def with_gaps(positions, readable):
    """Whether some row has two tokens next to each other in order but not in position."""
    used = (positions[..., row, places].unique() for row, places in enumerate(readable))
    return any(bool((values.diff() > 1).any()) for values in used)


def by_hand(model, prompt, extended, kept, row):
    """The last logits of one row: its kept tokens without padding, and what was generated."""
    prefix = prompt["input_ids"].shape[1]
    places = readable_tokens(model, prompt, kept)[row].nonzero()[:, 0]
    new = torch.arange(prefix, extended["input_ids"].shape[1])
    positions = dense_ranks(capture(model, prompt, LAYER).positions[..., row, places])
    after = positions.max() + 1 + torch.arange(len(new))
    positions = torch.cat([positions, after.expand(*positions.shape[:-1], -1)], dim=-1)
    hidden = capture(model, extended, LAYER).hidden[row : row + 1, torch.cat([places, new])]
    causal = torch.ones(1, hidden.shape[1], hidden.shape[1], dtype=torch.bool).tril()
    positions = positions[None] if positions.ndim == 1 else positions[:, None]
    return logits_from(model, LAYER, hidden, positions, causal)[0]


@pytest.mark.parametrize("rows", [1, 2])
@pytest.mark.parametrize(
    ("attention", "dtype", "tolerance"),
    [
        ("sdpa", torch.float64, 1e-6),
        ("sdpa", torch.float32, 1e-5),
        ("eager", torch.float32, 1e-5),
    ],
)
@pytest.mark.parametrize(("family", "content"), CASES)
def test_compact_equals_the_kept_tokens_alone(family, content, attention, dtype, tolerance, rows):
    model = tiny(family, dtype, attention)
    inputs = tiny_inputs(model, content, rows)
    kept = third_of(inputs)
    with prune_at_layer(model, LAYER, lambda cloud: kept, positions="compact"):
        pruned = model(**inputs).logits
        generated = model.generate(
            **inputs, **GREEDY, output_logits=True, return_dict_in_generate=True
        )
    with prune_at_layer(model, LAYER, lambda cloud: kept):
        gapped = model(**inputs).logits
    # a small picture of Qwen may lose tokens and leave no position without a token
    gaps = with_gaps(capture(model, inputs, LAYER).positions, readable_tokens(model, inputs, kept))
    assert ((pruned - gapped)[:, -1].abs().max() > 1e-3) == gaps
    assert gaps or family.startswith("qwen")
    for row in range(rows):
        extended = inputs
        expected = by_hand(model, inputs, extended, kept, row)
        scale = expected.abs().max()
        own = pruned[row, -len(expected) :]
        assert (own - expected).abs().max() <= tolerance * scale
        for step, logits in enumerate(generated.logits):
            expected = by_hand(model, inputs, extended, kept, row)[-1]
            assert (logits[row] - expected).abs().max() <= 1e-5 * scale
            new = generated.sequences[:, inputs["input_ids"].shape[1] + step][:, None]
            extended = longer(extended, new)


@pytest.mark.parametrize("family", FAMILIES)
def test_text_keeps_equal_axes_and_no_rank_is_left_out(family):
    model = tiny(family)
    inputs = tiny_inputs(model, "two images", 2)
    kept, handed = third_of(inputs), []
    rotary = model.get_decoder().rotary_emb
    handle = rotary.register_forward_pre_hook(
        lambda _, args, kwargs: handed.append(kwargs.get("position_ids", args[-1])),
        with_kwargs=True,
    )
    with prune_at_layer(model, 2, lambda cloud: kept, positions="compact") as pruning:
        positions = capture_of(model, inputs)
    handle.remove()
    compact = handed[-1]
    assert compact.shape[-2:] == pruning.kept_sequence.shape
    for row, places in enumerate(pruning.kept_sequence):
        real = inputs["attention_mask"][row, places].bool()
        given, ranks = positions[..., row, places[real]], compact[..., row, real]
        assert sorted(set(ranks.flatten().tolist())) == list(range(int(ranks.max()) + 1))
        order = given.flatten()[:, None] < given.flatten()
        assert torch.equal(order, ranks.flatten()[:, None] < ranks.flatten())
        ids = inputs["input_ids"][row, places[real]]
        text = (ids != IMAGE) & (ids != VIDEO)
        if compact.ndim == 3:
            assert (ranks[:, text] == ranks[:1, text]).all()


def capture_of(model, inputs):
    """The positions of a call inside a pruning context, where capture may not be used."""
    seen = []
    handle = model.get_decoder().rotary_emb.register_forward_pre_hook(
        lambda _, args, kwargs: seen.append(kwargs.get("position_ids", args[-1])), with_kwargs=True
    )
    model(**inputs)
    handle.remove()
    return seen[0].expand(*seen[0].shape[:-2], *inputs["input_ids"].shape)


@pytest.mark.parametrize("family", ["llava", "qwen2_vl", "qwen3_vl"])
def test_keeping_all_tokens_compactly_changes_nothing(family):
    """Positions that have no gap are their own ranks, but for a shift."""
    model = tiny(family)
    inputs = tiny_inputs(model, "two images", 2)
    everything = np.tile(np.arange(visual_count(inputs)), (2, 1))
    full = model(**inputs).logits
    with prune_at_layer(model, 2, lambda cloud: everything, positions="compact"):
        compact = model(**inputs).logits
    real = inputs["attention_mask"].bool()
    assert (compact - full)[real].abs().max() <= 1e-6 * full[real].abs().max()


@pytest.mark.parametrize("positions", ["gaps", None, True, 1])
def test_unknown_positions(positions):
    with (
        pytest.raises(UnsupportedModel, match="renumbered"),
        prune_at_layer(tiny("llava"), 2, lambda cloud: None, positions=positions),
    ):
        pass
