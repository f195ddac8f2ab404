"""Take the kept tokens out of what a decoder hands to its layers."""

from collections.abc import Sequence

import torch

from mobtheory.models.tokens import Spans, TokenCloud


def kept_places(chosen: torch.Tensor, cloud: TokenCloud) -> torch.Tensor:
    """Everything but the dropped visual tokens, in order: places in the sequence, (B, T')."""
    text = _places([_between(span, cloud.hidden.shape[1]) for span in cloud.spans], chosen)
    visual = visual_places(cloud.spans, chosen)
    return torch.cat([text, visual.gather(1, chosen)], dim=1).sort(1).values


def visual_places(spans: Sequence[Spans], like: torch.Tensor) -> torch.Tensor:
    """Places of the visual tokens in the sequence, (B, N), on the device of `like`."""
    return _places([span.visual_runs for span in spans], like)


def _between(span: Spans, length: int) -> list[slice]:
    """The runs of everything that is no visual token."""
    starts = [0, *(run.stop for run in span.visual_runs)]
    stops = [*(run.start for run in span.visual_runs), length]
    return [slice(start, stop) for start, stop in zip(starts, stops, strict=True)]


def _places(rows: Sequence[Sequence[slice]], like: torch.Tensor) -> torch.Tensor:
    """The places of runs, (B, M); made on the device, so that the host need not wait for it."""
    return torch.stack(
        [
            torch.cat([torch.arange(run.start, run.stop, device=like.device) for run in runs])
            for runs in rows
        ]
    )


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
