"""Farthest-point sampling on a matrix of distances, without a word to the host."""

from math import inf

import torch

from mobtheory.experiments.speed.lazy_kernel import kernel_for


def pick_farthest(between: torch.Tensor, nearest: torch.Tensor, count: int) -> torch.Tensor:
    """Pick points, each the farthest from the seeds and the points picked before it.

    Parameters
    ----------
    between : (B, N, N) floating tensor, contiguous; distances, or numbers that rank alike
    nearest : (B, N), each point's distance to its nearest seed: inf where there is no seed, and
        -inf for a seed itself
    count : how many points to pick in each row, at most those that are no seeds

    Returns
    -------
    torch.Tensor
        (B, count) int64 on the same device, in the order of the picks; the lowest index wins a tie.

    Notes
    -----
    The rule of `mobtheory.farthest_point_sampling`, which checks its input, mends what rounding
    spoils and runs on any array library: several small kernels a pick.  Here a row is one kernel on
    CUDA where Triton is installed; elsewhere PyTorch takes three operations a pick.

    Examples
    --------
    >>> line = torch.tensor([0.0, 1.0, 5.0, 9.0])
    >>> between = (line[:, None] - line).abs()[None]
    >>> pick_farthest(between, torch.full((1, 4), inf), 3)
    tensor([[0, 3, 2]])
    """
    kernel = kernel_for(between.device)
    if kernel is not None and count:
        return kernel(between, nearest, count)
    return pick_in_torch(between, nearest, count)


def pick_in_torch(between: torch.Tensor, nearest: torch.Tensor, count: int) -> torch.Tensor:
    """The same, one pick after the other."""
    rows, size = torch.arange(len(between), device=between.device), nearest.shape[1]
    nearest = nearest.clone()
    picks = torch.empty(len(between), count, dtype=torch.int64, device=between.device)
    # PyTorch promises nothing at a tie: of the largest the first is the one that ranks highest
    order = torch.arange(size, 0, -1, device=between.device)
    for step in range(count):
        largest = nearest == nearest.amax(1, keepdim=True)
        pick = torch.where(largest, order, 0).argmax(1)
        picks[:, step] = pick
        nearest = torch.minimum(nearest, between[rows, pick])
        nearest[rows, pick] = -inf
    return picks
