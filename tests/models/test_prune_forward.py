"""One forward pass: dropping tokens equals forbidding everyone to read them."""

import numpy as np
import pytest
import torch
from transformers.masking_utils import create_causal_mask

from mobtheory.models import capture, prune_at_layer
from mobtheory.models.embedded.architecture import VISUAL_TOKENS

from .mask_oracle import forbidden, readable_tokens
from .random_llava import LONG, SHORT, inputs_for, random_llava, random_third

pytestmark = pytest.mark.models

ALL = np.arange(VISUAL_TOKENS)
ONE_ROW, PADDED_ROWS = (SHORT,), (SHORT, LONG)
LAYERS = pytest.mark.parametrize("layer", [1, 2, 4])


# Transformers' eager attention turns padded rows into NaN in float64: its mask is the least
# float64 and its softmax works in float32.
SETTINGS = pytest.mark.parametrize(
    ("prompts", "attention", "dtype", "tolerance"),
    [
        (ONE_ROW, "sdpa", torch.float64, 1e-6),
        (ONE_ROW, "eager", torch.float64, 1e-6),
        (ONE_ROW, "sdpa", torch.float32, 1e-5),
        (ONE_ROW, "eager", torch.float32, 1e-5),
        (PADDED_ROWS, "sdpa", torch.float64, 1e-6),
        (PADDED_ROWS, "sdpa", torch.float32, 1e-5),
        (PADDED_ROWS, "eager", torch.float32, 1e-5),
    ],
)


@SETTINGS
@LAYERS
def test_keeping_all_tokens_changes_no_bit(prompts, attention, dtype, tolerance, layer):
    model = random_llava(dtype, attention)
    inputs = inputs_for(model, *prompts)
    full = model.model(**inputs).logits
    with prune_at_layer(model, layer, lambda cloud: np.stack([ALL for _ in prompts])):
        kept = model.model(**inputs).logits
    assert torch.equal(full, kept)


@SETTINGS
@LAYERS
def test_pruned_logits_equal_those_under_the_mask(prompts, attention, dtype, tolerance, layer):
    model = random_llava(dtype, attention)
    inputs = inputs_for(model, *prompts)
    kept = random_third(len(prompts))
    with prune_at_layer(model, layer, lambda cloud: kept) as pruning:
        pruned = model.model(**inputs).logits
    with forbidden(model, layer, readable_tokens(model, inputs, kept)):
        masked = model.model(**inputs).logits
    full = model.model(**inputs).logits
    places = pruning.kept_sequence
    real = inputs["attention_mask"].gather(1, places).bool()
    expected = masked.gather(1, places[..., None].expand(-1, -1, masked.shape[-1]))
    scale = expected.abs().max()
    assert (pruned - expected)[real].abs().max() <= tolerance * scale
    assert (pruned - full[:, -pruned.shape[1] :])[:, -1].abs().max() > 1e-2 * scale


@SETTINGS
def test_no_visual_token_at_all_equals_the_mask(prompts, attention, dtype, tolerance):
    model = random_llava(dtype, attention)
    inputs = inputs_for(model, *prompts)
    rows = len(prompts)
    nothing = np.empty((rows, 0), dtype=np.int64)
    with prune_at_layer(model, 2, lambda cloud: torch.empty(rows, 0)) as pruning:
        pruned = model.model(**inputs).logits[:, -1]
    with forbidden(model, 2, readable_tokens(model, inputs, nothing)):
        masked = model.model(**inputs).logits[:, -1]
    assert pruning.kept.shape == (rows, 0)
    assert (pruned - masked).abs().max() <= tolerance * masked.abs().max()
    assert (pruned - model.model(**inputs).logits[:, -1]).abs().max() > 1e-2


def test_gaps_in_positions_are_not_taken_for_packed_sequences():
    """Without mask and cache a causal mask made from gapped position ids would cut attention."""
    model = random_llava()
    inputs = inputs_for(model, SHORT)
    kept = random_third(1)
    readable = readable_tokens(model, inputs, kept)
    del inputs["attention_mask"]
    with prune_at_layer(model, 2, lambda cloud: kept) as pruning:
        pruned = model.model(**inputs, use_cache=False).logits[:, -1]
    with forbidden(model, 2, readable):
        masked = model.model(**inputs, use_cache=False).logits[:, -1]
    assert (pruned - masked).abs().max() <= 1e-6

    decoder = model.model.get_decoder()
    hidden = capture(model, inputs, 2).hidden[:, pruning.kept_sequence[0]]
    trap = create_causal_mask(
        config=decoder.config,
        inputs_embeds=hidden,
        attention_mask=None,
        past_key_values=None,
        position_ids=pruning.kept_sequence,
    )
    rotary = decoder.rotary_emb(hidden, position_ids=pruning.kept_sequence)
    for block in decoder.layers[2:]:
        hidden = block(hidden, attention_mask=trap, position_embeddings=rotary)
    trapped = model.model.lm_head(decoder.norm(hidden))[:, -1]
    assert (trapped - masked).abs().max() > 1e-2  # so the equality above is no accident


def test_select_sees_what_capture_gives():
    model = random_llava()
    inputs = inputs_for(model, SHORT, LONG)
    seen = []

    def select(cloud):
        seen.append(cloud)
        return random_third(2)

    with prune_at_layer(model, 2, select):
        model.model(**inputs)
    captured = capture(model, inputs, 2)
    assert len(seen) == 1
    assert torch.equal(seen[0].hidden, captured.hidden)
    assert torch.equal(seen[0].positions, captured.positions)
    assert seen[0].spans == captured.spans


def test_the_handle_tells_what_was_kept_and_text_is_never_removed():
    model = random_llava()
    inputs = inputs_for(model, SHORT, LONG)
    kept = random_third(2)
    with prune_at_layer(model, 3, lambda cloud: kept.tolist()) as pruning:
        assert pruning.kept is None
        model.model(**inputs)
    assert pruning.layer == 3
    assert pruning.kept.tolist() == kept.tolist()
    for ids, places, indices in zip(inputs["input_ids"], pruning.kept_sequence, kept, strict=True):
        image = ids == model.model.config.image_token_index
        dropped = set(range(len(ids))) - set(places.tolist())
        visual = image.nonzero()[:, 0].tolist()
        assert dropped == {visual[i] for i in set(range(VISUAL_TOKENS)) - set(indices.tolist())}


@pytest.mark.parametrize("dtype", [np.int32, np.uint8, torch.int16])
def test_every_integer_dtype_is_taken(dtype):
    model = random_llava()
    inputs = inputs_for(model, SHORT)
    kept = random_third(1)
    answer = torch.from_numpy(kept).to(dtype) if dtype is torch.int16 else kept.astype(dtype)
    with prune_at_layer(model, 2, lambda cloud: answer) as pruning:
        model.model(**inputs)
    assert pruning.kept.tolist() == kept.tolist()


def test_gradients_pass_through_the_kept_tokens_only():
    model = random_llava()
    inputs = inputs_for(model, SHORT)
    pixels = inputs["pixel_values"].clone().requires_grad_()
    with prune_at_layer(model, 1, lambda cloud: random_third(1)):
        model.model(**{**inputs, "pixel_values": pixels}).logits[:, -1].sum().backward()
    assert pixels.grad.abs().max() > 0
