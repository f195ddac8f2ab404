"""Video-LLaVA: a tower for pictures, one for the eight frames of a video, one Llama."""

from transformers import VideoLlavaForConditionalGeneration

from mobtheory.models.adapters._family import Family

ADAPTER = Family(VideoLlavaForConditionalGeneration)
