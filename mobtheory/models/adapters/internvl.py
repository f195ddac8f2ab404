"""InternVL in Transformers: tiles by pixel shuffle, video frames as pictures, a Qwen2."""

from transformers import InternVLForConditionalGeneration

from mobtheory.models.adapters._family import Family

ADAPTER = Family(InternVLForConditionalGeneration)
