"""Every family as a tiny random model of its real configuration class, with inputs by hand."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import torch
import transformers as hf
from transformers import PreTrainedModel

LAYERS = 5
DEEPSTACK = 3
PAD, BOS, EOS, IMAGE, VIDEO, START, END = 0, 1, 2, 60, 61, 62, 63
# a random model would also write placeholders, for which there is no picture
STEPS = 3
GREEDY: dict[str, Any] = {
    "max_new_tokens": STEPS,
    "min_new_tokens": STEPS,
    "do_sample": False,
    "suppress_tokens": [IMAGE, VIDEO],
}
VOCABULARY, _WIDTH = 64, 32
TEXT: dict[str, Any] = {
    "vocab_size": VOCABULARY,
    "hidden_size": _WIDTH,
    "intermediate_size": 48,
    "num_hidden_layers": LAYERS,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 512,
    "pad_token_id": PAD,
    "bos_token_id": BOS,
    "eos_token_id": EOS,
}
TOWER: dict[str, Any] = {
    "hidden_size": 24,
    "intermediate_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "image_size": 16,
    "patch_size": 4,
}
_TILE = (3, 16, 16)
_PATCHES = 16  # a tile


@dataclass(frozen=True)
class Unit:
    """A run of visual tokens, or of text when `kind` is None."""

    kind: str | None
    tokens: int


Content = tuple[list[Unit], dict[str, Any]]  # the visual units of a row, the pixels of all rows
Pixels = Callable[[str, int, Callable[..., torch.Tensor]], Content]


def _mrope(**more: Any) -> dict[str, Any]:
    rope = {"rope_type": "default", "rope_theta": 10_000.0, "mrope_section": [2, 1, 1]}
    return {**TEXT, "rope_parameters": rope, **more}


def _llava() -> PreTrainedModel:
    return hf.LlavaForConditionalGeneration(
        hf.LlavaConfig(
            vision_config=hf.CLIPVisionConfig(**TOWER),
            text_config=hf.LlamaConfig(**TEXT),
            image_token_index=IMAGE,
            vision_feature_layer=-1,
        )
    )


def _llava_pixels(content: str, rows: int, random: Callable[..., torch.Tensor]) -> Content:
    images = 2 if content == "two images" else 1
    return [Unit("image", _PATCHES)] * images, {"pixel_values": random(rows * images, *_TILE)}


PINPOINTS = [[16, 32], [32, 16], [32, 32]]


def _llava_next() -> PreTrainedModel:
    return hf.LlavaNextForConditionalGeneration(
        hf.LlavaNextConfig(
            vision_config=hf.CLIPVisionConfig(**TOWER),
            text_config=hf.LlamaConfig(**TEXT),
            image_token_index=IMAGE,
            vision_feature_layer=-1,
            image_grid_pinpoints=PINPOINTS,
        )
    )


_TILED = _PATCHES + 4 * (8 + 1)  # the whole picture, then two tiles side by side, a newline a row


def _llava_next_pixels(content: str, rows: int, random: Callable[..., torch.Tensor]) -> Content:
    images = 2 if content == "two images" else 1
    pixels = {
        "pixel_values": random(rows * images, 3, *_TILE),
        "image_sizes": torch.tensor([[16, 32]] * (rows * images)),
    }
    return [Unit("image", _TILED)] * images, pixels


def _llava_onevision() -> PreTrainedModel:
    return hf.LlavaOnevisionForConditionalGeneration(
        hf.LlavaOnevisionConfig(
            vision_config=hf.SiglipVisionConfig(**TOWER),
            text_config=hf.Qwen2Config(**TEXT),
            image_token_index=IMAGE,
            video_token_index=VIDEO,
            image_grid_pinpoints=PINPOINTS,
        )
    )


def _llava_onevision_pixels(
    content: str, rows: int, random: Callable[..., torch.Tensor]
) -> Content:
    if content == "video":  # two frames, pooled to 2 x 2, and one newline
        return [Unit("video", 2 * 4 + 1)], {"pixel_values_videos": random(rows, 2, *_TILE)}
    if content == "image":
        return _llava_next_pixels(content, rows, random)
    pixels = {  # several pictures are not tiled
        "pixel_values": random(rows * 2, 1, *_TILE),
        "image_sizes": torch.tensor([[16, 16]] * (rows * 2)),
        "batch_num_images": torch.tensor([2] * rows),
    }
    return [Unit("image", _PATCHES + 1)] * 2, pixels


_QWEN_TOKENS = {"image_token_id": IMAGE, "video_token_id": VIDEO}
_QWEN_TOKENS |= {"vision_start_token_id": START, "vision_end_token_id": END}


def _qwen2_vl() -> PreTrainedModel:
    vision = {"depth": 2, "embed_dim": 24, "num_heads": 2, "patch_size": 4}
    return hf.Qwen2VLForConditionalGeneration(
        hf.Qwen2VLConfig(
            vision_config={**vision, "hidden_size": _WIDTH}, text_config=_mrope(), **_QWEN_TOKENS
        )
    )


def _qwen2_5_vl() -> PreTrainedModel:
    vision = {
        "depth": 2,
        "hidden_size": 24,
        "intermediate_size": 32,
        "num_heads": 2,
        "patch_size": 4,
        "out_hidden_size": _WIDTH,
        "window_size": 16,
        "fullatt_block_indexes": [1],
    }
    return hf.Qwen2_5_VLForConditionalGeneration(
        hf.Qwen2_5_VLConfig(vision_config=vision, text_config=_mrope(), **_QWEN_TOKENS)
    )


def _qwen3_vl() -> PreTrainedModel:
    vision = {
        "depth": 3,
        "hidden_size": 24,
        "intermediate_size": 32,
        "num_heads": 2,
        "patch_size": 4,
        "out_hidden_size": _WIDTH,
        "num_position_embeddings": 64,
        "deepstack_visual_indexes": list(range(DEEPSTACK)),
    }
    return hf.Qwen3VLForConditionalGeneration(
        hf.Qwen3VLConfig(vision_config=vision, text_config=_mrope(head_dim=8), **_QWEN_TOKENS)
    )


def _qwen_pixels(content: str, rows: int, random: Callable[..., torch.Tensor]) -> Content:
    patch = 3 * 2 * 4 * 4  # channels, two frames, 4 x 4 pixels
    units, pixels = [], {}
    if content != "video":
        grids = [[1, 4, 6], [1, 6, 4]] if content == "two images" else [[1, 8, 6]]
        patches = rows * sum(h * w for _, h, w in grids)
        pixels["pixel_values"] = random(patches, patch)
        pixels["image_grid_thw"] = torch.tensor(grids * rows)
        units += [Unit("image", h * w // 4) for _, h, w in grids]
    if "video" in content:  # two steps of 4 x 6 patches, merged by fours
        pixels["pixel_values_videos"] = random(rows * 48, patch)
        pixels["video_grid_thw"] = torch.tensor([[2, 4, 6]] * rows)
        units.append(Unit("video", 12))
    return units, pixels


def _qwen3_pixels(content: str, rows: int, random: Callable[..., torch.Tensor]) -> Content:
    units, pixels = _qwen_pixels(content, rows, random)
    if "video" in content:  # a time stamp stands before every step
        units[-1:] = [Unit("video", 6)] * 2
    return units, pixels


def _video_llava() -> PreTrainedModel:
    return hf.VideoLlavaForConditionalGeneration(
        hf.VideoLlavaConfig(
            vision_config=hf.CLIPVisionConfig(**TOWER),
            text_config=hf.LlamaConfig(**TEXT),
            image_token_index=IMAGE,
            video_token_index=VIDEO,
            vision_feature_layer=-1,
        )
    )


def _video_llava_pixels(content: str, rows: int, random: Callable[..., torch.Tensor]) -> Content:
    units, pixels = _llava_pixels(content, rows, random)
    if content == "image":
        return units, pixels
    if content == "two images":
        return units, pixels
    video = Unit("video", 2 * (_PATCHES + 1))  # two frames, each with its class token
    frames = {"pixel_values_videos": random(rows, 2, *_TILE)}
    return ([video], frames) if content == "video" else ([*units, video], {**pixels, **frames})


def _internvl() -> PreTrainedModel:
    return hf.InternVLForConditionalGeneration(
        hf.InternVLConfig(
            vision_config=hf.InternVLVisionConfig(**TOWER),
            text_config=hf.Qwen2Config(**TEXT),
            image_token_id=IMAGE,
            tie_word_embeddings=False,
        )
    )


def _internvl_pixels(content: str, rows: int, random: Callable[..., torch.Tensor]) -> Content:
    # three tiles of 4 tokens for each picture; a video is a picture of one tile for each frame
    units = {"image": [12], "two images": [12, 12], "video": [4, 4, 4]}[content]
    pixels = random(rows * sum(units) // 4, *_TILE)
    return [Unit("image", tokens) for tokens in units], {"pixel_values": pixels}


_FAMILIES: dict[str, tuple[Callable[[], PreTrainedModel], Pixels, tuple[str, ...]]] = {
    "llava": (_llava, _llava_pixels, ("image", "two images")),
    "llava_next": (_llava_next, _llava_next_pixels, ("image", "two images")),
    "llava_onevision": (
        _llava_onevision,
        _llava_onevision_pixels,
        ("image", "two images", "video"),
    ),
    "qwen2_vl": (_qwen2_vl, _qwen_pixels, ("image", "two images", "video")),
    "qwen2_5_vl": (_qwen2_5_vl, _qwen_pixels, ("image", "two images", "video")),
    "qwen3_vl": (
        _qwen3_vl,
        _qwen3_pixels,
        ("image", "two images", "video", "image and video"),
    ),
    "video_llava": (
        _video_llava,
        _video_llava_pixels,
        ("image", "two images", "video", "image and video"),
    ),
    "internvl": (_internvl, _internvl_pixels, ("image", "two images", "video")),
}
FAMILIES = tuple(_FAMILIES)
CASES = [(family, content) for family in FAMILIES for content in _FAMILIES[family][2]]


def random_weights(build: Callable[[], PreTrainedModel]) -> PreTrainedModel:
    """Weights that make attention far from uniform, so that errors in it show."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = build()
        with torch.no_grad():
            for parameter in model.parameters():
                if parameter.ndim >= 2:
                    fan_in = parameter[0].numel()
                    parameter.normal_(std=1.4 / fan_in**0.5)
                else:
                    parameter.add_(0.1 * torch.randn_like(parameter))
    return model.eval().requires_grad_(False)


def fresh(family: str, dtype: torch.dtype = torch.float64) -> PreTrainedModel:
    """A new model; in every dtype it has the same float32 weights."""
    return random_weights(_FAMILIES[family][0]).to(dtype)


_shared = cache(fresh)


def tiny(family: str, dtype: torch.dtype = torch.float64, attention: str = "sdpa") -> Any:
    """The same model for every test."""
    model = _shared(family, dtype)
    model.set_attn_implementation(attention)
    return model


def tiny_inputs(model: Any, content: str, rows: int = 1) -> dict[str, torch.Tensor]:
    """Inputs by hand; of two rows the first is shorter and padded at the left."""
    generator = torch.Generator().manual_seed(1)

    def random(*shape: int) -> torch.Tensor:
        return torch.randn(*shape, generator=generator).to(model.dtype)

    family = model.config.model_type
    units, pixels = _FAMILIES[family][1](content, rows, random)
    lines = [_line(units, row, generator) for row in range(rows)]
    longest = max(map(len, lines))
    ids = torch.tensor([[PAD] * (longest - len(line)) + line for line in lines])
    mask = torch.tensor([[0] * (longest - len(line)) + [1] * len(line) for line in lines])
    inputs = {"input_ids": ids, "attention_mask": mask, **pixels}
    if family.startswith("qwen"):
        inputs["mm_token_type_ids"] = (ids == IMAGE).int() + 2 * (ids == VIDEO).int()
    return inputs


def _line(units: list[Unit], row: int, generator: torch.Generator) -> list[int]:
    """Text, and between its pieces the visual tokens between their marks."""

    def text(count: int) -> list[int]:
        return torch.randint(3, IMAGE, (count,), generator=generator).tolist()

    line = [BOS, *text(2)]
    for unit in units:
        visual = [IMAGE if unit.kind == "image" else VIDEO] * unit.tokens
        line += [START, *visual, END, *text(2)]
    return line + text(3 + 2 * row)


def visual_count(inputs: dict[str, torch.Tensor]) -> int:
    """How many visual tokens every row has."""
    return int(((inputs["input_ids"] == IMAGE) | (inputs["input_ids"] == VIDEO))[0].sum())


def third_of(inputs: dict[str, torch.Tensor]) -> np.ndarray:
    """A random third of the visual tokens of each row."""
    rng, count = np.random.default_rng(0), visual_count(inputs)
    rows = len(inputs["input_ids"])
    return np.sort([rng.permutation(count)[: count // 3] for _ in range(rows)], axis=1)


def longer(inputs: dict[str, torch.Tensor], new: torch.Tensor) -> dict[str, torch.Tensor]:
    """The inputs with one more text token (B, 1) a row."""
    more = {"input_ids": new, "attention_mask": torch.ones_like(new)}
    if "mm_token_type_ids" in inputs:
        more["mm_token_type_ids"] = torch.zeros_like(new, dtype=torch.int)
    return {**inputs, **{name: torch.cat([inputs[name], more[name]], 1) for name in more}}
