"""A LLaVA-NeXT with random weights and a genuine processor: pictures differ in visual tokens."""

from functools import cache
from typing import Any

import torch
from transformers import (
    CLIPVisionConfig,
    LlamaConfig,
    LlavaNextConfig,
    LlavaNextForConditionalGeneration,
    LlavaNextProcessor,
)
from transformers.models.llava_next.image_processing_pil_llava_next import (
    LlavaNextImageProcessorPil,
)

from mobtheory.models.adapters import adapter_for
from mobtheory.models.embedded.architecture import build_tokenizer
from mobtheory.models.embedded.questions import VOCABULARY
from mobtheory.models.vision_language import VisionLanguageModel

LAYERS = 3
_TILE, _PATCH = 16, 4
_PINPOINTS = [[16, 32], [32, 16], [32, 32]]
_TEMPLATE = (
    "USER: {% for part in messages[0]['content'] %}"
    "{% if part['type'] == 'image' %}<image> {% else %}{{ part['text'] }} {% endif %}"
    "{% endfor %}ASSISTANT:"
)


@cache
def tiny_llava_next() -> VisionLanguageModel:
    """32 channels, 3 decoder layers, float32."""
    vision = CLIPVisionConfig(
        hidden_size=24,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        image_size=_TILE,
        patch_size=_PATCH,
    )
    text = LlamaConfig(
        vocab_size=len(VOCABULARY),
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=LAYERS,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=512,
        pad_token_id=0,
        bos_token_id=1,
        eos_token_id=2,
    )
    config = LlavaNextConfig(
        vision_config=vision,
        text_config=text,
        image_token_index=VOCABULARY.index("<image>"),
        image_grid_pinpoints=_PINPOINTS,
        vision_feature_layer=-1,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = LlavaNextForConditionalGeneration(config).eval().requires_grad_(False)
    size: dict[str, Any] = {"height": _TILE, "width": _TILE}
    processor = LlavaNextProcessor(
        image_processor=LlavaNextImageProcessorPil(
            size={"shortest_edge": _TILE}, crop_size=size, image_grid_pinpoints=_PINPOINTS
        ),
        tokenizer=build_tokenizer(),
        patch_size=_PATCH,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=_TEMPLATE,
    )
    return VisionLanguageModel(network, processor, adapter_for("llava_next", "tests"), "tiny next")
