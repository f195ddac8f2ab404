"""scikit-learn: k-means++ seeds, k-means, and complete linkage."""

import numpy as np
from sklearn.cluster import AgglomerativeClustering, KMeans, kmeans_plusplus

from benchmarks.third_party.centers import FIRST_OF_TWO, cluster_centers, nearest_free_rows
from benchmarks.third_party.claiming import claiming

PACKAGE = "scikit-learn"


@claiming(
    package=PACKAGE,
    causes={
        "valid-selection": "Rows are drawn by their distance to those drawn before. Where all "
        "these distances are 0, or cancel to 0 far from the origin, a row is drawn again; the "
        "documentation does not say that rows are distinct."
    },
)
def seeds(visual: np.ndarray, prompt: np.ndarray, budget: int) -> np.ndarray:
    """`kmeans_plusplus` with a fixed random state: the rows that it gives, and nothing else.

    It bounds a sum of squares in expectation, no radius.
    """
    return kmeans_plusplus(visual, budget, random_state=0)[1]


@claiming(package=PACKAGE)
def kmeans(visual: np.ndarray, prompt: np.ndarray, budget: int) -> list[int]:
    """`KMeans` with a fixed random state.

    Added here: each centroid becomes the nearest point that is still free.
    """
    fitted = KMeans(n_clusters=budget, random_state=0).fit(visual)
    return nearest_free_rows(visual, fitted.cluster_centers_)


@claiming(package=PACKAGE, causes=FIRST_OF_TWO)
def complete_linkage(visual: np.ndarray, prompt: np.ndarray, budget: int) -> list[int]:
    """`AgglomerativeClustering(linkage="complete")`.

    Nobody claims a factor of 2 for it. Added here: each cluster is kept by its centre, and a single
    point, which the class refuses, by itself.
    """
    if len(visual) == 1:
        return [0]
    fitted = AgglomerativeClustering(n_clusters=budget, linkage="complete").fit(visual)
    return cluster_centers(visual, fitted.labels_)
