"""SciPy: k-means with k-means++ seeds, complete linkage, and nearest neighbours."""

import numpy as np
from scipy.cluster.hierarchy import cut_tree, linkage
from scipy.cluster.vq import kmeans2
from scipy.spatial import KDTree

from benchmarks.third_party.centers import FIRST_OF_TWO, cluster_centers, nearest_free_rows
from benchmarks.third_party.claiming import claiming

PACKAGE = "scipy"


@claiming(package=PACKAGE)
def kmeans(visual: np.ndarray, prompt: np.ndarray, budget: int) -> list[int]:
    """`kmeans2` seeded by k-means++ and a fixed generator.

    k-means++ bounds a sum of squares in expectation, no radius. Added here: each centroid becomes
    the nearest point that is still free.
    """
    centroids, _ = kmeans2(visual, budget, minit="++", rng=np.random.default_rng(0))
    return nearest_free_rows(visual, centroids)


@claiming(package=PACKAGE, causes=FIRST_OF_TWO)
def complete_linkage(visual: np.ndarray, prompt: np.ndarray, budget: int) -> list[int]:
    """`linkage(method="complete")`, cut by `cut_tree` into as many clusters as the budget.

    Nobody claims a factor of 2 for it. Added here: each cluster is kept by its centre, and a single
    point, of which there is no hierarchy, by itself.
    """
    if len(visual) == 1:
        return [0]
    labels = cut_tree(linkage(visual, method="complete"), n_clusters=budget).ravel()
    return cluster_centers(visual, labels)


@claiming("nn-optimal", package=PACKAGE)
def nearest_neighbours(
    visual: np.ndarray, prompt: np.ndarray, budget: int
) -> tuple[list[int], list[int]]:
    """`KDTree.query`: prompt centres are the prompt's nearest neighbours, which it gives exactly.

    The documentation: with eps=0 it looks up the nearest neighbours. Added here: neighbours that
    the budget does not hold are left out, and the points farthest from the prompt centres fill it.
    """
    nearest = KDTree(visual).query(prompt)[1]
    prompt_centers = list(dict.fromkeys(nearest.tolist()))[:budget]
    away, _ = KDTree(visual[prompt_centers]).query(visual)
    away[prompt_centers] = -1.0
    farthest = np.argsort(-away, kind="stable")[: budget - len(prompt_centers)]
    return prompt_centers, farthest.tolist()
