"""One path for NumPy and a different one for torch or for narrow floats."""

from typing import Any

import numpy as np

from .entry import bug
from .farthest import as_float64, farthest


def _is_torch(points: Any) -> bool:
    return type(points).__module__.startswith("torch")


@bug("dtype-consistent")
def no_bfloat16(visual: Any, prompt: Any, budget: int) -> Any:
    """Converts tensors to NumPy, which has no bfloat16."""
    return np.array(farthest(visual.numpy() if _is_torch(visual) else visual, budget))


@bug("dtype-consistent")
def torch_starts_at_the_end(visual: Any, prompt: Any, budget: int) -> Any:
    """Starts at the last token in the path for torch."""
    if not _is_torch(visual):
        return np.array(farthest(visual, budget))
    points = visual.double().numpy()
    start = len(points) - 1
    return np.array([start, *farthest(points, budget - 1, [start])])


@bug("dtype-consistent")
def torch_without_running_minimum(visual: Any, prompt: Any, budget: int) -> Any:
    """Keeps the distances to the last pick alone in the path for torch."""
    if not _is_torch(visual):
        return np.array(farthest(visual, budget))
    points, picks = visual.double(), [0]
    while len(picks) < budget:
        nearest = ((points - points[picks[-1]]) ** 2).sum(dim=1)
        nearest[picks] = -1
        picks.append(int(nearest.argmax()))
    return np.array(picks)


@bug("dtype-consistent")
def float32_by_norm(visual: Any, prompt: Any, budget: int) -> Any:
    """Takes a shortcut for float32: the longest tokens."""
    points = as_float64(visual.double().numpy() if _is_torch(visual) else visual)
    if "float32" in str(visual.dtype):
        return np.argsort(-np.linalg.norm(points, axis=1), kind="stable")[:budget]
    return np.array(farthest(points, budget))


@bug("dtype-consistent")
def torch_rows_as_floats(visual: Any, prompt: Any, budget: int) -> Any:
    """Returns rows in the dtype of the tokens in the path for torch."""
    if not _is_torch(visual):
        return np.array(farthest(visual, budget))
    import torch

    return torch.tensor(farthest(visual.double().numpy(), budget), dtype=visual.dtype)
