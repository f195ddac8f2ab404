"""Models in true shapes with random weights."""

import pytest
import torch
from transformers import AutoModelForImageTextToText

from mobtheory.experiments.speed import SHAPES
from mobtheory.experiments.speed.shapes import build, inputs_of
from mobtheory.models import capture

from .small_shapes import LONG_NEXT, SMALL_LLAVA, SMALL_NEXT

pytestmark = pytest.mark.models
CPU = torch.device("cpu")


@pytest.mark.parametrize(
    ("name", "billions"),
    [("llava-1.5-7b", 7.063), ("llava-next-7b", 7.063), ("llava-next-mistral-7b", 7.567)],
)
def test_parameters_are_those_of_the_published_models(name, billions):
    with torch.device("meta"):
        network = AutoModelForImageTextToText.from_config(SHAPES[name].configuration())
    assert sum(p.numel() for p in network.parameters()) / 1e9 == pytest.approx(billions, abs=5e-4)


@pytest.mark.parametrize(("shape", "visual"), [(SMALL_LLAVA, 16), (SMALL_NEXT, 88)])
def test_inputs_hold_as_many_image_tokens_as_the_model_makes(shape, visual):
    network = build(shape, CPU, torch.float32)
    row = inputs_of(shape, network)
    assert row["input_ids"].shape == (1, 3 + visual + 5)
    cloud = capture(network, row, 0)
    assert cloud.visual.shape == (1, visual, 64)
    assert cloud.spans[0].visual[0] == 3
    assert cloud.prompt[0].shape == (5, 64)
    assert network(**row).logits.isfinite().all()


def test_a_picture_of_672_pixels_makes_2928_tokens():
    """576 of the whole picture, 4 tiles of 576, and a newline after each of their 48 rows."""
    network = build(LONG_NEXT, CPU, torch.float32)
    row = inputs_of(LONG_NEXT, network)
    assert int((row["input_ids"] == network.config.image_token_id).sum()) == 576 + 4 * 576 + 48
    true = SHAPES["llava-next-7b"].configuration()
    for part in ("image_size", "patch_size"):
        assert getattr(true.vision_config, part) == getattr(network.config.vision_config, part)
    assert true.image_grid_pinpoints == [
        [336, 672],
        [672, 336],
        [672, 672],
        [1008, 336],
        [336, 1008],
    ]


def test_weights_are_drawn_in_the_dtype_with_the_seed_and_nothing_else_is_disturbed():
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    first, again, other = (build(SMALL_NEXT, CPU, torch.bfloat16, seed=s) for s in (0, 0, 1))
    assert torch.equal(torch.rand(1), expected)
    assert {p.dtype for p in first.parameters()} == {torch.bfloat16}
    # positions in bfloat16 would collide
    assert first.model.language_model.rotary_emb.inv_freq.dtype == torch.float32
    for a, b in zip(first.parameters(), again.parameters(), strict=True):
        assert torch.equal(a, b)
        assert a.isfinite().all()
    assert not torch.equal(first.lm_head.weight, other.lm_head.weight)
    assert not first.training
