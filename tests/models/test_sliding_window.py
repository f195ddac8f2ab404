"""Layers whose window slides: their own mask is gathered without a cache, a cache is refused."""

import pytest
import torch
import transformers as hf

from mobtheory.errors import UnsupportedModel
from mobtheory.models import prune_at_layer

from .mask_oracle import readable_tokens
from .tiny_families import LAYERS, fresh, longer, third_of, tiny_inputs

pytestmark = pytest.mark.models

WINDOW, FIRST = 9, 3  # layers from FIRST on read the last WINDOW places


def with_window(family):
    model = fresh(family)
    config = model.config
    text = config.text_config.to_dict() | {
        "use_sliding_window": True,
        "sliding_window": WINDOW,
        "max_window_layers": FIRST,
        "layer_types": None,
    }
    sliding = type(model)(type(config)(**{**config.to_dict(), "text_config": text}))
    sliding.load_state_dict(model.state_dict())
    sliding.set_attn_implementation("sdpa")
    return sliding.double().eval().requires_grad_(False)


@pytest.fixture(scope="module", params=["llava_onevision", "qwen2_vl", "qwen2_5_vl", "internvl"])
def model(request):
    hf.logging.set_verbosity_error()  # Qwen2-VL warns that sdpa has no window; its mask has
    yield with_window(request.param)
    hf.logging.set_verbosity_warning()


@pytest.mark.parametrize("layer", [1, FIRST, LAYERS - 1])
@pytest.mark.parametrize("rows", [1, 2])
def test_each_layer_keeps_its_own_mask(model, rows, layer):
    inputs = tiny_inputs(model, "image", rows)
    kept = third_of(inputs)
    with prune_at_layer(model, layer, lambda cloud: kept):
        pruned = model(**inputs, use_cache=False).logits[:, -1]
    readable = readable_tokens(model, inputs, kept)

    def forbid(number):
        def hook(_, args, kwargs):
            length = args[0].shape[1]
            place = torch.arange(length)
            seen = place <= place[:, None]
            if number >= FIRST:
                seen = seen & (place > place[:, None] - WINDOW)
            seen = (seen & readable[:, None]) | torch.eye(length, dtype=torch.bool)
            mask = torch.zeros(seen.shape, dtype=args[0].dtype).masked_fill(~seen, -1e300)
            return args, {**kwargs, "attention_mask": mask[:, None]}

        return hook

    layers = model.get_decoder().layers
    handles = [
        layers[number].register_forward_pre_hook(forbid(number), with_kwargs=True)
        for number in range(layer, LAYERS)
    ]
    expected = model(**inputs, use_cache=False).logits[:, -1]
    for handle in handles:
        handle.remove()
    assert (pruned - expected).abs().max() <= 1e-6 * expected.abs().max()


def test_a_cache_that_slides_is_refused(model):
    inputs = tiny_inputs(model, "image")
    with (
        prune_at_layer(model, 2, lambda cloud: third_of(inputs)),
        pytest.raises(UnsupportedModel, match="sliding-window"),
    ):
        model.generate(**longer(inputs, torch.tensor([[5]])), max_new_tokens=2)
