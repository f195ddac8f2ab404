"""Directed and two-sided Hausdorff distances with the pair of points that attains them."""

from dataclasses import dataclass
from math import isfinite

import array_api_compat as api

from mobtheory.geometry.blocks import row_blocks
from mobtheory.geometry.distances import (
    Kernel,
    beyond_range,
    difference_kernel,
    measurable,
)
from mobtheory.geometry.points import Array, as_point_pair, normalize_rows
from mobtheory.geometry.screening import rows_that_may_be_farthest, screening_pays


@dataclass(frozen=True)
class DirectedHausdorff:
    """The directed Hausdorff distance h(a -> b) and the pair that attains it.

    Attributes
    ----------
    distance : the largest distance from a point of a to its nearest point of b
    source : index of that point of a
    target : index of the point of b nearest to it

    Examples
    --------
    >>> directed_hausdorff([[0], [7]], [[1]])
    DirectedHausdorff(distance=6.0, source=1, target=0)
    """

    distance: float
    source: int
    target: int


@dataclass(frozen=True)
class Coupling:
    """How far apart the visual and the prompt tokens lie.

    Attributes
    ----------
    hausdorff : d_H(V, P), the larger of the two directions
    visual_to_prompt : h(V -> P), the farthest that a visual token lies from the prompt
    prompt_to_visual : h(P -> V), the farthest that a prompt token lies from the image

    Examples
    --------
    >>> coupling([[1, 0], [0, 1]], [[1, 0]]).prompt_to_visual
    0.0
    """

    hausdorff: float
    visual_to_prompt: float
    prompt_to_visual: float


def directed_hausdorff(a: Array, b: Array, *, metric: str = "euclidean") -> DirectedHausdorff:
    """Measure h(a -> b), the farthest that a point of a lies from the set b.

    Parameters
    ----------
    a, b : arrays of shape (n, d) and (m, d), of one library and device
    metric : "euclidean", "cosine", "manhattan" or "chebyshev"

    Returns
    -------
    DirectedHausdorff with the distance as a float and the indices of the pair that attains it;
    among equal distances the lowest source, then the lowest target.

    Raises
    ------
    InvalidProblem
        As for `pairwise_distances`.

    Notes
    -----
    h(a -> b) = max over a of min over b of the distance. It is the float64 value that
    `pairwise_distances` finds before it rounds to float32. Between many points of high dimension a
    Gram product with an error bound first discards the rows that cannot hold the maximum; those
    that remain are measured by differences, so the result is the same. Memory is linear in n + m.

    Examples
    --------
    >>> directed_hausdorff([[0, 0], [3, 4], [1, 0]], [[0, 0], [0, 1]])
    DirectedHausdorff(distance=4.242640687119285, source=1, target=1)
    """
    return _directed("directed_hausdorff", ("a", a), ("b", b), metric)


def hausdorff(a: Array, b: Array, *, metric: str = "euclidean") -> float:
    """Measure d_H(a, b), the larger of the two directed Hausdorff distances.

    Parameters
    ----------
    a, b : arrays of shape (n, d) and (m, d), of one library and device
    metric : "euclidean", "cosine", "manhattan" or "chebyshev"

    Returns
    -------
    The distance; exactly 0.0 between a set and itself.

    Raises
    ------
    InvalidProblem
        As for `pairwise_distances`.

    Notes
    -----
    d_H(a, b) = max{h(a -> b), h(b -> a)}: the two-sided distance of Assumption 1 of
    arXiv 2505.10118 (theory section 0).

    Examples
    --------
    >>> hausdorff([[0], [1]], [[0], [1], [5]])
    4.0
    """
    return max(_both_ways("hausdorff", ("a", a), ("b", b), metric))


def coupling(visual: Array, prompt: Array, *, normalize: bool = True) -> Coupling:
    """Measure the coupling of visual and prompt tokens, the least eta of Assumption 2.

    Parameters
    ----------
    visual, prompt : arrays of shape (N, d) and (L, d), of one library and device
    normalize : scale every token to length 1 first, as Algorithm 2 of the paper does

    Returns
    -------
    Coupling with d_H(V, P) and both of its directions.

    Raises
    ------
    InvalidProblem
        As for `pairwise_distances`; also for a zero token if normalize is set.

    Notes
    -----
    For one input Assumption 2 of arXiv 2505.10118 holds with eta = d_H(V, P) and for no smaller
    value, so the assumption says nothing; the value of h(V -> P) does (theory section 3). Tokens
    of one direction but different length have normalised distance 0 (theory section 2).

    Examples
    --------
    >>> coupling([[1, 0], [0, 2]], [[5, 0]], normalize=False)
    Coupling(hausdorff=5.385164807134504, visual_to_prompt=5.385164807134504, prompt_to_visual=4.0)
    >>> coupling([[1, 0], [0, 2]], [[5, 0]]).visual_to_prompt
    1.4142135623730951
    """
    called = "coupling"
    visual, prompt = as_point_pair(called, ("visual", visual), ("prompt", prompt))
    if normalize:
        visual = normalize_rows(visual, called=called, name="visual")
        prompt = normalize_rows(prompt, called=called, name="prompt")
    forth, back = _both_ways(called, ("visual", visual), ("prompt", prompt), "euclidean")
    return Coupling(max(forth, back), visual_to_prompt=forth, prompt_to_visual=back)


def covering_radius(points: Array, centers: Array) -> float:
    """Measure the least radius at which balls around the centers cover the points.

    Parameters
    ----------
    points : array of shape (n, d)
    centers : array of shape (k, d): coordinates, not indices; they need not be among the points

    Returns
    -------
    h(points -> centers), Euclidean.

    Raises
    ------
    InvalidProblem
        As for `pairwise_distances`.

    Notes
    -----
    The objective of the k-center problem.

    Examples
    --------
    >>> covering_radius([[0], [1], [5]], [[0], [3]])
    2.0
    """
    named = ("points", points), ("centers", centers)
    return _directed("covering_radius", *named, "euclidean").distance


def _both_ways(
    called: str, first: tuple[str, Array], second: tuple[str, Array], metric: str
) -> tuple[float, float]:
    forth = _directed(called, first, second, metric)
    back = _directed(called, second, first, metric)
    return forth.distance, back.distance


def _directed(
    called: str, first: tuple[str, Array], second: tuple[str, Array], metric: str
) -> DirectedHausdorff:
    a, b = as_point_pair(called, first, second)
    first, second = (first[0], a), (second[0], b)
    a, b = measurable(called, first, second, metric)
    kernel = difference_kernel(a, b, metric)
    if not screening_pays(a, b, metric):
        found = _farthest(a, b, kernel)
    else:
        xp = api.array_namespace(a)
        rows = rows_that_may_be_farthest(a, b)
        found = _farthest(xp.take(a, rows, axis=0), b, kernel)
        found = DirectedHausdorff(found.distance, int(rows[found.source]), found.target)
    if not isfinite(found.distance):
        raise beyond_range(called, first, second, "float64")
    return found


def _farthest(a: Array, b: Array, kernel: Kernel) -> DirectedHausdorff:
    """Find the row of a farthest from b, a block of rows at a time."""
    xp = api.array_namespace(a)
    best = DirectedHausdorff(-1.0, 0, 0)
    for start, rows in row_blocks(a, b.shape[0]):
        block = kernel(rows, b)
        nearest = xp.min(block, axis=1)
        source = int(xp.argmax(nearest))
        if float(nearest[source]) > best.distance:
            target = int(xp.argmin(block[source, :]))
            best = DirectedHausdorff(float(nearest[source]), start + source, target)
    return best
