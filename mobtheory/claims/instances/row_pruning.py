"""A pruning and one row of attention over its tokens: weights, values and adversaries."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from mobtheory.claims.instances.attention_pruning import AttentionPruning
from mobtheory.claims.instances.drawing import draw_problem, draw_selection
from mobtheory.claims.instances.tokens import EPS, Points
from mobtheory.covering import CoveringProblem, Selection

Array = NDArray[np.float64]
_UNITS = 2**12
_LARGEST = 2.0**16
_LOWEST_LOGIT = -500.0
"""Smaller weights would leave the range in which products with values carry full precision."""


@dataclass(frozen=True, eq=False)
class RowPruning(AttentionPruning):
    """A pruning, and the softmax row with which one prompt query reads all its tokens.

    Attributes
    ----------
    weights : (n,), positive, of sum 1; visual tokens first, then the prompt
    values : (n, m)
    merged : (n,), which dropped tokens a hybrid pruning merges
    in_ball : (n, m), other values, in the unit ball: an adversary's choice
    wishes : (n,) in [0, 1), where in the row of kept tokens each dropped one wants to go; None
        where each goes to the nearest
    """

    weights: Array
    values: Array
    merged: NDArray[np.bool_]
    in_ball: Array
    wishes: Array | None = None

    @classmethod
    def from_clouds(cls, visual: Points, prompt: Points, rng: np.random.Generator) -> Self:
        problem = draw_problem(visual, prompt, rng)
        selection = draw_selection(rng, problem)
        grid = np.issubdtype(np.asarray(visual).dtype, np.integer)
        if grid:  # sums of these distances are exact, and what is drawn next keeps them so
            problem = CoveringProblem(visual, prompt, problem.budget, metric="manhattan")
        return cls.drawn(problem, selection, rng, dyadic=bool(grid))

    @classmethod
    def drawn(
        cls,
        problem: CoveringProblem,
        selection: Selection,
        rng: np.random.Generator,
        *,
        dyadic: bool,
    ) -> Self:
        """Random weights and values; dyadic weights and integral values for exact arithmetic."""
        tokens = AttentionPruning(problem, selection)
        points, kept = tokens.all_points, tokens.kept
        count, width = len(points), int(rng.integers(1, 4))
        shape = (width, points.shape[1])
        projection = rng.integers(-3, 4, shape) if dyadic else rng.normal(size=shape)
        directions = rng.normal(size=(count, width))
        lengths = np.linalg.norm(directions, axis=1, keepdims=True)
        in_ball = directions / lengths * rng.random((count, 1)) * (1 - 8 * EPS)
        return cls(
            problem,
            selection,
            weights=_dyadic_weights(rng, kept) if dyadic else draw_weights(rng, points),
            values=points @ projection.T.astype(np.float64),
            merged=rng.random(count) < rng.choice([0.0, 0.5, 1.0]),
            in_ball=in_ball,
            wishes=rng.random(count) if rng.random() < 0.5 else None,
        )

    @cached_property
    def dropped_mass(self) -> float:
        """``m``, the weight of the dropped tokens."""
        return float(self.weights[~self.kept].sum())

    @cached_property
    def kept_mass(self) -> float:
        return float(self.weights[self.kept].sum())

    @cached_property
    def output(self) -> Array:
        """``o``, the output over all tokens."""
        return self.weights @ self.values

    def mean(self, amounts: Array) -> Array:
        """The mean value with these nonnegative weights; 0 where they vanish."""
        total = amounts.sum()
        return amounts @ self.values / total if total > 0 else np.zeros(self.values.shape[1])

    @cached_property
    def assignment(self) -> NDArray[np.int64]:
        """(n,), pi: any kept token, or the nearest; a kept token goes to itself."""
        if self.wishes is None:
            return self.nearest
        rows = np.flatnonzero(self.kept)
        wished = rows[(self.wishes * len(rows)).astype(np.int64)]
        return np.where(self.kept, np.arange(len(self.kept)), wished)

    def assigned(self, amounts: NDArray[Any]) -> Array:
        """(n,), at each kept token the sum of `amounts` over what is assigned to it; 0 elsewhere.

        It is `gathered` for any assignment.
        """
        sums = np.bincount(self.assignment, weights=amounts, minlength=len(self.kept))
        return sums.astype(np.float64)

    @cached_property
    def dropped(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """D_1 and D_2, the tokens that a hybrid pruning merges and those that it discards."""
        return self.merged & ~self.kept, ~self.merged & ~self.kept

    @cached_property
    def log_range(self) -> float:
        """How far the logits lie apart."""
        return float(np.log(self.weights.max()) - np.log(self.weights.min()))

    @property
    def exact(self) -> bool:
        """Whether every sum here, divided by either mass, is free of rounding."""
        steps = self.weights * 2 * _UNITS
        masses = (self.dropped_mass, self.kept_mass)
        return (
            bool(np.all(steps == np.round(steps)))
            and bool(np.all(self.values == np.round(self.values)))
            and float(np.abs(self.values).max()) <= _LARGEST
            and all(mass == 0 or np.frexp(mass)[0] == 0.5 for mass in masses)
        )

    @property
    def size(self) -> float:
        """The length of the longest value."""
        return float(np.linalg.norm(self.values, axis=1).max())

    def value_rounding(self, *, size: float | None = None, extra: float = 0.0) -> float:
        """Allowance for differences of weighted means of values, by default those of the row.

        A mean of n values is off by at most (2 n + 4) units of the longest, whose length is
        `size`; the total weight is 1 within n units. Logarithms and exponentials add what they
        lose, in `extra` units.
        """
        longest = self.size if size is None else size
        return 8 * (len(self.weights) + self.values.shape[1] + 8 + extra) * EPS * longest


def draw_weights(rng: np.random.Generator, points: Array) -> Array:
    """A softmax row over the tokens, flat or peaked, seldom so peaked that all but one vanish."""
    centred = points - points.mean(axis=0)
    spread = float(np.linalg.norm(centred, axis=1).max()) or 1.0
    direction = rng.normal(size=points.shape[1])
    direction /= np.linalg.norm(direction)
    logits = float(rng.choice([0.0, 0.01, 1.0, 10.0, 1000.0])) * (centred / spread) @ direction
    powers = np.exp(np.maximum(logits - logits.max(), _LOWEST_LOGIT))
    return powers / powers.sum()


def _dyadic_weights(rng: np.random.Generator, kept: NDArray[np.bool_]) -> Array:
    """Multiples of a power of 2, half of them on what is kept, so that no division rounds."""
    weights = np.empty(len(kept))
    for side in (kept, ~kept):
        weights[side] = _units(rng, int(side.sum()))
    return weights / (_UNITS if kept.all() else 2 * _UNITS)


def _units(rng: np.random.Generator, count: int) -> Array:
    """Positive whole numbers of sum 2^12, equal or uneven."""
    if count == 0:
        return np.empty(0)
    shares = rng.dirichlet(np.full(count, rng.choice([0.1, 1.0, 100.0])))
    return np.asarray(1.0 + rng.multinomial(_UNITS - count, shares / shares.sum()), np.float64)
