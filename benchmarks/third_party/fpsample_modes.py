"""fpsample's five modes, each started at row 0."""

import fpsample
import numpy as np

from benchmarks.third_party.claiming import claiming
from mobtheory.testing import OutsideDomain

PACKAGE = "fpsample"
REPEATS = {
    "valid-selection": "Once every point coincides with a pick, the farthest point is a pick. The "
    "documentation says how many indices there are, not that they are distinct."
}
REORDERED = REPEATS | {
    "isometry-invariant": "The tree reorders its points before the first is picked: sampling "
    "starts at the point that lies at position `start_idx` then, not at row `start_idx`. Which one "
    "that is depends on the axes."
}
ROUNDED = {
    "two-approximation": "The library computes in float32 whatever it is given. Tokens that differ "
    "beyond its 24 bits, or lie beyond its range, are one to it.",
    "isometry-invariant": "As two-approximation: the library computes in float32.",
    "scale-invariant": "As two-approximation: the library computes in float32.",
}


@claiming("two-approximation", package=PACKAGE, causes=ROUNDED | REPEATS)
def vanilla(visual: np.ndarray, prompt: np.ndarray, budget: int) -> np.ndarray:
    """`fps_sampling`, which the readme calls vanilla farthest-point sampling.

    Farthest-point sampling is within twice the optimum (Gonzalez 1985). The readme promises
    deterministic results with a fixed start index.
    """
    return fpsample.fps_sampling(visual, budget, start_idx=0)


@claiming("two-approximation", package=PACKAGE, causes=ROUNDED)
def vanilla_without_repeats(visual: np.ndarray, prompt: np.ndarray, budget: int) -> list[int]:
    """The same, with rows of which none is there twice.

    Added here: where the library gives a row again, which it does once every point coincides with a
    pick, the first row that is still free takes its place. (Without this, inputs that float32 does
    not tell apart are left out of the check of two-approximation: their answers are not usable.)
    """
    picks = fpsample.fps_sampling(visual, budget, start_idx=0).tolist()
    return list(dict.fromkeys([*picks, *range(len(visual))]))[:budget]


@claiming(package=PACKAGE, causes=REPEATS)
def npdu(visual: np.ndarray, prompt: np.ndarray, budget: int) -> np.ndarray:
    """`fps_npdu_sampling` with its own window; the readme says that its answers are sub-optimal."""
    return fpsample.fps_npdu_sampling(visual, budget, start_idx=0)


@claiming(package=PACKAGE, causes=REPEATS)
def npdu_kdtree(visual: np.ndarray, prompt: np.ndarray, budget: int) -> np.ndarray:
    """`fps_npdu_kdtree_sampling` with its own window, a heuristic for which no bound is stated."""
    return fpsample.fps_npdu_kdtree_sampling(visual, budget, start_idx=0)


@claiming("two-approximation", package=PACKAGE, causes=ROUNDED | REORDERED)
def bucket_kdtree(visual: np.ndarray, prompt: np.ndarray, budget: int) -> np.ndarray:
    """`bucket_fps_kdtree_sampling`, in the readme a farthest-point sampling based on a k-d tree.

    As such within twice the optimum. Added here: more than 8 dimensions, for which the package is
    not compiled, are refused.
    """
    _require_few_dimensions(visual)
    return fpsample.bucket_fps_kdtree_sampling(visual, budget, start_idx=0)


@claiming("two-approximation", package=PACKAGE, causes=ROUNDED | REORDERED)
def bucket_kdline(visual: np.ndarray, prompt: np.ndarray, budget: int) -> np.ndarray:
    """`bucket_fps_kdline_sampling`, in the readme a bucket-based farthest-point sampling.

    As such within twice the optimum. Its height is the 3 recommended for small data, or less for
    fewer than 8 points, as it must be. Added here: a single point, which no height suits, is
    answered, and more than 8 dimensions, for which the package is not compiled, are refused.
    """
    _require_few_dimensions(visual)
    if len(visual) == 1:
        return np.zeros(1, dtype=np.int64)
    height = min(3, len(visual).bit_length() - 1)
    return fpsample.bucket_fps_kdline_sampling(visual, budget, h=height, start_idx=0)


def _require_few_dimensions(visual: np.ndarray) -> None:
    if visual.shape[1] > 8:
        raise OutsideDomain("more than 8 dimensions")
