"""What a covering algorithm is called with."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from mobtheory.covering.counts import as_count
from mobtheory.errors import InvalidProblem
from mobtheory.geometry import as_point_pair
from mobtheory.strategies.cloud_pairs import cloud_pairs
from mobtheory.strategies.clouds import SEEDS, CloudPair

LARGEST_PRINTED = 40
"""Coordinates up to which an input prints its arrays."""


@dataclass(frozen=True, eq=False)
class CoveringInput:
    """The arguments of one call ``select(visual, prompt, budget)``.

    Parameters
    ----------
    visual : (N, d) NumPy array, float64 or float32
        The visual tokens, as the algorithm gets them: no copy is made, so the array keeps its
        memory layout and may be read-only.
    prompt : (L, d) NumPy array of the same dtype
        The prompt tokens.
    budget : int from 1 to N
        K, how many visual tokens to keep.
    seed : int of at least 0
        For whatever else a check draws: which permutation, which isometry.
    origin : str
        How the input was made, for people.

    Raises
    ------
    InvalidProblem
        An array is no NumPy array of float64 or float32, is empty, not two-dimensional or not
        finite, the two differ in dtype or dimension, the budget is no integer from 1 to N, the
        seed is negative or no integer, or the origin is no text.

    Notes
    -----
    Two inputs are equal only if they are one object. Small arrays are printed in full and the
    text evaluates to the input in C order; big ones are described.

    Examples
    --------
    >>> import numpy as np
    >>> from mobtheory.strategies import CoveringInput
    >>> CoveringInput(np.array([[0.0], [3.0]]), np.array([[1.0]]), 1)
    CoveringInput(array([[0.],
           [3.]]), array([[1.]]), 1)
    >>> CoveringInput(np.zeros((576, 32)), np.zeros((8, 32)), 64, seed=5, origin="all coincident")
    CoveringInput(<(576, 32) float64>, <(8, 32) float64>, 64, seed=5, origin='all coincident')
    """

    visual: NDArray[Any]
    prompt: NDArray[Any]
    budget: int
    seed: int = 0
    origin: str = ""

    def __post_init__(self) -> None:
        called = "CoveringInput"
        for name, points in (("visual", self.visual), ("prompt", self.prompt)):
            if not isinstance(points, np.ndarray):
                raise InvalidProblem(
                    called,
                    f"{name} of type {type(points).__name__}",
                    "an algorithm is called with NumPy arrays",
                    f"Pass numpy.asarray({name}, dtype=float).",
                )
        as_point_pair(called, ("visual", self.visual), ("prompt", self.prompt))
        if self.visual.dtype != self.prompt.dtype or self.visual.dtype not in (
            np.dtype(np.float64),
            np.dtype(np.float32),
        ):
            raise InvalidProblem(
                called,
                f"visual of dtype {self.visual.dtype}, prompt of dtype {self.prompt.dtype}",
                "both arrays are float64 or both are float32",
                "Convert them with .astype(numpy.float64).",
            )
        if not isinstance(self.origin, str):
            raise InvalidProblem(
                called, f"origin={self.origin!r}", "the origin is a text", "Say how it was made."
            )
        budget = as_count(called, "budget", self.budget, 1, len(self.visual))
        object.__setattr__(self, "budget", budget)
        object.__setattr__(self, "seed", as_count(called, "seed", self.seed, 0))

    def __repr__(self) -> str:
        shown = [_shown(self.visual), _shown(self.prompt), str(self.budget)]
        shown += [f"seed={self.seed}"] if self.seed else []
        shown += [f"origin={self.origin!r}"] if self.origin else []
        return f"CoveringInput({', '.join(shown)})"


def _shown(points: NDArray[Any]) -> str:
    return repr(points) if points.size <= LARGEST_PRINTED else f"<{points.shape} {points.dtype}>"


def covering_inputs(*, lane: str | None = None) -> st.SearchStrategy[CoveringInput]:
    """Inputs of covering algorithms.

    Parameters
    ----------
    lane : "exact" (small integer coordinates: squared distances are exact), "clouds" (real-valued
        and token-like clouds), or None for both

    Returns
    -------
    Strategy of `CoveringInput`.

    Raises
    ------
    InvalidProblem
        If the lane is unknown.
    """
    if lane not in (None, "exact", "clouds"):
        raise InvalidProblem(
            "covering_inputs", f"lane={lane!r}", "the lane is unknown", "Use exact or clouds."
        )
    exact = cloud_pairs(lane="exact")
    clouds = st.one_of(cloud_pairs(lane="adversarial"), cloud_pairs(lane="tokens"))
    pairs = {None: st.one_of(exact, clouds), "exact": exact, "clouds": clouds}[lane]

    def of(pair: CloudPair, kept: int, seed: int) -> CoveringInput:
        visual, prompt = (points.astype(np.float64) for points in pair)
        return CoveringInput(visual, prompt, 1 + kept % len(visual), seed)

    return st.builds(of, pairs, st.integers(0, 8), SEEDS)
