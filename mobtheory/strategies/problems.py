"""Covering problems on drawn clouds."""

from hypothesis import strategies as st

from mobtheory.covering import CoveringProblem
from mobtheory.strategies.cloud_pairs import cloud_pairs
from mobtheory.strategies.clouds import CloudPair


def covering_problems(
    *, lane: str | None = "exact", metric: str = "euclidean", normalize: bool = False
) -> st.SearchStrategy[CoveringProblem]:
    """Bi-objective covering problems with any budget from 1 to N.

    Parameters
    ----------
    lane : as `cloud_pairs` takes it
    metric, normalize : as `mobtheory.CoveringProblem` takes them; pairs of clouds with a zero
        token are left out where it needs a direction

    Returns
    -------
    Strategy of `mobtheory.CoveringProblem`.

    Raises
    ------
    InvalidProblem
        If the lane is unknown, or the metric is when a problem is drawn.

    Examples
    --------
    >>> from hypothesis import find
    >>> from mobtheory.strategies import covering_problems
    >>> problem = find(covering_problems(), lambda problem: problem.coupling >= 2)
    >>> problem.visual.tolist(), problem.prompt.tolist(), problem.budget
    ([[0]], [[2]], 1)
    """
    pairs = cloud_pairs(lane=lane)
    if normalize or metric == "cosine":
        pairs = pairs.filter(_without_zero)

    def budgets(pair: CloudPair) -> st.SearchStrategy[CoveringProblem]:
        return st.builds(
            CoveringProblem,
            st.just(pair[0]),
            st.just(pair[1]),
            st.integers(1, len(pair[0])),
            metric=st.just(metric),
            normalize=st.just(normalize),
        )

    return pairs.flatmap(budgets)


def _without_zero(pair: CloudPair) -> bool:
    return all(bool(points.any(axis=1).all()) for points in pair)
