"""Changes what it was given."""

from typing import Any

import numpy as np

from .entry import bug
from .farthest import completed, farthest, neighbours


@bug("input-unchanged")
def centres_the_picture(visual: Any, prompt: Any, budget: int) -> Any:
    """Subtracts the mean in place where it may write."""
    if visual.flags.writeable:
        visual -= visual.mean(axis=0)
    return np.array(farthest(visual, budget))


@bug("input-unchanged")
def normalises_the_prompt(visual: Any, prompt: Any, budget: int) -> Any:
    """Divides the prompt by its norms in place where it may write."""
    if prompt.flags.writeable:
        prompt /= np.maximum(np.linalg.norm(prompt, axis=1, keepdims=True), 1e-12)
    return completed(visual, neighbours(visual, prompt)[:budget], budget)


@bug("input-unchanged")
def marks_through_a_view(visual: Any, prompt: Any, budget: int) -> Any:
    """Overwrites picked rows of an array that np.asarray did not copy."""
    points = np.asarray(visual)
    picks = farthest(points, budget)
    if points.flags.writeable:
        points.T[:, picks] = 0
    return np.array(picks)


@bug("input-unchanged")
def shares_memory_with_torch(visual: Any, prompt: Any, budget: int) -> Any:
    """Centres a tensor that shares the memory of the array."""
    import torch

    if visual.flags.writeable:
        tensor = torch.from_numpy(visual) if min(visual.strides) > 0 else torch.tensor(visual)
        tensor -= tensor[0].clone()
    return np.array(farthest(visual, budget))


@bug("input-unchanged")
def sorts_the_picture(visual: Any, prompt: Any, budget: int) -> Any:
    """Sorts the rows in place along the first coordinate where it may write."""
    picks = farthest(visual, budget)
    if visual.flags.writeable:
        visual[:] = visual[np.argsort(visual[:, 0], kind="stable")]
    return np.array(picks)


@bug(
    "input-unchanged",
    needs="the shift back rounds only where coordinates and their mean have many digits",
)
def shifts_there_and_back(visual: Any, prompt: Any, budget: int) -> Any:
    """Centres in place and adds the mean again, which rounds."""
    mean = np.array(visual).mean(axis=0)
    if visual.flags.writeable:
        visual -= mean
    picks = farthest(visual, budget)
    if visual.flags.writeable:
        visual += mean
    return np.array(picks)


@bug("valid-selection layout-invariant")
def writes_into_read_only(visual: Any, prompt: Any, budget: int) -> Any:
    """Marks the first row and puts it back, which a read-only array does not allow."""
    first = visual[0].copy()
    visual[0] = np.inf
    visual[0] = first
    return np.array(farthest(visual, budget))
