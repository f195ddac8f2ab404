"""The layout that the shipped families share: a vision tower, a projector, one text model."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import nn
from transformers import PreTrainedModel

from mobtheory.models.adapters._base import DeepStack

_PIXELS = {"image": "pixel_values", "video": "pixel_values_videos"}


@dataclass(frozen=True)
class Family:
    """An adapter for a class of Transformers with that layout."""

    model_class: type[PreTrainedModel]

    def trunk(self, model: PreTrainedModel) -> nn.Module:
        return model.model

    def decoder(self, model: PreTrainedModel) -> PreTrainedModel:
        return model.get_decoder()

    def visual_tokens(self, model: PreTrainedModel) -> Mapping[str, int]:
        tokens = {kind: getattr(model.config, f"{kind}_token_id", None) for kind in _PIXELS}
        return {kind: token for kind, token in tokens.items() if token is not None}

    def has_content(self, arguments: Mapping[str, Any], kind: str) -> bool:
        # generate() runs the vision tower first and hands its outputs on instead of the pixels
        encoded = arguments.get("mm_encoder_outputs") or {}
        return arguments.get(_PIXELS[kind]) is not None or encoded.get(kind) is not None

    def attention(self, layer: nn.Module) -> nn.Module:
        attention = layer.self_attn
        assert isinstance(attention, nn.Module)
        return attention

    def deepstack(self, decoder: PreTrainedModel) -> DeepStack | None:
        return None
