"""Is there a selection within a given radius? Decided exactly, for each objective."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import numpy as np

from mobtheory.covering.set_cover import Effort, Half, find_cover

Objective = Literal["radius", "union", "k-center"]
Halves = tuple[list[int], list[int]]
"""Prompt centres and visual centres."""

_NO_HALF = Half({}, 0)


class Limits(NamedTuple):
    """How many tokens a selection and each of its halves may hold."""

    total: int
    prompt: int
    visual: int


def selection_within(
    radius: float,
    objective: Objective,
    visual_visual: Any,
    visual_prompt: Any,
    limits: Limits,
    effort: Effort,
) -> Halves | None:
    """Find a selection whose objective is at most `radius`; None proves that there is none.

    The distances are NumPy arrays of shape (N, N) and (N, L).
    """
    visual_count, prompt_count = visual_prompt.shape
    near_visual = dict(enumerate(_bit_sets(visual_visual <= radius)))
    if objective == "k-center":
        return find_cover(_all(visual_count), _NO_HALF, Half(near_visual, limits.total), effort)
    # A centre far from all of P would itself raise h(S_p -> P), so it is no candidate.
    near_prompt = {
        token: bits for token, bits in enumerate(_bit_sets(visual_prompt <= radius)) if bits
    }
    if objective == "radius":
        search = _DisjointCovers(visual_count, prompt_count, limits, effort)
        return search.find(near_prompt, near_visual)
    lone = {token: bits << prompt_count for token, bits in near_visual.items()}
    both = {token: bits | lone[token] for token, bits in near_prompt.items()}
    return _shared_cover(_all(visual_count + prompt_count), both, lone, limits, effort)


class _DisjointCovers(NamedTuple):
    """Covers P by one set and V by another: two set covers that may not share a token."""

    visual_count: int
    prompt_count: int
    limits: Limits
    effort: Effort

    def find(self, near_prompt: Mapping[int, int], near_visual: Mapping[int, int]) -> Halves | None:
        prompt = self._fewest_for_prompt(near_prompt)
        if prompt is None:
            return None
        visual = self._for_visual(near_visual, prompt)
        if visual is None:
            return None
        shared = set(prompt).intersection(visual)
        if not shared:
            return prompt, visual
        # Every selection leaves the shared token out of one half or the other.
        token = min(shared)
        return self.find(_without(near_prompt, token), near_visual) or self.find(
            near_prompt, _without(near_visual, token)
        )

    def _fewest_for_prompt(self, near_prompt: Mapping[int, int]) -> list[int] | None:
        for size in range(1, min(self.limits.prompt, self.limits.total - 1) + 1):
            half = Half(near_prompt, size)
            found = find_cover(_all(self.prompt_count), half, _NO_HALF, self.effort)
            if found is not None:
                return found[0]
        return None

    def _for_visual(self, near_visual: Mapping[int, int], prompt: list[int]) -> list[int] | None:
        limit = min(self.limits.visual, self.limits.total - len(prompt))
        prompt_last = {t: near_visual[t] for t in sorted(near_visual, key=prompt.__contains__)}
        half = Half(prompt_last, limit)
        found = find_cover(_all(self.visual_count), _NO_HALF, half, self.effort)
        return None if found is None else found[1]


def _shared_cover(
    universe: int,
    both: Mapping[int, int],
    lone: Mapping[int, int],
    limits: Limits,
    effort: Effort,
) -> Halves | None:
    """Cover P by prompt centres and V by all centres."""
    if limits.prompt + limits.visual > limits.total:
        # Nothing binds but the sum, so a token near the prompt may as well serve both.
        found = find_cover(universe, _NO_HALF, Half({**lone, **both}, limits.total), effort)
        if found is None:
            return None
        return [t for t in found[1] if t in both], [t for t in found[1] if t not in both]
    found = find_cover(universe, Half(both, limits.prompt), Half(lone, limits.visual), effort)
    if found is None:
        return None
    prompt, visual = found
    return prompt, [token for token in visual if token not in prompt]


def _without(covers: Mapping[int, int], token: int) -> dict[int, int]:
    return {other: bits for other, bits in covers.items() if other != token}


def _all(count: int) -> int:
    return (1 << count) - 1


def _bit_sets(within: Any) -> list[int]:
    """Each row of a boolean matrix as the bit set of its true columns."""
    packed = np.packbits(within, axis=1, bitorder="little")
    return [int.from_bytes(row.tobytes(), "little") for row in packed]
