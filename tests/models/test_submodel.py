"""The rest of the network, called by itself, is the model's own forward pass."""

import numpy as np
import pytest
import torch

from mobtheory.errors import UnsupportedModel
from mobtheory.models import capture, prune_at_layer, rest_of_network
from mobtheory.models.embedded.architecture import VISUAL_TOKENS
from mobtheory.models.submodel import visible

from .random_llava import LONG, SHORT, fresh_llava, inputs_for, random_llava

pytestmark = [pytest.mark.models, pytest.mark.usefixtures("no_gradients")]

SETTINGS = pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
KERNELS = pytest.mark.parametrize("attention", ["sdpa", "eager"])
LAYERS = pytest.mark.parametrize("layer", [0, 1, 3, 5])


@pytest.fixture
def no_gradients():
    with torch.no_grad():
        yield


def masked_forward(model, inputs, layer, seen, bias=None):
    """The model's own forward pass, with this mask handed to its layers from `layer` on."""
    decoder = model.model.get_decoder()
    dtype = model.model.dtype
    if bias is None and decoder.config._attn_implementation == "sdpa":
        mask = seen[:, None]
    else:
        mask = torch.zeros(seen.shape, dtype=dtype) + (0 if bias is None else bias[:, None, :])
        mask = mask.masked_fill(~seen, torch.finfo(dtype).min)[:, None]
    handles = [
        block.register_forward_pre_hook(
            lambda _, args, kwargs: (args, {**kwargs, "attention_mask": mask}), with_kwargs=True
        )
        for block in decoder.layers[layer:]
    ]
    try:
        return model.model(**inputs).logits
    finally:
        for handle in handles:
            handle.remove()


@SETTINGS
@KERNELS
@LAYERS
def test_all_tokens_give_the_models_own_logits_bit_for_bit(dtype, attention, layer):
    model = random_llava(dtype, attention)
    inputs = inputs_for(model, LONG)
    cloud = capture(model, inputs, layer)
    rest = rest_of_network(model, layer)
    mine = rest.logits(rest(cloud.hidden, cloud.positions))
    assert torch.equal(mine, masked_forward(model, inputs, layer, visible(cloud.positions)))


@SETTINGS
def test_a_bias_is_added_to_its_column_in_every_later_layer(dtype):
    model = random_llava(dtype)
    inputs = inputs_for(model, LONG)
    cloud, rest = capture(model, inputs, 2), rest_of_network(model, 2)
    bias = torch.linspace(-1, 2, cloud.hidden.shape[1], dtype=dtype)[None]
    mine = rest.logits(rest(cloud.hidden, cloud.positions, bias=bias))
    own = masked_forward(model, inputs, 2, visible(cloud.positions), bias)
    assert torch.equal(mine, own)
    assert not torch.allclose(mine, rest.logits(rest(cloud.hidden, cloud.positions)), atol=1e-3)


@SETTINGS
def test_a_subset_gives_the_logits_of_the_pruned_model(dtype):
    """Gaps in the position ids must not be taken for borders between packed sequences."""
    model = random_llava(dtype)
    inputs = inputs_for(model, LONG)
    chosen = np.arange(1, VISUAL_TOKENS, 3)[None]
    with prune_at_layer(model, 2, lambda cloud: chosen) as pruning:
        pruned = model.model(**inputs).logits
    cloud, rest = capture(model, inputs, 2), rest_of_network(model, 2)
    places = pruning.kept_sequence[0]
    mine = rest.logits(rest(cloud.hidden[:, places], cloud.positions[:, places]))
    tolerance = 1e-6 if dtype == torch.float64 else 1e-5
    assert (mine - pruned).abs().max() <= tolerance * pruned.abs().max()


def test_f_is_a_function_of_the_multiset():
    model = random_llava(torch.float64)
    cloud = capture(model, inputs_for(model, SHORT), 2)
    rest, order = rest_of_network(model, 2), torch.randperm(cloud.hidden.shape[1])
    states = rest(cloud.hidden, cloud.positions)
    shuffled = rest(cloud.hidden[:, order], cloud.positions[:, order])
    assert torch.allclose(states[:, order], shuffled, atol=1e-6)


def test_copies_at_one_position_equal_a_bias_on_one_column():
    """Attention sees the multiset: m more copies are log(1 + m) on the logits of their token."""
    model = random_llava(torch.float64)
    cloud = capture(model, inputs_for(model, SHORT), 2)
    rest, token, more = rest_of_network(model, 2), 40, 16
    copies = torch.cat([torch.arange(cloud.hidden.shape[1]), torch.full((more,), token)])
    copied = rest(cloud.hidden[:, copies], cloud.positions[:, copies])
    bias = torch.zeros(1, cloud.hidden.shape[1], dtype=torch.float64)
    bias[0, token] = np.log(1 + more)
    biased = rest(cloud.hidden, cloud.positions, bias=bias)
    plain = rest(cloud.hidden, cloud.positions)
    assert (copied[:, :-more] - biased).abs().max() < 1e-6
    assert (plain - biased).abs().max() > 1e-2


def test_gradients_flow_and_the_model_stays_as_it_is():
    model = fresh_llava(torch.float32)
    before = {name: value.clone() for name, value in model.model.state_dict().items()}
    cloud = capture(model, inputs_for(model, SHORT), 2)
    hidden = cloud.hidden.clone().requires_grad_(True)
    with torch.enable_grad():
        rest_of_network(model, 2)(hidden, cloud.positions)[:, -1].norm().backward()
    assert hidden.grad is not None
    assert float(hidden.grad[0, 50].norm()) > 0
    after = model.model.state_dict()
    assert all(torch.equal(value, after[name]) for name, value in before.items())
    assert not any(p.grad is not None for p in model.model.parameters())


def test_triples_are_ordered_like_words():
    """Two text tokens, a picture of 2 x 2 tokens and text: the order of the sequence."""
    triples = [(0, 0, 0), (1, 1, 1), (2, 2, 2), (2, 2, 3), (2, 3, 2), (2, 3, 3), (4, 4, 4)]
    positions = torch.tensor(triples).T[:, None]
    assert torch.equal(visible(positions)[0], torch.ones(7, 7, dtype=torch.bool).tril())
    assert bool(visible(positions[:, :, [2, 2]]).all())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda h, p: {"hidden": h[0]}, "tokens come as"),
        (lambda h, p: {"hidden": h.float()}, "computes in"),
        (lambda h, p: {"positions": p.double()}, "position ids are integers"),
        (lambda h, p: {"positions": p[:, 1:]}, "position ids are integers"),
        (lambda h, p: {"mask": torch.zeros(1, h.shape[1], h.shape[1])}, "boolean tensor"),
        (lambda h, p: {"mask": torch.zeros(1, h.shape[1], h.shape[1]) > 1}, "reads some token"),
        (lambda h, p: {"bias": torch.zeros(3)}, "one number a key column"),
    ],
)
def test_what_does_not_fit_is_refused(change, words):
    model = random_llava(torch.float64)
    cloud = capture(model, inputs_for(model, SHORT), 2)
    call = {"hidden": cloud.hidden, "positions": cloud.positions}
    call |= change(cloud.hidden, cloud.positions)
    with pytest.raises(UnsupportedModel, match=words):
        rest_of_network(model, 2)(call.pop("hidden"), call.pop("positions"), **call)


def test_a_pruned_model_and_a_layer_out_of_range_are_refused():
    model = random_llava(torch.float64)
    cloud = capture(model, inputs_for(model, SHORT), 2)
    rest = rest_of_network(model, 2)
    with (
        prune_at_layer(model, 2, lambda cloud: np.arange(9)[None]),
        pytest.raises(UnsupportedModel, match="one context at a time"),
    ):
        rest(cloud.hidden, cloud.positions)
    with pytest.raises(UnsupportedModel, match="layer 6"):
        rest_of_network(model, 6)
