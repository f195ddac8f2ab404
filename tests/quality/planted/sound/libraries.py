"""Farthest-point sampling in the caller's library, by differences in float64."""

from typing import Any

import array_api_compat

from ..entry import sound
from ..farthest import as_float64
from .greedy import EVERY_GREEDY


@sound(f"{EVERY_GREEDY} dtype-consistent")
def array_api(visual: Any, prompt: Any, budget: int) -> Any:
    """Farthest points in any array library; rows come back where the tokens are."""
    xp, device = array_api_compat.array_namespace(visual), array_api_compat.device(visual)
    points = xp.astype(visual, xp.float64)
    picks = [0]
    nearest = xp.sum((points - points[0, :]) ** 2, axis=1)
    while len(picks) < budget:
        nearest[picks[-1]] = -1.0
        picks.append(int(xp.argmax(nearest)))
        nearest = xp.minimum(nearest, xp.sum((points - points[picks[-1], :]) ** 2, axis=1))
    return xp.asarray(picks, dtype=xp.int64, device=device)


@sound(EVERY_GREEDY)
def by_torch(visual: Any, prompt: Any, budget: int) -> Any:
    """Farthest points by torch on a float64 copy; the rows come back as a tensor."""
    import torch

    points, picks = torch.from_numpy(as_float64(visual)), [0]
    nearest = ((points - points[0]) ** 2).sum(dim=1)
    while len(picks) < budget:
        nearest[picks[-1]] = -1.0
        picks.append(int(nearest.argmax()))
        nearest = torch.minimum(nearest, ((points - points[picks[-1]]) ** 2).sum(dim=1))
    return torch.tensor(picks)
