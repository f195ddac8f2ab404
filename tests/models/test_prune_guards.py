"""What cannot be pruned correctly is refused, and nothing stays behind."""

import gc
import weakref
from collections import OrderedDict
from contextlib import contextmanager

import numpy as np
import pytest
import torch
from transformers import DynamicCache, StaticCache

from mobtheory.errors import InvalidSelection, UnsupportedModel
from mobtheory.models import capture, load, prune_at_layer, read_layer
from mobtheory.models.capturing_layers import see_layers
from mobtheory.models.embedded.architecture import DECODER_LAYERS, VISUAL_TOKENS

from .random_llava import LONG, SHORT, fresh_llava, inputs_for, random_llava, random_third

pytestmark = pytest.mark.models


def third(cloud):
    return random_third(len(cloud.spans))


def hooks_in(model):
    return sum(len(module._forward_pre_hooks) for module in model.model.modules())


def fingerprint(model):
    return {
        name: tensor.numpy().tobytes() for name, tensor in model.model.state_dict().items()
    }, model.model.config.to_dict()


@pytest.mark.parametrize("layer", [0, -1, DECODER_LAYERS, True, 1.0, "2", None])
def test_layers_out_of_range(layer):
    with (
        pytest.raises(UnsupportedModel, match="layer is an integer from 1 to 5"),
        prune_at_layer(random_llava(), layer, third),
    ):
        pass


@pytest.mark.parametrize(
    ("answer", "rule"),
    [
        (np.arange(3), "2 rows"),
        (np.zeros((1, 3), int), "2 rows"),
        (np.zeros((2, 2, 1), int), "2 rows"),
        (np.array([[3, 1], [0, 2]]), "sorted"),
        (np.array([[1, 1], [0, 2]]), "sorted"),
        (np.array([[0, 1], [0, VISUAL_TOKENS]]), "from 0 to 143"),
        (np.array([[-1, 1], [0, 2]]), "from 0 to 143"),
        (np.array([[0.0, 1.0], [0.0, 2.0]]), "integers"),
        (np.array([[False, True], [False, True]]), "integers"),
        (torch.tensor([[0, 1j], [0, 1j]]), "integers"),
        (np.array([["0", "1"], ["0", "1"]]), "integers"),
        ([[0, 1], [2]], "integers"),
        (None, "integers"),
        (np.array([[0, 2**64 - 1], [0, 1]], np.uint64), "from 0 to 143"),
    ],
)
def test_what_is_no_selection(answer, rule):
    model = random_llava()
    inputs = inputs_for(model, SHORT, LONG)
    with (
        prune_at_layer(model, 2, lambda cloud: answer),
        pytest.raises(InvalidSelection, match=rule),
    ):
        model.model(**inputs)
    assert hooks_in(model) == 0


def test_select_must_be_callable():
    with (
        pytest.raises(UnsupportedModel, match="select"),
        prune_at_layer(random_llava(), 2, random_third(1)),  # pyright: ignore
    ):
        pass


def test_what_is_no_model():
    with (
        pytest.raises(UnsupportedModel, match="no model"),
        prune_at_layer("embedded", 2, third),  # pyright: ignore
    ):
        pass


def test_a_model_without_its_head():
    with (
        pytest.raises(UnsupportedModel, match="LlavaForConditionalGeneration"),
        prune_at_layer(random_llava().model.model, 2, third),
    ):
        pass


def test_attention_that_reads_packed_sequences_from_positions():
    model = fresh_llava()
    model.model.set_attn_implementation("flex_attention")
    with (
        pytest.raises(UnsupportedModel, match="flex_attention"),
        prune_at_layer(model, 2, third),
    ):
        pass


def test_nesting_on_one_model():
    model = random_llava()
    inputs = inputs_for(model, SHORT)
    with prune_at_layer(model, 2, third):
        with (
            pytest.raises(UnsupportedModel, match="one context at a time"),
            prune_at_layer(model.model, 3, third),
        ):
            pass
        with pytest.raises(UnsupportedModel, match="one context at a time"):
            capture(model, inputs, 2)
        model.model(**inputs)
    with prune_at_layer(model, 3, third):
        model.model(**inputs)


def test_two_models_at_once():
    one, other = random_llava(), fresh_llava(torch.float32)
    with prune_at_layer(one, 2, third), prune_at_layer(other, 3, third):
        one.model(**inputs_for(one, SHORT))
        other.model(**inputs_for(other, SHORT))


def test_no_picture_in_the_prompt():
    model = random_llava()
    text = model.processor.tokenizer("USER: which shape ? ASSISTANT:", return_tensors="pt")
    ids = {name: text[name] for name in ("input_ids", "attention_mask")}
    with (
        prune_at_layer(model, 2, third),
        pytest.raises(UnsupportedModel, match="without an image token"),
    ):
        model.model(**ids)


def test_image_tokens_without_a_picture():
    model = random_llava()
    inputs = inputs_for(model, SHORT)
    del inputs["pixel_values"]
    with (
        prune_at_layer(model, 2, third),
        pytest.raises(UnsupportedModel, match="without a picture"),
    ):
        model.model(**inputs)


def test_embeddings_instead_of_tokens():
    model = random_llava()
    embeddings = torch.zeros(1, 160, 128, dtype=torch.float64)
    with prune_at_layer(model, 2, third), pytest.raises(UnsupportedModel, match="input_ids"):
        model.model(inputs_embeds=embeddings)


def test_the_decoder_called_alone():
    model = random_llava()
    embeddings = torch.zeros(1, 160, 128, dtype=torch.float64)
    with prune_at_layer(model, 2, third), pytest.raises(UnsupportedModel, match="decoder alone"):
        model.model.get_decoder()(inputs_embeds=embeddings)


def test_static_cache():
    model = random_llava()
    cache = StaticCache(config=model.model.config, max_cache_len=200)
    with prune_at_layer(model, 2, third), pytest.raises(UnsupportedModel, match="StaticCache"):
        model.model(**inputs_for(model, SHORT), past_key_values=cache)


def test_several_new_tokens_on_a_filled_cache():
    model = random_llava()
    with prune_at_layer(model, 2, third):
        cache = model.model(**inputs_for(model, SHORT)).past_key_values
        with pytest.raises(UnsupportedModel, match="one token at a time"):
            model.model(input_ids=torch.tensor([[7, 8]]), past_key_values=cache)


def test_assisted_decoding():
    model = random_llava()
    helper = fresh_llava()
    options = {"assistant_model": helper.model, "max_new_tokens": 6, "do_sample": False}
    with prune_at_layer(model, 2, third), pytest.raises(UnsupportedModel, match=r"Do without|Run"):
        model.model.generate(**inputs_for(model, SHORT), **options)


def test_a_cropped_cache():
    model = random_llava()
    with prune_at_layer(model, 2, third):
        cache = model.model(**inputs_for(model, SHORT)).past_key_values
        cache.crop(-2)
        with pytest.raises(UnsupportedModel, match="cropped"):
            model.model(input_ids=torch.tensor([[7]]), past_key_values=cache)


def test_a_cache_that_was_filled_outside():
    model = random_llava()
    cache = model.model(**inputs_for(model, SHORT), past_key_values=DynamicCache()).past_key_values
    with prune_at_layer(model, 2, third), pytest.raises(UnsupportedModel, match="else has filled"):
        model.model(input_ids=torch.tensor([[7]]), past_key_values=cache)


def test_a_cache_of_an_earlier_prompt():
    model = random_llava()
    with prune_at_layer(model, 2, third):
        earlier = model.model(**inputs_for(model, SHORT)).past_key_values
        model.model(**inputs_for(model, SHORT))  # of the same length, so only the cache tells
        with pytest.raises(UnsupportedModel, match="else has filled"):
            model.model(input_ids=torch.tensor([[7]]), past_key_values=earlier)


def test_nothing_is_left_behind():
    model = random_llava()
    before = fingerprint(model)
    inputs = inputs_for(model, SHORT)
    plain = model.model(**inputs).logits
    with prune_at_layer(model, 2, third):
        assert hooks_in(model) == 3 + DECODER_LAYERS - 2
        model.model.generate(**inputs, max_new_tokens=2)
    capture(model, inputs, 2)
    assert hooks_in(model) == 0
    assert fingerprint(model) == before
    assert torch.equal(model.model(**inputs).logits, plain)


def test_model_and_selection_are_released():
    model = fresh_llava(torch.float32)

    class Select:
        def __call__(self, cloud):
            return third(cloud)

    select = Select()
    network, selection = weakref.ref(model.model), weakref.ref(select)
    with prune_at_layer(model, 2, select) as pruning:
        model.model(**inputs_for(model, SHORT))
    capture(model, inputs_for(model, SHORT), 1)
    del select
    gc.collect()
    assert selection() is None
    assert pruning.kept is not None
    del model
    gc.collect()
    assert network() is None


@pytest.mark.parametrize("where", ["select", "model", "user"])
def test_an_exception_leaves_the_model_usable(where):
    model = random_llava()
    inputs = inputs_for(model, SHORT)
    plain = model.model(**inputs).logits

    def broken(*_):
        raise RuntimeError("out of luck")

    def run():
        with prune_at_layer(model, 2, broken if where == "select" else third):
            model.model(**inputs)
            broken()

    failing = None
    if where == "model":
        failing = model.model.get_decoder().layers[4].register_forward_pre_hook(broken)
    with pytest.raises(RuntimeError, match="out of luck"):
        run()
    if failing is not None:
        failing.remove()
    assert hooks_in(model) == 0
    assert torch.equal(model.model(**inputs).logits, plain)
    with prune_at_layer(model, 2, third) as pruning:
        model.model(**inputs)
    assert pruning.kept is not None


def test_a_failed_call_inside_the_context_does_not_spoil_the_next():
    model = random_llava()
    inputs = inputs_for(model, SHORT)
    with prune_at_layer(model, 2, third):
        expected = model.model(**inputs).logits
    answers = iter([np.array([[5, 5]]), random_third(1)])
    with prune_at_layer(model, 2, lambda cloud: next(answers)) as pruning:
        with pytest.raises(InvalidSelection):
            model.model(**inputs)
        assert pruning.kept is None
        assert torch.equal(model.model(**inputs).logits, expected)


def step(model, inputs, cache):
    """One token more on a cache that holds the prompt."""
    new = inputs["input_ids"][:, -1:]
    mask = torch.cat([inputs["attention_mask"], torch.ones_like(new)], dim=1)
    return model.model(input_ids=new, attention_mask=mask, past_key_values=cache).logits


@contextmanager
def failing(layer, times=1):
    """The layer raises at its next calls."""
    left = iter(range(times))

    def fail(*_):
        if next(left, None) is not None:
            raise KeyboardInterrupt

    handle = layer.register_forward_pre_hook(fail)
    try:
        yield
    finally:
        handle.remove()


def test_a_decoding_step_that_died_is_not_gone_on_from():
    model = random_llava()
    inputs, last = inputs_for(model, SHORT), model.model.get_decoder().layers[4]
    with prune_at_layer(model, 2, third):
        cache = model.model(**inputs, use_cache=True).past_key_values
        with failing(last), pytest.raises(KeyboardInterrupt):
            step(model, inputs, cache)
        with pytest.raises(UnsupportedModel, match="something else has filled or cropped"):
            step(model, inputs, cache)


def test_a_prefill_that_died_is_not_gone_on_from():
    model = random_llava()
    inputs, last = inputs_for(model, SHORT), model.model.get_decoder().layers[4]
    cache = DynamicCache()
    with prune_at_layer(model, 2, third):
        with failing(last), pytest.raises(KeyboardInterrupt):
            model.model(**inputs, past_key_values=cache, use_cache=True)
        with pytest.raises(UnsupportedModel, match="something else has filled or cropped"):
            step(model, inputs, cache)


@pytest.mark.parametrize("what", ["network", "decoder"])
def test_a_compiled_model_is_not_taken_for_a_pruned_one(what):
    model = fresh_llava()
    module = model.model if what == "network" else model.model.get_decoder()
    module.compile(backend="eager")
    with (
        pytest.raises(UnsupportedModel, match="compiled graph passes over hooks"),
        prune_at_layer(model, 2, third),
    ):
        pass


def test_a_pass_that_never_reaches_the_layer_is_told():
    model = random_llava()
    inputs, decoder = inputs_for(model, SHORT), model.model.get_decoder()
    behind = [*decoder.layers[2:], decoder.norm]
    with prune_at_layer(model, 2, third):
        hooks = [module._forward_pre_hooks for module in behind]
        for module in behind:
            module._forward_pre_hooks = OrderedDict()
        try:
            with pytest.raises(UnsupportedModel, match="never reached layer 2"):
                model.model(**inputs)
        finally:
            for module, own in zip(behind, hooks, strict=True):
                module._forward_pre_hooks = own


@pytest.mark.parametrize(
    "read", [capture, read_layer, lambda *given: see_layers(*given[:2], [2], lambda *_: None)]
)
def test_a_filled_cache_is_not_read_from(read):
    model = random_llava()
    inputs = inputs_for(model, SHORT)
    cache = model.model(**inputs, use_cache=True).past_key_values
    with pytest.raises(UnsupportedModel, match="a cache that holds 155 tokens"):
        read(model, {**inputs, "past_key_values": cache}, 2)
    assert cache.get_seq_length() == inputs["input_ids"].shape[1] == 155


def test_pictures_and_prompts_that_are_none(tmp_path):
    model = random_llava()
    (tmp_path / "broken.png").write_bytes(b"no picture")
    for images, prompts in ((str(tmp_path / "broken.png"), SHORT), (np.zeros((96, 96, 3)), None)):
        with pytest.raises(UnsupportedModel, match="the processor refused"):
            model.inputs(images, prompts)
    for question, images in ((3, 1), ("what ?", 1.5), ("what ?", True)):
        with pytest.raises(UnsupportedModel, match="a question is a text"):
            model.prompt(question, images=images)
    with pytest.raises(UnsupportedModel, match="named by a hub id or a folder"):
        load(3)
