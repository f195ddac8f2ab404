"""Qwen2-VL: pictures of any size, one position each for time, height and width."""

from transformers import Qwen2VLForConditionalGeneration

from mobtheory.models.adapters._family import Family

ADAPTER = Family(Qwen2VLForConditionalGeneration)
