"""DeepStack under pruning: the features of dropped tokens are left out with them.

A decoder with DeepStack adds visual features to its hidden states after each of its first
layers, at the places of all visual tokens.  From a pruned layer on some of them are gone, so the
features are taken from the decoder and added here, by its own code, at the entrance of the next
layer: all of them before the pruned layer, those of the kept tokens after it.
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import nn

from mobtheory.models.adapters import DeepStack
from mobtheory.models.gathering import tokens_at

Hook = Callable[[nn.Module, tuple[Any, ...], dict[str, Any]], Any]


class PrunedDeepStack:
    """The hooks of DeepStack for pruning at `layer`."""

    def __init__(self, add: DeepStack, layer: int) -> None:
        self.add, self.layer = add, layer
        self.forget()

    def forget(self) -> None:
        self.features: Sequence[torch.Tensor] = ()
        self.places: torch.Tensor | None = None  # (B, T) mask of the visual tokens

    def take(self, _: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Before the decoder: what would be added after the pruned layer is taken away."""
        self.forget()
        features = kwargs.get("deepstack_visual_embeds")
        if features is None or len(features) <= self.layer:
            return None  # all is added before a token is dropped
        self.features, self.places = features, kwargs["visual_pos_masks"]
        return args, {**kwargs, "deepstack_visual_embeds": None}

    def keep(self, chosen: torch.Tensor, kept: torch.Tensor) -> None:
        """At the pruned layer: the kept visual tokens (B, K) and all kept places (B, T')."""
        if self.places is None:
            return
        rows, device = len(chosen), self.places.device
        self.places = self.places.gather(1, kept.to(device))
        self.features = [
            tokens_at(part.view(rows, -1, part.shape[-1]), chosen).flatten(0, 1)
            for part in self.features
        ]

    def after(self, number: int) -> Hook:
        """The hook at the entrance of whatever follows decoder layer `number`."""

        def enter(_: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
            if self.places is None or number >= len(self.features):
                return None
            hidden = args[0] if args else kwargs["hidden_states"]
            hidden = self.add(hidden, self.places, self.features[number])
            return (
                ((hidden, *args[1:]), kwargs) if args else ((), {**kwargs, "hidden_states": hidden})
            )

        return enter
