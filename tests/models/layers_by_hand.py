"""The decoder from one layer on, its layers called one by one: no hook, no cache, own mask."""

from typing import Any

import torch


def logits_from(
    model: Any, layer: int, hidden: torch.Tensor, positions: torch.Tensor, mask: torch.Tensor
) -> torch.Tensor:
    """Logits (B, n, words) of tokens (B, n, d) that enter decoder layer `layer`.

    `positions` is (B, n) or (3, B, n); `mask` (B, n, n) says what may be read, or is added.
    """
    decoder = model.get_decoder()
    rotary = decoder.rotary_emb(hidden, positions)
    if mask.dtype == torch.bool:
        lowest = torch.finfo(hidden.dtype).min
        mask = torch.zeros(mask.shape, dtype=hidden.dtype).masked_fill(~mask, lowest)
    for block in decoder.layers[layer:]:
        hidden = block(
            hidden, attention_mask=mask[:, None].to(hidden.dtype), position_embeddings=rotary
        )
    return model.get_output_embeddings()(decoder.norm(hidden))
