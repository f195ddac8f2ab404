"""Which kept visual token stands for a dropped one."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from mobtheory.geometry import pairwise_distances


def nearest_kept(visual: torch.Tensor, kept: Any) -> NDArray[np.int64]:
    """The kept token that is nearest to each visual token; kept tokens stand for themselves.

    Parameters
    ----------
    visual : (N, d) tensor, the visual tokens at the input of a layer
    kept : (K,) integers from 0 to N - 1, at least one

    Returns
    -------
    (N,) int64 array of token numbers.  Distances are Euclidean; of equally near tokens the first
    counts.

    Examples
    --------
    >>> nearest_kept(torch.tensor([[0.0], [1.0], [7.0], [8.0], [9.0]]), [0, 3])
    array([0, 0, 3, 3, 3])
    """
    chosen = np.asarray(kept.cpu() if isinstance(kept, torch.Tensor) else kept, dtype=np.int64)
    tokens = visual.detach()
    centers = tokens[torch.as_tensor(chosen, device=tokens.device)]
    closest = pairwise_distances(tokens, centers).argmin(1)
    nearest = chosen[closest.cpu().numpy()]
    nearest[chosen] = chosen
    return nearest
