"""Batches as large as the memory of the device allows."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import torch

from mobtheory.errors import UnsupportedModel

Item = TypeVar("Item")
Result = TypeVar("Result")


class DoesNotFit(UnsupportedModel):
    """A single item for which the memory of the device is too small."""


def in_batches(
    run: Callable[[Sequence[Item]], Sequence[Result]],
    items: Sequence[Item],
    size: int,
    *,
    on_halved: Callable[[int], object],
) -> list[Result]:
    """Run a function on batches; where memory runs out, halve them and go on.

    Parameters
    ----------
    run : takes a batch of items and returns one result for each, in order
    items : all of them; only slices are taken
    size : items in a batch, at least 1
    on_halved : told the new size each time, so that nobody is surprised by a slow run

    Returns
    -------
    list
        One result an item, in order.

    Raises
    ------
    DoesNotFit
        When memory runs out for a single item; an `UnsupportedModel`.
    UnsupportedModel
        When the size is no positive integer, or `run` returns fewer or more results than items.

    Examples
    --------
    >>> import torch
    >>> def squares(batch):
    ...     if len(batch) > 2:
    ...         raise torch.OutOfMemoryError("too many")
    ...     return [item**2 for item in batch]
    >>> told = []
    >>> in_batches(squares, range(5), 4, on_halved=told.append), told
    ([0, 1, 4, 9, 16], [2])
    """
    called = "models.batching.in_batches"
    if isinstance(size, bool) or not isinstance(size, int) or size < 1:
        raise UnsupportedModel(called, f"size {size!r}", "a batch holds an item", "Pass 1 or more.")
    results: list[Result] = []
    while len(results) < len(items):
        batch = items[len(results) : len(results) + size]
        found = _unless_out_of_memory(run, batch)
        if found is None:
            _release()
            if size == 1:
                raise DoesNotFit(
                    called,
                    "a batch of 1 for which memory ran out",
                    "one item must fit",
                    "Use a smaller dtype, a later layer, fewer tokens or a larger device.",
                )
            size = max(min(size, len(batch)) // 2, 1)
            on_halved(size)
            continue
        if len(found) != len(batch):
            raise UnsupportedModel(
                called,
                f"{len(found)} results for {len(batch)} items",
                "run returns one result an item",
                "Return a sequence as long as the batch.",
            )
        results.extend(found)
    return results


def _unless_out_of_memory(run: Callable[[Any], Any], batch: Any) -> Any:
    """None where memory ran out: by then the frames that held the tensors are gone."""
    try:
        return run(batch)
    except (torch.OutOfMemoryError, MemoryError):
        return None
    except RuntimeError as error:  # what PyTorch raises on the CPU
        if "DefaultCPUAllocator" not in str(error):
            raise
        return None


def _release() -> None:
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
