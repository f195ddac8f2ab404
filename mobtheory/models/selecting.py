"""Check what a selection function answered."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from mobtheory.errors import InvalidSelection
from mobtheory.models.tokens import TokenCloud

_CALLED = "select, given to models.prune_at_layer,"


def checked_selection(answer: Any, cloud: TokenCloud) -> tuple[torch.Tensor, Callable[[], None]]:
    """The answer of `select` as a (B, K) int64 tensor on the device of the tokens, and its check.

    An answer on CUDA is read by the host only when the check is called: to wait for it at once
    would be to wait for all layers before it.  Until then its indices are kept in range.
    """
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

    def refuse(faults: torch.Tensor) -> None:
        if bool(faults[0]):
            raise _invalid(
                f"{received} from {int(indices.min())} to {int(indices.max())}",
                f"indices count visual tokens from 0 to {tokens - 1}",
            )
        if bool(faults[1]):
            raise _invalid(received, "indices are sorted ascending, without repetition")

    faults = torch.stack([outside, unsorted])
    if indices.is_cuda:
        kept = indices.clamp(0, tokens - 1).to(cloud.hidden.device)
        return kept, _when_read(faults, refuse)
    refuse(faults)
    return indices.to(cloud.hidden.device), _nothing_left


def _when_read(faults: torch.Tensor, refuse: Callable[[torch.Tensor], None]) -> Callable[[], None]:
    """A check that waits for the faults, and for nothing that the device was given after them."""
    read = torch.empty(faults.shape, dtype=faults.dtype, pin_memory=True)
    with torch.cuda.device(faults.device):
        read.copy_(faults, non_blocking=True)
        passed = torch.cuda.Event()
        passed.record()

    def check() -> None:
        passed.synchronize()
        refuse(read)

    return check


def _nothing_left() -> None:
    """The check of an answer that has been checked."""


def _is_integer(dtype: torch.dtype) -> bool:
    return not (dtype.is_floating_point or dtype.is_complex or dtype == torch.bool)


def _invalid(received: str, rule: str) -> InvalidSelection:
    return InvalidSelection(
        _CALLED,
        received,
        rule,
        "Return an integer array of shape (B, K), each row sorted and unique.",
    )
