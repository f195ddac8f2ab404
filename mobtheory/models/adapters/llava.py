"""LLaVA 1.5: a vision tower, a projector and a Llama-like decoder in one sequence."""

from collections.abc import Mapping
from typing import Any

from torch import nn
from transformers import LlavaForConditionalGeneration, PreTrainedModel


class LlavaAdapter:
    """``LlavaForConditionalGeneration``, for example ``llava-hf/llava-1.5-7b-hf``."""

    model_class: type[PreTrainedModel] = LlavaForConditionalGeneration

    def trunk(self, model: PreTrainedModel) -> nn.Module:
        return model.model

    def decoder(self, model: PreTrainedModel) -> PreTrainedModel:
        return model.get_decoder()

    def image_token(self, model: PreTrainedModel) -> int:
        return model.config.image_token_id

    def has_picture(self, arguments: Mapping[str, Any]) -> bool:
        # generate() runs the vision tower first and hands its outputs on instead of the pixels
        encoded = arguments.get("mm_encoder_outputs") or {}
        return arguments.get("pixel_values") is not None or encoded.get("image") is not None


ADAPTER = LlavaAdapter()
