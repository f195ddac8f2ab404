"""Hooks that never outlive their context, one user of a model at a time."""

import operator
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any
from weakref import WeakSet

from torch import nn

from mobtheory.errors import UnsupportedModel
from mobtheory.models.vision_language import Parts

_hooked: WeakSet[nn.Module] = WeakSet()


@contextmanager
def exclusive(parts: Parts, called: str) -> Generator[None]:
    """Refuse a second hooking of the same decoder: it would see tokens already pruned."""
    if parts.decoder in _hooked:
        raise UnsupportedModel(
            called,
            f"a {type(parts.network).__name__} inside another prune_at_layer or capture",
            "one model is pruned or captured by one context at a time",
            "Leave the outer context first.",
        )
    _hooked.add(parts.decoder)
    try:
        yield
    finally:
        _hooked.discard(parts.decoder)


@contextmanager
def pre_hook(module: nn.Module, hook: Callable[..., Any]) -> Generator[None]:
    """Call `hook` with (module, args, kwargs) before every forward of `module`."""
    handle = module.register_forward_pre_hook(hook, with_kwargs=True)
    try:
        yield
    finally:
        handle.remove()


def layer_index(layer: Any, lowest: int, parts: Parts, called: str) -> int:
    """`layer` as an index into the decoder layers, at least `lowest`."""
    try:
        index = None if isinstance(layer, bool) else operator.index(layer)
    except TypeError:
        index = None
    if index is None or not lowest <= index < len(parts.layers):
        raise UnsupportedModel(
            called,
            f"layer {layer!r}",
            f"layer is an integer from {lowest} to {len(parts.layers) - 1} for this model",
            "Layer l means the input of decoder layer l, counted from 0."
            + (" All tokens must pass at least one layer before any is dropped." if lowest else ""),
        )
    return index
