"""A covering task on NumPy distances, and the cover system that each radius makes of it."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mobtheory.covering.optimum.cover_system import Columns, CoverSystem

Objective = Literal["radius", "union", "k-center", "prompt"]
"""What a radius must reach; "prompt" is d_H(S_p, P) alone."""

_ROWS_AT_ONCE = 4000


class Halves(NamedTuple):
    """Prompt centres and visual centres, as row numbers of the visual tokens."""

    prompt: list[int]
    visual: list[int]


class CoverTask:
    """Distances, an objective and limits on the halves.

    Parameters
    ----------
    visual : (N, N) distances within V
    prompt : (N, L) distances from V to P; L = 0 under "k-center"
    objective : which rows a token covers in which half
    limits : (K,) for |S_p| + |S_v| <= K, or (K_p, K_v)
    banned : tokens that must not be chosen, though they must be covered
    """

    def __init__(
        self,
        visual: NDArray[np.float64],
        prompt: NDArray[np.float64],
        objective: Objective,
        limits: tuple[int, ...],
        banned: Sequence[int] = (),
    ) -> None:
        self.visual, self.prompt = visual, prompt
        self.objective: Objective = objective
        self.limits, self.banned = limits, list(banned)
        self.visual_count, self.prompt_count = prompt.shape
        # Few visual rows decide most radii of a large task; the others are checked afterwards.
        count, picks = self.visual_count, sum(limits)
        if objective == "prompt":
            self.rows = np.arange(0)
        elif count > _ROWS_AT_ONCE:
            self.rows = np.sort(farthest_order(visual, [], min(count, max(4 * picks, 64))))
        else:
            self.rows = np.arange(count)

    def alone(self, objective: Objective, limit: int, banned: Sequence[int] = ()) -> "CoverTask":
        """The same tokens with one objective for one half, some left to the other half."""
        prompt = self.prompt[:, :0] if objective == "k-center" else self.prompt
        return CoverTask(self.visual, prompt, objective, (limit,), banned)

    @property
    def most_visual(self) -> int:
        """The most tokens that may cover visual tokens, the prompt half left with its fewest."""
        if self.objective == "radius":
            return self.limits[-1] - (len(self.limits) == 1)
        return sum(self.limits)

    def system(self, prompt_radius: float, visual_radius: float) -> CoverSystem:
        """Cover P within one radius and the visual rows in use within another."""
        count, prompts, free = self.visual_count, self.prompt_count, len(self.limits) == 1
        near_visual = self.visual[self.rows] <= visual_radius
        names = np.arange(count)
        if self.objective == "k-center":
            return self._named(near_visual, names + count, np.zeros(count, np.int64))
        near_prompt = (self.prompt <= prompt_radius).T
        # A token far from all of P would raise h(S_p -> P), so it is no prompt centre.
        usable = np.flatnonzero(near_prompt.any(axis=0))
        both = np.concatenate([near_prompt, near_visual])[:, usable]
        if self.objective == "prompt":
            return self._named(both, usable, np.zeros(len(usable), np.int64))
        if self.objective == "radius":
            both[prompts:] = False
        lone = np.concatenate([np.zeros((prompts, count), dtype=bool), near_visual])
        others = names
        if self.objective == "union" and free:
            # A token near the prompt may as well serve both, so its lone role is not needed.
            others = np.setdiff1d(names, usable)
        group = np.repeat([0, 0 if free else 1], [len(usable), len(others)])
        partner = np.full(len(group), -1)
        if self.objective == "radius":
            partner[: len(usable)] = len(usable) + usable
            partner[len(usable) + usable] = np.arange(len(usable))
        covers = np.concatenate([both, lone[:, others]], axis=1)
        return self._named(covers, np.concatenate([usable, others + count]), group, partner)

    def _named(self, covers: Any, columns: Any, group: Any, partner: Any = None) -> CoverSystem:
        prompts = np.arange(len(covers) - len(self.rows))
        rows = np.concatenate([prompts, self.prompt_count + self.rows])
        if partner is None:
            partner = np.full(len(columns), -1)
        system = CoverSystem(covers, rows, columns, group, self.limits, partner)
        if not self.banned:
            return system
        return system.only_columns(~np.isin(columns % self.visual_count, self.banned))

    def unused_rows(self) -> NDArray[np.int64]:
        """Names of the visual rows that the systems leave out."""
        if self.objective == "prompt":
            return np.arange(0)
        return self.prompt_count + np.setdiff1d(np.arange(self.visual_count), self.rows)

    def halves(self, columns: Columns) -> Halves:
        """Translate named columns; a token that got both roles keeps the prompt one."""
        count = self.visual_count
        prompt = columns[columns < count]
        visual = np.setdiff1d(columns[columns >= count] - count, prompt)
        return Halves(sorted(prompt.tolist()), visual.tolist())

    def radii(self, halves: Halves) -> tuple[float, float]:
        """d_H(S_p, P), and how far the visual tokens are from the centres that count for them."""
        prompt_radius = visual_radius = 0.0
        if self.objective != "k-center":
            to_prompt = self.prompt[halves.prompt]
            prompt_radius = float(
                max(
                    to_prompt.min(axis=0, initial=np.inf).max(),
                    to_prompt.min(axis=1).max(initial=0.0),
                )
            )
        if self.objective != "prompt":
            visual_radius = float(self.to_centers(halves).max())
        return prompt_radius, visual_radius

    def to_centers(self, halves: Halves) -> NDArray[np.float64]:
        """Distance of each visual token to the centres that count for it."""
        centers = halves.visual if self.objective == "radius" else halves.prompt + halves.visual
        return self.visual[centers].min(axis=0, initial=np.inf)

    def add_rows(self, halves: Halves, radius: float) -> bool:
        """Take in visual rows that these halves leave uncovered; False if there are none."""
        if self.objective == "prompt":
            return False
        nearest = self.to_centers(halves)
        missing = np.flatnonzero(nearest > radius)
        wanted = max(10, self.most_visual // 2)
        new: list[int] = []
        while len(new) < wanted and len(missing):
            row = int(missing[nearest[missing].argmax()])
            new.append(row)
            nearest = np.minimum(nearest, self.visual[row])
            missing = missing[(nearest[missing] > radius)]
        known = len(self.rows)
        self.rows = np.union1d(self.rows, new)
        return len(self.rows) > known

    def filled(self, halves: Halves, radius: float) -> Halves:
        """Add tokens up to the limits as long as none can raise the objective above the radius."""
        if self.objective == "prompt":
            return halves
        prompt, visual = list(halves.prompt), list(halves.visual)
        if len(self.limits) == 2:
            # Free tokens within the radius of the prompt, the nearest first.
            to_prompt = self.prompt.min(axis=1)
            to_prompt[prompt + visual] = np.inf
            order = np.argsort(to_prompt, kind="stable")[: self.limits[0] - len(prompt)]
            prompt += order[to_prompt[order] <= radius].tolist()
            room = self.limits[1] - len(visual)
        else:
            room = self.limits[0] - len(prompt) - len(visual)
        taken = prompt + visual + self.banned
        room = min(room, self.visual_count - len(taken))
        centers = visual if self.objective == "radius" else prompt + visual
        added = farthest_order(self.visual, centers, room, banned=taken)
        return Halves(prompt, visual + added.tolist())


def farthest_order(
    distances: NDArray[np.float64], seeds: list[int], picks: int, banned: list[int] | None = None
) -> NDArray[np.int64]:
    """Farthest-point sampling on a valid matrix; seeds count as picked, the first is row 0."""
    nearest = distances[seeds].min(axis=0, initial=np.inf)
    open_ = np.ones(len(distances), dtype=bool)
    open_[banned if banned is not None else seeds] = False
    chosen = np.zeros(max(picks, 0), dtype=np.int64)
    for place in range(max(picks, 0)):
        chosen[place] = pick = int(np.where(open_, nearest, -1.0).argmax())
        open_[pick] = False
        np.minimum(nearest, distances[pick], out=nearest)
    return chosen
