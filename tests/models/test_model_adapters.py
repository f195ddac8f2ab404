"""Families are found by their model type, third parties' by entry point or by registration."""

from importlib.metadata import EntryPoint

import numpy as np
import pytest
import torch
from torch import nn
from transformers import (
    AutoConfig,
    CLIPVisionConfig,
    LlamaConfig,
    LlavaForConditionalGeneration,
    LlavaNextVideoConfig,
    LlavaNextVideoForConditionalGeneration,
)

from mobtheory.errors import UnsupportedModel
from mobtheory.models import adapters, prune_at_layer, register_adapter
from mobtheory.models.adapters import Adapter, Family, adapter_for, families
from mobtheory.models.vision_language import parts_of

from .mask_oracle import forbidden, readable_tokens
from .tiny_families import FAMILIES, IMAGE, LAYERS, TEXT, TOWER, VIDEO, random_weights, tiny

pytestmark = pytest.mark.models


class AbacusAdapter(Family):
    """An adapter of somebody else."""


ABACUS = AbacusAdapter(LlavaForConditionalGeneration)


@pytest.fixture
def third_party(monkeypatch):
    def entries(*, group, name=None):
        found = [
            EntryPoint(model_type, f"{__name__}:ABACUS", group)
            for model_type in ("abacus", "llava")
            if name in {None, model_type}
        ]
        return found if group == "mobtheory.adapters" else []

    monkeypatch.setattr(adapters, "entry_points", entries)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_ships_under_the_model_type_of_its_configuration(family):
    adapter = adapter_for(family, "tests")
    assert isinstance(adapter, Adapter)
    assert adapter.model_class.config_class is type(AutoConfig.for_model(family))
    assert families() == tuple(sorted(FAMILIES))


@pytest.mark.parametrize("family", FAMILIES)
def test_the_parts_of_a_model_are_its_own(family):
    model = tiny(family)
    parts = parts_of(model, "tests")
    names = {id(module): name for name, module in model.named_modules()}
    assert names[id(parts.trunk)] == "model"
    assert names[id(parts.decoder)] == "model.language_model"
    assert names[id(parts.layers)] == "model.language_model.layers"
    assert names[id(parts.rotary)] == "model.language_model.rotary_emb"
    assert len(parts.layers) == LAYERS
    for number, layer in enumerate(parts.layers):
        attention = parts.adapter.attention(layer)
        assert names[id(attention)] == f"model.language_model.layers.{number}.self_attn"
        assert isinstance(attention.q_proj, nn.Linear)


@pytest.mark.usefixtures("third_party")
def test_a_third_party_adds_a_family_and_replaces_none():
    assert families() == tuple(sorted([*FAMILIES, "abacus"]))
    assert isinstance(adapter_for("abacus", "tests"), AbacusAdapter)
    assert not isinstance(adapter_for("llava", "tests"), AbacusAdapter)


@pytest.mark.parametrize("model_type", ["_base", "__init__", "", "abacus"])
def test_an_unknown_family_is_told_the_known_ones(model_type):
    with pytest.raises(UnsupportedModel, match=r"Use one of: internvl, llava, .*video_llava"):
        adapter_for(model_type, "tests")


def test_a_registered_family_is_found(monkeypatch):
    monkeypatch.setattr(adapters, "_registered", {})
    register_adapter("abacus", ABACUS)
    assert adapter_for("abacus", "tests") is ABACUS
    assert "abacus" in families()


@pytest.mark.parametrize("family", FAMILIES)
def test_a_shipped_family_is_not_replaced(family):
    with pytest.raises(UnsupportedModel, match="shipped"):
        register_adapter(family, ABACUS)


@pytest.mark.parametrize("wrong", [None, LlavaForConditionalGeneration, object()])
def test_what_is_no_adapter_is_not_registered(wrong):
    with pytest.raises(UnsupportedModel, match="all parts"):
        register_adapter("abacus", wrong)
    assert "abacus" not in families()


def test_a_class_of_transformers_that_is_not_shipped_is_registered_in_a_line(monkeypatch):
    monkeypatch.setattr(adapters, "_registered", {})
    config = LlavaNextVideoConfig(
        vision_config=CLIPVisionConfig(**TOWER),
        text_config=LlamaConfig(**TEXT),
        image_token_index=IMAGE,
        video_token_index=VIDEO,
        vision_feature_layer=-1,
    )
    model = random_weights(lambda: LlavaNextVideoForConditionalGeneration(config)).double()
    ids = torch.tensor([[1, 5, 6, *[VIDEO] * 8, 7, 8, 9]])  # two frames, pooled to 2 x 2
    generator = torch.Generator().manual_seed(0)
    frames = torch.randn(1, 2, 3, 16, 16, generator=generator, dtype=torch.float64)
    inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
    inputs["pixel_values_videos"] = frames
    kept = np.array([[0, 3, 5]])
    with (
        pytest.raises(UnsupportedModel, match="'llava_next_video'"),
        prune_at_layer(model, 2, lambda cloud: kept),
    ):
        pass
    register_adapter("llava_next_video", Family(LlavaNextVideoForConditionalGeneration))
    with prune_at_layer(model, 2, lambda cloud: kept):
        pruned = model(**inputs).logits[:, -1]
    with forbidden(model, 2, readable_tokens(model, inputs, kept)):
        masked = model(**inputs).logits[:, -1]
    assert (pruned - masked).abs().max() <= 1e-6 * masked.abs().max()
