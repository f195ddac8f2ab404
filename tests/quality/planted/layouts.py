"""Counts on C order."""

from typing import Any

import numpy as np

from .entry import bug
from .farthest import as_float64, farthest


@bug("layout-invariant", claims="two-approximation")
def order_of_the_memory(visual: Any, prompt: Any, budget: int) -> Any:
    """Reads the numbers in the order of the memory, which is another one in Fortran order."""
    points = np.asarray(visual)
    return np.array(farthest(points.ravel(order="K").reshape(points.shape), budget))


@bug("layout-invariant valid-selection")
def needs_a_contiguous_buffer(visual: Any, prompt: Any, budget: int) -> Any:
    """Reads the buffer of the array, which only a C-contiguous one gives away."""
    points = np.frombuffer(visual, dtype=visual.dtype).reshape(visual.shape)
    return np.array(farthest(points, budget))


@bug("layout-invariant")
def starts_elsewhere_in_fortran_order(visual: Any, prompt: Any, budget: int) -> Any:
    """Takes an array in Fortran order for one with tokens in columns and starts at the last."""
    points = as_float64(visual)
    if visual.flags.f_contiguous and not visual.flags.c_contiguous:
        return len(points) - 1 - np.array(farthest(points[::-1], budget))
    return np.array(farthest(points, budget))
