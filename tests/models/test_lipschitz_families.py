"""Lipschitz evidence on families with M-RoPE, DeepStack and grouped heads; batches and padding."""

import pytest
import torch

from mobtheory.errors import UnsupportedModel
from mobtheory.models import capture, measure_lipschitz, rest_of_network
from mobtheory.models.lipschitz.sample import read_samples

from .tiny_families import DEEPSTACK, tiny, tiny_inputs

pytestmark = pytest.mark.models

QUICK = {"draws": 1, "rounds": 1, "width": 3, "steps": 1}


@pytest.mark.parametrize(
    ("family", "content", "layer"),
    [("qwen2_vl", "image", 2), ("qwen3_vl", "two images", DEEPSTACK), ("llava_next", "image", 1)],
)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_all_tokens_give_the_logits_of_the_model(family, content, layer, dtype):
    model = tiny(family, dtype)
    inputs = tiny_inputs(model, content, rows=2)
    rest = rest_of_network(model, layer)
    with torch.no_grad():
        logits = model(**inputs).logits[:, -1]
        for row, sample in enumerate(read_samples(model, inputs, layer, "tests")):
            states = rest(sample.hidden[None], sample.positions[..., None, :])
            mine = rest.logits(states)[0, -1]
            tolerance = 1e-6 if dtype == torch.float64 else 1e-5
            assert (mine - logits[row]).abs().max() <= tolerance * logits[row].abs().max()


@pytest.mark.parametrize(
    ("family", "content", "layer"),
    [("qwen2_vl", "image", 2), ("qwen3_vl", "two images", DEEPSTACK), ("llava_next", "image", 1)],
)
def test_a_tiny_model_refutes_the_assumption_and_fulfils_the_repair(family, content, layer):
    model = tiny(family, torch.float32)
    found = measure_lipschitz(model, tiny_inputs(model, content, rows=2), layer, **QUICK)
    assert found.samples == 2
    assert found.refuted
    assert found.lower_bound > 0
    assert all(row.above == 0 for row in (*found.heads, *found.repaired))
    assert all(row.residual < 1e-4 for row in found.repaired)
    assert max(row.repaired for row in found.blindness if row.repaired is not None) < 1e-4


def test_layers_before_the_last_addition_of_deepstack_are_refused():
    model = tiny("qwen3_vl", torch.float32)
    with pytest.raises(UnsupportedModel, match="adds visual features"):
        rest_of_network(model, DEEPSTACK - 1)
    assert capture(model, tiny_inputs(model, "image"), DEEPSTACK - 1).visual.shape[0] == 1
