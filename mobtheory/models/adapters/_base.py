"""What the harness must know about a model family."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol, runtime_checkable

import torch
from torch import nn
from transformers import PreTrainedModel

DeepStack = Callable[[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]


@runtime_checkable
class Adapter(Protocol):
    """One model family; the file name in this folder is its ``config.model_type``.

    A third party registers an instance under the entry point group ``mobtheory.adapters``,
    with the ``config.model_type`` as the entry point's name, or with `register_adapter`.
    """

    @property
    def model_class(self) -> type[PreTrainedModel]:
        """The class whose ``forward`` and ``generate`` the user calls."""
        ...

    def trunk(self, model: PreTrainedModel) -> nn.Module:
        """The module that is handed ``input_ids``, ``attention_mask`` and the picture."""
        ...

    def decoder(self, model: PreTrainedModel) -> PreTrainedModel:
        """The text model: it owns ``layers`` and makes their mask and rotary embedding."""
        ...

    def visual_tokens(self, model: PreTrainedModel) -> Mapping[str, int]:
        """The token id that holds the place of a visual token in ``input_ids``, by its kind.

        The kinds are ``"image"`` and, where the family reads videos by a token of their own,
        ``"video"``.
        """
        ...

    def has_content(self, arguments: Mapping[str, Any], kind: str) -> bool:
        """Whether this call of the trunk brings content for the visual tokens of a kind."""
        ...

    def attention(self, layer: nn.Module) -> nn.Module:
        """The self-attention of a decoder layer."""
        ...

    def deepstack(self, decoder: PreTrainedModel) -> DeepStack | None:
        """How the decoder adds visual features after each of its first layers; None: it does not.

        Called with hidden states (B, T, d), the mask (B, T) of the visual tokens and the
        features of one layer (B * N, d).  The decoder is handed the mask and a list of the
        features as ``visual_pos_masks`` and ``deepstack_visual_embeds``.
        """
        ...
