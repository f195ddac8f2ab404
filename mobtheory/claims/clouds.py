"""Seeded clouds of visual and prompt points, from integer grids to token-like sets.

Each family is a hard case of the theory: exact grids, two tight clusters, a far outlier,
duplicates, collinear points, everything on a sphere, a modality gap, one prompt token,
a prompt that coincides with the picture or nearly so, and clouds with the spectrum of real tokens.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Points = NDArray[Any]
Cloud = tuple[Points, Points]


def grid(rng: np.random.Generator) -> Cloud:
    """Integer grid points in 1 to 3 dimensions: squared distances are exact."""
    d = int(rng.integers(1, 4))
    high = int(rng.integers(2, 13))
    visual = rng.integers(0, high, (int(rng.integers(1, 10)), d))
    prompt = rng.integers(-2, high + 2, (int(rng.integers(1, 5)), d))
    return visual, prompt


def line(rng: np.random.Generator) -> Cloud:
    """Integers on a line with a few large gaps: every distance is exact."""
    steps = rng.choice([0, 1, 1, 2, 3, 40, 500], int(rng.integers(2, 10)))
    visual = np.cumsum(steps)[:, None]
    prompt = rng.integers(-3, int(visual.max()) + 4, (int(rng.integers(1, 5)), 1))
    return visual, prompt


def coincident(rng: np.random.Generator) -> Cloud:
    """A prompt that is the picture itself, shuffled: perfect coupling."""
    visual, _ = grid(rng)
    return visual, visual[rng.permutation(len(visual))]


def shifted(rng: np.random.Generator) -> Cloud:
    """A prompt that is the picture moved by a step: strong coupling at any budget."""
    visual, _ = line(rng)
    return visual, visual + int(rng.integers(1, 3))


def two_clusters(rng: np.random.Generator) -> Cloud:
    """Two tight clusters far apart, in both modalities."""
    d = int(rng.integers(1, 6))
    centres = np.zeros((2, d))
    centres[1, 0] = 10.0 ** rng.uniform(0, 4)

    def cluster(count: int) -> Points:
        return centres[rng.integers(0, 2, count)] + 1e-2 * rng.normal(size=(count, d))

    return cluster(int(rng.integers(2, 14))), cluster(int(rng.integers(1, 5)))


def outlier(rng: np.random.Generator) -> Cloud:
    """One visual point far from everything else."""
    visual, prompt = sphere(rng)
    visual = visual.copy()
    visual[int(rng.integers(len(visual)))] *= 10.0 ** rng.uniform(1, 4)
    return visual, prompt


def duplicates(rng: np.random.Generator) -> Cloud:
    """Every visual point occurs several times."""
    base, prompt = grid(rng)
    return base[rng.integers(0, len(base), 2 * len(base) + 1)], prompt


def collinear(rng: np.random.Generator) -> Cloud:
    """All points on one line in space."""
    direction = rng.normal(size=int(rng.integers(2, 6)))
    offsets = rng.normal(size=(int(rng.integers(2, 12)), 1))
    return offsets * direction, rng.normal(size=(int(rng.integers(1, 5)), 1)) * direction


def sphere(rng: np.random.Generator) -> Cloud:
    """Both modalities uniform on the unit sphere."""
    d = int(rng.integers(2, 8))

    def unit(count: int) -> Points:
        points = rng.normal(size=(count, d))
        return points / np.linalg.norm(points, axis=1, keepdims=True)

    return unit(int(rng.integers(2, 14))), unit(int(rng.integers(1, 6)))


def modality_gap(rng: np.random.Generator) -> Cloud:
    """Two narrow cones, as image and text embeddings form."""
    d = int(rng.integers(3, 9))
    axis = rng.normal(size=d)
    visual = axis + 0.3 * rng.normal(size=(int(rng.integers(3, 14)), d))
    prompt = -axis + 0.3 * rng.normal(size=(int(rng.integers(1, 6)), d))
    return visual, prompt


def one_prompt(rng: np.random.Generator) -> Cloud:
    """A single prompt token."""
    visual, prompt = sphere(rng)
    return visual, prompt[:1]


def token_like(
    rng: np.random.Generator,
    *,
    visual_count: int | None = None,
    prompt_count: int | None = None,
    dimension: int = 32,
) -> Cloud:
    """Unit tokens with a power-law spectrum, patch clusters and a few outlying tokens."""
    count = int(rng.integers(24, 49)) if visual_count is None else visual_count
    length = int(rng.integers(3, 9)) if prompt_count is None else prompt_count
    spectrum = (np.arange(dimension) + 1.0) ** -0.7

    def spread(rows: int) -> Points:
        return rng.normal(size=(rows, dimension)) * spectrum

    visual = spread(6)[rng.integers(0, 6, count)] + 0.3 * spread(count)
    visual[: int(rng.integers(1, 3))] += 4 * spread(1)
    prompt = rng.normal(size=dimension) + 0.5 * spread(length)
    return (
        visual / np.linalg.norm(visual, axis=1, keepdims=True),
        prompt / np.linalg.norm(prompt, axis=1, keepdims=True),
    )


EXACT_FAMILIES: dict[str, Callable[[np.random.Generator], Cloud]] = {
    "grid": grid,
    "line": line,
    "coincident": coincident,
    "shifted": shifted,
    "duplicates": duplicates,
}
CLOUD_FAMILIES: dict[str, Callable[[np.random.Generator], Cloud]] = {
    "two-clusters": two_clusters,
    "outlier": outlier,
    "collinear": collinear,
    "sphere": sphere,
    "modality-gap": modality_gap,
    "one-prompt": one_prompt,
    "token-like": token_like,
}
FAMILIES = EXACT_FAMILIES | CLOUD_FAMILIES
