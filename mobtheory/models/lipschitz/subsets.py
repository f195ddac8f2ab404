"""Subsets of the visual tokens: at random, covers, balanced covers, the most attended."""

from collections.abc import Iterator, Sequence

import numpy as np

from mobtheory.covering import CoveringProblem, farthest_point_sampling, mob_select
from mobtheory.models.lipschitz.sample import Float, Places, Sample

FAMILIES = ("random", "cover", "mob", "attention")
"""Uniform draws; farthest-point sampling from token 0 and from a random one; the selection rule of
the paper on normalised tokens, a quarter and a half of the budget for the prompt; the tokens with
most attention at this layer."""
SHARES = (1 / 9, 2 / 9, 1 / 3, 2 / 3, 11 / 12)
"""Of the visual tokens that are kept: the rates of the paper, and two at which covers are fine."""


def budgets_for(count: int, shares: Sequence[float] = SHARES) -> tuple[int, ...]:
    """Distinct numbers of kept tokens, from 1 to count - 1."""
    sizes = {min(max(1, round(share * count)), count - 1) for share in shares}
    return tuple(sorted(size for size in sizes if size >= 1))


def subsets(
    sample: Sample, budgets: Sequence[int], draws: int, rng: np.random.Generator
) -> Iterator[tuple[str, Places]]:
    """Name of the family and kept visual tokens, ascending, for every budget."""
    count = sample.count
    for size in budgets:
        for _ in range(draws):
            yield "random", np.sort(rng.permutation(count)[:size])
    visual = sample.points[:count]
    for start in dict.fromkeys([0, int(rng.integers(count))]):
        picks = farthest_point_sampling(visual, max(budgets) - 1, seeds=[start])
        order = np.concatenate([[start], picks]).astype(np.int64)
        for size in budgets:
            yield "cover", np.sort(order[:size])
    for size in budgets:
        yield from (("mob", kept) for kept in _balanced(sample, size))
    if sample.call is not None:
        order = np.argsort(-sample.attention(), kind="stable")
        for size in budgets:
            yield "attention", np.sort(order[:size])


def _balanced(sample: Sample, size: int) -> Iterator[Places]:
    visual, prompt = _split(sample)
    problem = CoveringProblem(visual, prompt, size, normalize=True)
    for prompt_budget in dict.fromkeys([size // 4, size // 2]):
        chosen = mob_select(problem, prompt_budget=prompt_budget, fold=max(1, prompt_budget // 8))
        kept = np.concatenate([chosen.prompt_centers, chosen.visual_centers])
        yield np.sort(kept.astype(np.int64))


def _split(sample: Sample) -> tuple[Float, Float]:
    return sample.points[: sample.count], sample.points[sample.count :]
