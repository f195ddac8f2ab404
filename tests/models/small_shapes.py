"""Shapes that are built in no time, with the proportions of real ones."""

from functools import partial

from transformers import CLIPVisionConfig, LlamaConfig, LlavaConfig, LlavaNextConfig

from mobtheory.experiments.speed import Shape


def _llama(width: int, layers: int) -> LlamaConfig:
    return LlamaConfig(
        vocab_size=64,
        hidden_size=width,
        intermediate_size=2 * width,
        num_hidden_layers=layers,
        num_attention_heads=width // 32,
        max_position_embeddings=4096,
    )


def _tower(width: int, side: int) -> CLIPVisionConfig:
    return CLIPVisionConfig(
        hidden_size=width,
        intermediate_size=2 * width,
        num_hidden_layers=2,
        num_attention_heads=width // 32,
        image_size=side,
        patch_size=14,
        projection_dim=width,
    )


def _llava(width: int, layers: int, side: int) -> LlavaConfig:
    return LlavaConfig(
        vision_config=_tower(width, side), text_config=_llama(width, layers), image_token_index=63
    )


def _llava_next(width: int, layers: int, side: int) -> LlavaNextConfig:
    return LlavaNextConfig(
        vision_config=_tower(width, side),
        text_config=_llama(width, layers),
        image_token_index=63,
        image_grid_pinpoints=[[side, 2 * side], [2 * side, side], [2 * side, 2 * side]],
    )


# 16 patches
SMALL_LLAVA = Shape(partial(_llava, 64, 3, 56), (56, 56), text_before=3, text_after=5)
# 16 patches, 4 tiles of 16, and a newline after each of 8 rows: 88
SMALL_NEXT = Shape(partial(_llava_next, 64, 3, 56), (112, 112), text_before=3, text_after=5)
# as many visual tokens as LLaVA-NeXT-7B has of a picture of 672 pixels
LONG_NEXT = Shape(partial(_llava_next, 256, 4, 336), (672, 672))
