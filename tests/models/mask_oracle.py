"""Pruning without dropping anything: all tokens stay, an attention mask forbids to read some."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from mobtheory.models.vision_language import VisionLanguageModel


def visual_places(model: Any, ids: torch.Tensor) -> torch.Tensor:
    """Places of the visual tokens in one row of `input_ids`."""
    config = (model.model if isinstance(model, VisionLanguageModel) else model).config
    image = ids == config.image_token_id
    video = getattr(config, "video_token_id", None)
    return (image if video is None else image | (ids == video)).nonzero()[:, 0]


def readable_tokens(
    model: Any, inputs: Mapping[str, torch.Tensor], kept: np.ndarray
) -> torch.Tensor:
    """Which tokens (B, T) may be read when only the visual tokens `kept` (B, K) are left."""
    readable = inputs["attention_mask"].bool().clone()
    for row, ids, indices in zip(readable, inputs["input_ids"], kept, strict=True):
        places = visual_places(model, ids)
        row[places] = False
        row[places[torch.from_numpy(indices)]] = True
    return readable


@contextmanager
def forbidden(
    model: Any, layer: int, readable: torch.Tensor, bias: torch.Tensor | None = None
) -> Generator[None]:
    """From `layer` on nobody reads a token that is not `readable`, except a token itself.

    `bias` (B, T) is added to the logits of whoever reads that token.
    """
    network = model.model if isinstance(model, VisionLanguageModel) else model
    decoder: Any = network.get_decoder()

    def forbid(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        length, dtype = args[0].shape[1], args[0].dtype
        causal = torch.ones(length, length, dtype=torch.bool).tril()
        # an unreadable token reads itself: an empty softmax would give NaN
        seen = (readable[:, None, None, :] & causal) | torch.eye(length, dtype=torch.bool)
        mask = torch.zeros(seen.shape, dtype=dtype)
        if bias is not None:
            mask = mask + bias[:, None, None, :].to(dtype)
        return args, {
            **kwargs,
            "attention_mask": mask.masked_fill(~seen, torch.finfo(dtype).min),
        }

    handles = [
        block.register_forward_pre_hook(forbid, with_kwargs=True)
        for block in decoder.layers[layer:]
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
