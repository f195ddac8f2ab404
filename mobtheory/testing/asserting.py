"""Check one guarantee on one input, as the scripts do that reproduce failures."""

from typing import Any

import numpy as np

from mobtheory.strategies.inputs import CoveringInput
from mobtheory.testing.calls import Calls, require_calls
from mobtheory.testing.guarantee import Guarantee
from mobtheory.testing.guarantees import as_guarantee
from mobtheory.testing.judging import counterexample
from mobtheory.testing.misbehaviour import Misbehaviour
from mobtheory.testing.reproducing import one_line
from mobtheory.testing.results import ConformanceFailure
from mobtheory.testing.searching import Search
from mobtheory.testing.target import as_algorithm


def assert_guarantee(
    select: Any,
    guarantee: str | Guarantee,
    visual: Any,
    prompt: Any,
    budget: int,
    *,
    seed: int = 0,
    time_limit: float = 10.0,
    metric: str = "euclidean",
    normalize: bool = False,
) -> bool:
    """Check one guarantee on one input, as the scripts do that reproduce failures.

    Parameters
    ----------
    select, time_limit, metric, normalize : as `check_covering_algorithm` takes them
    guarantee : id, with its parameter after "=", or a guarantee
    visual, prompt, budget : the input; arrays go to the algorithm as they are, lists as float64
    seed : what the check draws its permutation, isometry or scale from

    Returns
    -------
    bool
        True if it was checked and is kept; False if nothing was decided: the input does not meet
        the hypotheses of the guarantee, lies outside the domain of the algorithm, or leaves it
        open within rounding. Assert it where a guarantee must have been checked.

    Raises
    ------
    ConformanceFailure
        If the guarantee is broken on this input.
    InvalidProblem
        If the input is no covering problem.

    Examples
    --------
    >>> from mobtheory.testing import assert_guarantee
    >>> last = lambda visual, prompt, budget: list(range(len(visual)))[-budget:]
    >>> assert_guarantee(last, "two-approximation", [[0], [4], [4]], [[0]], 1)
    True
    >>> assert_guarantee(last, "two-approximation", [[0], [4], [4]], [[0]], 2)
    Traceback (most recent call last):
    mobtheory.testing.results.ConformanceFailure: two-approximation: h(V -> S) = 4 exceeds ...
    """
    arrays = [
        points
        if isinstance(points, np.ndarray) and points.dtype.kind == "f"
        else np.asarray(points, dtype=np.float64)
        for points in (visual, prompt)
    ]
    require_calls("assert_guarantee", time_limit, metric, normalize)
    given = CoveringInput(arrays[0], arrays[1], budget, seed)
    try:
        algorithm = as_algorithm(select)
    except Misbehaviour as error:
        raise ConformanceFailure(f"{error.kind}: {error}") from None
    calls = Calls(algorithm, time_limit, metric, normalize)
    try:
        search = Search(as_guarantee(guarantee), calls, seed)
        failure, decided = search.judge(given)
    finally:
        calls.close()
    if failure is not None:
        found = counterexample(failure, search)
        raise ConformanceFailure(f"{search.guarantee.id}: {one_line(found)}")
    return decided
