"""Clouds of realistic size in a fixed order, without Hypothesis."""

from typing import NamedTuple

import numpy as np

from mobtheory.covering.counts import as_count
from mobtheory.strategies.cloud_kinds import cloud_of
from mobtheory.strategies.inputs import CoveringInput
from mobtheory.strategies.placements import Placement


class _Appointment(NamedTuple):
    kind: str
    visual: int
    prompt: int
    dimension: int
    budget: int
    placement: Placement = Placement()


_SCHEDULE = (
    # The first eight have one of everything, for those who take no more.
    _Appointment("tokens", 128, 8, 64, 16),
    _Appointment("duplicates", 96, 5, 8, 24),
    _Appointment("clusters", 72, 12, 16, 8, Placement(offset=2.0**26)),
    _Appointment("tokens", 576, 16, 64, 64, Placement("float32")),
    _Appointment("near-ties", 100, 1, 3, 90),
    _Appointment("sphere", 24, 6, 1024, 4),
    _Appointment("outlier", 80, 4, 32, 20, Placement("float32", exponent=40)),
    _Appointment("modality-gap", 48, 40, 24, 1, Placement(exponent=-400)),
    _Appointment("collinear", 200, 7, 5, 150),
    _Appointment("integers", 120, 9, 3, 24, Placement("float32", offset=2.0**12)),
    _Appointment("clusters", 65, 3, 2, 5, Placement("float32")),
    _Appointment("sphere", 33, 1, 48, 33),
    _Appointment("tokens", 40, 10, 768, 8, Placement("float32", exponent=-40)),
    _Appointment("duplicates", 150, 20, 16, 100, Placement(exponent=400)),
    _Appointment("near-ties", 300, 20, 8, 30, Placement("float32", offset=2.0**6)),
    _Appointment("integers", 576, 32, 2, 128),
)


def scheduled_cloud(number: int, seed: int) -> CoveringInput:
    """The cloud with a number: kinds and sizes take turns, coordinates come from the seed.

    Parameters
    ----------
    number : int of at least 0
        Which cloud. Kinds, sizes, budgets and placements recur after 16.
    seed : int of at least 0
        For the coordinates, and for the seed of the input.

    Returns
    -------
    CoveringInput
        Writable arrays in C order with at most 40960 visual coordinates. Among the first eight are
        six pictures of more than 64 tokens (one of 576), one with 1024 dimensions, duplicates,
        near-ties, an outlier, float32, a huge offset, a tiny and a huge scale, a single prompt
        token, prompts longer than the budget, and budgets from 1 to 90.

    Raises
    ------
    InvalidProblem
        The number or the seed is negative or no integer.

    Examples
    --------
    >>> from mobtheory.strategies import scheduled_cloud
    >>> scheduled_cloud(3, seed=0).visual.shape
    (576, 64)
    >>> scheduled_cloud(3, seed=0).origin
    'tokens (seed 2163987359), float32'
    """
    called = "scheduled_cloud"
    number, seed = as_count(called, "number", number, 0), as_count(called, "seed", seed, 0)
    planned = _SCHEDULE[number % len(_SCHEDULE)]
    own_seed = int(np.random.default_rng([seed, number]).integers(2**32))
    visual, prompt = cloud_of(
        planned.kind, own_seed, planned.visual, planned.prompt, planned.dimension
    )
    return CoveringInput(
        planned.placement.of(visual),
        planned.placement.of(prompt),
        planned.budget,
        own_seed,
        f"{planned.kind} (seed {own_seed}), {planned.placement}",
    )
