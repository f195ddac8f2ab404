"""Right for few tokens, wrong for many."""

from typing import Any

import numpy as np

from .entry import bug
from .farthest import as_float64, farthest, squares_to


@bug("two-approximation valid-selection", needs="the first block holds 64 tokens")
def last_block_wins(visual: Any, prompt: Any, budget: int) -> Any:
    """Searches for the farthest token in blocks of 64 rows and keeps the best of the last block."""
    points, picks = as_float64(visual), [0]
    nearest = squares_to(points, points[0])
    while len(picks) < budget:
        nearest[picks] = -1
        for begin in range(0, len(points), 64):
            farthest_row = begin + int(nearest[begin : begin + 64].argmax())
        picks.append(farthest_row)
        nearest = np.minimum(nearest, squares_to(points, points[picks[-1]]))
    return np.array(picks)


@bug("two-approximation", needs="up to 64 tokens are sampled as they should be")
def evenly_spaced_when_many(visual: Any, prompt: Any, budget: int) -> Any:
    """Takes evenly spaced rows of a picture of more than 64 tokens, for speed."""
    if len(visual) > 64:
        return np.arange(budget) * len(visual) // budget
    return np.array(farthest(visual, budget))


@bug("valid-selection", needs="rows from 128 on do not fit into int8")
def rows_in_int8(visual: Any, prompt: Any, budget: int) -> Any:
    """Stores rows in 8 bits."""
    return np.array(farthest(visual, budget)).astype(np.int8)
