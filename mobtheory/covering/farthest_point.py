"""Farthest-point sampling: pick, again and again, the point that is farthest from the picks."""

from math import inf

import array_api_compat

from mobtheory.covering.clouds import Cloud, farthest_rows
from mobtheory.covering.counts import as_count
from mobtheory.covering.distance_matrix import as_distances, as_square_distances, require_one_home
from mobtheory.covering.farthest_batches import sample_batch
from mobtheory.covering.indices import as_indices
from mobtheory.covering.picking import pick_in_steps
from mobtheory.errors import InvalidProblem
from mobtheory.geometry import as_point_pair, as_points
from mobtheory.geometry.points import Array, describe


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
    points : (n, d) array or nested lists, or (B, n, d) array
        The points to pick from, or a batch of B such sets.
    k : int from 0 to n minus the number of `seeds`
        How many new points to pick, in each set.
    seeds : integers, array or sequence; for a batch also a (B, s) array
        Rows of points that count as picked from the start. They are not picked again.
    external_seeds : (m, d) array, or (B, m, d) for a batch, optional
        Seeds that need not be among the points, for example the prompt tokens.
    metric : "euclidean", "cosine", "manhattan" or "chebyshev"
        The distance between points.

    Returns
    -------
    (k,) int64 array, or (B, k)
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
    with Z = ∅. Theory theorem 2.5, on theorem 2 of arXiv 2505.10118.

    Small sets, and metrics other than "euclidean" and "cosine", are ranked by distances measured
    in float64. Larger ones are ranked by inner products, in float32 if the points and the external
    seeds are floats no wider than that and in float64 otherwise, one for each pick, several at once
    or all n * n, whichever is fastest. That changes no pick on a grid whose squared distances this
    dtype holds exactly. Else a
    pick may be nearer to the earlier ones than the farthest point by what `selection_rounding`
    says; where that is not small against the radius, wider floats and in the end differences
    take over.

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
    if getattr(points, "ndim", 2) == 3:
        return sample_batch(called, points, k, seeds, external_seeds, metric)
    outside = None
    if external_seeds is None:
        cloud = Cloud(called, "points", as_points(called, "points", points), metric)
    else:
        points, seed_points = as_point_pair(
            called, ("points", points), ("external_seeds", external_seeds)
        )
        cloud = Cloud(called, "points", points, metric)
        outside = Cloud(called, "external_seeds", seed_points, metric, beside=cloud)
    xp, device = (
        array_api_compat.array_namespace(cloud.points),
        array_api_compat.device(cloud.points),
    )
    count = cloud.points.shape[0]
    given = as_indices(called, "seeds", seeds, xp, device, count)
    k = as_count(called, "k", k, 0, count - given.shape[0])
    return farthest_rows(cloud, given, k, outside)


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
    seeds = as_indices(called, "seeds", seeds, xp, device, matrix.shape[0])
    k = as_count(called, "k", k, 0, matrix.shape[0] - seeds.shape[0])
    return farthest_columns(matrix, nearest, seeds, k)


def farthest_columns(matrix: Array, nearest: Array, given: Array, k: int) -> Array:
    """Pick k rows of a valid (n, n) matrix after the given ones, starting from `nearest` (n,)."""
    xp = array_api_compat.array_namespace(matrix)

    def distances_to(pick: Array) -> Array:
        return xp.take(matrix, pick, axis=1).T

    picks, _ = pick_in_steps(distances_to, nearest[None, :], given.shape[0] + k, given[None, :])
    return picks[0, given.shape[0] :]
