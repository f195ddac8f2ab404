"""The bi-objective covering problem: cover the picture and the prompt by few visual tokens."""

from collections.abc import Sequence
from copy import copy
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, Self

import array_api_compat

from mobtheory.covering.counts import as_count
from mobtheory.covering.radii import directed_radius
from mobtheory.covering.token_distances import GivenDistances, MeasuredDistances, TokenDistances
from mobtheory.errors import InvalidProblem
from mobtheory.geometry import as_point_pair
from mobtheory.geometry.points import Array


@dataclass(frozen=True, eq=False)
class CoveringProblem:
    """Visual tokens V, prompt tokens P and a budget K of visual tokens to keep.

    Parameters
    ----------
    visual : (N, d) array or nested lists, real floats or integers
        The visual tokens V, one to a row. A copy is kept.
    prompt : (L, d) array of the same library and device
        The prompt tokens P. A copy is kept.
    budget : int from 1 to N
        K, how many visual tokens may be kept.
    metric : "euclidean", "cosine", "manhattan" or "chebyshev"
        The distance between tokens.
    normalize : bool
        Scale every token to Euclidean length 1 before it is measured, as the paper does.

    Raises
    ------
    InvalidProblem
        An array is empty, not two-dimensional, not finite or not real, the two do not fit together,
        a token that must be normalised is zero, the metric is unknown, or the budget is no integer
        from 1 to N.

    Notes
    -----
    Choose disjoint sets S_p and S_v of visual tokens with |S_p| + |S_v| <= K so that d_H(S_p, P)
    and d_H(S_v, V) are small. Theory section 1, definition 1 of arXiv 2505.10118.
    Every distance is computed in float64, when it is first needed, and kept.

    Examples
    --------
    >>> import numpy as np
    >>> from mobtheory import CoveringProblem
    >>> line = CoveringProblem(np.asarray([[0], [1], [6]]), np.asarray([[7]]), 2)
    >>> line.visual_to_prompt, line.prompt_to_visual, line.coupling
    (7.0, 1.0, 7.0)
    >>> line.visual_prompt
    array([[7.],
           [6.],
           [1.]])
    """

    visual: Array
    prompt: Array
    budget: int
    _: KW_ONLY
    metric: str = "euclidean"
    normalize: bool = False
    distances: TokenDistances = field(init=False, repr=False)

    def __post_init__(self) -> None:
        called = "CoveringProblem"
        pair = as_point_pair(called, ("visual", self.visual), ("prompt", self.prompt))
        xp = array_api_compat.array_namespace(*pair)
        visual, prompt = (xp.asarray(points, copy=True) for points in pair)
        budget = as_count(called, "budget", self.budget, 1, visual.shape[0])
        distances = MeasuredDistances(called, visual, prompt, self.metric, self.normalize)
        self._keep(visual=visual, prompt=prompt, budget=budget, distances=distances)

    @classmethod
    def from_distances(
        cls,
        visual_visual: Array,
        visual_prompt: Array,
        budget: int,
        *,
        prompt_prompt: Array | None = None,
    ) -> Self:
        """Pose the problem by distances, which need not come from points.

        Parameters
        ----------
        visual_visual : (N, N) array
            Distances within V: not negative, zero diagonal, exactly symmetric.
        visual_prompt : (N, L) array
            Distances from V to P, not negative.
        budget : int from 1 to N
            K, how many visual tokens may be kept.
        prompt_prompt : (L, L) array, optional
            Distances within P, as `visual_visual`. Only `repaired_truncation` needs them.

        Returns
        -------
        CoveringProblem
            Its `visual` and `prompt` are None and its metric is "precomputed". The distances are
            kept as float64 copies and count as exact.

        Raises
        ------
        InvalidProblem
            A matrix breaks one of these rules, or the budget is no integer from 1 to N.

        Notes
        -----
        The triangle inequality is not required; `is_metric` tells whether it holds.

        Examples
        --------
        >>> from mobtheory import CoveringProblem
        >>> problem = CoveringProblem.from_distances([[0, 2], [2, 0]], [[3], [9]], 1)
        >>> problem.coupling, problem.is_metric
        (9.0, False)
        """
        called = "CoveringProblem.from_distances"
        distances = GivenDistances(called, visual_visual, visual_prompt, prompt_prompt)
        problem = object.__new__(cls)
        problem._keep(
            visual=None,
            prompt=None,
            budget=as_count(called, "budget", budget, 1, distances.visual_prompt.shape[0]),
            metric="precomputed",
            normalize=False,
            distances=distances,
        )
        return problem

    def with_budget(self, budget: int) -> Self:
        """Pose the same problem with another budget; both share the distances.

        Parameters
        ----------
        budget : int from 1 to N
            The new K.

        Returns
        -------
        CoveringProblem
            The problem with that budget.

        Raises
        ------
        InvalidProblem
            The budget is no integer from 1 to N.

        Examples
        --------
        >>> import numpy as np
        >>> from mobtheory import CoveringProblem
        >>> CoveringProblem(np.eye(3), np.eye(3), 1).with_budget(2).budget
        2
        """
        problem = copy(self)
        problem._keep(
            budget=as_count("CoveringProblem.with_budget", "budget", budget, 1, self.visual_count)
        )
        return problem

    @property
    def visual_count(self) -> int:
        """N, the number of visual tokens."""
        return self.distances.shape[0]

    @property
    def prompt_count(self) -> int:
        """L, the number of prompt tokens."""
        return self.distances.shape[1]

    @property
    def visual_visual(self) -> Array:
        """Distances within V, shape (N, N), float64."""
        return self.distances.visual_visual

    @property
    def visual_prompt(self) -> Array:
        """Distances from V to P, shape (N, L), float64."""
        return self.distances.visual_prompt

    @property
    def prompt_prompt(self) -> Array:
        """Distances within P, shape (L, L), float64; an error if they were not given."""
        return self.distances.prompt_prompt

    @property
    def visual_to_prompt(self) -> float:
        """h(V -> P), how far the picture strays from the prompt."""
        return directed_radius(self.visual_prompt)

    @property
    def prompt_to_visual(self) -> float:
        """h(P -> V), the least d_H(S, P) of any set S of visual tokens."""
        return directed_radius(self.visual_prompt.T)

    @property
    def coupling(self) -> float:
        """d_H(V, P), the η of assumption 2 at its least."""
        return max(self.visual_to_prompt, self.prompt_to_visual)

    @property
    def rounding(self) -> float:
        """A bound on the error of one distance; 0.0 if distances are exact or were given."""
        return self.distances.rounding

    @property
    def exact_order(self) -> bool:
        """Whether single distances compare as the true ones do.

        True on small grids (multiples of 2**-10) under every metric but "cosine" and without
        normalisation, and for given distances.
        """
        return self.distances.exact_order

    @property
    def is_metric(self) -> bool:
        """Whether the triangle inequality holds within rounding over all tokens.

        Given distances may miss it by 8 units of relative precision of their dtype, measured at the
        largest distance. If `prompt_prompt` was not given, whether some values would complete the
        others to a metric.
        """
        return self.distances.is_metric

    @property
    def namespace(self) -> Any:
        """The array library of the tokens, an array-API namespace."""
        return array_api_compat.array_namespace(self.distances.sample)

    @property
    def device(self) -> Any:
        """The device of the tokens."""
        return array_api_compat.device(self.distances.sample)

    def __repr__(self) -> str:
        if isinstance(self.distances, GivenDistances):
            given = (f"{name}={matrix!r}" for name, matrix in self.distances.matrices.items())
            return f"CoveringProblem.from_distances({', '.join(given)}, budget={self.budget})"
        return (
            f"CoveringProblem({self.visual!r}, {self.prompt!r}, {self.budget}, "
            f"metric={self.metric!r}, normalize={self.normalize!r})"
        )

    def _keep(self, **values: Any) -> None:
        for name, value in values.items():
            object.__setattr__(self, name, value)


def check_problem(called: str, problem: object) -> None:
    """Refuse what is no covering problem, such as bare points."""
    if not isinstance(problem, CoveringProblem):
        raise InvalidProblem(
            called,
            f"a {type(problem).__name__}",
            "a CoveringProblem is needed",
            "Build one: CoveringProblem(visual, prompt, budget).",
        )


def as_rows(problem: CoveringProblem, rows: Sequence[int]) -> Array:
    """Row numbers as an int64 array in the library and on the device of the problem."""
    return problem.namespace.asarray(rows, dtype=problem.namespace.int64, device=problem.device)
