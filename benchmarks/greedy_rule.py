"""Whether picks are those of farthest-point sampling, up to rounding."""

import numpy as np


def check_greedy(points: np.ndarray, picks: np.ndarray, seeds: np.ndarray | None = None) -> None:
    """Assert that each pick is as far from those before as any point, up to float32 rounding.

    The points have norm at most 1. A float32 inner product of d terms is then off by at most
    d + 1 units of 2**-24, rounding of the points included; a squared distance holds two of them
    and two norms; two squared distances are compared.
    """
    width = points.shape[1]
    allowance = 8 * (width + 3) * 2.0**-24
    wide = np.asarray(points, dtype=np.float64)
    squares = np.einsum("ij,ij->i", wide, wide)
    nearest = np.full(len(wide), np.inf)
    start = picks[:1] if seeds is None or not len(seeds) else seeds
    rest = picks[1:] if start is not seeds else picks
    assert len(np.unique(np.concatenate([start, rest]))) == len(start) + len(rest)

    def add(row: int) -> None:
        np.minimum(nearest, squares + squares[row] - 2 * (wide @ wide[row]), out=nearest)

    for row in start:
        add(row)
    for row in rest:
        assert nearest[row] >= nearest.max() - allowance
        add(row)
