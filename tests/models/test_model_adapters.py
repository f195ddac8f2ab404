"""Families are found by their model type, third parties' by entry point or by registration."""

from importlib.metadata import EntryPoint

import pytest
from torch import nn
from transformers import AutoConfig, LlavaForConditionalGeneration

from mobtheory.errors import UnsupportedModel
from mobtheory.models import adapters, register_adapter
from mobtheory.models.adapters import Adapter, adapter_for, families
from mobtheory.models.adapters._family import Family
from mobtheory.models.vision_language import parts_of

from .tiny_families import FAMILIES, LAYERS, tiny

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
