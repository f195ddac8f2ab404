"""Vertex k-center on a matrix of distances."""

from time import monotonic

import array_api_compat
import numpy as np

from mobtheory.covering.counts import as_count
from mobtheory.covering.distance_matrix import as_square_distances
from mobtheory.covering.optimum.bracket import Progress, labelled, least_radius
from mobtheory.covering.optimum.result import ExactResult
from mobtheory.covering.optimum.solve import as_progress, as_seconds
from mobtheory.covering.optimum.task import CoverTask
from mobtheory.covering.selection import Selection
from mobtheory.geometry.points import Array, to_numpy


def k_center(
    distances: Array, k: int, *, time_limit: float = 60.0, progress: Progress | None = None
) -> ExactResult:
    """Choose k points so that the farthest of all points is as near to them as possible.

    Parameters
    ----------
    distances : (n, n) array
        Distances between the points: finite, not negative, zero diagonal, exactly symmetric. They
        need not obey the triangle inequality.
    k : int from 1 to n
        How many centres.
    time_limit : float
        Seconds after which the search gives up, above 0; inf never does.
    progress : callable, optional
        Called with ("k-center", lower, upper) whenever the bracket shrinks.

    Returns
    -------
    ExactResult
        `.selection.visual_centers` are the centres, `.lower <= optimum <= .upper`, and `.upper` is
        what the centres reach. At the time limit the best bracket so far.

    Raises
    ------
    InvalidProblem
        The distances, k or the time limit are not as described; distances of a disconnected graph,
        which are infinite, are refused.

    Notes
    -----
    As `solve_exact` with objective "k-center". Distances that differ by less than one part in 10^9
    are first decided together, then apart, so the bracket is exact to the last digit. The lower
    end is proven without the triangle inequality; `notes` says where it was seen to fail.

    Examples
    --------
    >>> import numpy as np
    >>> from mobtheory import k_center
    >>> points = np.asarray([0.0, 1.0, 5.0, 6.0, 7.0])
    >>> result = k_center(np.abs(points[:, None] - points), 2)
    >>> result.upper, result.status, result.selection.indices
    (1.0, 'optimal', array([0, 3]))
    >>> result.certificate.kind
    'packing'
    """
    called = "k_center"
    matrix = as_square_distances(called, "distances", distances, copy=False)
    centers = as_count(called, "k", k, 1, matrix.shape[0])
    deadline = monotonic() + as_seconds(called, time_limit)
    progress = as_progress(called, progress)
    visual = to_numpy(matrix)
    task = CoverTask(visual, np.empty((len(visual), 0)), "k-center", (centers,))
    closing = least_radius(task, deadline, labelled(task.objective, progress))
    xp, device = array_api_compat.array_namespace(matrix), array_api_compat.device(matrix)
    chosen = xp.asarray(closing.halves.visual, dtype=xp.int64, device=device)
    return ExactResult(
        objective="k-center",
        selection=Selection(xp.asarray([], dtype=xp.int64, device=device), chosen),
        covering=None,
        lower=closing.lower,
        upper=closing.upper,
        status=closing.status,
        certificate=closing.certificate,
        limits=(centers,),
        nodes=closing.work,
        notes=closing.notes,
    )
