"""Clouds of any size by kind, drawn from a seed.

All are of size about 1 but for their outliers and corners: no coordinate exceeds 2**10.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mobtheory.claims.clouds import Cloud, token_like

Points = NDArray[Any]
CloudKind = Callable[[np.random.Generator, int, int, int], Cloud]
"""From a generator, N, L and d to a visual and a prompt cloud, float64."""


def integers(rng: np.random.Generator, visual: int, prompt: int, dimension: int) -> Cloud:
    """Integers from -8 to 8: in few dimensions many distances tie and points recur."""
    return (
        rng.integers(-8, 9, (visual, dimension)).astype(np.float64),
        rng.integers(-8, 9, (prompt, dimension)).astype(np.float64),
    )


def sphere(rng: np.random.Generator, visual: int, prompt: int, dimension: int) -> Cloud:
    """Points uniform on the unit sphere."""
    return _directions(rng, visual, dimension), _directions(rng, prompt, dimension)


def clusters(rng: np.random.Generator, visual: int, prompt: int, dimension: int) -> Cloud:
    """Two to eight tight clusters, up to 2**8 times further apart than they are wide."""
    centres = _directions(rng, int(rng.integers(2, 9)), dimension)
    width = 2.0 ** -rng.integers(2, 9)

    def scattered(count: int) -> Points:
        around = width * rng.normal(size=(count, dimension)) / np.sqrt(dimension)
        return centres[rng.integers(0, len(centres), count)] + around

    return scattered(visual), scattered(prompt)


def outlier(rng: np.random.Generator, visual: int, prompt: int, dimension: int) -> Cloud:
    """The unit sphere and one visual point up to 2**10 times as far out."""
    points, others = sphere(rng, visual, prompt, dimension)
    points[rng.integers(visual)] *= 2.0 ** rng.integers(4, 11)
    return points, others


def modality_gap(rng: np.random.Generator, visual: int, prompt: int, dimension: int) -> Cloud:
    """Two narrow cones, as image and text embeddings form."""
    axis = _directions(rng, 1, dimension)

    def cone(count: int) -> Points:
        return axis + 0.3 * rng.normal(size=(count, dimension)) / np.sqrt(dimension)

    return cone(visual), cone(prompt) - 2 * axis


def collinear(rng: np.random.Generator, visual: int, prompt: int, dimension: int) -> Cloud:
    """All points on one line in space."""
    direction = _directions(rng, 1, dimension)
    return rng.normal(size=(visual, 1)) * direction, rng.normal(size=(prompt, 1)) * direction


def duplicates(rng: np.random.Generator, visual: int, prompt: int, dimension: int) -> Cloud:
    """About a third as many different points as there are, each repeated exactly."""
    points, others = sphere(rng, max(1, visual // 3), prompt, dimension)
    return points[rng.integers(0, len(points), visual)], others


def near_ties(rng: np.random.Generator, visual: int, prompt: int, dimension: int) -> Cloud:
    """Integer points turned at random: distances that tie but for rounding."""
    small = min(dimension, 3)
    frame = np.linalg.qr(rng.normal(size=(dimension, small)))[0].T
    # Prompts at half integers: there is a tie between visual points all around them.
    return (
        rng.integers(-4, 5, (visual, small)) @ frame,
        (rng.integers(-4, 5, (prompt, small)) + 0.5) @ frame,
    )


def tokens(rng: np.random.Generator, visual: int, prompt: int, dimension: int) -> Cloud:
    """Unit tokens with a power-law spectrum, patch clusters and a few outlying tokens."""
    return token_like(rng, visual_count=visual, prompt_count=prompt, dimension=dimension)


def _directions(rng: np.random.Generator, count: int, dimension: int) -> Points:
    points = rng.normal(size=(count, dimension))
    return points / np.linalg.norm(points, axis=1, keepdims=True)


CLOUD_KINDS: dict[str, CloudKind] = {
    "integers": integers,
    "tokens": tokens,
    "sphere": sphere,
    "clusters": clusters,
    "outlier": outlier,
    "modality-gap": modality_gap,
    "collinear": collinear,
    "duplicates": duplicates,
    "near-ties": near_ties,
}
"""The kinds of the cloud lane, the one that failures shrink to first."""


def cloud_of(kind: str, seed: int, visual: int, prompt: int, dimension: int) -> Cloud:
    """The visual and prompt cloud of a kind, seed and sizes N, L and d."""
    # The sizes and the kind enter the seed, because Hypothesis repeats simple seeds.
    number = list(CLOUD_KINDS).index(kind)
    rng = np.random.default_rng([seed, number, visual, prompt, dimension])
    return CLOUD_KINDS[kind](rng, visual, prompt, dimension)
