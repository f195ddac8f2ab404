"""How far greedy picks may stray from the greedy rule."""

from math import inf

import array_api_compat

from mobtheory.covering.clouds import Cloud, cloud_dtypes
from mobtheory.covering.grids import order_is_exact
from mobtheory.geometry import as_point_pair, as_points, distance_rounding, pairwise_distances
from mobtheory.geometry.points import Array, to_float64


def selection_rounding(
    points: Array, external_seeds: Array | None = None, *, normalize: bool = False
) -> float:
    """Bound the error of the squared Euclidean distances by which points are ranked.

    Parameters
    ----------
    points : (n, d) array or nested lists
        The points from which `farthest_point_sampling` or `mob_select` picks.
    external_seeds : (m, d) array, optional
        Seeds, or prompt tokens, to which distances are ranked as well.
    normalize : bool
        Bound the squared distances between the points scaled to length 1, which rank the cosine
        distance too: it is half of them.

    Returns
    -------
    float
        An absolute bound e, 0.0 where squared distances compare exactly, and inf where squares
        leave the range of float64. Each pick has at least the squared distance to its nearest
        predecessor that the farthest point has, minus 2 e.

    Raises
    ------
    InvalidProblem
        An input is no point set, the two do not fit together, or a point to normalise is zero.

    Notes
    -----
    Let u be the unit roundoff of the floats that rank: 2**-24 where both inputs are float32 or
    narrower, 2**-53 otherwise. Products of rows rank within 4 (d + 8) u s / (1 - 4 (d + 8) u),
    where s is 1 for normalised points and otherwise the largest squared length of a row that is
    multiplied: at most twice the largest squared distance between the first point and another. Sums
    of d products contribute 4 g(d) s with g(d) = d u / (1 - d u), in any order of summation;
    centring or scaling and the last operations less than 24 u s. Where differences of coordinates
    rank, the bound follows from `distance_rounding`. The result is the larger of the two if both
    may rank.

    Examples
    --------
    >>> import numpy as np
    >>> from mobtheory import selection_rounding
    >>> grid = np.arange(65536.0).reshape(256, 256) % 7
    >>> selection_rounding(grid)
    0.0
    >>> selection_rounding(np.sqrt(grid)) < 1e-9 < selection_rounding(np.float32(np.sqrt(grid)))
    True
    """
    called, metric = "selection_rounding", "euclidean"
    if external_seeds is None:
        points = as_points(called, "points", points)
        cloud, others = Cloud(called, "points", points, metric, normalize), ()
    else:
        points, external_seeds = as_point_pair(
            called, ("points", points), ("external_seeds", external_seeds)
        )
        cloud = Cloud(called, "points", points, metric, normalize)
        others = (Cloud(called, "external_seeds", external_seeds, metric, normalize, cloud),)
    for dtype in cloud_dtypes(cloud, *others):
        products = [other.products(dtype) for other in others]
        bound = float(cloud.products(dtype).rounding(*products))
        if bound == 0.0:
            return bound
        if bound < inf:
            return max(bound, _of_differences(cloud, others))
    return _of_differences(cloud, others)


def _of_differences(cloud: Cloud, others: tuple[Cloud, ...]) -> float:
    """Bound the error of squared distances by that of distances and the largest of them."""
    everything = [to_float64(part.called, part.name, part.points) for part in (cloud, *others)]
    points = array_api_compat.array_namespace(everything[0]).concat(everything, axis=0)
    if not cloud.normalize and order_is_exact(points, "euclidean"):
        return 0.0
    error = distance_rounding(points, normalize=cloud.normalize)
    if error == inf:
        return inf
    if cloud.normalize:
        largest = 2.0
    else:
        to_first = pairwise_distances(points, points[:1, :])
        largest = 2 * (float(array_api_compat.array_namespace(points).max(to_first)) + error)
    return error * (2 * largest + error)
