"""Check what a selection function answered, before any token is dropped."""

from typing import Any

import numpy as np
import torch

from mobtheory.errors import InvalidSelection
from mobtheory.models.tokens import TokenCloud

_CALLED = "select, given to models.prune_at_layer,"


def checked_selection(answer: Any, cloud: TokenCloud) -> torch.Tensor:
    """The answer of `select` as a (B, K) int64 tensor on the device of the tokens."""
    rows, tokens = len(cloud.spans), len(cloud.spans[0].visual)
    try:
        indices = answer if isinstance(answer, torch.Tensor) else torch.as_tensor(np.array(answer))
    except (ValueError, TypeError) as error:
        raise _invalid(type(answer).__name__, f"this is no array of integers ({error})") from error
    received = f"indices of shape {tuple(indices.shape)} and dtype {indices.dtype}"
    if indices.ndim != 2 or indices.shape[0] != rows:
        raise _invalid(
            received, f"there are {rows} rows, each with K of its {tokens} visual tokens"
        )
    # an empty answer says the same in every dtype, and torch.empty(B, 0) is float32
    if indices.numel() and not _is_integer(indices.dtype):
        raise _invalid(received, "indices are integers")
    indices = indices.to(torch.int64)  # where it is: an answer on the CPU waits for no device
    outside = ((indices < 0) | (indices >= tokens)).any()
    unsorted = (indices[:, 1:] <= indices[:, :-1]).any()
    if bool(outside | unsorted):
        if bool(outside):
            raise _invalid(
                f"{received} from {int(indices.min())} to {int(indices.max())}",
                f"indices count visual tokens from 0 to {tokens - 1}",
            )
        raise _invalid(received, "indices are sorted ascending, without repetition")
    return indices.to(cloud.hidden.device)


def _is_integer(dtype: torch.dtype) -> bool:
    return not (dtype.is_floating_point or dtype.is_complex or dtype == torch.bool)


def _invalid(received: str, rule: str) -> InvalidSelection:
    return InvalidSelection(
        _CALLED,
        received,
        rule,
        "Return an integer array of shape (B, K), each row sorted and unique.",
    )
