"""Remembers earlier calls."""

from typing import Any

import numpy as np

from .entry import bug
from .farthest import farthest

_BY_SHAPE: dict[Any, Any] = {}
_BY_ID: dict[Any, Any] = {}
_CALLS = [0]


@bug("two-approximation", claims="monotone-radius")
def cached_by_shape(visual: Any, prompt: Any, budget: int) -> Any:
    """Returns the picks of the first picture that had the same shape."""
    if visual.shape not in _BY_SHAPE:
        _BY_SHAPE[visual.shape] = np.array(farthest(visual, len(visual)))
    return _BY_SHAPE[visual.shape][:budget].copy()


@bug("two-approximation deterministic")
def cached_by_address(visual: Any, prompt: Any, budget: int) -> Any:
    """Remembers picks by the address of the array, which another picture may take over."""
    key = (id(visual), visual.shape, budget)
    if key not in _BY_ID:
        _BY_ID[key] = np.array(farthest(visual, budget))
    return _BY_ID[key].copy()


@bug("valid-selection deterministic")
def mutable_default(
    visual: Any,
    prompt: Any,
    budget: int,
    picks: list[int] = [],  # noqa: B006
) -> Any:
    """Appends to a default argument, which the next call finds filled."""
    picks += farthest(visual, budget)
    return np.array(picks)


@bug("deterministic")
def alternates(visual: Any, prompt: Any, budget: int) -> Any:
    """Starts at the other end in every second call."""
    _CALLS[0] += 1
    start = 0 if _CALLS[0] % 2 else len(visual) - 1
    return np.array([start, *farthest(visual, budget - 1, [start])])


@bug("valid-selection deterministic")
def warm_start(visual: Any, prompt: Any, budget: int, _last: list[int] = []) -> Any:  # noqa: B006
    """Starts at the last pick of the call before, which a smaller picture does not have."""
    start = _last[-1] if _last else 0
    picks = [start, *farthest(visual, budget - 1, [start])]
    _last[:] = picks[-1:]
    return np.array(picks)
