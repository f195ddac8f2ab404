"""Batches of point sets as they arrive."""

import array_api_compat as api

from mobtheory.errors import InvalidProblem
from mobtheory.geometry.points import Array, as_points, describe


def as_point_batch(called: str, name: str, points: Array) -> Array:
    """Return an array (B, n, d), each of whose point sets `as_points` accepts, or refuse it."""
    if not api.is_array_api_obj(points):
        raise InvalidProblem(
            called,
            f"{name} of type {type(points).__name__}",
            "a batch of point sets is one array of shape (B, n, d)",
            "Stack the point sets into an array.",
        )
    array: Array = points
    received = describe(name, array)
    if array.ndim != 3 or 0 in array.shape:
        raise InvalidProblem(
            called,
            received,
            "a batch of point sets has shape (B, n, d), none of them 0",
            "Pass one point set, of one row for each point, for each image.",
        )
    xp = api.array_namespace(array)
    try:
        flat = as_points(called, name, xp.reshape(array, (-1, array.shape[2])))
    except InvalidProblem as error:
        raise InvalidProblem(called, received, error.rule, error.mend) from error
    return xp.reshape(flat, array.shape)


def require_one_batch(called: str, first: tuple[str, Array], second: tuple[str, Array]) -> None:
    """Refuse two batches that differ in library, device, number of images or dimension."""
    a, b = first[1], second[1]
    if (
        api.array_namespace(a) is not api.array_namespace(b)
        or api.device(a) != api.device(b)
        or (a.shape[0], a.shape[2]) != (b.shape[0], b.shape[2])
    ):
        raise InvalidProblem(
            called,
            f"{describe(*first)}; {describe(*second)}",
            "both must have as many images and the same dimension, in one library on one device",
            "Pass arrays of shapes (B, n, d) and (B, m, d) from one place.",
        )
