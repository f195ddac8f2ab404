"""Generation with the key-value cache equals recomputation without one, under the mask."""

import numpy as np
import pytest
import torch

from mobtheory.models import prune_at_layer
from mobtheory.models.embedded.architecture import VISUAL_TOKENS

from .mask_oracle import forbidden, readable_tokens
from .random_llava import LONG, SHORT, inputs_for, random_llava, random_third

pytestmark = pytest.mark.models

STEPS = 4
GREEDY = {"max_new_tokens": STEPS, "min_new_tokens": STEPS, "do_sample": False}


def generate(model, inputs, **options):
    return model.model.generate(
        **inputs, **GREEDY, output_logits=True, return_dict_in_generate=True, **options
    )


@pytest.mark.parametrize("layer", [1, 2, 4])
@pytest.mark.parametrize("prompts", [(SHORT,), (SHORT, LONG)], ids=["one row", "padded rows"])
@pytest.mark.parametrize(
    ("attention", "dtype"),
    [("sdpa", torch.float64), ("sdpa", torch.float32), ("eager", torch.float32)],
)
def test_generation_equals_recomputation_without_cache(attention, dtype, prompts, layer):
    model = random_llava(dtype, attention)
    inputs = inputs_for(model, *prompts)
    kept = random_third(len(prompts))
    with prune_at_layer(model, layer, lambda cloud: kept):
        generated = generate(model, inputs)
    extended = dict(inputs)
    for step, logits in enumerate(generated.logits):
        readable = readable_tokens(model, extended, kept)
        with forbidden(model, layer, readable):
            expected = model.model(**extended, use_cache=False).logits[:, -1]
        assert (logits - expected).abs().max() <= 1e-5 * expected.abs().max()
        new = generated.sequences[:, inputs["input_ids"].shape[1] + step][:, None]
        extended["input_ids"] = torch.cat([extended["input_ids"], new], dim=1)
        extended["attention_mask"] = torch.cat(
            [extended["attention_mask"], torch.ones_like(new)], dim=1
        )
    plain = generate(model, inputs)
    assert (generated.logits[0] - plain.logits[0]).abs().max() > 1e-2


def test_the_cache_of_later_layers_holds_the_kept_tokens_only():
    model = random_llava()
    inputs = inputs_for(model, SHORT)
    with prune_at_layer(model, 2, lambda cloud: random_third(1)):
        cache = generate(model, inputs).past_key_values
    whole = inputs["input_ids"].shape[1] + STEPS - 1
    dropped = VISUAL_TOKENS - VISUAL_TOKENS // 3
    lengths = [cache.get_seq_length(layer) for layer in range(6)]
    assert lengths == [whole] * 2 + [whole - dropped] * 4


@pytest.mark.parametrize("count", [0, VISUAL_TOKENS // 3])
def test_rows_of_a_padded_batch_equal_each_row_alone(count):
    model = random_llava()
    inputs = inputs_for(model, SHORT, LONG)
    kept = random_third(2)[:, :count]
    assert inputs["attention_mask"][0, 0] == 0  # one row is padded
    with prune_at_layer(model, 2, lambda cloud: kept):
        together = generate(model, inputs)
    for row in range(2):
        real = inputs["attention_mask"][row].bool()
        alone = {
            "input_ids": inputs["input_ids"][row : row + 1, real],
            "attention_mask": inputs["attention_mask"][row : row + 1, real],
            "pixel_values": inputs["pixel_values"][row : row + 1],
        }
        with prune_at_layer(model, 2, lambda cloud, row=row: kept[row : row + 1]):
            single = generate(model, alone)
        for batched, own in zip(together.logits, single.logits, strict=True):
            assert (batched[row] - own[0]).abs().max() <= 1e-5


def test_keeping_all_tokens_generates_the_same_beams():
    model = random_llava()
    inputs = inputs_for(model, SHORT, LONG)
    plain = generate(model, inputs, num_beams=2)

    def everything(cloud):
        return np.tile(np.arange(VISUAL_TOKENS), (len(cloud.spans), 1))

    with prune_at_layer(model, 2, everything):
        pruned = generate(model, inputs, num_beams=2)
    assert torch.equal(plain.sequences, pruned.sequences)


def test_select_is_called_once_a_prompt():
    model = random_llava()
    inputs = inputs_for(model, SHORT)
    calls = []

    def select(cloud):
        calls.append(cloud)
        return random_third(1)

    with prune_at_layer(model, 2, select):
        generate(model, inputs)
        assert len(calls) == 1
        generate(model, inputs)
    assert len(calls) == 2
