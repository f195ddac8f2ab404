"""LLaVA-1.5: one CLIP tower, a projector, a Llama; for example ``llava-hf/llava-1.5-7b-hf``."""

from transformers import LlavaForConditionalGeneration

from mobtheory.models.adapters._family import Family

ADAPTER = Family(LlavaForConditionalGeneration)
