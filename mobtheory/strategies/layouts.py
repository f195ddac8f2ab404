"""The same points in another memory layout, or not writable."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

LAYOUTS = ("C", "Fortran", "strided", "reversed")
"""Row by row; column by column; every other row and column of a larger array; negative strides."""


def laid_out(points: NDArray[Any], layout: str, writable: bool) -> NDArray[Any]:
    """Return equal points in a layout, as an array that may be written to or not.

    Parameters
    ----------
    points : (n, d) array in C order, which the result may share
    layout : one of `LAYOUTS`; between the entries of a "strided" array lies NaN, which no
        algorithm should read
    writable : whether the result may be written to

    Returns
    -------
    Array of shape (n, d) and the dtype of the points.

    Examples
    --------
    >>> import numpy as np
    >>> from mobtheory.strategies.layouts import laid_out
    >>> laid_out(np.array([[1.0, 2.0], [3.0, 4.0]]), "reversed", True).strides
    (-16, -8)
    """
    result = points
    if layout == "Fortran":
        result = np.asfortranarray(points)
    elif layout == "strided":
        rows, columns = points.shape
        result = np.full((2 * rows, 2 * columns), np.nan, points.dtype)[::2, ::2]
        result[:] = points
    elif layout == "reversed":
        result = points[::-1, ::-1].copy()[::-1, ::-1]
    if not writable:
        result = result.view()
        result.flags.writeable = False
    return result
