"""What repeats say: a median with its quartiles, a ratio with its interval."""

from collections.abc import Sequence

import numpy as np

_RESAMPLES = 2000


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
    The interval is the percentile bootstrap over repeats, with a fixed seed.

    Examples
    --------
    >>> speedup([4.0, 4.2, 4.1], [2.0, 2.1, 2.05])
    {'estimate': 2.0, 'lower': 2.0, 'upper': 2.0}
    """
    ratios = np.asarray(slow) / np.asarray(fast)
    drawn = np.random.default_rng(0).integers(len(ratios), size=(_RESAMPLES, len(ratios)))
    lower, upper = np.quantile(np.median(ratios[drawn], axis=1), (0.025, 0.975))
    return {
        "estimate": round(float(np.median(ratios)), 4),
        "lower": round(float(lower), 4),
        "upper": round(float(upper), 4),
    }
