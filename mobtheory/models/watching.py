"""Watch a forward pass at some decoder layers, and end it at the last of them."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, suppress
from typing import Any

import torch
from torch import nn
from transformers import PreTrainedModel

from mobtheory.errors import UnsupportedModel
from mobtheory.models.hooks import exclusive, layer_index, pre_hook
from mobtheory.models.reading import arguments_of, layer_cloud, read_spans
from mobtheory.models.tokens import Spans, TokenCloud
from mobtheory.models.vision_language import VisionLanguageModel, parts_of

See = Callable[[int, nn.Module, TokenCloud, Mapping[str, Any]], object]


class _Done(Exception):
    """Ends the forward pass: what comes after the last layer asked for is not needed."""


def watch_layers(
    called: str,
    model: VisionLanguageModel | PreTrainedModel,
    inputs: Mapping[str, Any],
    layers: Iterable[int],
    see: See,
) -> None:
    """Call `see(layer, module, cloud, kwargs)` before each of `layers` runs, in ascending order.

    `called` is who is named in refusals, `kwargs` is what the layer is handed beside its tokens.
    """
    parts = parts_of(model, called)
    asked = sorted({layer_index(layer, 0, parts, called) for layer in layers})
    if not isinstance(inputs, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise UnsupportedModel(
            called,
            f"inputs of type {type(inputs).__name__}",
            "inputs is a mapping of the model's arguments",
            "Pass what VisionLanguageModel.inputs returns.",
        )
    if not asked:
        return
    spans: tuple[Spans, ...] = ()
    positions: torch.Tensor | None = None

    def read(module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        nonlocal spans
        spans = read_spans(arguments_of(module, args, kwargs), parts, called)

    def place(module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        nonlocal positions
        positions = arguments_of(module, args, kwargs)["position_ids"]

    def seen(layer: int) -> Callable[..., None]:
        def show(module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
            see(layer, module, layer_cloud(args, kwargs, positions, spans, called), kwargs)
            if layer == asked[-1]:
                raise _Done

        return show

    with exclusive(parts, called), torch.no_grad(), ExitStack() as hooks:
        hooks.enter_context(pre_hook(parts.trunk, read))
        hooks.enter_context(pre_hook(parts.rotary, place))
        for layer in asked:
            hooks.enter_context(pre_hook(parts.layers[layer], seen(layer)))
        with suppress(_Done):
            parts.network(**{**inputs, "use_cache": False})
