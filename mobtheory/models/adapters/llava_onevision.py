"""LLaVA-OneVision: tiles as in LLaVA-NeXT, videos by a token of their own, a Qwen2."""

from transformers import LlavaOnevisionForConditionalGeneration

from mobtheory.models.adapters._family import Family

ADAPTER = Family(LlavaOnevisionForConditionalGeneration)
