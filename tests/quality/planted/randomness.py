"""Choices that another call, process or seed makes otherwise."""

import random
import time
from typing import Any

import numpy as np

from .entry import bug
from .farthest import farthest


def _from(start: int, visual: Any, budget: int) -> Any:
    return np.array([start, *farthest(visual, budget - 1, [start])])


@bug("deterministic global-rng-independent")
def start_by_numpy(visual: Any, prompt: Any, budget: int) -> Any:
    """Draws the start from the global state of NumPy."""
    return _from(int(np.random.randint(len(visual))), visual, budget)  # noqa: NPY002


@bug("deterministic global-rng-independent")
def start_by_the_standard_library(visual: Any, prompt: Any, budget: int) -> Any:
    """Draws the start from the module random."""
    return _from(random.randrange(len(visual)), visual, budget)


@bug("deterministic global-rng-independent")
def start_by_torch(visual: Any, prompt: Any, budget: int) -> Any:
    """Draws the start from the global generator of torch."""
    import torch

    return _from(int(torch.randint(len(visual), (1,))), visual, budget)


@bug("deterministic")
def start_unseeded(visual: Any, prompt: Any, budget: int) -> Any:
    """Draws the start from a generator without a seed."""
    return _from(int(np.random.default_rng().integers(len(visual))), visual, budget)


_GENERATOR = np.random.default_rng(0)


@bug("deterministic")
def generator_of_the_module(visual: Any, prompt: Any, budget: int) -> Any:
    """Draws the start from a generator that was seeded once, when the module was imported."""
    return _from(int(_GENERATOR.integers(len(visual))), visual, budget)


@bug("deterministic")
def start_by_the_clock(visual: Any, prompt: Any, budget: int) -> Any:
    """Takes the start from the clock."""
    return _from(time.perf_counter_ns() % len(visual), visual, budget)


@bug("deterministic")
def start_by_hash(visual: Any, prompt: Any, budget: int) -> Any:
    """Starts at the token whose name has the lowest hash: another one in each process."""
    return _from(min(range(len(visual)), key=lambda row: hash(str(row))), visual, budget)


@bug("deterministic")
def order_of_a_set_of_names(visual: Any, prompt: Any, budget: int) -> Any:
    """Keeps the first K of a set of strings, whose order changes from process to process."""
    names = {f"token {row}" for row in range(len(visual))}
    return np.array([int(name.split()[1]) for name in names][:budget])


@bug("deterministic")
def order_by_address(visual: Any, prompt: Any, budget: int) -> Any:
    """Breaks ties by the addresses of objects, as a set of objects without hash does."""
    tokens = [object() for _ in range(len(visual))]
    order = sorted(range(len(visual)), key=lambda row: id(tokens[row]))
    return _from(order[0], visual, budget)


@bug("global-rng-independent")
def seeds_numpy(visual: Any, prompt: Any, budget: int) -> Any:
    """Sets the global seed of NumPy for everybody to become deterministic itself."""
    np.random.seed(0)  # noqa: NPY002
    return _from(int(np.random.randint(len(visual))), visual, budget)  # noqa: NPY002


@bug("global-rng-independent")
def seeds_the_standard_library(visual: Any, prompt: Any, budget: int) -> Any:
    """Sets the seed of the module random for everybody."""
    random.seed(0)
    return _from(random.randrange(len(visual)), visual, budget)


@bug("global-rng-independent")
def seeds_torch(visual: Any, prompt: Any, budget: int) -> Any:
    """Sets the global seed of torch for everybody."""
    import torch

    torch.manual_seed(0)
    return _from(int(torch.randint(len(visual), (1,))), visual, budget)


@bug("global-rng-independent deterministic")
def shuffles_at_ties(visual: Any, prompt: Any, budget: int) -> Any:
    """Breaks ties by the global state of NumPy, which shows only where tokens tie."""
    points = np.array(visual, dtype=np.float64)
    picks, nearest = list[int](), np.full(len(points), np.inf)
    while len(picks) < budget:
        nearest[picks] = -1
        ties = np.flatnonzero(nearest == nearest.max()) if picks else np.array([0])
        row = int(np.random.choice(ties)) if len(ties) > 1 else int(ties[0])  # noqa: NPY002
        picks.append(row)
        nearest = np.minimum(nearest, ((points - points[row]) ** 2).sum(axis=1))
    return np.array(picks)
