"""Floats as whole multiples of a power of two."""

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray


def unit_exponent(values: NDArray[np.float64]) -> int:
    """The largest e for which all values are whole multiples of 2**e; 0 if all are 0.

    Examples
    --------
    >>> import numpy as np
    >>> from mobtheory.testing.whole import unit_exponent
    >>> unit_exponent(np.array([0.75, 3.0])), unit_exponent(np.array([24.0, 0.0]))
    (-2, 3)
    """
    parts, exponents = np.frexp(values[values != 0])
    if not len(parts):
        return 0
    bits = np.ldexp(parts, 53).astype(np.int64)
    return int((np.log2((bits & -bits).astype(np.float64)) + exponents - 53).min())


def whole_numbers(
    visual: NDArray[Any], prompt: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[Any], Fraction]:
    """Scale both clouds by one power of two to whole numbers.

    Parameters
    ----------
    visual, prompt : (N, d) and (L, d), floats or integers

    Returns
    -------
    Both in whole numbers, int64 where squares of distances stay in its range and Python's integers
    beyond, measured from a common corner; and the square of their unit.
    """
    both = np.concatenate([visual, prompt]).astype(np.float64)
    exponent, count = unit_exponent(both), len(visual)
    unit = Fraction(4) ** exponent
    low, high = both.min(axis=0), both.max(axis=0)
    highest = max(np.frexp(np.abs(low).max())[1], np.frexp(np.abs(high).max())[1])
    if highest - exponent <= 53 and exponent >= -1000:  # every difference of two is exact
        numbers = np.ldexp(both, -exponent).astype(np.int64)
        numbers -= numbers.min(axis=0)
        if (int(numbers.max()) * both.shape[1]) ** 2 < 2**62:
            return numbers[:count], numbers[count:], unit
    exact = np.array([[_whole(x, exponent) for x in row] for row in both.tolist()], dtype=object)
    return exact[:count], exact[count:], unit


def _whole(value: float, exponent: int) -> int:
    """``value / 2**exponent``, which is whole."""
    numerator, denominator = value.as_integer_ratio()
    shift = -exponent - (denominator.bit_length() - 1)
    return numerator << shift if shift >= 0 else numerator >> -shift
