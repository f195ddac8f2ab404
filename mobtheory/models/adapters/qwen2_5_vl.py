"""Qwen2.5-VL: as Qwen2-VL, with the time of a video frame in its position."""

from transformers import Qwen2_5_VLForConditionalGeneration

from mobtheory.models.adapters._family import Family

ADAPTER = Family(Qwen2_5_VLForConditionalGeneration)
