"""Models in their true shapes with random weights: what a layer takes does not depend on them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from transformers import (
    AutoModelForImageTextToText,
    CLIPVisionConfig,
    LlamaConfig,
    LlavaConfig,
    LlavaNextConfig,
    MistralConfig,
    PreTrainedConfig,
    PreTrainedModel,
)

_IMAGE_TOKEN = 32000
_FIRST_WORD = 3  # below it are the tokens for the beginning, the end and the unknown


@dataclass(frozen=True)
class Shape:
    """A model that can be built without its weights.

    Attributes
    ----------
    configuration : makes the family's own configuration
    picture : height and width of the picture in pixels
    text_before, text_after : text tokens before the picture, the first of the sequence included,
        and after it: the system prompt of Vicuna, and a question of two dozen tokens
    """

    configuration: Callable[[], PreTrainedConfig]
    picture: tuple[int, int]
    text_before: int = 35
    text_after: int = 25


def _tower() -> CLIPVisionConfig:
    """CLIP ViT-L/14 at 336 pixels."""
    return CLIPVisionConfig(
        hidden_size=1024,
        intermediate_size=4096,
        num_hidden_layers=24,
        num_attention_heads=16,
        image_size=336,
        patch_size=14,
        projection_dim=768,
    )


def _vicuna() -> LlamaConfig:
    """Vicuna-7B with the two tokens that LLaVA adds, padded to 32064."""
    return LlamaConfig(
        vocab_size=32064,
        hidden_size=4096,
        intermediate_size=11008,
        num_hidden_layers=32,
        num_attention_heads=32,
        max_position_embeddings=4096,
        rms_norm_eps=1e-5,
        tie_word_embeddings=False,
    )


def _mistral() -> MistralConfig:
    """Mistral-7B-Instruct-v0.2, which has no sliding window."""
    return MistralConfig(
        vocab_size=32064,
        hidden_size=4096,
        intermediate_size=14336,
        num_hidden_layers=32,
        num_attention_heads=32,
        num_key_value_heads=8,
        max_position_embeddings=32768,
        sliding_window=None,
        tie_word_embeddings=False,
    )


def _llava() -> LlavaConfig:
    return LlavaConfig(
        vision_config=_tower(), text_config=_vicuna(), image_token_index=_IMAGE_TOKEN
    )


def _llava_next(text: Callable[[], PreTrainedConfig]) -> Callable[[], LlavaNextConfig]:
    return lambda: LlavaNextConfig(
        vision_config=_tower(), text_config=text(), image_token_index=_IMAGE_TOKEN
    )


SHAPES = {
    "llava-1.5-7b": Shape(_llava, (336, 336)),
    "llava-next-7b": Shape(_llava_next(_vicuna), (672, 672)),
    "llava-next-mistral-7b": Shape(_llava_next(_mistral), (672, 672)),
}


def build(
    shape: Shape, device: torch.device, dtype: torch.dtype, *, seed: int = 0
) -> PreTrainedModel:
    """The model on its device in its dtype, weights drawn there: nothing passes the host."""
    devices = [device] if device.type == "cuda" else []
    with torch.random.fork_rng(devices), device:
        torch.manual_seed(seed)
        network = AutoModelForImageTextToText.from_config(shape.configuration(), dtype=dtype)
    return network.eval().requires_grad_(False)


def inputs_of(shape: Shape, network: PreTrainedModel, *, seed: int = 0) -> dict[str, torch.Tensor]:
    """One row of inputs: random pixels and words, as many image tokens as the model makes of it."""
    generator = torch.Generator().manual_seed(seed)
    config: Any = network.config
    side = config.vision_config.image_size
    tiles, more = (1,), dict[str, torch.Tensor]()
    if hasattr(config, "image_grid_pinpoints"):
        across = [-(-length // side) for length in shape.picture]
        tiles = (1, 1 + across[0] * across[1])  # the whole picture comes first
        more["image_sizes"] = torch.tensor([shape.picture], device=network.device)
    pixels = torch.randn(*tiles, 3, side, side, generator=generator)
    more["pixel_values"] = pixels.to(network.device, network.dtype)
    model: Any = network
    with torch.no_grad():
        features = model.get_image_features(**more, return_dict=True).pooler_output
    visual = sum(len(feature) for feature in features)
    words = torch.randint(
        _FIRST_WORD,
        min(config.text_config.vocab_size, config.image_token_id),
        (1, shape.text_before + shape.text_after),
        generator=generator,
    )
    image = torch.full((1, visual), config.image_token_id)
    ids = torch.cat([words[:, : shape.text_before], image, words[:, shape.text_before :]], 1)
    ids = ids.to(network.device)
    return {"input_ids": ids, "attention_mask": torch.ones_like(ids), **more}
