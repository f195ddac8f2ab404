"""Returns something else than rows."""

from typing import Any

import numpy as np

from .entry import bug
from .farthest import farthest


@bug("valid-selection")
def floats(visual: Any, prompt: Any, budget: int) -> Any:
    """Returns row numbers as floats, from an array that holds distances too."""
    return np.array(farthest(visual, budget), dtype=np.float64)


@bug("valid-selection")
def mask(visual: Any, prompt: Any, budget: int) -> Any:
    """Returns a mask of kept tokens instead of their rows."""
    return np.isin(np.arange(len(visual)), farthest(visual, budget))


@bug("valid-selection")
def nested_list(visual: Any, prompt: Any, budget: int) -> Any:
    """Returns one list for each token, as np.argwhere does."""
    return [[row] for row in farthest(visual, budget)]


@bug("valid-selection")
def tokens_instead_of_rows(visual: Any, prompt: Any, budget: int) -> Any:
    """Returns the kept tokens themselves."""
    return np.asarray(visual)[farthest(visual, budget)]


@bug("valid-selection budget-one")
def scalar_for_one(visual: Any, prompt: Any, budget: int) -> Any:
    """Squeezes the picks, so that a single one has no axis."""
    return np.squeeze(np.array(farthest(visual, budget)))


@bug("valid-selection")
def counted_from_the_end(visual: Any, prompt: Any, budget: int) -> Any:
    """Returns negative rows, which count from the end."""
    return np.array(farthest(visual, budget)) - len(visual)


@bug("valid-selection")
def nothing(visual: Any, prompt: Any, budget: int) -> Any:
    """Forgets the return statement."""
    farthest(visual, budget)


@bug("valid-selection")
def names(visual: Any, prompt: Any, budget: int) -> Any:
    """Returns row numbers as strings."""
    return [str(row) for row in farthest(visual, budget)]


@bug("valid-selection")
def three_halves(visual: Any, prompt: Any, budget: int) -> Any:
    """Returns the radius beside the two halves."""
    return [], farthest(visual, budget), 0.0
