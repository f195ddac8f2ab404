"""The bottleneck method of Hochbaum and Shmoys (1985)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mobtheory.covering.approximate.packing import least_packed
from mobtheory.covering.approximate.rule import Choice, Given, Rule
from mobtheory.covering.optimum.task import CoverTask, Halves, farthest_order


def hochbaum_shmoys(distances: NDArray[Any], k: int) -> NDArray[np.int64]:
    """Choose k points so that, in a metric, no point is farther than twice the optimum.

    Parameters
    ----------
    distances : (n, n), valid: not negative, zero diagonal, exactly symmetric
    k : from 1 to n

    Returns
    -------
    (k,) rows

    Notes
    -----
    Join points that have a common point within r: the square of the graph of distances up to r.
    More than k independent points refute r. At a radius that is not refuted and below which all
    are, a maximal set of independent points has at most k, and every point shares a point with one
    of them within r, so it is within 2 r. Farthest points fill up what is left of k.
    """
    task = CoverTask(distances, np.empty((len(distances), 0)), "k-center", (k,))
    task.rows = np.arange(len(distances))
    farthest = farthest_order(distances, [], k)
    reached = max(task.radii(Halves([], farthest.tolist())))
    centers = least_packed(task, reached).rows
    added = farthest_order(distances, centers.tolist(), k - len(centers))
    return np.concatenate([centers, added])


def _choose(given: Given) -> Choice:
    centers = hochbaum_shmoys(given.task.visual, given.problem.budget)
    return Choice(Halves([], centers.tolist()), 2.0, "against all choices of K tokens")


HOCHBAUM_SHMOYS = Rule("k-center", "covering.hochbaum-shmoys", _choose)
