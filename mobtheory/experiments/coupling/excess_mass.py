"""How much more of a sample lies in two dense intervals than in one: evidence of two modes."""

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
LEVELS = np.geomspace(0.03, 30.0, 40)
"""Densities that are tried, in multiples of half the sample over its interquartile range."""


def excess_mass_difference(values: Values) -> Values:
    """The largest gain of two intervals over one, in probability, for each row of values.

    Parameters
    ----------
    values : (R, n) array, finite

    Returns
    -------
    (R,) array between 0 and 1, which depends on neither location nor scale; 0 where all values of
    a row are equal

    Notes
    -----
    For a density level λ, E_m(λ) is the most that m disjoint intervals hold beyond λ times their
    length; the statistic is max_λ E_2(λ) − E_1(λ). It is twice Hartigan's dip (Müller and Sawitzki
    1991); over the 40 levels that are tried here it is at most that.

    Examples
    --------
    >>> import numpy as np
    >>> one, two = np.linspace(0, 1, 100), np.linspace(0, 1, 50)
    >>> excess_mass_difference(np.array([one, np.concatenate([two, two + 9])])).round(2)
    array([0.01, 0.44])
    """
    ordered = np.sort(values, axis=1)
    n = ordered.shape[1]
    spread = np.subtract(*np.quantile(ordered, [0.75, 0.25], axis=1))
    width = ordered[:, -1] - ordered[:, 0]
    scale = np.where(spread > 0, spread, np.where(width > 0, width, 1.0))
    gaps = np.diff(ordered, axis=1).T / scale  # (n - 1, R)
    gain = 1 / n
    last = np.full((len(ordered), len(LEVELS)), gain)
    one, second, two = last.copy(), np.full_like(last, -np.inf), np.full_like(last, -np.inf)
    for gap in gaps:  # intervals that end at the next value, with one begun before it or two
        cost = gap[:, None] * (LEVELS / 2)
        second = np.maximum(second + gain - cost, one + gain)
        two = np.maximum(two, second)
        last = np.maximum(last + gain - cost, gain)
        one = np.maximum(one, last)
    found = np.maximum(two - one, 0.0).max(axis=1)
    return np.where(width > 0, found, 0.0)
