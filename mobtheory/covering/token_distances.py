"""Where the distances of a covering problem come from: measured points, or given matrices."""

from functools import cached_property
from typing import Protocol

import array_api_compat

from mobtheory.covering.distance_matrix import (
    as_distances,
    as_square_distances,
    precision_of,
    require_one_home,
)
from mobtheory.covering.grids import order_is_exact
from mobtheory.covering.triangles import is_metric
from mobtheory.errors import InvalidProblem
from mobtheory.geometry import distance_rounding, normalize_rows, pairwise_distances
from mobtheory.geometry.distances import measurable
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
    def to_visual(self, rows: Array) -> Array:
        """Distances of all visual tokens to some of them, shape (N, len(rows))."""
        ...


class MeasuredDistances:
    """Distances between tokens, measured when they are first asked for."""

    def __init__(self, called: str, visual: Array, prompt: Array, metric: str, normalize: bool):
        self._given = to_float64(called, "visual", visual), to_float64(called, "prompt", prompt)
        self._metric, self._normalize = metric, normalize
        self._visual, self._prompt = (
            normalize_rows(points, called=called, name=name) if normalize else points
            for name, points in zip(("visual", "prompt"), self._given, strict=True)
        )
        measurable(called, ("visual", self._visual), ("prompt", self._prompt), metric)

    def _between(self, a: Array, b: Array) -> Array:
        return pairwise_distances(a, b, metric=self._metric)

    @cached_property
    def visual_visual(self) -> Array:
        return self._between(self._visual, self._visual)

    @cached_property
    def visual_prompt(self) -> Array:
        return self._between(self._visual, self._prompt)

    @cached_property
    def prompt_prompt(self) -> Array:
        return self._between(self._prompt, self._prompt)

    def to_visual(self, rows: Array) -> Array:
        xp = array_api_compat.array_namespace(self._visual)
        if "visual_visual" in vars(self):
            return xp.take(self.visual_visual, rows, axis=1)
        if not rows.shape[0]:
            return self._visual[:, :0]
        return self._between(self._visual, xp.take(self._visual, rows, axis=0))

    @cached_property
    def rounding(self) -> float:
        return distance_rounding(*self._given, metric=self._metric, normalize=self._normalize)

    @cached_property
    def exact_order(self) -> bool:
        if self._normalize:
            return False
        xp = array_api_compat.array_namespace(self._visual)
        return order_is_exact(xp.concat([self._visual, self._prompt], axis=0), self._metric)

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

    def to_visual(self, rows: Array) -> Array:
        return array_api_compat.array_namespace(rows).take(self.visual_visual, rows, axis=1)

    @cached_property
    def is_metric(self) -> bool:
        xp = array_api_compat.array_namespace(self.visual_visual)
        largest = max(float(xp.max(m)) for m in self.matrices.values())
        tolerance = 8 * self._precision * largest
        return is_metric(
            self.visual_visual, self.visual_prompt, self.matrices.get("prompt_prompt"), tolerance
        )
