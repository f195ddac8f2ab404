"""Families are found by their model type, third parties' by entry point."""

from importlib.metadata import EntryPoint

import pytest
from transformers import LlavaForConditionalGeneration

from mobtheory.errors import UnsupportedModel
from mobtheory.models import adapters
from mobtheory.models.adapters import adapter_for, families
from mobtheory.models.adapters.llava import LlavaAdapter

pytestmark = pytest.mark.models


class AbacusAdapter(LlavaAdapter):
    """An adapter of somebody else."""


ABACUS = AbacusAdapter()


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


def test_llava_ships():
    assert "llava" in families()
    assert adapter_for("llava", "tests").model_class is LlavaForConditionalGeneration


@pytest.mark.usefixtures("third_party")
def test_a_third_party_adds_a_family_and_replaces_none():
    assert families() == ("abacus", "llava")
    assert isinstance(adapter_for("abacus", "tests"), AbacusAdapter)
    assert not isinstance(adapter_for("llava", "tests"), AbacusAdapter)


@pytest.mark.parametrize("model_type", ["_base", "__init__", "", "abacus"])
def test_an_unknown_family_is_told_the_known_ones(model_type):
    with pytest.raises(UnsupportedModel, match="Use one of: llava"):
        adapter_for(model_type, "tests")
