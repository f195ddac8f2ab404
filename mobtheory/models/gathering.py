"""Take the kept tokens out of what a decoder hands to its layers."""

import torch

from mobtheory.models.tokens import TokenCloud


def kept_places(chosen: torch.Tensor, cloud: TokenCloud) -> torch.Tensor:
    """Everything but the dropped visual tokens, in order: places in the sequence, (B, T')."""
    stays = torch.ones(cloud.hidden.shape[:2], dtype=torch.bool, device=chosen.device)
    for row, span, indices in zip(stays, cloud.spans, chosen, strict=True):
        visual = torch.from_numpy(span.visual).to(chosen.device)
        row[visual] = False
        row[visual[indices]] = True
    return stays.nonzero()[:, 1].view(len(chosen), -1)


def tokens_at(tensor: torch.Tensor, kept: torch.Tensor) -> torch.Tensor:
    """Rows `kept` (B, T') of a (B or 1, T, d) tensor."""
    kept = kept.to(tensor.device)
    expanded = tensor.expand(len(kept), -1, -1)
    return expanded.gather(1, kept[..., None].expand(-1, -1, tensor.shape[-1]))


def positions_at(positions: torch.Tensor, kept: torch.Tensor) -> torch.Tensor:
    """Columns `kept` (B, T') of position ids (B or 1, T) or (3, B or 1, T)."""
    kept = kept.to(positions.device)
    axes = positions.shape[:-2]
    expanded = positions.expand(*axes, len(kept), -1)
    return expanded.gather(-1, kept.expand(*axes, *kept.shape))


def mask_at(
    mask: torch.Tensor | None, columns: torch.Tensor, rows: torch.Tensor | None = None
) -> torch.Tensor | None:
    """The chosen key columns, and query rows, of a (B or 1, H, Q, T) mask; None is causal."""
    if mask is None:
        return None
    columns = columns.to(mask.device)
    mask = mask.expand(len(columns), -1, -1, -1)
    if rows is not None:
        rows = rows.to(mask.device)
        mask = mask.gather(2, rows[:, None, :, None].expand(-1, mask.shape[1], -1, mask.shape[3]))
    return mask.gather(3, columns[:, None, None, :].expand(-1, *mask.shape[1:3], -1))
