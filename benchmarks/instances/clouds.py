"""Clouds of unit vectors, from structureless to token-like; each seed gives one cloud.

They stand in for the tokens of real models: nothing measured on them is a claim about a model.
"""

import numpy as np
from scipy.ndimage import gaussian_filter


def uniform(count: int, width: int = 64, *, seed: int = 0) -> np.ndarray:
    """Points spread evenly over the unit sphere: no structure for a solver to use."""
    return unit(np.random.default_rng(seed).normal(size=(count, width)))


def clustered(
    count: int, width: int = 64, *, clusters: int = 24, scatter: float = 0.5, seed: int = 0
) -> np.ndarray:
    """A mixture of clusters of unequal weight whose points scatter by unequal amounts."""
    rng = np.random.default_rng(seed)
    middles = unit(rng.normal(size=(clusters, width)))
    weights = rng.dirichlet(np.ones(clusters))
    cluster = rng.choice(clusters, count, p=weights)
    amounts = scatter * _spread(rng, count)
    return unit(middles[cluster] + amounts * _noise(rng, count, width))


def token_like(
    count: int,
    width: int = 1024,
    *,
    smoothness: float = 2.5,
    noise: float = 0.25,
    seed: int = 0,
) -> np.ndarray:
    """Smooth fields over a square grid, as neighbouring patches of a picture give.

    The channels fall off by a power law, all tokens share an offset, and one in a hundred carries
    a common outlying direction, as the register tokens of vision transformers do.
    """
    rng = np.random.default_rng(seed)
    side = int(np.ceil(np.sqrt(count)))
    channels = min(width, 256)
    fields = rng.normal(size=(channels, side, side))
    fields = np.stack([gaussian_filter(field, smoothness) for field in fields])
    fields /= fields.std(axis=(1, 2), keepdims=True)
    strengths = np.arange(1.0, channels + 1) ** -0.7
    coordinates = (fields * strengths[:, None, None]).reshape(channels, -1).T[:count]
    basis = np.linalg.qr(rng.normal(size=(width, channels)))[0]

    tokens = coordinates @ basis.T
    # One statement for each draw: their order decides which cloud a seed gives.
    own = _noise(rng, count, width)
    tokens += noise * _mean_length(tokens) * own * _spread(rng, count)
    tokens += 0.5 * _mean_length(tokens) * _noise(rng, 1, width)
    outliers = rng.choice(count, max(1, count // 100), replace=False)
    tokens[outliers] += 3 * _mean_length(tokens) * _noise(rng, 1, width)
    return unit(tokens)


CLOUDS = {"uniform": uniform, "clustered": clustered, "token-like": token_like}


def unit(points: np.ndarray) -> np.ndarray:
    """The points scaled to length 1."""
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def _noise(rng: np.random.Generator, count: int, width: int) -> np.ndarray:
    """Gaussian vectors of length about 1."""
    return rng.normal(size=(count, width)) / np.sqrt(width)


def _spread(rng: np.random.Generator, count: int) -> np.ndarray:
    """Positive factors of mean 1, so that some points are far noisier than others."""
    return rng.gamma(2, 0.5, size=(count, 1))


def _mean_length(points: np.ndarray) -> float:
    return float(np.linalg.norm(points, axis=1).mean())
