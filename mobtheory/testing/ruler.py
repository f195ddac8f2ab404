"""Measure selections of one input: in whole numbers where the tokens allow it.

Independent of `mobtheory.geometry` for Euclidean, Manhattan and Chebyshev distances: floats are
whole multiples of a power of two, so squares of their distances are whole numbers.
"""

import math
from bisect import bisect_left
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mobtheory.covering import CoveringProblem, evaluate_selection, farthest_points, k_center
from mobtheory.covering import farthest_point_sampling as sample
from mobtheory.strategies.inputs import CoveringInput
from mobtheory.testing.answers import Kept
from mobtheory.testing.lengths import Length
from mobtheory.testing.whole import whole_numbers

FEW = 10
"""Up to so many points optima come from enumeration."""
_ENTRIES = 60_000  # more coordinates to subtract than this are measured in floats first
_INFINITE = Length(math.inf, math.inf)


@dataclass(frozen=True)
class Radii:
    """What a selection reaches.

    Attributes
    ----------
    union : h(V -> S)
    visual : d_H(S_v, V)
    prompt : d_H(S_p, P)
    """

    union: Length
    visual: Length
    prompt: Length


@dataclass(frozen=True)
class Optimum:
    """Centres and the radius that they reach; `lower` bounds every choice from below.

    `farthest` says that they are farthest points, whose true radius is at most twice the optimum
    whatever rounding says about it.
    """

    centers: tuple[int, ...]
    radius: Length
    lower: Length
    farthest: bool = False


class Ruler:
    """Lengths between the tokens of one input.

    Parameters
    ----------
    given : the input
    metric, normalize : as `mobtheory.CoveringProblem` takes them
    exact : measure in whole numbers however long it takes; None: where it is quick
    """

    def __init__(
        self,
        given: CoveringInput,
        metric: str = "euclidean",
        normalize: bool = False,
        *,
        exact: bool | None = None,
    ) -> None:
        self.given, self.metric, self.normalize = given, metric, normalize
        fractions = metric != "cosine" and not normalize
        rows = len(given.visual) * given.visual.shape[1] * (len(given.visual) + len(given.prompt))
        self.exact = fractions and (rows <= _ENTRIES if exact is None else exact)

    @cached_property
    def _whole(self) -> tuple[NDArray[Any], NDArray[Any], Fraction]:
        return whole_numbers(self.given.visual, self.given.prompt)

    @cached_property
    def problem(self) -> CoveringProblem:
        """The input as a problem of this project, which measures in floats."""
        return CoveringProblem(
            np.asarray(self.given.visual),
            np.asarray(self.given.prompt),
            len(self.given.visual),
            metric=self.metric,
            normalize=self.normalize,
        )

    @cached_property
    def visual_visual(self) -> NDArray[Any]:
        """Squares of distances within V, in the unit of `square`."""
        return self._squares(self._whole[0], self._whole[0])

    @cached_property
    def visual_prompt(self) -> NDArray[Any]:
        """Squares of distances from V to P."""
        return self._squares(self._whole[0], self._whole[1])

    @cached_property
    def prompt_prompt(self) -> NDArray[Any]:
        """Squares of distances within P."""
        return self._squares(self._whole[1], self._whole[1])

    def _squares(self, a: NDArray[Any], b: NDArray[Any]) -> NDArray[Any]:
        away = np.abs(a[:, None, :] - b[None, :, :])
        if self.metric == "euclidean":
            return (away * away).sum(axis=2)
        plain = away.sum(axis=2) if self.metric == "manhattan" else away.max(axis=2)
        return plain * plain

    def length(self, square: Any) -> Length:
        """The length with a square in this ruler's unit."""
        return Length.exactly(int(square) * self._whole[2])

    def radii(self, kept: Kept) -> Radii:
        """Measure a selection."""
        if self.exact:
            return self._exact_radii(kept)
        found = evaluate_selection(self.problem, kept.selection)
        return Radii(
            *map(self._rounded, (found.union_radius, found.visual_radius, found.prompt_radius))
        )

    def _exact_radii(self, kept: Kept) -> Radii:
        prompt, visual = list(kept.prompt_centers), list(kept.visual_centers)
        to_kept = self.visual_visual[:, prompt + visual]
        union = self.length(to_kept.min(axis=1).max())
        half = to_kept[:, len(prompt) :]
        straying = self.visual_prompt[prompt]
        return Radii(
            union=union,
            visual=self.length(half.min(axis=1).max()) if visual else _INFINITE,
            prompt=self.length(max(straying.min(axis=1).max(), straying.min(axis=0).max()))
            if prompt
            else _INFINITE,
        )

    def _rounded(self, radius: float) -> Length:
        if math.isinf(radius):
            return _INFINITE
        rounding = self.problem.rounding
        return Length.between(radius - rounding, radius + rounding)

    @property
    def prompt_floor(self) -> Length:
        """h(P -> V), the least d_H(S_p, P)."""
        if self.exact:
            return self.length(self.visual_prompt.min(axis=0).max())
        return self._rounded(self.problem.prompt_to_visual)

    def visual_optimum(
        self, centers: int, beaten: Length | None = None, factor: float = 2.0
    ) -> Optimum:
        """OPT(k): the best radius of V with k of its own points.

        Parameters
        ----------
        centers : k
        beaten, factor : a radius r and a factor c; the search may end as soon as it is known
            whether r > c OPT(k)

        Returns
        -------
        Optimum
            Exact for few points; a bracket beyond.
        """
        if self.exact and len(self.given.visual) <= FEW:
            return self._enumerated(self.visual_visual, centers)
        return self._bracketed(centers, beaten, factor)

    def prompt_optimum(self, centers: int) -> Optimum:
        """OPT_P(k): the best radius of P with k of its own points."""
        count = len(self.given.prompt)
        if self.exact and count <= FEW:
            return self._enumerated(self.prompt_prompt, min(centers, count))
        distances = np.asarray(self.problem.prompt_prompt)
        found = k_center(distances, min(centers, count), time_limit=2.0)
        rows = tuple(map(int, found.selection.indices.tolist()))
        return Optimum(rows, self._rounded(found.upper), self._rounded(found.lower))

    def line_optimum(self, centers: int) -> Length:
        """OPT(k) with centres anywhere, of visual tokens on a line; exact for every metric here."""
        places = sorted({int(x) for x in self._whole[0][:, 0]})
        spans = sorted({b - a for a in places for b in places if b >= a})
        span = spans[bisect_left(spans, True, key=lambda s: _intervals(places, s) <= centers)]
        return self.length(span * span).times(Fraction(1, 2))

    def pruning_distance(self, kept: Kept) -> Length:
        """d_H(V + P, S + P), the distance between the full and the pruned token set."""
        if not self.exact:
            return self._rounded(evaluate_selection(self.problem, kept.selection).pruning_distance)
        # By its definition: over all tokens and those that stay.
        to_kept = self.visual_visual[:, list(kept.rows)]
        return self.length(np.concatenate([to_kept, self.visual_prompt], axis=1).min(axis=1).max())

    def _enumerated(self, squares: NDArray[Any], centers: int) -> Optimum:
        subsets = np.array(list(combinations(range(len(squares)), centers)))
        reached = squares[:, subsets].min(axis=2).max(axis=0)
        best = int(np.argmin(reached))
        radius = self.length(reached[best])
        return Optimum(tuple(map(int, subsets[best])), radius, radius)

    def _bracketed(self, centers: int, beaten: Length | None, factor: float) -> Optimum:
        """Farthest points, which are within 2 OPT; an exact solver where they decide nothing."""
        if self.normalize:
            picks = farthest_points(self.problem.visual_visual, centers)
        else:
            picks = sample(np.asarray(self.given.visual, np.float64), centers, metric=self.metric)
        rows = tuple(map(int, np.asarray(picks).tolist()))
        first = self.radii(Kept((), rows, False)).union
        found = Optimum(rows, first, first.times(Fraction(1, 2)), farthest=True)
        if self.metric == "cosine":
            found = Optimum(rows, first, Length.exactly(0))  # no triangle inequality, no bound
        elif (
            beaten is None
            or float(beaten) <= factor / 2 * float(first)
            or float(beaten) > factor * float(first)
        ):
            return found
        distances = np.asarray(self.problem.visual_visual)
        solved = k_center(distances, centers, time_limit=2.0)
        rows = tuple(map(int, solved.selection.indices.tolist()))
        radius = self.radii(Kept((), rows, False)).union
        # Where rounded distances compare as the true ones do, an optimum of theirs is a true one.
        settled = solved.status == "optimal" and self.exact and self.problem.exact_order
        return Optimum(rows, radius, radius if settled else self._rounded(solved.lower))


def _intervals(places: list[int], span: int) -> int:
    """How many intervals of one length cover sorted places on a line."""
    count, end = 0, None
    for place in places:
        if end is None or place > end:
            count, end = count + 1, place + span
    return count
