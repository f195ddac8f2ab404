"""Position ids without gaps: kept tokens are renumbered in the order that they had."""

import torch

from mobtheory.models.gathering import positions_at


def compact_positions(
    positions: torch.Tensor, kept: torch.Tensor, real: torch.Tensor | None
) -> torch.Tensor:
    """Dense ranks of the positions of the kept tokens, row by row, from 0.

    Parameters
    ----------
    positions : (B, T), or (3, B, T) for time, height and width
    kept : (B, T') places of the kept tokens in the sequence
    real : (B, T) mask of the tokens that are no padding; None when all are

    Returns
    -------
    (B, T') or (3, B, T') int64 tensor; padding is at 0.  The three axes are renumbered by one
    map, that of the values of all three, so text keeps equal axes and tokens that shared a
    position on an axis share it still.

    Examples
    --------
    >>> kept = torch.tensor([[0, 1, 4, 5]])
    >>> compact_positions(torch.arange(10, 16)[None], kept, None)
    tensor([[0, 1, 2, 3]])
    """
    at = positions_at(positions, kept)
    rows = at.reshape(-1, *kept.shape).transpose(0, 1)  # (B, axes, T')
    compact = torch.zeros_like(rows)
    solid = torch.ones_like(kept, dtype=torch.bool)
    if real is not None:
        solid = real.to(kept.device).bool().gather(1, kept)
    for row, ranks, here in zip(rows, compact, solid.to(at.device), strict=True):
        ranks[:, here] = torch.unique(row[:, here], return_inverse=True)[1]
    return compact.transpose(0, 1).reshape(at.shape)
