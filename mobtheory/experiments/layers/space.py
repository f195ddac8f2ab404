"""The distances of one sample's tokens, and every Hausdorff distance of the paper read off them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mobtheory.geometry import normalize_rows, pairwise_distances
from mobtheory.geometry.points import to_numpy

Float = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Space:
    """Distances among the visual tokens V and from them to the prompt tokens P.

    Attributes
    ----------
    visual_visual : (N, N)
    visual_prompt : (N, L)

    Notes
    -----
    Subsets S of V are integer arrays that count visual tokens from 0.

    Examples
    --------
    >>> space = Space.of(np.asarray([[0.0], [1.0], [5.0]]), np.asarray([[0.5]]))
    >>> space.pruning_distance(np.asarray([2])), space.cover(np.asarray([2])), space.coupling
    (0.5, 5.0, 4.5)
    """

    visual_visual: Float
    visual_prompt: Float

    @classmethod
    def of(cls, visual: Any, prompt: Any, *, unit: bool = False) -> "Space":
        """Measure (N, d) visual and (L, d) prompt tokens, scaled to length 1 with `unit`."""
        if unit:
            visual = normalize_rows(visual, called="model layers", name="visual")
            prompt = normalize_rows(prompt, called="model layers", name="prompt")
        return cls(
            to_numpy(pairwise_distances(visual, visual)),
            to_numpy(pairwise_distances(visual, prompt)),
        )

    @property
    def visual_to_prompt(self) -> float:
        """h(V -> P), the bound for keeping no visual token."""
        return float(self.visual_prompt.min(axis=1).max())

    @property
    def prompt_to_visual(self) -> float:
        """h(P -> V)."""
        return float(self.visual_prompt.min(axis=0).max())

    @property
    def coupling(self) -> float:
        """d_H(V, P), the least eta of Assumption 2."""
        return max(self.visual_to_prompt, self.prompt_to_visual)

    def cover(self, kept: Integers) -> float:
        """h(V -> S), which is d_H(S, V); inf for no token."""
        return float(self._to_kept(kept).max())

    def prompt_radius(self, kept: Integers) -> float:
        """d_H(S, P); inf for no token."""
        if len(kept) == 0:
            return np.inf
        rows = self.visual_prompt[kept]
        return float(max(rows.min(axis=0).max(), rows.min(axis=1).max()))

    def pruning_distance(self, kept: Integers) -> float:
        """G(S) = max over v of min(dist(v, S), dist(v, P)), which is d_H(X, X_s)."""
        nearest = np.minimum(self._to_kept(kept), self.visual_prompt.min(axis=1))
        return float(nearest.max())

    def nearest_kept(self, kept: Integers) -> Integers:
        """(N,) for each visual token its nearest kept one; kept ones go to themselves.

        The assignment of `mobtheory.models.nearest_kept`, by distances that are known already.
        """
        target = kept[self.visual_visual[:, kept].argmin(axis=1)]
        target[kept] = kept
        return target

    def _to_kept(self, kept: Integers) -> Float:
        if len(kept) == 0:
            return np.full(len(self.visual_visual), np.inf)
        return self.visual_visual[:, kept].min(axis=1)


def halves(space: Space, kept: Integers) -> tuple[Integers, Integers]:
    """Split a subset that has no halves of its own: the half nearest to the prompt is S_p.

    Algorithm 1 ranks candidates for S_p by their similarity to the prompt in the same way. A single
    token is S_p.
    """
    order = np.argsort(space.visual_prompt[kept].min(axis=1), kind="stable")
    count = -(-len(kept) // 2)
    return np.sort(kept[order[:count]]), np.sort(kept[order[count:]])
