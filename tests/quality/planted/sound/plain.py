"""Chooses by row numbers alone, and keeps all that this keeps."""

from typing import Any

import numpy as np

from ..entry import sound

EVERY_PLAIN = (
    "isometry-invariant scale-invariant layout-invariant dtype-consistent monotone-radius "
    "duplicates ties budget-one budget-all single-prompt"
)


@sound(EVERY_PLAIN)
def own_generator(visual: Any, prompt: Any, budget: int) -> Any:
    """Random rows from a generator of its own with a constant seed; prefixes of one order."""
    return np.random.default_rng(20250510).permutation(len(visual))[:budget]


@sound(EVERY_PLAIN)
class FirstRows:
    """The first K rows, by an object with a method `select`."""

    def select(self, visual: Any, prompt: Any, budget: int) -> Any:
        """Keep them."""
        return range(budget)


@sound(EVERY_PLAIN)
def talks(visual: Any, prompt: Any, budget: int) -> Any:
    """The last K rows, with a progress line on stdout, which is no fault of a selection."""
    print(f"keeping {budget} of {len(visual)} tokens")
    return np.arange(len(visual))[-budget:]
