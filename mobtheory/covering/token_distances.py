"""Where the distances of a covering problem come from: measured points, or given matrices."""

from functools import cached_property
from math import inf
from typing import Protocol

import array_api_compat

from mobtheory.covering.clouds import Cloud, cloud_dtypes, farthest_rows, propose
from mobtheory.covering.distance_matrix import (
    as_distances,
    as_square_distances,
    precision_of,
    require_one_home,
)
from mobtheory.covering.farthest_point import farthest_columns
from mobtheory.covering.grids import order_is_exact
from mobtheory.covering.prompt_candidates import ProposalRule, rank_candidates
from mobtheory.covering.triangles import is_metric
from mobtheory.errors import InvalidProblem
from mobtheory.geometry import distance_rounding, pairwise_distances
from mobtheory.geometry.points import Array, describe, to_float64


class TokenDistances(Protocol):
    """What a covering problem asks about its tokens; matrices are float64."""

    @property
    def visual_visual(self) -> Array: ...
    @property
    def visual_prompt(self) -> Array: ...
    @property
    def prompt_prompt(self) -> Array: ...
    @property
    def rounding(self) -> float: ...
    @property
    def exact_order(self) -> bool: ...
    @property
    def is_metric(self) -> bool: ...
    @property
    def shape(self) -> tuple[int, int]:
        """N and L, how many visual and prompt tokens there are."""
        ...

    @property
    def sample(self) -> Array:
        """An array of the library and on the device of the tokens."""
        ...

    def candidates(self, rule: ProposalRule) -> tuple[Array, Array]:
        """The visual tokens that the prompt tokens propose, as `rank_candidates`."""
        ...

    def to_visual(self, rows: Array) -> Array:
        """Distances of all visual tokens to some of them, shape (N, len(rows))."""
        ...

    def farthest(self, given: Array, k: int) -> Array:
        """Rows of k visual tokens, picked by farthest-point sampling after the given rows."""
        ...


class MeasuredDistances:
    """Distances between tokens, measured when they are first asked for."""

    def __init__(self, called: str, visual: Array, prompt: Array, metric: str, normalize: bool):
        self._metric, self._normalize = metric, normalize
        self._visual = Cloud(called, "visual", visual, metric, normalize)
        self._prompt = Cloud(called, "prompt", prompt, metric, normalize, beside=self._visual)

    @property
    def shape(self) -> tuple[int, int]:
        return self._visual.points.shape[0], self._prompt.points.shape[0]

    @property
    def sample(self) -> Array:
        return self._visual.points

    def _between(self, a: Array, b: Array) -> Array:
        return pairwise_distances(a, b, metric=self._metric)

    @cached_property
    def visual_visual(self) -> Array:
        return self._between(self._visual.tokens, self._visual.tokens)

    @cached_property
    def visual_prompt(self) -> Array:
        return self._between(self._visual.tokens, self._prompt.tokens)

    @cached_property
    def prompt_prompt(self) -> Array:
        return self._between(self._prompt.tokens, self._prompt.tokens)

    def candidates(self, rule: ProposalRule) -> tuple[Array, Array]:
        ranked = propose(self._prompt, self._visual, rule)
        return rank_candidates(self.visual_prompt.T, rule) if ranked is None else ranked

    def to_visual(self, rows: Array) -> Array:
        visual = self._visual.tokens
        xp = array_api_compat.array_namespace(visual)
        if "visual_visual" in vars(self):
            return xp.take(self.visual_visual, rows, axis=1)
        if not rows.shape[0]:
            return visual[:, :0]
        return self._between(visual, xp.take(visual, rows, axis=0))

    def farthest(self, given: Array, k: int) -> Array:
        # In one dtype for both halves, for which `selection_rounding` speaks.
        return farthest_rows(
            self._visual, given, k, dtypes=cloud_dtypes(self._visual, self._prompt)
        )

    @cached_property
    def rounding(self) -> float:
        # In float64, because distances are not rounded to the dtype of the tokens.
        visual, prompt = (
            to_float64(cloud.called, cloud.name, cloud.points)
            for cloud in (self._visual, self._prompt)
        )
        return distance_rounding(visual, prompt, metric=self._metric, normalize=self._normalize)

    @cached_property
    def exact_order(self) -> bool:
        if self._normalize:
            return False
        xp = array_api_compat.array_namespace(self.sample)
        return order_is_exact(
            xp.concat([self._visual.tokens, self._prompt.tokens], axis=0), self._metric
        )

    @cached_property
    def is_metric(self) -> bool:
        if self._metric != "cosine":
            return True
        return is_metric(
            self.visual_visual, self.visual_prompt, self.prompt_prompt, 3 * self.rounding
        )


class GivenDistances:
    """Distances that the caller has measured, taken as they are."""

    rounding = 0.0
    exact_order = True

    def __init__(
        self, called: str, visual_visual: Array, visual_prompt: Array, prompt_prompt: Array | None
    ):
        self.visual_visual = as_square_distances(called, "visual_visual", visual_visual)
        self.visual_prompt = as_distances(called, "visual_prompt", visual_prompt)
        self.matrices = {"visual_visual": self.visual_visual, "visual_prompt": self.visual_prompt}
        if prompt_prompt is not None:
            self.matrices["prompt_prompt"] = as_square_distances(
                called, "prompt_prompt", prompt_prompt
            )
        require_one_home(called, self.matrices)
        self._require_fitting_shapes(called)
        given = (visual_visual, visual_prompt, prompt_prompt)
        self._precision = max(precision_of(m) for m in given if m is not None)

    def _require_fitting_shapes(self, called: str) -> None:
        visual_count, prompt_count = self.visual_prompt.shape
        counts = (visual_count, visual_count, prompt_count)
        rows = [matrix.shape[0] for matrix in self.matrices.values()]
        if rows != list(counts[: len(rows)]):
            raise InvalidProblem(
                called,
                "; ".join(describe(*named) for named in self.matrices.items()),
                "the shapes are (N, N), (N, L) and (L, L) for N visual and L prompt tokens",
                "Pass matrices that speak of the same tokens.",
            )

    @property
    def prompt_prompt(self) -> Array:
        if "prompt_prompt" not in self.matrices:
            raise InvalidProblem(
                "CoveringProblem.prompt_prompt",
                "a problem from distances without prompt_prompt",
                "the distances between prompt tokens are unknown",
                "Pass prompt_prompt= to CoveringProblem.from_distances.",
            )
        return self.matrices["prompt_prompt"]

    @property
    def shape(self) -> tuple[int, int]:
        return self.visual_prompt.shape

    @property
    def sample(self) -> Array:
        return self.visual_prompt

    def candidates(self, rule: ProposalRule) -> tuple[Array, Array]:
        return rank_candidates(self.visual_prompt.T, rule)

    def to_visual(self, rows: Array) -> Array:
        return array_api_compat.array_namespace(rows).take(self.visual_visual, rows, axis=1)

    def farthest(self, given: Array, k: int) -> Array:
        xp = array_api_compat.array_namespace(given)
        nearest = xp.full_like(self.visual_visual[:, 0], inf)
        return farthest_columns(self.visual_visual, nearest, given, k)

    @cached_property
    def is_metric(self) -> bool:
        xp = array_api_compat.array_namespace(self.visual_visual)
        largest = max(float(xp.max(m)) for m in self.matrices.values())
        tolerance = 8 * self._precision * largest
        return is_metric(
            self.visual_visual, self.visual_prompt, self.matrices.get("prompt_prompt"), tolerance
        )
