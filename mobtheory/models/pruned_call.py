"""What changes in a model's own forward pass when visual tokens leave at one layer.

The decoder makes its causal mask and its rotary embedding once and hands them to every layer.
From the pruned layer on both are gathered at the kept places, so kept tokens keep their position
ids and no modelling code is repeated.  No mask is ever made anew from position ids with gaps:
Transformers would take the gaps for borders between packed sequences and cut the attention.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from weakref import ReferenceType, ref

import torch
from torch import nn
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer

from mobtheory.errors import UnsupportedModel
from mobtheory.models.reading import arguments_of, layer_cloud, read_spans
from mobtheory.models.selecting import checked_selection
from mobtheory.models.tokens import Spans, TokenCloud
from mobtheory.models.vision_language import Parts

CALLED = "models.prune_at_layer"

Select = Callable[[TokenCloud], Any]


@dataclass
class Pruning:
    """What `prune_at_layer` yields: the tokens that the last prefill kept.

    Attributes
    ----------
    layer : the decoder layer whose input is pruned
    kept : (B, K) int64 tensor, the kept visual tokens counted within the visual span; None
        before the first prefill
    kept_sequence : (B, T - N + K) int64 tensor, the places in the sequence of everything that
        was kept, text and padding included; None before the first prefill
    """

    layer: int
    kept: torch.Tensor | None = None
    kept_sequence: torch.Tensor | None = None


class PrunedCall:
    """The hooks of one `prune_at_layer` and what they remember between them."""

    def __init__(self, pruning: Pruning, select: Select, parts: Parts) -> None:
        self.pruning, self.select, self.parts = pruning, select, parts
        self.forget()

    def forget(self) -> None:
        """Let go of everything that belongs to one prefill, apart from what it kept."""
        self.spans: tuple[Spans, ...] | None = None
        self.positions: torch.Tensor | None = None
        self.stepping = False
        self.cache: ReferenceType[DynamicCache] | None = None
        self.length = self.cached = 0
        self.changed: dict[str, Any] = {}

    def begin(self, module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Before the trunk: tell a prefill from a decoding step."""
        call = arguments_of(module, args, kwargs)
        cache = call.get("past_key_values")
        if cache is not None and type(cache) is not DynamicCache:
            raise unsupported(
                f"a {type(cache).__name__}",
                "a pruned cache has layers of different lengths, which only DynamicCache holds",
                "Use the default cache, or use_cache=False.",
            )
        if cache is not None and cache.get_seq_length() > 0:
            self._check_step(cache, call)
            self.stepping = True
            return
        self.forget()
        self.pruning.kept = self.pruning.kept_sequence = None
        self.spans = read_spans(call, self.parts, CALLED)

    def place(self, module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Before the rotary embedding: note the positions of the tokens."""
        self.positions = arguments_of(module, args, kwargs)["position_ids"]

    def _check_step(self, cache: DynamicCache, call: dict[str, Any]) -> None:
        """Refuse every decoding step whose mask could not be told from what was kept."""
        if self.cache is None or self.cache() is not cache or cache.get_seq_length() != self.cached:
            raise unsupported(
                "a cache that something else has filled or cropped",
                "the cache of a pruned prompt is filled and used inside one context",
                "Run the whole prompt inside this context, without a cache or with an empty one.",
            )
        new = call.get("input_ids")
        new = call.get("inputs_embeds") if new is None else new
        if new is None or new.shape[1] != 1:
            raise unsupported(
                "several new tokens for a filled cache",
                "decoding goes one token at a time",
                "Do without chunked prefill, assisted decoding and follow-up turns on one cache.",
            )
        self.cached += 1

    def enter(self, _: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """At the pruned layer: drop tokens in a prefill, adapt the mask in a decoding step."""
        mask = kwargs.get("attention_mask")
        if self.stepping:
            self.stepping = False
            self.changed = {"attention_mask": self._step_mask(mask)}
            return args, {**kwargs, **self.changed}
        if self.spans is None:
            raise unsupported(
                "a call of the decoder alone",
                "the visual tokens are found in the input_ids of the whole model",
                "Call the model itself, not a part of it.",
            )
        cache = kwargs.get("past_key_values")
        if cache is not None and any(type(layer) is not DynamicLayer for layer in cache.layers):
            raise unsupported(
                "a cache with sliding-window or quantized layers",
                "only full-attention layers hold the very tokens that pruning keeps",
                "Use a model and a cache with full attention, or use_cache=False.",
            )
        cloud = layer_cloud(args, kwargs, self.positions, self.spans, CALLED)
        self.spans = self.positions = None
        chosen = checked_selection(self.select(cloud), cloud)
        kept = _sequence_indices(chosen, cloud)
        self.pruning.kept, self.pruning.kept_sequence = chosen, kept
        self.length = self.cached = cloud.hidden.shape[1]
        self.cache = None if cache is None else ref(cache)
        self.changed = {
            "attention_mask": _mask_at(mask, kept, rows=kept),
            "position_ids": _positions_at(kwargs.get("position_ids"), kept),
            "position_embeddings": tuple(
                _tokens_at(part, kept) for part in kwargs["position_embeddings"]
            ),
        }
        hidden, kwargs = _tokens_at(cloud.hidden, kept), {**kwargs, **self.changed}
        return ((hidden, *args[1:]), kwargs) if args else ((), {**kwargs, "hidden_states": hidden})

    def after(self, _: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """At every later layer: the kept tokens arrive by themselves, their places do not."""
        return args, {**kwargs, **self.changed}

    def _step_mask(self, mask: torch.Tensor | None) -> torch.Tensor | None:
        kept = self.pruning.kept_sequence
        if mask is None or kept is None:
            return mask
        new = torch.arange(self.length, mask.shape[-1], device=kept.device)
        return _mask_at(mask, torch.cat([kept, new.expand(len(kept), -1)], dim=1))


def _sequence_indices(chosen: torch.Tensor, cloud: TokenCloud) -> torch.Tensor:
    """Everything but the dropped visual tokens, in order."""
    stays = torch.ones(cloud.hidden.shape[:2], dtype=torch.bool, device=chosen.device)
    for row, span, indices in zip(stays, cloud.spans, chosen, strict=True):
        visual = torch.from_numpy(span.visual).to(chosen.device)
        row[visual] = False
        row[visual[indices]] = True
    return stays.nonzero()[:, 1].view(len(chosen), -1)


def _positions_at(positions: torch.Tensor | None, kept: torch.Tensor) -> torch.Tensor | None:
    """Columns `kept` (B, K) of the (B or 1, T) position ids that a layer is handed."""
    return None if positions is None else positions.expand(len(kept), -1).gather(1, kept)


def _tokens_at(tensor: torch.Tensor, kept: torch.Tensor) -> torch.Tensor:
    """Rows `kept` (B, K) of a (B or 1, T, d) tensor."""
    expanded = tensor.expand(len(kept), -1, -1)
    return expanded.gather(1, kept[..., None].expand(-1, -1, tensor.shape[-1]))


def _mask_at(
    mask: torch.Tensor | None, columns: torch.Tensor, rows: torch.Tensor | None = None
) -> torch.Tensor | None:
    """The chosen key columns, and query rows, of a (B or 1, H, Q, T) mask; None is causal."""
    if mask is None:
        return None
    mask = mask.expand(len(columns), -1, -1, -1)
    if rows is not None:
        mask = mask.gather(2, rows[:, None, :, None].expand(-1, mask.shape[1], -1, mask.shape[3]))
    return mask.gather(3, columns[:, None, None, :].expand(-1, *mask.shape[1:3], -1))


def unsupported(received: str, rule: str, mend: str) -> UnsupportedModel:
    return UnsupportedModel(CALLED, received, rule, mend)
