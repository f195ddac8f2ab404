"""Claims an invariance that its start or its grid does not have."""

from typing import Any

import numpy as np

from .entry import bug
from .farthest import as_float64, farthest, filled


def _from(start: int, visual: Any, budget: int) -> Any:
    return np.array([start, *farthest(visual, budget - 1, [start])])


@bug("permutation-equivariant", claims="two-approximation")
def starts_at_row_0(visual: Any, prompt: Any, budget: int) -> Any:
    """Right, but starts at row 0 and claims that the order of the tokens does not matter."""
    return np.array(farthest(visual, budget))


@bug("isometry-invariant", claims="two-approximation permutation-equivariant")
def starts_at_the_largest_norm(visual: Any, prompt: Any, budget: int) -> Any:
    """Starts at the longest token, which changes under translations."""
    return _from(int(np.linalg.norm(as_float64(visual), axis=1).argmax()), visual, budget)


@bug("isometry-invariant", claims="two-approximation permutation-equivariant")
def starts_leftmost(visual: Any, prompt: Any, budget: int) -> Any:
    """Starts at the lexicographically first token, which changes under rotations."""
    return _from(int(np.lexsort(as_float64(visual).T[::-1])[0]), visual, budget)


@bug("permutation-equivariant")
def shuffled_by_a_fixed_seed(visual: Any, prompt: Any, budget: int) -> Any:
    """Draws rows from a generator with a fixed seed, which knows nothing of the tokens."""
    return np.random.default_rng(0).permutation(len(visual))[:budget]


@bug("scale-invariant isometry-invariant")
def one_of_each_cell(visual: Any, prompt: Any, budget: int) -> Any:
    """Keeps the first token of each unit cell before any second one."""
    cells = np.floor(as_float64(visual))
    _, first = np.unique(cells, axis=0, return_index=True)
    return np.array(filled(np.sort(first)[:budget].tolist(), len(cells), budget))


@bug("scale-invariant")
def starts_by_a_threshold(visual: Any, prompt: Any, budget: int) -> Any:
    """Starts at the first token whose distance to the centroid is at least 1, else at the last."""
    points = as_float64(visual)
    far = np.flatnonzero(np.linalg.norm(points - points.mean(axis=0), axis=1) >= 1)
    return _from(int(far[0]) if len(far) else len(points) - 1, visual, budget)
