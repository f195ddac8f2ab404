"""The tokens that enter several decoder layers, seen in one forward pass."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, suppress
from typing import Any

import torch
from torch import nn
from transformers import PreTrainedModel

from mobtheory.models.hooks import exclusive, layer_index, pre_hook
from mobtheory.models.reading import arguments_of, layer_cloud, read_spans
from mobtheory.models.tokens import Spans, TokenCloud
from mobtheory.models.vision_language import VisionLanguageModel, parts_of

_CALLED = "models.see_layers"


class _Done(Exception):
    """Ends the forward pass once the last layer asked for has been seen."""


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
    parts = parts_of(model, _CALLED)
    asked = sorted({layer_index(layer, 0, parts, _CALLED) for layer in layers})
    if not asked:
        return
    spans: tuple[Spans, ...] = ()
    positions: torch.Tensor | None = None

    def read(module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        nonlocal spans
        spans = read_spans(arguments_of(module, args, kwargs), parts, _CALLED)

    def place(module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        nonlocal positions
        positions = arguments_of(module, args, kwargs)["position_ids"]

    def seen(layer: int) -> Callable[..., None]:
        def show(_: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
            see(layer, layer_cloud(args, kwargs, positions, spans, _CALLED))
            if layer == asked[-1]:
                raise _Done

        return show

    with exclusive(parts, _CALLED), torch.no_grad(), ExitStack() as hooks:
        hooks.enter_context(pre_hook(parts.trunk, read))
        hooks.enter_context(pre_hook(parts.rotary, place))
        for layer in asked:
            hooks.enter_context(pre_hook(parts.layers[layer], seen(layer)))
        with suppress(_Done):
            parts.network(**{**inputs, "use_cache": False})
