"""Pruning without dropping anything: all tokens stay, an attention mask forbids to read some."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from mobtheory.models.vision_language import VisionLanguageModel


def readable_tokens(
    model: VisionLanguageModel, inputs: dict[str, torch.Tensor], kept: np.ndarray
) -> torch.Tensor:
    """Which tokens (B, T) may be read when only the visual tokens `kept` (B, K) are left."""
    readable = inputs["attention_mask"].bool().clone()
    for row, ids, indices in zip(readable, inputs["input_ids"], kept, strict=True):
        places = (ids == model.model.config.image_token_index).nonzero()[:, 0]
        row[places] = False
        row[places[torch.from_numpy(indices)]] = True
    return readable


@contextmanager
def forbidden(model: VisionLanguageModel, layer: int, readable: torch.Tensor) -> Generator[None]:
    """From `layer` on nobody reads a token that is not `readable`, except a token itself."""
    decoder: Any = model.model.get_decoder()

    def forbid(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        length, dtype = args[0].shape[1], args[0].dtype
        causal = torch.ones(length, length, dtype=torch.bool).tril()
        # an unreadable token reads itself: an empty softmax would give NaN
        seen = (readable[:, None, None, :] & causal) | torch.eye(length, dtype=torch.bool)
        mask = torch.zeros(seen.shape, dtype=dtype).masked_fill(~seen, torch.finfo(dtype).min)
        return args, {**kwargs, "attention_mask": mask}

    handles = [
        block.register_forward_pre_hook(forbid, with_kwargs=True)
        for block in decoder.layers[layer:]
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
