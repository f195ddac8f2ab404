"""What a covering algorithm is called with."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from mobtheory.covering.counts import as_count
from mobtheory.errors import InvalidProblem
from mobtheory.geometry import as_point_pair
from mobtheory.strategies.choosing import chosen
from mobtheory.strategies.cloud_kinds import CLOUD_KINDS
from mobtheory.strategies.clouds import SEEDS
from mobtheory.strategies.exact_clouds import exact_clouds
from mobtheory.strategies.exact_kinds import EXACT_KINDS
from mobtheory.strategies.layouts import LAYOUTS, laid_out
from mobtheory.strategies.placements import (
    CLOUD_OFFSETS,
    DTYPES,
    EXACT_OFFSETS,
    PLACEMENTS,
    Placement,
    placed,
)
from mobtheory.strategies.seeded_clouds import seeded_clouds

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


def covering_inputs(
    *,
    lane: str | None = None,
    kinds: Collection[str] | None = None,
    dtypes: Collection[str] = DTYPES,
    placements: Collection[str] = PLACEMENTS,
    layouts: Collection[str] = LAYOUTS,
    writable: bool | None = None,
) -> st.SearchStrategy[CoveringInput]:
    """Inputs of covering algorithms with any budget from 1 to N.

    Parameters
    ----------
    lane : "exact", "clouds" or None for both
        "exact": at most nine visual and four prompt points in 1 to 3 dimensions, with integer
        coordinates, up to a power of two that scales all of them. Squared distances are exact in
        the dtype of the arrays.
        "clouds": up to 576 points and 1024 dimensions, though at most 40960 coordinates, drawn as
        a kind, sizes and a seed.
    kinds : names out of `EXACT_KINDS` or `CLOUD_KINDS`, which then name the lane; None draws all
    dtypes : "float64", "float32" or both
    placements : out of "plain", "offset" (far from the origin, so that distances of Gram matrices
        cancel), "tiny" and "huge" (scaled by powers of two, so that squared distances stay within
        the range of the dtype)
    layouts : out of "C", "Fortran", "strided" and "reversed" (negative strides)
    writable : whether arrays may be written to; None draws both

    Returns
    -------
    Strategy of `CoveringInput`. Both arrays of one have the same layout. Inputs shrink to few
    points, small integers, budget 1, float64, "plain", writable arrays in C order and seed 0; those
    of clouds to small sizes, the first kind and small seeds.

    Raises
    ------
    InvalidProblem
        If the lane, a kind or another name is unknown, if one kind is asked of another lane, or if
        nothing is left to draw.

    Examples
    --------
    >>> from hypothesis import find
    >>> from mobtheory.strategies import covering_inputs
    >>> find(covering_inputs(lane="exact"), lambda one: len(one.visual) > one.budget > 1)
    CoveringInput(array([[0.],
           [0.],
           [0.]]), array([[0.]]), 2, origin='grid, float64')
    """
    called = "covering_inputs"
    lanes = chosen(called, "lane", _LANES if lane is None else [lane], _LANES)
    known = [kind for name in lanes for kind in _LANES[name].kinds]
    wanted = chosen(called, "kinds", known if kinds is None else kinds, known)
    dtypes = chosen(called, "dtypes", dtypes, DTYPES)
    placements = chosen(called, "placements", placements, PLACEMENTS)
    layouts = chosen(called, "layouts", layouts, LAYOUTS)
    if writable not in (None, True, False):
        raise InvalidProblem(
            called, f"writable={writable!r}", "it is a truth value or None", "Pass True or False."
        )
    freedoms = (True, False) if writable is None else (bool(writable),)

    def inputs(lane: _Lane) -> st.SearchStrategy[CoveringInput]:
        return st.builds(
            _assembled,
            st.sampled_from(placed(dtypes, placements, lane.offsets)),
            st.sampled_from([(layout, free) for free in freedoms for layout in layouts]),
            SEEDS,
            lane.clouds([kind for kind in lane.kinds if kind in wanted]),
        )

    return st.one_of(
        [inputs(_LANES[name]) for name in lanes if not set(wanted).isdisjoint(_LANES[name].kinds)]
    )


class _Lane(NamedTuple):
    kinds: Collection[str]
    clouds: Callable[[list[str]], st.SearchStrategy[tuple[str, Any, Any, int]]]
    offsets: dict[str, tuple[float, ...]]


_LANES = {
    "exact": _Lane(EXACT_KINDS, exact_clouds, EXACT_OFFSETS),
    "clouds": _Lane(CLOUD_KINDS, seeded_clouds, CLOUD_OFFSETS),
}


def _assembled(
    placement: Placement,
    arrangement: tuple[str, bool],
    seed: int,
    cloud: tuple[str, Any, Any, int],
) -> CoveringInput:
    origin, *clouds, budget = cloud
    layout, writable = arrangement
    visual, prompt = (laid_out(placement.of(points), layout, writable) for points in clouds)
    words = [origin, str(placement)]
    words += [layout] if layout != "C" else []
    words += [] if writable else ["read-only"]
    return CoveringInput(visual, prompt, budget, seed, ", ".join(words))
