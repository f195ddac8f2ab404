"""Set functions with a known Lipschitz constant in the Hausdorff distance, and two without.

The first four satisfy Assumption 1 with the constant that they state (Euclidean norm of the
output); the distance to one probe attains it.  Mean pooling and softmax attention do not
satisfy it with any constant, because the Hausdorff distance is blind to multiplicity.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mobtheory.errors import InvalidProblem
from mobtheory.geometry import pairwise_distances

Array = NDArray[np.float64]
_EPS = float(np.finfo(np.float64).eps)


class SetFunction(Protocol):
    """A map from finite point sets (n, d) to vectors.

    ``constant`` is its Lipschitz constant in the Hausdorff distance, None where there is none.
    """

    @property
    def constant(self) -> float | None: ...

    def __call__(self, points: Array) -> Array: ...

    def rounding(self, points: Array) -> float:
        """Bound on the error of the output's norm."""
        ...


@dataclass(frozen=True, eq=False)
class DistancesToProbes:
    """``X -> (dist(probe_j, X))_j``; with one probe the constant 1 is attained."""

    probes: Array

    @property
    def constant(self) -> float:
        return float(np.sqrt(len(self.probes)))

    def __call__(self, points: Array) -> Array:
        return pairwise_distances(self.probes, points).min(axis=1)

    def rounding(self, points: Array) -> float:
        integral = all(np.all(a == np.round(a)) for a in (self.probes, points))
        if integral and points.shape[1] == 1 and len(self.probes) == 1:
            return 0.0
        scale = float(np.abs(points).max() + np.abs(self.probes).max())
        return 8 * (points.shape[1] + 4) * _EPS * scale * self.constant


@dataclass(frozen=True, eq=False)
class SupportFunctions:
    """``X -> (max_x <x, u_j>)_j``, the support function of the convex hull."""

    directions: Array

    @property
    def constant(self) -> float:
        return float(np.linalg.norm(self.directions))

    def __call__(self, points: Array) -> Array:
        return (self.directions @ points.T).max(axis=1)

    def rounding(self, points: Array) -> float:
        return 8 * (points.shape[1] + 4) ** 1.5 * _EPS * self.constant * float(np.abs(points).max())


@dataclass(frozen=True, eq=False)
class MaxPooledFeatures:
    """``X -> (max_x tanh(<w_j, x> + b_j))_j``: a max-pooled Lipschitz feature map."""

    weights: Array
    bias: Array

    @property
    def constant(self) -> float:
        return float(np.linalg.norm(self.weights))

    def __call__(self, points: Array) -> Array:
        return np.tanh(self.weights @ points.T + self.bias[:, None]).max(axis=1)

    def rounding(self, points: Array) -> float:
        size = self.constant * float(np.abs(points).max()) + float(np.abs(self.bias).max()) + 1
        return 8 * (points.shape[1] + 4) ** 1.5 * _EPS * size * len(self.bias)


@dataclass(frozen=True, eq=False)
class Composed:
    """``X -> A tanh(f(X))`` for a Lipschitz set function f."""

    inner: SetFunction
    matrix: Array

    @property
    def constant(self) -> float:
        outer = float(np.linalg.norm(self.matrix, 2))
        return outer * lipschitz_constant(self.inner) * (1 + 1e-14)

    def __call__(self, points: Array) -> Array:
        return self.matrix @ np.tanh(self.inner(points))

    def rounding(self, points: Array) -> float:
        norm = float(np.linalg.norm(self.matrix, 2))
        return norm * (self.inner.rounding(points) + 16 * self.matrix.size * _EPS)


@dataclass(frozen=True, eq=False)
class MeanPooling:
    """``X -> mean of X``: a negative control, it sees multiplicity."""

    @property
    def constant(self) -> None:
        return None

    def __call__(self, points: Array) -> Array:
        return points.mean(axis=0)

    def rounding(self, points: Array) -> float:
        return 8 * (len(points) + points.shape[1]) * _EPS * float(np.abs(points).max())


@dataclass(frozen=True, eq=False)
class SoftmaxAttention:
    """One head read at a fixed query: ``X -> softmax(X a) X W^T``; the other negative control.

    Parameters
    ----------
    key_query : (d,), the vector a = W_K^T q / sqrt(d_h)
    values : (m, d), the value projection W
    """

    key_query: Array
    values: Array

    @property
    def constant(self) -> None:
        return None

    def __call__(self, points: Array) -> Array:
        logits = points @ self.key_query
        weights = np.exp(logits - logits.max())
        return self.values @ (weights / weights.sum() @ points)

    def repaired_constant(self, points: Array) -> float:
        """The constant ``|W_V| + A r_U`` that holds once pruning adds log-counts (theory 4.4c)."""
        values = points @ self.values.T
        radius = float(np.linalg.norm(values - values.mean(axis=0), axis=1).max())
        return float(np.linalg.norm(self.values, 2) + np.linalg.norm(self.key_query) * radius)

    def rounding(self, points: Array) -> float:
        size = float(np.linalg.norm(self.values)) * float(np.abs(points).max())
        logits = 1 + float(np.abs(points @ self.key_query).max())
        return 16 * (len(points) + points.shape[1]) * _EPS * size * logits


def lipschitz_constant(map: SetFunction) -> float:
    """The constant of a map that has one; `InvalidProblem` for the negative controls."""
    if map.constant is None:
        raise InvalidProblem(
            "check",
            f"the set function {type(map).__name__}",
            "it has no Lipschitz constant in the Hausdorff distance, so the bound is undefined",
            "Ask claim.applies(instance) first.",
        )
    return map.constant


def draw_lipschitz_map(rng: np.random.Generator, points: Array) -> SetFunction:
    """A random set function that satisfies Assumption 1 with its stated constant."""
    d = points.shape[1]
    kind = int(rng.integers(5))
    if kind <= 1:  # one probe, on a point or beside it: the case that attains the bound
        probe = points[int(rng.integers(len(points)))].copy()
        return DistancesToProbes((probe + (kind * rng.integers(-3, 4, d)))[None])
    if kind == 2:
        spread = float(np.abs(points).max()) + 1.0
        return DistancesToProbes(spread * rng.normal(size=(3, d)))
    if kind == 3:
        return SupportFunctions(rng.normal(size=(3, d)))
    pooled = MaxPooledFeatures(rng.normal(size=(4, d)), rng.normal(size=4))
    return Composed(pooled, rng.normal(size=(2, 4))) if rng.random() < 0.5 else pooled


def draw_control(rng: np.random.Generator, points: Array) -> MeanPooling | SoftmaxAttention:
    """A random negative control."""
    d = points.shape[1]
    if rng.random() < 0.3:
        return MeanPooling()
    scale = 1.0 + float(np.abs(points).max())
    key_query = rng.normal(size=d) / scale if rng.random() < 0.7 else np.zeros(d)
    return SoftmaxAttention(key_query, rng.normal(size=(2, d)))
