"""Farthest-point sampling in every point set of a batch."""

from math import inf
from typing import Any

import array_api_compat as api

from mobtheory.covering.clouds import (
    Cloud,
    farthest_rows,
    on_accelerator,
    pick_on_device,
    product_dtypes,
    redo_alone,
    trusted_counts,
    trusted_floor,
)
from mobtheory.covering.counts import as_count
from mobtheory.covering.indices import as_indices, describe_indices
from mobtheory.covering.point_batches import as_point_batch, require_one_batch
from mobtheory.covering.product_rows import product_rows, squared_distances
from mobtheory.errors import InvalidSelection
from mobtheory.geometry.distances import check_metric
from mobtheory.geometry.points import Array


def sample_batch(
    called: str, points: Array, k: int, seeds: Any, external_seeds: Array | None, metric: str
) -> Array:
    """Pick k rows in every set of a batch (B, n, d), shape (B, k), as `farthest_point_sampling`."""
    check_metric(called, metric)
    points = as_point_batch(called, "points", points)
    if external_seeds is not None:
        external_seeds = as_point_batch(called, "external_seeds", external_seeds)
        require_one_batch(called, ("points", points), ("external_seeds", external_seeds))
    given = _seed_rows(called, seeds, points)
    sets, count, _ = points.shape
    k = as_count(called, "k", k, 0, count - given.shape[1])
    total = given.shape[1] + k
    xp = api.array_namespace(points)

    def sample_alone(image: int, picked: Array) -> Array:
        cloud = Cloud(called, "points", points[image, ...], metric)
        outside = None
        if external_seeds is not None:
            seed_points = external_seeds[image, ...]
            outside = Cloud(called, "external_seeds", seed_points, metric, beside=cloud)
        more = farthest_rows(cloud, picked, total - picked.shape[0], outside)
        return xp.concat([picked, more])[given.shape[1] :]

    beside = () if external_seeds is None else (external_seeds,)
    dtypes = product_dtypes(metric, points, *beside)
    if not (on_accelerator(points) and dtypes):
        return xp.stack([sample_alone(image, given[image, ...]) for image in range(sets)])
    unit = metric == "cosine"
    rows = product_rows(points, dtypes[0], unit=unit)
    nearest, rounding = xp.full_like(rows.squares, inf), rows.rounding()
    if external_seeds is not None:
        outside = product_rows(external_seeds, dtypes[0], unit=unit, beside=rows)
        nearest = xp.min(squared_distances(rows, outside), axis=2)
        rounding = rows.rounding(outside)
    picks, values = pick_on_device(rows, nearest, total, given)
    trusted = trusted_counts(values, trusted_floor(rounding))
    new = picks[:, given.shape[1] :]

    def finish_alone(image: int) -> tuple[Array]:
        length = max(int(trusted[image]), given.shape[1])
        return (sample_alone(image, picks[image, :length]),)

    redo_alone((new,), trusted == total, finish_alone)
    return new


def _seed_rows(called: str, seeds: Any, points: Array) -> Array:
    """Return seeds (s,) for all sets, or (B, s) for each, as an array (B, s)."""
    xp, device = api.array_namespace(points), api.device(points)
    sets, count, _ = points.shape
    for_each = getattr(seeds, "ndim", 1) == 2
    if for_each and (seeds.shape[0] != sets or not _integral(seeds)):
        raise InvalidSelection(
            called,
            f"seeds={describe_indices(seeds)}",
            f"seeds are integers of shape (s,), or ({sets}, s) for each point set",
            "Pass one row of seeds for each point set.",
        )
    rows = [seeds[image, ...] for image in range(sets)] if for_each else [seeds] * sets
    return xp.stack([as_indices(called, "seeds", row, xp, device, count) for row in rows])


def _integral(seeds: Array) -> bool:
    return api.array_namespace(seeds).isdtype(seeds.dtype, "integral")
