"""Processors for tiny models: a word-level tokenizer and the families' own image processors."""

import json
from pathlib import Path
from typing import Any

import transformers as hf
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers.models.llava_next.image_processing_pil_llava_next import (
    LlavaNextImageProcessorPil,
)

from .tiny_families import BOS, END, EOS, IMAGE, PAD, PINPOINTS, START, VIDEO, VOCABULARY

_SPECIAL = {PAD: "<pad>", BOS: "<s>", EOS: "</s>", IMAGE: "<image>", VIDEO: "<video>"}
_MARKS = {START: "<|vision_start|>", END: "<|vision_end|>", 3: "<unk>"}
WORDS = ["USER:", "ASSISTANT:", "what", "which", "digit", "shape", "is", "most", "common", "?"]


def word_tokenizer() -> Any:
    """Ids as `tiny_families` has them, a few words of questions from 4 on."""
    named = _SPECIAL | _MARKS | dict(enumerate(WORDS, start=4))
    words = {named.get(index, f"word{index}"): index for index in range(VOCABULARY)}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A", special_tokens=[("<s>", BOS)]
    )
    return hf.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<s>",
        eos_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        extra_special_tokens={"image_token": "<image>", "video_token": "<video>"},
    )


def llava_next_processor() -> Any:
    """Pictures in tiles of 16 x 16 pixels, 4 x 4 patches each."""
    return hf.LlavaNextProcessor(
        image_processor=LlavaNextImageProcessorPil(
            size={"shortest_edge": 16},
            crop_size={"height": 16, "width": 16},
            image_grid_pinpoints=PINPOINTS,
        ),
        tokenizer=word_tokenizer(),
        patch_size=4,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
    )


def save_qwen2_vl_processor(folder: Path) -> None:
    """As the hub keeps it; by hand, for its video part cannot be made without Torchvision."""
    word_tokenizer().save_pretrained(folder)
    size = {"patch_size": 4, "merge_size": 2, "temporal_patch_size": 2}
    size |= {"size": {"shortest_edge": 64, "longest_edge": 4096}}
    settings = {
        "processor_class": "Qwen2VLProcessor",
        "image_processor": {**size, "image_processor_type": "Qwen2VLImageProcessor"},
        "video_processor": {**size, "video_processor_type": "Qwen2VLVideoProcessor"},
    }
    (folder / "processor_config.json").write_text(json.dumps(settings))
