"""Otsu's threshold: where a split into two leaves least variance on its sides."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


class Split(NamedTuple):
    """The best split of each of R samples.

    Attributes
    ----------
    threshold : (R,), midway between the neighbours that it parts
    separability : (R,), variance between the sides over all variance, 0 to 1; 0 where all values
        are equal and nothing can be split
    """

    threshold: Values
    separability: Values


def otsu_split(values: Values) -> Split:
    """Split each row of values in two so that the variance between the sides is largest.

    Parameters
    ----------
    values : (R, n) array, finite

    Returns
    -------
    Split
        The lowest threshold where several are as good. The separability depends on neither
        location nor scale.

    Notes
    -----
    Otsu (1979), on the values themselves and not on a histogram of them. One Gaussian has
    separability 2/π = 0.64 and a uniform distribution 3/4: a large value alone does not show two
    clusters.

    Examples
    --------
    >>> import numpy as np
    >>> otsu_split(np.array([[0.0, 4.0, 0.0, 4.0], [1.0, 1.0, 1.0, 1.0]]))
    Split(threshold=array([2., 1.]), separability=array([1., 0.]))
    """
    ordered = np.sort(values, axis=1)
    n = ordered.shape[1]
    if n == 1:
        return Split(ordered[:, 0].copy(), np.zeros(len(ordered)))
    centred = ordered - ordered.mean(axis=1, keepdims=True)
    below = np.arange(1, n)
    # the sides' means differ by sum_below * n / (below * (n - below)), as all values sum to 0
    sums = np.cumsum(centred, axis=1)[:, :-1]
    between = np.where(ordered[:, 1:] > ordered[:, :-1], sums**2 / (below * (n - below)), -1.0)
    best = np.argmax(between, axis=1)
    rows = np.arange(len(ordered))
    total = np.sum(centred**2, axis=1) / n
    apart = ordered[:, 0] < ordered[:, -1]
    shares = between[rows, best] / np.where(apart & (total > 0), total, 1.0)
    low, high = ordered[rows, best], ordered[rows, best + 1]
    return Split(
        np.where(apart, low + (high - low) / 2, ordered[:, 0]),
        np.where(apart, np.clip(shares, 0.0, 1.0), 0.0),
    )
