"""A point set as the greedy rules see it, ranked by products where that pays."""

from collections.abc import Callable
from functools import cached_property
from math import inf
from typing import Any

import array_api_compat as api
import numpy as np

from mobtheory.covering.picking import pick_in_rounds, pick_in_steps
from mobtheory.covering.product_rows import ProductRows, product_rows, squared_distances
from mobtheory.covering.prompt_candidates import ProposalRule
from mobtheory.covering.shortlists import propose_by_products
from mobtheory.geometry.distances import (
    check_metric,
    difference_kernel,
    measurable,
    narrow_result,
)
from mobtheory.geometry.points import (
    Array,
    dtype_name,
    normalize_rows,
    to_float64,
    unit_rows,
)

# Below these sizes a call of BLAS and the bounds around it cost more than the differences.
_FEWEST_POINTS = 64
_FEWEST_COORDINATES = 2**14
# A squared radius of fewer roundings than these is left to a wider dtype.
_MARGIN = 4
# A device makes all products at once where at least this part, 1/16, of the points is picked.
_GRAM_PER_PICK = 16
# Products of a batch held at once on a device: 1 GiB of float32.
_LARGEST_BATCH_OF_GRAMS = 2**28
# Beyond this coordinate distances may leave the range of float64; the factor brings them back.
_FARTHEST_OUT, _BACK_IN = 2.0**960, 2.0**-128


class Cloud:
    """Valid points that are to be ranked by their distances; what that needs is made when needed.

    Parameters
    ----------
    called, name : the public function and its argument, for the error message
    points : (n, d)
    metric, normalize : as `CoveringProblem`
    beside : the cloud to which this one is ranked by distance

    Raises
    ------
    InvalidProblem
        The metric is unknown, or a point that must be scaled to length 1 is zero.
    """

    def __init__(
        self,
        called: str,
        name: str,
        points: Array,
        metric: str,
        normalize: bool = False,
        beside: "Cloud | None" = None,
    ):
        check_metric(called, metric)
        self.called, self.name, self.points, self.metric = called, name, points, metric
        self.normalize = normalize
        self._beside = beside
        self._products: dict[str, ProductRows] = {}
        if normalize or metric == "cosine":
            _require_directions(called, name, points)

    @cached_property
    def tokens(self) -> Array:
        """The points in float64, of length 1 if they are to be normalised."""
        if self.normalize:
            return normalize_rows(self.points, called=self.called, name=self.name)
        return to_float64(self.called, self.name, self.points)

    def products(self, dtype: str) -> ProductRows:
        """Rows for products in that dtype; NumPy arrays unless the points lie on an accelerator."""
        if dtype not in self._products:
            unit = self.normalize or self.metric == "cosine"
            beside = None if self._beside is None else self._beside.products(dtype)
            points = as_ranked(self.points)
            self._products[dtype] = product_rows(points, dtype, unit=unit, beside=beside)
        return self._products[dtype]


def cloud_dtypes(cloud: Cloud, other: Cloud | None = None) -> tuple[str, ...]:
    """The dtypes in which products rank a cloud, with another beside it, the fastest first."""
    beside = () if other is None else (other.points,)
    return product_dtypes(cloud.metric, cloud.points, *beside)


def product_dtypes(metric: str, points: Array, *beside: Array) -> tuple[str, ...]:
    """The dtypes in which products rank points (..., n, d) and the sets beside them.

    Each holds all of them exactly. None where differences serve better.
    """
    count, dimension = points.shape[-2:]
    if (
        not (api.is_numpy_array(points) or api.is_torch_array(points))
        or metric not in ("euclidean", "cosine")
        or count < _FEWEST_POINTS
        or count * dimension < _FEWEST_COORDINATES
    ):
        return ()
    return ("float32", "float64") if narrow_result(points, *beside) else ("float64",)


def farthest_rows(
    cloud: Cloud,
    given: Array,
    k: int,
    outside: Cloud | None = None,
    dtypes: tuple[str, ...] | None = None,
) -> Array:
    """Pick k rows of a cloud by farthest-point sampling, shape (k,), int64.

    Parameters
    ----------
    cloud : the points
    given : (s,) int64, distinct rows that are seeds and are not picked again
    k : how many rows to pick, at most n - s
    outside : seeds that are not among the points, beside `cloud`
    dtypes : those in which products may rank; by default those of `cloud` and `outside`

    Notes
    -----
    A dtype ranks by products as long as the squared radius is at least `_MARGIN` times its
    rounding; the rest is picked in the next wider dtype, and in the end by differences.
    """
    picks, total = given, given.shape[0] + k
    for dtype in cloud_dtypes(cloud, outside) if dtypes is None else dtypes:
        picks = _by_products(cloud, dtype, picks, total, outside)
        if picks.shape[0] == total:
            break
    else:
        picks = _by_differences(cloud, picks, total, outside)
    return picks[given.shape[0] :]


def propose(prompt: Cloud, visual: Cloud, rule: ProposalRule) -> tuple[Array, Array] | None:
    """Rank the candidates of prompt tokens, as `rank_candidates`; None where products do not."""
    unit = visual.normalize or visual.metric == "cosine"
    for dtype in cloud_dtypes(visual, prompt):
        first, second = (
            (as_ranked(cloud.points)[None], cloud.products(dtype).as_batch())
            for cloud in (visual, prompt)
        )
        order, found, trusted = propose_by_products(first, second, rule, unit=unit)
        if bool(trusted[0]):
            return order[0], found[0]
    return None


def trusted_floor(rounding: Array) -> Array:
    """The least squared distance that is worth ranking with that rounding."""
    return _MARGIN * rounding


def on_accelerator(points: Array) -> bool:
    """Tell whether the points are torch tensors that the host cannot read where they are."""
    return api.is_torch_array(points) and points.device.type != "cpu"


def as_ranked(points: Array) -> Array:
    """Return points on the host as NumPy arrays that share their memory, others as they are."""
    if not api.is_torch_array(points) or on_accelerator(points):
        return points
    if dtype_name(points) == "bfloat16":
        points = points.float()
    return points.resolve_neg().numpy()


def pick_on_device(
    products: ProductRows,
    nearest: Array,
    total: int,
    given: Array,
    counts: Array | None = None,
) -> tuple[Array, Array]:
    """Pick rows in a batch (B, n, d) without a word to the host, as `pick_in_steps`."""
    xp, device = api.array_namespace(nearest), api.device(nearest)
    rows, squares = products.rows, products.squares
    sets = xp.arange(rows.shape[0], dtype=xp.int64, device=device)
    count = rows.shape[1]
    if count <= _GRAM_PER_PICK * total and rows.shape[0] * count**2 <= _LARGEST_BATCH_OF_GRAMS:
        between = squared_distances(products, products)
        return pick_in_steps(lambda pick: between[sets, pick], nearest, total, given, counts)

    def distances_to(pick: Array) -> Array:
        inner = xp.matmul(rows, rows[sets, pick][:, :, None])[:, :, 0]
        return squares[sets, pick][:, None] - 2 * inner + squares

    return pick_in_steps(distances_to, nearest, total, given, counts)


def _by_products(
    cloud: Cloud, dtype: str, given: Array, total: int, outside: Cloud | None
) -> Array:
    """Extend the given rows as far as products in this dtype can be trusted."""
    products = cloud.products(dtype)
    xp = api.array_namespace(products.rows)
    nearest = xp.full_like(products.squares, inf)
    rounding = products.rounding()
    if outside is not None:
        seeds = outside.products(dtype)
        rounding = products.rounding(seeds)
        if not bool(xp.isfinite(rounding)):
            return given
        nearest = xp.min(squared_distances(products, seeds), axis=1)
    floor = trusted_floor(rounding)
    home = api.array_namespace(cloud.points)
    if not on_accelerator(cloud.points):
        if not np.isfinite(floor):
            return given
        picks = pick_in_rounds(
            products.rows, products.squares, nearest, given.tolist(), total, float(floor)
        )
        return home.asarray(picks, dtype=home.int64)
    picks, values = pick_on_device(products.as_batch(), nearest[None], total, given[None])
    trusted = int(trusted_counts(values, floor[None])[0])
    return picks[0, : max(trusted, given.shape[0])]


def trusted_counts(values: Array, floor: Array) -> Array:
    """How many leading picks of each set lie at or above its floor, shape (B,)."""
    xp = api.array_namespace(values)
    trusted = xp.astype((values >= floor[:, None]) & (floor[:, None] < inf), xp.int64)
    return xp.sum(xp.cumulative_prod(trusted, axis=1), axis=1)


def redo_alone(
    results: tuple[Array, ...], trusted: Array, alone: Callable[[int], tuple[Any, ...]]
) -> None:
    """Overwrite what a batch (B, ...) got wrong with what its sets give one by one.

    Parameters
    ----------
    results : arrays (B, ...) of a library in which they can be written
    trusted : (B,) bool, the sets whose results stand
    alone : gives the results of one set

    Notes
    -----
    The host waits once for the batch, and for each set that is done again.
    """
    for row, good in enumerate(trusted.tolist()):
        if not good:
            for result, value in zip(results, alone(row), strict=True):
                result[row, ...] = value


def _by_differences(cloud: Cloud, given: Array, total: int, outside: Cloud | None) -> Array:
    xp, device = api.array_namespace(cloud.points), api.device(cloud.points)
    named = (cloud.name, cloud.tokens)
    others = named if outside is None else (outside.name, outside.tokens)
    rows, seeds = measurable(cloud.called, named, others, cloud.metric)
    if any(bool(xp.max(xp.abs(part)) > _FARTHEST_OUT) for part in (rows, seeds)):
        rows, seeds = rows * _BACK_IN, seeds * _BACK_IN  # A power of two: the order stays.
    nearest = xp.full((1, rows.shape[0]), inf, dtype=xp.float64, device=device)
    if outside is not None:
        nearest = xp.min(difference_kernel(rows, seeds, cloud.metric)(rows, seeds), axis=1)[None, :]
    kernel = difference_kernel(rows, rows, cloud.metric)

    def distances_to(pick: Array) -> Array:
        return kernel(rows, xp.take(rows, pick, axis=0)).T

    return pick_in_steps(distances_to, nearest, total, given[None, :])[0][0, :]


def _require_directions(called: str, name: str, points: Array) -> None:
    xp = api.array_namespace(points)
    if xp.isdtype(points.dtype, "real floating"):
        with np.errstate(over="ignore", under="ignore"):
            squares = xp.linalg.vecdot(points, points)
        if bool(xp.all(squares > 0)):
            return
    # Squares of tiny coordinates vanish; this scales them, and refuses zero rows.
    unit_rows(called, name, to_float64(called, name, points))
