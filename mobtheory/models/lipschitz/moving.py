"""Move the visual tokens by a fixed distance in the direction that moves the output most."""

from collections.abc import Sequence

import numpy as np
import torch

from mobtheory.errors import UnsupportedModel
from mobtheory.models.batching import in_batches
from mobtheory.models.lipschitz.outputs import READINGS, NetworkFunction, Variant, every_token
from mobtheory.models.lipschitz.sample import Float, Sample

FAMILY = "moved"
RADII = (0.01, 0.1, 0.5)
"""In units of the median distance of a visual token from the nearest other token."""


def radii_for(sample: Sample, shares: tuple[float, ...] = RADII) -> tuple[float, ...]:
    """Radii at which every ball around an isolated token holds no other token.

    A token at least 2 r away from all others, moved by r, still has its old place nearest; if no
    token moves farther, d_H is r exactly. The median separation is at most the largest one, so
    shares up to 1/2 leave such a token. Empty where half of the tokens have an exact copy.
    """
    scale = float(np.median(sample.separation()))
    return tuple(share * scale for share in shares if share * scale > 0)


def ascend(
    function: NetworkFunction,
    sample: Sample,
    radii: tuple[float, ...],
    rng: np.random.Generator,
    *,
    reading: str,
    steps: int,
) -> list[tuple[float, torch.Tensor]]:
    """Projected gradient ascent on ||F(X) - F(X')|| over d_H(X, X') = r, all radii in one batch.

    Every visual token may move within its ball of radius r. A step follows the gradient of each
    token, scaled to r, and is projected to the sphere: the derivative of the output is linear, so
    it is largest on the boundary. The best iterate counts, not the last.

    Returns
    -------
    list of (d_H(X, X') as measured, (n, d) tensor): the tokens after the move; none of a radius at
        which F stood still.
    """
    start = rng.standard_normal((len(radii), sample.count, sample.hidden.shape[1]))
    with torch.no_grad():
        before = _read(function, sample, function.states(sample, [every_token(sample)]), reading)

    def run(numbers: Sequence[int]) -> list[torch.Tensor | None]:
        chosen = [radii[number] for number in numbers]
        return _climb(function, sample, chosen, start[list(numbers)], before, reading, steps)

    numbers = range(len(radii))
    moved = in_batches(run, numbers, len(radii) or 1, on_halved=function.halved.append)
    found = zip(radii, moved, strict=True)
    return [
        (check_distance(sample, tokens, radius), tokens)
        for radius, tokens in found
        if tokens is not None
    ]


def _climb(
    function: NetworkFunction,
    sample: Sample,
    radii: Sequence[float],
    start: Float,
    before: torch.Tensor,
    reading: str,
    steps: int,
) -> list[torch.Tensor | None]:
    """The best iterate of each radius, (n, d); None where F stood still."""
    visual = torch.as_tensor(sample.visual, device=sample.hidden.device)
    limit = torch.as_tensor(radii, device=visual.device, dtype=torch.float64)[:, None, None]
    shift = _of_length(torch.as_tensor(start, device=visual.device), limit)
    largest = [0.0] * len(radii)
    best: list[torch.Tensor | None] = [None] * len(radii)
    for step in range(steps + 1):
        moved = _moved(sample, visual, shift).requires_grad_(True)
        variants = [Variant(every_token(sample).places, hidden=tokens) for tokens in moved]
        with torch.enable_grad():
            states = function.states(sample, variants)
            gaps = (_read(function, sample, states, reading) - before).flatten(1).double()
            sizes = gaps.norm(dim=1)
            for number, size in enumerate(sizes.tolist()):
                if size > largest[number]:
                    largest[number], best[number] = size, moved[number].detach()
            if step == steps:
                break
            (slope,) = torch.autograd.grad(sizes.sum(), moved)
        uphill = _of_length(slope[:, visual].double(), limit)
        shift = _of_length(shift + uphill, limit)
    return best


def check_distance(sample: Sample, moved: torch.Tensor, radius: float) -> float:
    """d_H(X, X'); raise unless it is the radius, within what the dtype of the tokens rounds off."""
    distance = sample.moved_distance(moved)
    slack = rounding(sample.moved_points(moved), moved.dtype)
    if abs(distance - radius) > slack + 1e-12 * radius:
        raise UnsupportedModel(
            "models.measure_lipschitz",
            f"tokens moved to a Hausdorff distance of {distance:.6g} where {radius:.6g} was meant",
            f"rounding to {moved.dtype} explains {slack:.3g}",
            "Load the model in float32 or float64.",
        )
    return distance


def rounding(points: Float, dtype: torch.dtype) -> float:
    """How far a token can be shifted when it is rounded to the dtype of the model."""
    half = torch.finfo(dtype).eps / 2
    return float(half * np.linalg.norm(points, axis=1).max())


def _moved(sample: Sample, visual: torch.Tensor, shift: torch.Tensor) -> torch.Tensor:
    """(R, n, d) tokens in the dtype of the model; the sum is taken in float64 and rounded once."""
    exact = sample.hidden.detach().double().repeat(len(shift), 1, 1)
    exact[:, visual] += shift
    return exact.to(sample.hidden.dtype)


def _read(
    function: NetworkFunction, sample: Sample, states: torch.Tensor, reading: str
) -> torch.Tensor:
    if reading == READINGS[1]:
        return states[:, -len(sample.prompt) :]
    last = states[:, -1]
    return last if reading == READINGS[0] else function.rest.logits(last)


def _of_length(vectors: torch.Tensor, length: torch.Tensor) -> torch.Tensor:
    """Rows scaled to a length; a row of zeros stays."""
    sizes = vectors.norm(dim=-1, keepdim=True)
    return vectors * (length / sizes.clamp_min(torch.finfo(torch.float64).tiny))
