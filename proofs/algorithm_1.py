"""Algorithm 1 of the paper in exact arithmetic, written anew from its description.

Each prompt token proposes its `fold` nearest visual tokens; the `prompt_budget` nearest of all
candidates form S_p; farthest points, seeded with S_p, form S_v.  The lowest index wins ties.
Distances may be squared: only their order counts.
"""

from collections.abc import Callable
from fractions import Fraction

Distance = Callable[[int, int], int | Fraction]


def prompt_half(
    visual: int, prompt: int, to_prompt: Distance, *, prompt_budget: int, fold: int
) -> list[int]:
    """Indices of S_p among `visual` tokens; ``to_prompt(v, p)`` is a distance."""
    nearness: dict[int, int | Fraction] = {}
    for p in range(prompt):
        for v in sorted(range(visual), key=lambda v: (to_prompt(v, p), v))[:fold]:
            nearness[v] = min(to_prompt(v, p), nearness.get(v, to_prompt(v, p)))
    return sorted(nearness, key=lambda v: (nearness[v], v))[:prompt_budget]


def visual_half(visual: int, between: Distance, seeds: list[int], picks: int) -> list[int]:
    """Indices of S_v: farthest points from `seeds`, which must not be empty."""
    kept = list(seeds)
    for _ in range(picks):
        left = [v for v in range(visual) if v not in kept]
        kept.append(max(left, key=lambda v: (min(between(v, s) for s in kept), -v)))
    return kept[len(seeds) :]
