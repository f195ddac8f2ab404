"""What repeats say: a median with its quartiles, a ratio with its interval."""

from collections.abc import Sequence

import numpy as np
from scipy.stats import binom

FEWEST = 6  # repeats that a 95 % interval of a median takes: 2 / 2**6 is below 5 %, 2 / 2**5 is not
_TAIL = 0.025


def spread(values: Sequence[float]) -> dict[str, float]:
    """The median and the quartiles.

    Examples
    --------
    >>> spread([1.0, 2.0, 3.0, 4.0, 5.0])
    {'lower_quartile': 2.0, 'median': 3.0, 'upper_quartile': 4.0}
    """
    lower, middle, upper = np.quantile(values, (0.25, 0.5, 0.75))
    return {
        "lower_quartile": round(float(lower), 4),
        "median": round(float(middle), 4),
        "upper_quartile": round(float(upper), 4),
    }


def speedup(slow: Sequence[float], fast: Sequence[float]) -> dict[str, float]:
    """How many times faster: the median over repeats of slow / fast, with its 95 % interval.

    Parameters
    ----------
    slow, fast : times measured side by side, one pair a repeat

    Notes
    -----
    The interval runs from the k-th smallest to the k-th largest ratio, with the largest k for which
    at most 2.5 % of binomial(n, 1/2) lies below k: it holds the median of what repeats are drawn
    from with a chance of 95 % or more, whatever their distribution.  With fewer than `FEWEST`
    repeats no interval of this kind does, and the range of the ratios is given.

    Examples
    --------
    >>> speedup([4.0, 4.2, 4.1, 4.4, 4.5, 4.6], [2.0, 2.1, 2.0, 2.0, 2.0, 2.0])
    {'estimate': 2.125, 'lower': 2.0, 'upper': 2.3}
    """
    ratios = np.sort(np.asarray(slow) / np.asarray(fast))
    place = _outermost(len(ratios))
    return {
        "estimate": round(float(np.median(ratios)), 4),
        "lower": round(float(ratios[place]), 4),
        "upper": round(float(ratios[-1 - place]), 4),
    }


def _outermost(count: int) -> int:
    """The place, counted from 0, of the sorted values that bound the median's 95 % interval."""
    tails = binom.cdf(np.arange(count), count, 0.5)
    return max(int(np.searchsorted(tails, _TAIL, side="right")) - 1, 0)
