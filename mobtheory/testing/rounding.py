"""What rounding may do to the distances that a correct algorithm compares."""

import math

import numpy as np

from mobtheory.strategies.inputs import CoveringInput
from mobtheory.testing.whole import unit_exponent


def rounding_of(given: CoveringInput) -> float:
    """How much a distance by differences can be off in the dtype of the input.

    Parameters
    ----------
    given : the input

    Returns
    -------
    float
        0.0 for small whole numbers, up to an offset and a power of two: their differences and
        squares are exact. Else ``(d + 4) eps`` times the extent, to first order: the differences,
        squares and sums of d coordinates, and the root.

    Examples
    --------
    >>> import numpy as np
    >>> from mobtheory.strategies import CoveringInput
    >>> from mobtheory.testing.rounding import rounding_of
    >>> rounding_of(CoveringInput(np.array([[0.0], [3.0]]), np.array([[1.0]]), 1))
    0.0
    """
    both = np.concatenate([given.visual, given.prompt]).astype(np.float64)
    dimension, extent = both.shape[1], float(np.ptp(both, axis=0).max())
    eps = float(np.finfo(given.visual.dtype).eps)
    moved = both - both.min(axis=0)
    whole = extent * 2.0 ** -max(unit_exponent(moved), -1000)
    # Sums of squares of such whole numbers have no more bits than the dtype.
    if dimension * whole * whole <= 2 / eps:
        return 0.0
    return (dimension + 4) * eps * math.sqrt(dimension) * extent
