"""The smallest ball around a set of values, and its diameter."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def diameter(values: Array) -> float:
    """The largest distance between two values."""
    if values.shape[1] == 1:
        return float(np.ptp(values))
    differences = values[:, None] - values[None]
    return float(np.sqrt(np.square(differences).sum(axis=2).max()))


def circumradius(values: Array, *, steps: int = 24) -> tuple[float, float]:
    """Bounds on the radius of the smallest ball that holds all values.

    The weighted root mean square distance from the weighted mean is never above it, whatever the
    weights, and half the diameter is not either; the largest distance from any centre is not below.
    The weights are those of Badoiu and Clarkson: move the centre a little towards the farthest.
    """
    if values.shape[1] == 1:
        half = float(np.ptp(values)) / 2
        return half, half
    weights, centre = np.full(len(values), 1 / len(values)), values.mean(axis=0)
    highest = np.inf
    for step in range(steps):
        squares = np.square(values - centre).sum(axis=1)
        farthest = int(squares.argmax())
        highest = min(highest, float(squares[farthest]))
        share = 1 / (step + 2)
        weights *= 1 - share
        weights[farthest] += share
        centre = (1 - share) * centre + share * values[farthest]
    squares = np.square(values - centre).sum(axis=1)
    highest = min(highest, float(squares.max()))
    low = max(diameter(values) / 2, float(np.sqrt(weights @ squares)))
    return low, max(low, float(np.sqrt(highest)))
