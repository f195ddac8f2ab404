"""Farthest-point sampling by fpsample and by the textbook's loop."""

from collections.abc import Callable

import fpsample
import numpy as np


def exact_fpsample(points: np.ndarray, k: int) -> Callable[[], np.ndarray]:
    """The exact mode of fpsample; the copy that it makes of its input is left out of the timing."""
    prepared = np.asfortranarray(points, dtype=np.float32)
    return lambda: fpsample.fps_sampling(prepared, k, start_idx=0)


def tree_fpsample(points: np.ndarray, k: int) -> Callable[[], np.ndarray]:
    """The tree of fpsample, for at most 8 dimensions, with the height that its authors advise."""
    height = 7 if len(points) < 500_000 else 9
    prepared = np.ascontiguousarray(points, dtype=np.float32)
    return lambda: fpsample.bucket_fps_kdline_sampling(prepared, k, h=height, start_idx=0)


def naive_numpy(points: np.ndarray, k: int) -> Callable[[], np.ndarray]:
    """Differences, squares and sums with NumPy in float32, as a first program would have it."""
    prepared = np.ascontiguousarray(points, dtype=np.float32)

    def sample() -> np.ndarray:
        picks = np.zeros(k, dtype=np.int64)
        nearest = np.full(len(prepared), np.inf, dtype=np.float32)
        for step in range(1, k):
            away = ((prepared - prepared[picks[step - 1]]) ** 2).sum(axis=1)
            nearest = np.minimum(nearest, away)
            picks[step] = nearest.argmax()
        return picks

    return sample
