"""The tokens that enter several decoder layers, seen in one forward pass."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from transformers import PreTrainedModel

from mobtheory.models.tokens import TokenCloud
from mobtheory.models.vision_language import VisionLanguageModel
from mobtheory.models.watching import watch_layers

_CALLED = "models.see_layers"


def see_layers(
    model: VisionLanguageModel | PreTrainedModel,
    inputs: Mapping[str, Any],
    layers: Iterable[int],
    see: Callable[[int, TokenCloud], object],
) -> None:
    """Call `see(layer, cloud)` with the tokens that enter each of `layers`, in ascending order.

    Parameters
    ----------
    model, inputs : as for `capture`
    layers : 0-based decoder layers
    see : reads what it needs; the cloud is not kept, so that memory does not grow with the layers

    Raises
    ------
    UnsupportedModel
        As for `capture`, but for tokens that are not finite: `see` finds them as they are.

    Examples
    --------
    >>> from mobtheory.models import load
    >>> from mobtheory.models.embedded import held_out_scene
    >>> model = load("embedded")
    >>> inputs = model.inputs(
    ...     held_out_scene(0).image, model.prompt("what is the background colour ?"))
    >>> see_layers(model, inputs, [0, 5], lambda layer, cloud: print(layer, *cloud.visual.shape))
    0 1 144 128
    5 1 144 128
    """
    watch_layers(_CALLED, model, inputs, layers, lambda layer, _, cloud, __: see(layer, cloud))
