"""LLaVA-NeXT: a picture and its tiles, a newline token after every row of tiles."""

from transformers import LlavaNextForConditionalGeneration

from mobtheory.models.adapters._family import Family

ADAPTER = Family(LlavaNextForConditionalGeneration)
