"""Point sets as they arrive: what is accepted, and their exact values in float64."""

from collections.abc import Sequence
from numbers import Integral
from typing import Any, TypeAlias

import array_api_compat as api
import numpy as np

from mobtheory.errors import InvalidProblem

Array: TypeAlias = Any
"""An array of any library that follows the array API: NumPy, torch, array-api-strict."""

_FLOATS = ("float16", "bfloat16", "float32", "float64")
_INTEGERS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
_EXACT_INTEGERS = 2**53


def dtype_name(array: Array) -> str:
    """Return the name of the dtype without its library, for example ``"float32"``."""
    return str(getattr(array.dtype, "name", None) or array.dtype).rsplit(".", 1)[-1]


def describe(name: str, array: Array) -> str:
    """Say which array arrived, for an error message."""
    library = api.array_namespace(array).__name__.removeprefix("array_api_compat.")
    shape = tuple(array.shape)
    return f"{name} of shape {shape}, dtype {dtype_name(array)}, {library} on {api.device(array)}"


def as_points(called: str, name: str, points: Array) -> Array:
    """Check that an array is a point set, and return it in its own library and dtype.

    Parameters
    ----------
    called : the public function that received the array, for the error message
    name : the name of its argument, for the error message
    points : array of shape (n, d), n and d at least 1; real floats of at most 64 bits or integers
        of magnitude at most 2**53; or nested lists of numbers, which become a NumPy array

    Returns
    -------
    The same points, shape (n, d): never a copy of an array, and without its gradient.

    Raises
    ------
    InvalidProblem
        If the array is no non-empty matrix of finite real numbers that float64 holds exactly.

    Examples
    --------
    >>> as_points("hausdorff", "a", [[0, 3], [4, 0]]).shape
    (2, 2)
    >>> as_points("hausdorff", "a", [[0.0, float("nan")]])
    Traceback (most recent call last):
        ...
    mobtheory.errors.InvalidProblem: hausdorff: received a of shape (1, 2), dtype float64, \
numpy on cpu; coordinates must be finite. Remove the points that hold NaN or infinity.
    """
    array = _as_array(called, name, points)
    received = describe(name, array)
    if _is_sparse(array) or str(api.device(array)) == "meta":
        raise InvalidProblem(
            called, received, "points must be a dense array that holds values", "Densify it first."
        )
    if dtype_name(array) not in (*_FLOATS, *_INTEGERS):
        raise InvalidProblem(
            called,
            received,
            "coordinates must be real floats of 16, 32 or 64 bits, or integers",
            "Convert the array to float64, if its values allow that.",
        )
    if array.ndim != 2:
        raise InvalidProblem(
            called, received, "a point set has shape (n, d)", "Pass one row for each point."
        )
    if 0 in array.shape:
        raise InvalidProblem(
            called,
            received,
            "a point set holds at least one point of dimension at least 1",
            "Pass at least one row and one column.",
        )
    _check_values(called, received, array)
    return array


def as_point_pair(
    called: str, first: tuple[str, Array], second: tuple[str, Array]
) -> tuple[Array, Array]:
    """Check two named point sets that are to be compared: one library, device and dimension.

    Parameters
    ----------
    called : the public function that received them, for the error message
    first, second : name of the argument and array of shape (n, d), (m, d)

    Returns
    -------
    Both arrays, each as `as_points` returns it.

    Raises
    ------
    InvalidProblem
        If one of them is no point set, or if they differ in library, device or dimension.

    Examples
    --------
    >>> a, b = as_point_pair("hausdorff", ("a", [[0, 3]]), ("b", [[4, 0], [1, 1]]))
    >>> a.shape, b.shape
    ((1, 2), (2, 2))
    """
    a, b = as_points(called, *first), as_points(called, *second)
    received = f"{describe(first[0], a)}; {describe(second[0], b)}"
    if api.array_namespace(a) is not api.array_namespace(b):
        raise InvalidProblem(
            called, received, "both must come from one array library", "Convert one of them."
        )
    if api.device(a) != api.device(b):
        raise InvalidProblem(
            called, received, "both must lie on one device", "Move one of them to the other's."
        )
    if a.shape[1] != b.shape[1]:
        raise InvalidProblem(
            called,
            received,
            "both must have the same dimension",
            "Pass points with equally many columns.",
        )
    return a, b


def normalize_rows(points: Array, *, called: str = "normalize_rows", name: str = "points") -> Array:
    """Scale every point to Euclidean length 1.

    Parameters
    ----------
    points : array of shape (n, d) without a zero row
    called, name : how an error message names the call and the argument

    Returns
    -------
    float64 array of shape (n, d) in the caller's library: float32 points become float64 too, so
    that nothing is rounded before it is measured.

    Raises
    ------
    InvalidProblem
        If a row is zero (it has no direction), or if the points are no point set.

    Examples
    --------
    >>> normalize_rows([[3, 4], [0, -2]])
    array([[ 0.6,  0.8],
           [ 0. , -1. ]])
    """
    array = as_points(called, name, points)
    return unit_rows(called, name, to_float64(called, name, array))


def unit_rows(called: str, name: str, points: Array) -> Array:
    """Scale the rows of a valid float64 point set to length 1."""
    xp = api.array_namespace(points)
    largest = xp.max(xp.abs(points), axis=1, keepdims=True)
    if bool(xp.any(largest == 0)):
        row = int(xp.argmin(largest[:, 0]))
        raise InvalidProblem(
            called,
            f"{describe(name, points)} whose row {row} is zero",
            "a zero row has no direction",
            "Remove such rows, or measure without normalisation.",
        )
    # Dividing by the largest coordinate first keeps the squares in range.
    scaled = points / largest
    return scaled / xp.sqrt(xp.sum(scaled * scaled, axis=1, keepdims=True))


def to_float64(called: str, name: str, array: Array) -> Array:
    """Convert a valid point set to float64, exactly, in its own library."""
    xp = api.array_namespace(array)
    try:
        converted = xp.astype(array, xp.float64, copy=False)
    except (TypeError, RuntimeError) as error:
        raise InvalidProblem(
            called,
            describe(name, array),
            "distances are computed in float64, which this device does not offer",
            "Move the points to the CPU.",
        ) from error
    if dtype_name(converted) != "float64":
        raise InvalidProblem(
            called,
            describe(name, array),
            "distances are computed in float64, which this library has switched off",
            "Switch 64-bit numbers on, or pass NumPy arrays.",
        )
    # One layout, so that sums along a row do not depend on how the caller stored it.
    if api.is_numpy_array(converted):
        return np.ascontiguousarray(converted)
    return converted.contiguous() if api.is_torch_array(converted) else converted


def to_numpy(array: Array) -> Any:
    """Copy an array of any library to NumPy, keeping its values."""
    if api.is_torch_array(array):
        return array.detach().cpu().numpy()
    return np.asarray(array)


def _as_array(called: str, name: str, points: Array) -> Array:
    if api.is_torch_array(points):
        return points.detach()
    if api.is_array_api_obj(points) and not isinstance(points, np.ma.MaskedArray):
        # np.matrix keeps two dimensions whatever is done to it.
        return np.asarray(points) if api.is_numpy_array(points) else points
    received = f"{name} of type {type(points).__name__}"
    if not isinstance(points, Sequence) or isinstance(points, str | bytes):
        raise InvalidProblem(
            called,
            received,
            "points must be an array or nested lists of numbers",
            "Pass a NumPy array, a torch tensor or lists.",
        )
    try:
        array = np.asarray(points)
    except (ValueError, TypeError, OverflowError, RuntimeError) as error:
        raise InvalidProblem(
            called,
            f"{received} ({error})",
            "its rows must be equally long lists of numbers",
            "Pass one row for each point.",
        ) from error
    _check_list(called, received, points, array)
    return array


def _check_list(called: str, received: str, points: Sequence[Any], array: Any) -> None:
    """Refuse what NumPy converts silently: truth values, and integers that it would round."""
    entries = np.asarray(points, dtype=object).reshape(-1)
    if array.dtype.kind in "iuf" and any(isinstance(x, bool | np.bool_) for x in entries):
        raise InvalidProblem(
            called,
            f"{received} holding truth values",
            "coordinates must be numbers",
            "Convert them to 0 and 1.",
        )
    integers = (x for x in entries if isinstance(x, Integral))
    if any(abs(int(x)) > _EXACT_INTEGERS for x in integers):
        raise _too_large(called, received)


def _check_values(called: str, received: str, array: Array) -> None:
    if _length_is_finite(array):
        return
    xp = api.array_namespace(array)
    values = to_float64(called, received.split(" of ", 1)[0], array)
    if dtype_name(array) in _INTEGERS:
        magnitudes = xp.abs(values)
        # 2**53 + 1 rounds to 2**53, so that value alone needs the way back.
        at_limit = magnitudes == _EXACT_INTEGERS
        if bool(xp.any(magnitudes > _EXACT_INTEGERS)) or (
            bool(xp.any(at_limit)) and not bool(xp.all(xp.astype(values, array.dtype) == array))
        ):
            raise _too_large(called, received)
    elif not bool(xp.all(xp.isfinite(values))):
        raise InvalidProblem(
            called,
            received,
            "coordinates must be finite",
            "Remove the points that hold NaN or infinity.",
        )


def _length_is_finite(array: Array) -> bool:
    """Tell in one pass, without a copy, that no coordinate of ordinary floats is NaN or infinite.

    False decides nothing: squares may overflow.
    """
    if dtype_name(array) not in ("float32", "float64"):
        return False
    xp = api.array_namespace(array)
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        return bool(xp.all(xp.isfinite(xp.linalg.vecdot(array, array))))


def _too_large(called: str, received: str) -> InvalidProblem:
    return InvalidProblem(
        called,
        received,
        "float64 holds integers exactly up to 2**53 in magnitude",
        "Subtract a common offset, or convert to float64 and accept the rounding.",
    )


def _is_sparse(array: Array) -> bool:
    return api.is_torch_array(array) and str(array.layout) != "torch.strided"
