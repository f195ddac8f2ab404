"""What changes in a model's own forward pass when visual tokens leave at one layer.

The decoder makes its causal mask and its rotary embedding once and hands them to every layer.
From the pruned layer on both are gathered at the kept places, so kept tokens keep their position
ids and no modelling code is repeated.  No mask is ever made anew from position ids with gaps:
Transformers would take the gaps for borders between packed sequences and cut the attention.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal
from weakref import ReferenceType, ref

import torch
from torch import nn
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer

from mobtheory.errors import InvalidSelection, UnsupportedModel
from mobtheory.models.certified import certified
from mobtheory.models.certifying import LayerCertificate
from mobtheory.models.column_bias import Bias, kept_bias, with_bias
from mobtheory.models.compacting import compact_positions
from mobtheory.models.deepstack import PrunedDeepStack
from mobtheory.models.gathering import (
    kept_places,
    mask_at,
    positions_at,
    tokens_at,
    visual_places,
)
from mobtheory.models.reading import arguments_of, layer_cloud, read_spans
from mobtheory.models.selecting import checked_selection
from mobtheory.models.tokens import Spans, TokenCloud
from mobtheory.models.vision_language import Parts

CALLED = "models.prune_at_layer"

Select = Callable[[TokenCloud], Any]
Positions = Literal["keep", "compact"]


@dataclass
class Pruning:
    """What `prune_at_layer` yields: the tokens that the last prefill kept.

    Attributes
    ----------
    layer : the decoder layer whose input is pruned
    kept : (B, K) int64 tensor, the kept visual tokens counted within the visual tokens of the
        row; None before the first prefill
    kept_sequence : (B, T - N + K) int64 tensor, the places in the sequence of everything that
        was kept, text and padding included; None before the first prefill
    log_counts : (B, K) tensor, what was added to the logits of the kept visual tokens; None
        without a bias
    certificate : one `LayerCertificate` a row; None unless asked for
    """

    layer: int
    kept: torch.Tensor | None = None
    kept_sequence: torch.Tensor | None = None
    log_counts: torch.Tensor | None = None
    certificate: tuple[LayerCertificate, ...] | None = None


@dataclass(frozen=True)
class Choices:
    """What the caller of `prune_at_layer` chose."""

    select: Select
    positions: Positions = "keep"
    bias: Bias | None = None
    certify: bool = False


class PrunedCall:
    """The hooks of one `prune_at_layer` and what they remember between them."""

    def __init__(self, pruning: Pruning, choices: Choices, parts: Parts) -> None:
        self.pruning, self.choices, self.parts = pruning, choices, parts
        add = parts.adapter.deepstack(parts.decoder)
        self.deepstack = None if add is None else PrunedDeepStack(add, pruning.layer)
        self.forget()

    def forget(self) -> None:
        """Let go of everything that belongs to one prefill, apart from what it kept."""
        self.spans: tuple[Spans, ...] | None = None
        self.real: torch.Tensor | None = None  # (B, T): which tokens are no padding
        self.positions: torch.Tensor | None = None  # as the rotary embedding was given them
        self.compact: torch.Tensor | None = None  # the positions of the kept tokens, renumbered
        self.columns: torch.Tensor | None = None  # (B, T'): the bias of every kept token
        self.expected = self.stepping = self.whole = False
        self.cache: ReferenceType[DynamicCache] | None = None
        self.length = self.cached = 0
        self.made: dict[tuple[str, int], tuple[Any, Any]] = {}
        self.check: Callable[[], None] | None = None  # of the selection, if the host has yet to
        if self.deepstack is not None:
            self.deepstack.forget()

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
            self.expected = self.stepping = True
            self.made = {}
            return
        self.forget()
        self.pruning.kept = self.pruning.kept_sequence = self.pruning.log_counts = None
        self.pruning.certificate = None
        self.spans = read_spans(call, self.parts, CALLED)
        self.real = call.get("attention_mask")
        self.expected = True

    def place(self, module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Before the rotary embedding: note the positions of the tokens."""
        self.positions = arguments_of(module, args, kwargs)["position_ids"]

    def _check_step(self, cache: DynamicCache, call: dict[str, Any]) -> None:
        """Refuse every decoding step whose mask could not be told from what was kept."""
        known = self.cache is not None and self.cache() is cache and self.whole
        if not known or cache.get_seq_length() != self.cached:
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
        self.whole = False

    def enter(self, _: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """At the pruned layer: drop tokens in a prefill, and adapt what else it is handed."""
        if not self.expected:
            raise unsupported(
                "a call of the decoder alone",
                "the visual tokens are found in the input_ids of the whole model",
                "Call the model itself, not a part of it.",
            )
        self.expected = False
        if self.stepping:
            return args, self._adapted(kwargs)
        cloud, kept = self._choose(args, kwargs)
        hidden, kwargs = tokens_at(cloud.hidden, kept), self._adapted(kwargs)
        return ((hidden, *args[1:]), kwargs) if args else ((), {**kwargs, "hidden_states": hidden})

    def after(self, _: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """At every later layer: the kept tokens arrive by themselves, their places do not."""
        return args, self._adapted(kwargs)

    def leave(self, *_: Any) -> None:
        """After the trunk: refuse a pass whose layers are not those that are hooked."""
        if self.expected:
            raise unsupported(
                f"a forward pass that never reached layer {self.pruning.layer}",
                "nothing was pruned in it",
                "Compile or replace modules after the context, or not at all.",
            )

    def settle(self, *_: Any) -> None:
        """After the last layer: refuse a bad selection before anybody sees what came of it."""
        self.made, self.whole = {}, True  # a pass cut short has filled some layers only
        check, self.check = self.check, None
        if check is None:
            return
        try:
            check()
        except InvalidSelection:
            self.forget()
            self.pruning.kept = self.pruning.kept_sequence = None
            raise

    def _choose(
        self, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[TokenCloud, torch.Tensor]:
        """Ask for the selection; note the kept places, their bias and their positions."""
        cache = kwargs.get("past_key_values")
        if cache is not None and any(type(layer) is not DynamicLayer for layer in cache.layers):
            raise unsupported(
                "a cache with sliding-window or quantized layers",
                "only full-attention layers hold the very tokens that pruning keeps",
                "Use a model and a cache with full attention, or use_cache=False.",
            )
        assert self.spans is not None
        cloud = layer_cloud(args, kwargs, self.positions, self.spans, CALLED)
        chosen, self.check = checked_selection(self.choices.select(cloud), cloud)
        if self.choices.bias is not None or self.choices.certify:
            self.settle()  # these compute with it
        kept = kept_places(chosen, cloud)
        if self.choices.bias is not None:
            bias = kept_bias(self.choices.bias, cloud, chosen)
            self.columns = _columns(bias, chosen, kept, cloud)
            self.pruning.log_counts = bias
        if self.choices.certify:
            self.pruning.certificate = self._certificate(cloud, kwargs, chosen)
        if self.choices.positions == "compact":
            self.compact = compact_positions(cloud.positions, kept, self.real)
        if self.deepstack is not None:
            self.deepstack.keep(chosen, kept)
        self.pruning.kept, self.pruning.kept_sequence = chosen, kept
        self.length = self.cached = cloud.hidden.shape[1]
        self.cache = None if cache is None else ref(cache)
        self.spans = self.positions = self.real = None
        return cloud, kept

    def _certificate(
        self, cloud: TokenCloud, kwargs: dict[str, Any], chosen: torch.Tensor
    ) -> tuple[LayerCertificate, ...]:
        layer = self.pruning.layer
        method = "plain" if self.choices.bias is None else "log-count"
        module = self.parts.layers[layer]
        return certified(CALLED, layer, module, cloud, kwargs, self.real, chosen, method)

    def _adapted(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        """What a layer from the pruned one on is handed, in terms of the kept tokens."""
        makers = {
            "attention_mask": self._mask,
            "position_embeddings": self._embeddings,
            "position_ids": self._position_ids,
        }
        changed: dict[str, Any] = {}
        for name, make in makers.items():
            given = kwargs.get(name)
            # layers are handed the same few tensors: each is adapted once a call, and held so
            # that its id stays its own
            if (name, id(given)) not in self.made:
                self.made[name, id(given)] = given, make(given)
            changed[name] = self.made[name, id(given)][1]
        return {**kwargs, **changed}

    def _kept_columns(self) -> torch.Tensor:
        """The places (B, T') of all tokens whose keys the layer holds, new ones included."""
        kept = self.pruning.kept_sequence
        assert kept is not None
        new = torch.arange(self.length, self.cached, device=kept.device)
        return torch.cat([kept, new.expand(len(kept), -1)], dim=1) if len(new) else kept

    def _mask(self, mask: torch.Tensor | None) -> torch.Tensor | None:
        if mask is None and self.columns is None:
            return None
        at = self._kept_columns()
        gathered = mask_at(mask, at, rows=None if self.stepping else at)
        if self.columns is None:
            return gathered
        bias = nn.functional.pad(self.columns, (0, at.shape[1] - self.columns.shape[1]))
        return with_bias(gathered, bias, queries=1 if self.stepping else at.shape[1])

    def _embeddings(self, given: Any) -> Any:
        if self.compact is not None:
            positions = self.compact
            if self.stepping:
                step = self.cached - self.length
                positions = positions.amax(-1, keepdim=True) + step
            return self.parts.rotary(given[0], positions.to(given[0].device))
        if self.stepping:
            return given
        assert self.pruning.kept_sequence is not None
        kept = self.pruning.kept_sequence
        return tuple(tokens_at(part, kept) for part in given)

    def _position_ids(self, given: torch.Tensor | None) -> torch.Tensor | None:
        if given is None or self.stepping:
            return given
        assert self.pruning.kept_sequence is not None
        return positions_at(given, self.pruning.kept_sequence)


def _columns(
    bias: torch.Tensor, chosen: torch.Tensor, kept: torch.Tensor, cloud: TokenCloud
) -> torch.Tensor:
    """The bias (B, K) of the kept visual tokens among all kept tokens, (B, T'); text has none."""
    everywhere = bias.new_zeros(cloud.hidden.shape[:2])
    everywhere.scatter_(1, visual_places(cloud.spans, chosen).gather(1, chosen), bias)
    return everywhere.gather(1, kept)


def unsupported(received: str, rule: str, mend: str) -> UnsupportedModel:
    return UnsupportedModel(CALLED, received, rule, mend)
