"""How well a number tells two groups apart, without assuming which has the larger one."""

from dataclasses import asdict, dataclass
from math import sqrt
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata


@dataclass(frozen=True)
class AreaUnderCurve:
    """Probability that a value of one group exceeds one of another; 1/2 says nothing.

    Attributes
    ----------
    above, below : names of the groups: `auc` = P(above > below) + P(equal) / 2
    auc : of the samples
    interval : 95 % interval
    """

    above: str
    below: str
    auc: float
    interval: tuple[float, float]

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {**asdict(self), "interval": list(self.interval)}


def area_under_curve(
    above: NDArray[np.float64], below: NDArray[np.float64], *, names: tuple[str, str]
) -> AreaUnderCurve:
    """The area under the ROC curve of two samples, with its interval.

    Parameters
    ----------
    above, below : (m,) and (n,) values, at least one each
    names : of both groups

    Notes
    -----
    The interval is the fifth method of Newcombe (Statistics in Medicine 25, 2006): the areas that
    lie within 1.96 standard errors of the measured one, with the variance of Hanley and McNeil
    (1982) at that area. It has a length even where the groups are apart and the area is 0 or 1.

    Examples
    --------
    >>> import numpy as np
    >>> found = area_under_curve(
    ...     np.array([2.0, 3.0, 4.0]), np.array([1.0, 2.0]), names=("fine", "coarse"))
    >>> round(found.auc, 3), [round(end, 2) for end in found.interval]
    (0.917, [0.37, 0.99])
    """
    m, n = len(above), len(below)
    ranks = rankdata(np.concatenate([above, below]))
    auc = float((ranks[:m].sum() - m * (m + 1) / 2) / (m * n))
    interval = _end(auc, m, n, -1), _end(auc, m, n, 1)
    return AreaUnderCurve(*names, auc, interval)


def _end(auc: float, m: int, n: int, side: int) -> float:
    """The farthest area on one side within 1.96 of its own standard errors, by bisection."""
    z = NormalDist().inv_cdf(0.975)
    inside, outside = auc, (1.0 + side) / 2
    if inside == outside:
        return auc
    for _ in range(60):
        middle = (inside + outside) / 2
        within = abs(middle - auc) <= z * _standard_error(middle, m, n)
        inside, outside = (middle, outside) if within else (inside, middle)
    return inside


def _standard_error(area: float, m: int, n: int) -> float:
    others = (m + n) / 2 - 1
    grown = 1 + others * ((1 - area) / (2 - area) + area / (1 + area))
    return sqrt(max(0.0, area * (1 - area) * grown / (m * n)))
