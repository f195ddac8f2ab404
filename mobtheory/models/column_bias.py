"""Numbers added to the attention logits of kept visual tokens, for what they stand for.

m copies of a token at its own position attract, after the softmax, exactly what one token does
whose logit is raised by log(1 + m).  A kept token that stands for m dropped ones is given that
bias: exact for copies, an approximation for tokens that are merely near.
"""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import torch

from mobtheory.errors import InvalidSelection
from mobtheory.models.nearest import nearest_kept
from mobtheory.models.tokens import TokenCloud

Bias = Literal["log-count"] | Callable[[TokenCloud, torch.Tensor], Any]


def kept_bias(bias: Bias, cloud: TokenCloud, chosen: torch.Tensor) -> torch.Tensor:
    """The bias of every kept visual token, (B, K), in the dtype of the tokens."""
    if bias == "log-count":
        return log_counts(cloud.visual, chosen).to(cloud.hidden.dtype)
    assert callable(bias)
    return _checked(bias(cloud, chosen), cloud, chosen)


def log_counts(visual: torch.Tensor, chosen: torch.Tensor) -> torch.Tensor:
    """log(1 + m) for every kept token, m the dropped tokens whose nearest kept token it is.

    Parameters
    ----------
    visual : (B, N, d) tensor of visual tokens
    chosen : (B, K) int64 tensor, the kept ones

    Returns
    -------
    (B, K) float64 tensor.  Distances are Euclidean; of equally near tokens the first counts.

    Examples
    --------
    >>> visual = torch.tensor([[[0.0], [1.0], [7.0], [8.0], [9.0]]])
    >>> log_counts(visual, torch.tensor([[0, 3]]))  # of 2 and of 3
    tensor([[0.6931, 1.0986]], dtype=torch.float64)
    """
    if not chosen.numel():
        return torch.zeros(chosen.shape, dtype=torch.float64, device=chosen.device)
    counts = [
        np.bincount(nearest_kept(row, kept), minlength=len(row))[kept.cpu().numpy()]
        for row, kept in zip(visual, chosen, strict=True)
    ]
    return torch.from_numpy(np.log(counts)).to(chosen.device)


def with_bias(mask: torch.Tensor | None, columns: torch.Tensor, queries: int) -> torch.Tensor:
    """An additive mask (B, H or 1, Q, T') that holds what `mask` says and the bias (B, T').

    `mask` is boolean (True may be read) or additive; None is causal, the last `queries` of the
    T' tokens being the queries.
    """
    bias, keys = columns[:, None, None, :], columns.shape[1]
    if mask is None:
        mask = torch.ones(queries, keys, dtype=torch.bool, device=columns.device)
        mask = mask.tril(keys - queries)[None, None]
    if mask.dtype != torch.bool:
        return mask + bias.to(mask.device)
    lowest = torch.finfo(columns.dtype).min
    return torch.where(mask, bias.to(mask.device), lowest)


def _checked(answer: Any, cloud: TokenCloud, chosen: torch.Tensor) -> torch.Tensor:
    try:
        bias = answer if isinstance(answer, torch.Tensor) else torch.as_tensor(np.array(answer))
    except (ValueError, TypeError) as error:
        raise _invalid(type(answer).__name__, f"this is no array of numbers ({error})") from error
    received = f"an answer of shape {tuple(bias.shape)} and dtype {bias.dtype}"
    if bias.shape != chosen.shape or bias.dtype.is_complex or bias.dtype == torch.bool:
        raise _invalid(received, f"it is one number for each of {tuple(chosen.shape)} kept tokens")
    bias = bias.to(cloud.hidden.device, cloud.hidden.dtype)
    if not bool(bias.isfinite().all()):
        raise _invalid(received + " with NaN or infinity", f"numbers are finite in {bias.dtype}")
    return bias


def _invalid(received: str, rule: str) -> InvalidSelection:
    return InvalidSelection(
        "bias, given to models.prune_at_layer,",
        received,
        rule,
        "Return an array of shape (B, K): what is added to the logit of each kept visual token.",
    )
