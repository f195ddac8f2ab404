"""From clusters or centroids, which libraries return, to rows of the picture."""

import numpy as np
from scipy.spatial.distance import cdist

FIRST_OF_TWO = {
    "permutation-equivariant": "Not the library's doing: in a cluster of two both are centres, and "
    "the first of them is taken here."
}


def nearest_free_rows(points: np.ndarray, centroids: np.ndarray) -> list[int]:
    """For each centroid in turn the nearest point that no centroid before it took."""
    away = cdist(centroids, points)
    rows: list[int] = []
    for to_points in away:
        to_points[rows] = np.inf
        rows.append(int(to_points.argmin()))
    return rows


def cluster_centers(points: np.ndarray, labels: np.ndarray) -> list[int]:
    """For each cluster the member from which its farthest member is nearest."""
    rows: list[int] = []
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        reach = cdist(points[members], points[members]).max(axis=1)
        rows.append(int(members[reach.argmin()]))
    return rows
