"""An instance as plain data that a reader can look at."""

from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from mobtheory.covering import CoveringProblem, Selection
from mobtheory.experiments.plain import selection_data
from mobtheory.experiments.tally import plain_number

_MOST_ENTRIES = 64


def plain_fields(value: Any) -> Any:
    """What was drawn with the clouds: budget, selection, map and the like, by name.

    Examples
    --------
    >>> from mobtheory.claims.instances import Sizes
    >>> plain_fields(Sizes(visual=5, prompt=1, width=2, budget=2, prompt_budget=1, fold=1))
    {'visual': 5, 'prompt': 1, 'width': 2, 'budget': 2, 'prompt_budget': 1, 'fold': 1}
    """
    if isinstance(value, CoveringProblem):
        # An instance may take the points in another order, and selections are rows of that.
        names = ("visual", "prompt", "budget", "metric", "normalize")
        return {name: plain_fields(getattr(value, name)) for name in names}
    if isinstance(value, Selection):
        return selection_data(value)
    if isinstance(value, np.ndarray):
        small = value.size <= _MOST_ENTRIES
        return plain_fields(value.tolist()) if small else f"array of shape {value.shape}"
    if is_dataclass(value):
        return {f.name: _named(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, list | tuple):
        return [plain_fields(entry) for entry in value]
    if isinstance(value, bool | int | str | None):
        return value
    if isinstance(value, float | np.floating):
        return plain_number(float(value))
    return int(value) if isinstance(value, np.integer) else type(value).__name__


def _named(value: Any) -> Any:
    """A field; a set function says which one it is."""
    plain = plain_fields(value)
    if is_dataclass(value) and not isinstance(value, CoveringProblem | Selection):
        return {"kind": type(value).__name__, **plain}
    return plain
