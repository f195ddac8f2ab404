"""The tokens of a problem as it measures them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mobtheory.covering import CoveringProblem
from mobtheory.errors import InvalidProblem
from mobtheory.geometry import normalize_rows

Points = NDArray[Any]
EPS = float(np.finfo(np.float64).eps)


def as_float(points: Points) -> NDArray[np.float64]:
    return np.asarray(points, dtype=np.float64)


def measured_tokens(
    problem: CoveringProblem,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """V and P between which the problem measures its distances.

    Raises
    ------
    InvalidProblem
        If the problem was posed by distances and has no tokens.
    """
    if problem.visual is None or problem.prompt is None:
        raise InvalidProblem(
            "measured_tokens",
            "a problem posed by distances",
            "this claim speaks about the tokens themselves",
            "Pose it by points: CoveringProblem(visual, prompt, budget).",
        )
    visual, prompt = as_float(problem.visual), as_float(problem.prompt)
    if problem.normalize:
        return normalize_rows(visual), normalize_rows(prompt)
    return visual, prompt
