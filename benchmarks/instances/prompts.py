"""Prompt tokens that lie near some visual tokens, with or without a gap between the modalities."""

import numpy as np

from benchmarks.instances.clouds import unit


def prompts_near(visual: np.ndarray, count: int, *, gap: float = 0.0, seed: int = 5) -> np.ndarray:
    """Noisy copies of visual tokens, all shifted by one vector of length about `gap`."""
    rng = np.random.default_rng(seed)
    width = visual.shape[1]
    sources = visual[rng.choice(len(visual), count)]
    noise = rng.normal(size=(count, width)) / np.sqrt(width)
    shift = rng.normal(size=(1, width)) / np.sqrt(width)
    return unit(sources + 0.5 * noise + gap * shift)
