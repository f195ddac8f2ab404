"""A selection on the device is checked at the end of the layers, before anybody sees logits."""

import pytest
import torch

from mobtheory.errors import InvalidSelection
from mobtheory.models import prune_at_layer, pruned_call
from mobtheory.models.selecting import checked_selection

from .random_llava import SHORT, inputs_for, random_llava, random_third

pytestmark = pytest.mark.models


@pytest.mark.parametrize("layer", [1, 3, 5])
def test_what_came_of_a_bad_selection_is_never_handed_out(monkeypatch, layer):
    """As on CUDA: indices in range at once, the verdict when the last layer is through."""
    asked = []

    def checked_late(answer, cloud):
        kept, _ = checked_selection(random_third(1), cloud)

        def check():
            asked.append("check")
            checked_selection(answer, cloud)

        return kept, check

    monkeypatch.setattr(pruned_call, "checked_selection", checked_late)
    model = random_llava()
    inputs = inputs_for(model, SHORT)
    layers = model.model.get_decoder().layers
    last = layers[-1].register_forward_hook(lambda *_: asked.append("last layer"))
    try:
        with prune_at_layer(model, layer, lambda cloud: [[3, 2]]) as pruning:
            with pytest.raises(InvalidSelection, match="sorted"):
                model.model(**inputs)
            assert pruning.kept is pruning.kept_sequence is None
            with pytest.raises(InvalidSelection, match="sorted"):
                model.model.generate(**inputs, max_new_tokens=2)
    finally:
        last.remove()
    assert asked == ["last layer", "check"] * 2
    assert model.model(**inputs).logits.isfinite().all()


def test_a_bias_is_computed_with_a_checked_selection_only(monkeypatch):
    def checked_late(answer, cloud):
        kept, _ = checked_selection(random_third(1), cloud)
        return kept, lambda: checked_selection(answer, cloud)

    monkeypatch.setattr(pruned_call, "checked_selection", checked_late)
    model = random_llava()

    def never(cloud, kept):
        raise AssertionError("the bias was asked for")

    with (
        prune_at_layer(model, 2, lambda cloud: [[3, 2]], bias=never),
        pytest.raises(InvalidSelection),
    ):
        model.model(**inputs_for(model, SHORT))


def test_the_check_is_asked_once_and_a_good_selection_stays():
    model = random_llava()
    inputs = inputs_for(model, SHORT)
    with prune_at_layer(model, 2, lambda cloud: torch.from_numpy(random_third(1))) as pruning:
        model.model.generate(**inputs, max_new_tokens=3)
    assert pruning.kept.tolist() == random_third(1).tolist()
