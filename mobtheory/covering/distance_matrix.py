"""Distances that the caller has measured: what makes a matrix acceptable."""

from collections.abc import Mapping

import array_api_compat

from mobtheory.errors import InvalidProblem
from mobtheory.geometry.points import Array, as_points, describe, to_float64


def as_distances(called: str, name: str, values: Array, *, copy: bool = True) -> Array:
    """Return a matrix of distances in float64, or raise `InvalidProblem`."""
    try:
        matrix = to_float64(called, name, as_points(called, name, values))
    except InvalidProblem as error:
        raise InvalidProblem(
            called,
            error.received,
            "a distance matrix has two dimensions, at least one entry, and finite real numbers",
            "Pass a matrix of floats; where a graph is not connected, solve each component alone.",
        ) from error
    xp = array_api_compat.array_namespace(matrix)
    if bool(xp.any(matrix < 0)):
        raise _invalid(called, name, matrix, "distances must not be negative", "Check the metric.")
    return xp.asarray(matrix, copy=True) if copy else matrix


def as_square_distances(called: str, name: str, values: Array, *, copy: bool = True) -> Array:
    """Return distances within one set: square, exactly symmetric, zero on the diagonal."""
    matrix = as_distances(called, name, values, copy=copy)
    xp = array_api_compat.array_namespace(matrix)
    if matrix.shape[0] != matrix.shape[1]:
        raise _invalid(
            called,
            name,
            matrix,
            "distances within one set form a square matrix",
            "Pass one row and one column for each point.",
        )
    if bool(xp.any(xp.linalg.diagonal(matrix) != 0)):
        raise _invalid(
            called,
            name,
            matrix,
            "the distance of a point to itself is exactly 0",
            "Set the diagonal to 0 if only rounding kept it from it.",
        )
    if bool(xp.any(matrix != matrix.T)):
        raise _invalid(
            called,
            name,
            matrix,
            "distances must be exactly symmetric",
            "Pass (D + D.T) / 2 if only rounding breaks the symmetry.",
        )
    return matrix


def require_one_home(called: str, matrices: Mapping[str, Array]) -> None:
    """Refuse matrices of different libraries or devices."""
    homes = {
        (array_api_compat.array_namespace(matrix), str(array_api_compat.device(matrix)))
        for matrix in matrices.values()
    }
    if len(homes) > 1:
        raise InvalidProblem(
            called,
            "; ".join(describe(name, matrix) for name, matrix in matrices.items()),
            "all distances must come from one array library and lie on one device",
            "Convert or move some of them.",
        )


def precision_of(values: Array) -> float:
    """Machine epsilon of the floats in which distances were given."""
    dtype = getattr(values, "dtype", None)
    if dtype is None or "float" not in str(dtype):
        return 2.0**-52
    return float(array_api_compat.array_namespace(values).finfo(dtype).eps)


def _invalid(called: str, name: str, matrix: Array, rule: str, mend: str) -> InvalidProblem:
    return InvalidProblem(called, describe(name, matrix), rule, mend)
