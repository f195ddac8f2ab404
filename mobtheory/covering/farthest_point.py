"""Farthest-point sampling: pick, again and again, the point that is farthest from the picks."""

from collections.abc import Callable, Sequence
from math import inf

import array_api_compat

from mobtheory.covering.counts import as_count
from mobtheory.covering.distance_matrix import as_distances, as_square_distances, require_one_home
from mobtheory.covering.indices import as_indices
from mobtheory.errors import InvalidProblem
from mobtheory.geometry import as_point_pair, as_points, pairwise_distances
from mobtheory.geometry.distances import check_metric
from mobtheory.geometry.points import Array, describe, to_float64


def farthest_point_sampling(
    points: Array,
    k: int,
    *,
    seeds: Array = (),
    external_seeds: Array | None = None,
    metric: str = "euclidean",
) -> Array:
    """Pick k points, each the farthest from the seeds and the points picked before it.

    Parameters
    ----------
    points : (n, d) array or nested lists
        The points to pick from.
    k : int from 0 to n minus the number of `seeds`
        How many new points to pick.
    seeds : integers, array or sequence
        Rows of points that count as picked from the start. They are not picked again.
    external_seeds : (m, d) array, optional
        Seeds that need not be among the points, for example the prompt tokens.
    metric : "euclidean", "cosine", "manhattan" or "chebyshev"
        The distance between points.

    Returns
    -------
    (k,) int64 array
        Rows of the new points, in the order of the picks. Without any seeds the first is row 0.
        The lowest row wins a tie; no row is picked twice, even when points coincide.

    Raises
    ------
    InvalidProblem
        The points, the external seeds, k or the metric are not as described.
    InvalidSelection
        The seeds are not distinct rows of the points.

    Notes
    -----
    For seeds Z and picks G: h(points -> Z ∪ G) <= 2 OPT(k | Z), where OPT(k | Z) is the best radius
    of Z with any k further centres, anywhere in the space, if the metric obeys the triangle
    inequality ("cosine" does not). Without seeds the first pick is arbitrary and the same holds
    with Z = ∅. Theory theorem 2.5, on theorem 2 of arXiv 2505.10118. k times n distances are
    measured in float64; no (n, n) matrix is made.

    Examples
    --------
    >>> import numpy as np
    >>> from mobtheory import farthest_point_sampling
    >>> line = np.asarray([[0.0], [1.0], [5.0], [9.0]])
    >>> farthest_point_sampling(line, 3)
    array([0, 3, 2])
    >>> farthest_point_sampling(line, 2, seeds=[1])
    array([3, 2])
    >>> farthest_point_sampling(line, 2, external_seeds=np.asarray([[10.0]]))
    array([0, 2])
    """
    called = "farthest_point_sampling"
    points = to_float64(called, "points", as_points(called, "points", points))
    check_metric(called, metric)
    xp, device = array_api_compat.array_namespace(points), array_api_compat.device(points)
    nearest = xp.full(points.shape[0], inf, dtype=xp.float64, device=device)
    if external_seeds is not None:
        _, seed_points = as_point_pair(
            called, ("points", points), ("external_seeds", external_seeds)
        )
        seed_points = to_float64(called, "external_seeds", seed_points)
        nearest = xp.min(pairwise_distances(points, seed_points, metric=metric), axis=1)

    def distances_to(row: int) -> Array:
        return pairwise_distances(points, points[row : row + 1, :], metric=metric)[:, 0]

    return _sample(called, distances_to, nearest, k, seeds)


def farthest_points(
    distances: Array, k: int, *, seeds: Array = (), start_distances: Array | None = None
) -> Array:
    """Farthest-point sampling on a matrix of distances.

    Parameters
    ----------
    distances : (n, n) array
        Distances between the points: not negative, zero diagonal, exactly symmetric.
    k : int from 0 to n minus the number of `seeds`
        How many new points to pick.
    seeds : integers, array or sequence
        Rows that count as picked from the start. They are not picked again.
    start_distances : (n,) or (n, m) array, optional
        Distance of every point to its nearest seed outside the matrix, or to each such seed.

    Returns
    -------
    (k,) int64 array
        Rows of the new points, in the order of the picks, as `farthest_point_sampling`.

    Raises
    ------
    InvalidProblem
        The distances or k are not as described.
    InvalidSelection
        The seeds are not distinct rows.

    Notes
    -----
    The guarantee of `farthest_point_sampling` holds if the distances obey the triangle inequality.

    Examples
    --------
    >>> import numpy as np
    >>> from mobtheory.covering import farthest_points
    >>> farthest_points([[0, 1, 5], [1, 0, 4], [5, 4, 0]], 2)
    array([0, 2])
    >>> farthest_points([[0, 1, 5], [1, 0, 4], [5, 4, 0]], 1, start_distances=np.asarray([3, 9, 2]))
    array([1])
    """
    called = "farthest_points"
    matrix = as_square_distances(called, "distances", distances)
    xp, device = array_api_compat.array_namespace(matrix), array_api_compat.device(matrix)
    nearest = xp.full(matrix.shape[0], inf, dtype=xp.float64, device=device)
    if start_distances is not None:
        columns = start_distances
        if getattr(start_distances, "ndim", 2) == 1:
            columns = start_distances[:, None]
        columns = as_distances(called, "start_distances", columns)
        require_one_home(called, {"distances": matrix, "start_distances": columns})
        if columns.shape[0] != matrix.shape[0]:
            raise InvalidProblem(
                called,
                f"{describe('distances', matrix)}; {describe('start_distances', columns)}",
                "every point has its start distances",
                "Pass one row of start_distances for each row of distances.",
            )
        nearest = xp.min(columns, axis=1)
    return _sample(called, lambda row: matrix[:, row], nearest, k, seeds)


def pick_farthest(
    distances_to: Callable[[int], Array], nearest: Array, seeds: Sequence[int], k: int
) -> list[int]:
    """Pick k rows greedily, given each row's distance to its nearest seed outside, or inf."""
    xp = array_api_compat.array_namespace(nearest)
    taken = [*seeds]
    for seed in seeds:
        nearest = xp.minimum(nearest, distances_to(seed))
    # Below every distance, so that a taken row stays behind even duplicates of taken rows.
    for seed in seeds:
        nearest[seed] = -1.0
    while len(taken) < len(seeds) + k:
        pick = int(xp.argmax(nearest))
        taken.append(pick)
        nearest = xp.minimum(nearest, distances_to(pick))
        nearest[pick] = -1.0
    return taken[len(seeds) :]


def _sample(
    called: str, distances_to: Callable[[int], Array], nearest: Array, k: int, seeds: Array
) -> Array:
    xp, device = array_api_compat.array_namespace(nearest), array_api_compat.device(nearest)
    seeds = as_indices(called, "seeds", seeds, xp, device, nearest.shape[0])
    k = as_count(called, "k", k, 0, nearest.shape[0] - seeds.shape[0])
    picks = pick_farthest(distances_to, nearest, seeds.tolist(), k)
    return xp.asarray(picks, dtype=xp.int64, device=device)
