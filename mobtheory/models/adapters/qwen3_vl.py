"""Qwen3-VL: as Qwen2-VL, and DeepStack adds visual features after its first decoder layers."""

from typing import Any

from transformers import PreTrainedModel, Qwen3VLForConditionalGeneration

from mobtheory.models.adapters._base import DeepStack
from mobtheory.models.adapters._family import Family


class Qwen3VLFamily(Family):
    """The decoder itself says how it adds them."""

    def deepstack(self, decoder: PreTrainedModel) -> DeepStack | None:
        add: Any = decoder._deepstack_process  # pyright: ignore[reportPrivateUsage]
        return add


ADAPTER = Qwen3VLFamily(Qwen3VLForConditionalGeneration)
