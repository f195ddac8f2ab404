"""Right for few tokens, wrong for many."""

from typing import Any

import numpy as np

from .entry import bug
from .farthest import as_float64, farthest, squares_to


@bug("two-approximation", needs="the first block holds 64 tokens")
def last_block_forgotten(visual: Any, prompt: Any, budget: int) -> Any:
    """Updates distances in blocks of 64 rows and forgets the last one, which is not full."""
    points, picks = as_float64(visual), [0]
    count = len(points)
    nearest = np.full(count, np.inf)
    while len(picks) < budget:
        for begin in range(0, max(count - 63, 1), 64):
            block = slice(begin, begin + 64)
            to_pick = squares_to(points[block], points[picks[-1]])
            nearest[block] = np.minimum(nearest[block], to_pick)
        nearest[picks] = -1
        picks.append(int(nearest.argmax()))
    return np.array(picks)


@bug("two-approximation", needs="more than 64 tokens are thinned out")
def every_other_of_many(visual: Any, prompt: Any, budget: int) -> Any:
    """Samples every second token of a large picture, for speed."""
    step = 2 if len(visual) > 64 and 2 * budget <= len(visual) else 1
    return step * np.array(farthest(np.asarray(visual)[::step], budget))


@bug("valid-selection", needs="rows from 128 on do not fit into int8")
def rows_in_int8(visual: Any, prompt: Any, budget: int) -> Any:
    """Stores rows in 8 bits."""
    return np.array(farthest(visual, budget)).astype(np.int8)
