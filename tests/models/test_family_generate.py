"""Every family: generation with the key-value cache equals recomputation without one."""

import pytest
import torch

from mobtheory.models import prune_at_layer

from .mask_oracle import forbidden, readable_tokens, visual_places
from .tiny_families import (
    CASES,
    GREEDY,
    LAYERS,
    STEPS,
    longer,
    third_of,
    tiny,
    tiny_inputs,
    visual_count,
)

pytestmark = pytest.mark.models


def generate(model, inputs, **options):
    return model.generate(
        **inputs, **GREEDY, output_logits=True, return_dict_in_generate=True, **options
    )


@pytest.mark.parametrize("rows", [1, 2])
@pytest.mark.parametrize(
    ("attention", "dtype"),
    [("sdpa", torch.float64), ("sdpa", torch.float32), ("eager", torch.float32)],
)
@pytest.mark.parametrize(("family", "content"), CASES)
def test_generation_equals_recomputation_without_cache(family, content, attention, dtype, rows):
    model = tiny(family, dtype, attention)
    inputs = tiny_inputs(model, content, rows)
    kept, layer = third_of(inputs), 2
    with prune_at_layer(model, layer, lambda cloud: kept):
        generated = generate(model, inputs)
    extended = inputs
    for step, logits in enumerate(generated.logits):
        with forbidden(model, layer, readable_tokens(model, extended, kept)):
            expected = model(**extended, use_cache=False).logits[:, -1]
        assert (logits - expected).abs().max() <= 1e-5 * expected.abs().max()
        new = generated.sequences[:, inputs["input_ids"].shape[1] + step][:, None]
        extended = longer(extended, new)
    dropped = visual_count(inputs) - kept.shape[1]
    whole = inputs["input_ids"].shape[1] + STEPS - 1
    lengths = [generated.past_key_values.get_seq_length(i) for i in range(LAYERS)]
    assert lengths == [whole] * layer + [whole - dropped] * (LAYERS - layer)


@pytest.mark.parametrize("family", sorted({family for family, _ in CASES}))
def test_pruning_at_the_first_and_last_layer_generates_what_the_mask_allows(family):
    model = tiny(family)
    inputs = tiny_inputs(model, "two images", 2)
    kept = third_of(inputs)
    for layer in (1, LAYERS - 1):
        with prune_at_layer(model, layer, lambda cloud: kept):
            generated = generate(model, inputs)
        extended = inputs
        for new in generated.sequences[:, inputs["input_ids"].shape[1] : -1].T:
            extended = longer(extended, new[:, None])
        with forbidden(model, layer, readable_tokens(model, extended, kept)):
            expected = model(**extended, use_cache=False).logits[:, -1]
        assert (generated.logits[-1] - expected).abs().max() <= 1e-5 * expected.abs().max()


@pytest.mark.parametrize("bias", [None, "log-count"])
@pytest.mark.parametrize("family", ["llava_next", "qwen2_vl", "qwen3_vl"])
def test_beams_have_the_probability_that_the_mask_allows(family, bias):
    model, layer = tiny(family), 2
    inputs = tiny_inputs(model, "image", 2)
    kept = third_of(inputs)

    def select(cloud):  # each prompt is as many rows as there are beams
        return kept.repeat(len(cloud.spans) // 2, axis=0)

    with prune_at_layer(model, layer, select, bias=bias) as pruning:
        found = generate(model, inputs, num_beams=3, length_penalty=0.0, output_scores=True)
    beams = pruning.kept[::3].tolist()
    assert beams == kept.tolist()
    prefix = inputs["input_ids"].shape[1]
    new = found.sequences[:, prefix:]
    extended = inputs
    for token in new.T:
        extended = longer(extended, token[:, None])
    columns = None
    if bias is not None:
        columns = torch.zeros(extended["input_ids"].shape, dtype=torch.float64)
        for row, ids, own, counts in zip(
            columns, extended["input_ids"], kept, pruning.log_counts[::3], strict=True
        ):
            row[visual_places(model, ids)[torch.from_numpy(own)]] = counts
    with forbidden(model, layer, readable_tokens(model, extended, kept), columns):
        logits = model(**extended, use_cache=False).logits[:, prefix - 1 : -1]
    each = logits.log_softmax(-1).gather(-1, new[..., None])
    assert (found.sequences_scores - each.sum((1, 2))).abs().max() <= 1e-5
