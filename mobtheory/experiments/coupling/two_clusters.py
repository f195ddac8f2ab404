"""Whether values fall into two clusters, and where they part; "no" is a possible answer."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mobtheory.covering.counts import as_count
from mobtheory.errors import InvalidProblem
from mobtheory.experiments.coupling.excess_mass import excess_mass_difference
from mobtheory.experiments.coupling.otsu import otsu_split

LEVEL = 0.05
RESAMPLES = 999
_NUMBERS_AT_ONCE = 1_000_000
Values = NDArray[np.float64]


@dataclass(frozen=True)
class TwoClusters:
    """Otsu's split of a sample, and two tests of whether it splits anything.

    Attributes
    ----------
    n : values
    threshold : tau, Otsu's split
    threshold_interval : 95 % percentile interval over bootstrap resamples
    separability : variance between the sides over all variance
    gaussian_p : share of Gaussian samples of this size with a separability as large
    excess_mass : gain of two dense intervals over one, at most twice Hartigan's dip
    unimodal_p : share of samples of this size with one mode that have a gain as large: of uniform
        ones or of ones with a narrow peak beside a flat part, whichever is larger
    found : whether both p values are at most `LEVEL`
    """

    n: int
    threshold: float
    threshold_interval: tuple[float, float]
    separability: float
    gaussian_p: float
    excess_mass: float
    unimodal_p: float
    found: bool

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {**asdict(self), "threshold_interval": list(self.threshold_interval)}


def two_clusters(
    values: Sequence[float] | Values,
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
    nulls: int | None = None,
) -> TwoClusters:
    """Split values in two and test whether they are two clusters.

    Parameters
    ----------
    values : (n,) finite numbers, measured on independent inputs
    seed : the same seed gives the same result
    resamples : of the bootstrap
    nulls : samples that are drawn of each null distribution, by default as many as `resamples`; no
        p value is below 1 / (nulls + 1), and `enough_nulls` says how many a correction needs

    Returns
    -------
    TwoClusters

    Raises
    ------
    InvalidProblem
        For no values, values that are not finite, no resamples, no nulls or a negative seed.

    Notes
    -----
    One test alone will not do. A uniform or a skew distribution is more separable than a Gaussian
    and has one mode; two modes may hold few of the values and not explain the variance. Clusters
    are found where both hypotheses, "one Gaussian" and "one mode", are rejected. It costs power: of
    two equal Gaussians 4 standard deviations apart, half of the samples of 100 are found and a
    tenth of those of 25; 5 standard deviations apart, nearly all of 100 and a third of 25.

    The rate of false alarms is `LEVEL` at most for the distributions that the tests are calibrated
    on: a Gaussian, a uniform one, and one of which a fifth is a narrow peak at the end of a flat
    part (by the uniform one alone 21 % of its samples of 100 would raise an alarm). That no other
    distribution with one mode raises more is not proved; with peaks of 5 to 20 % and of width 0.001
    or 0.03, samples of 25 to 400 raised 1 to 8 %. Tied values raise more.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> one = two_clusters(rng.normal(size=100))
    >>> two = two_clusters(np.append(rng.normal(1, 0.1, 50), rng.normal(2, 0.1, 50)))
    >>> one.found, two.found, 1.2 < two.threshold < 1.8
    (False, True, True)
    """
    called = "two_clusters"
    resamples = as_count(called, "resamples", resamples, 1)
    nulls = resamples if nulls is None else as_count(called, "nulls", nulls, 1)
    seed = as_count(called, "seed", seed, 0)
    sample = np.asarray(values, dtype=np.float64)
    if sample.ndim != 1 or sample.size == 0 or not np.isfinite(sample).all():
        raise InvalidProblem(
            called,
            f"values of shape {sample.shape}",
            "values are at least one finite number",
            "Pass one number for each input.",
        )
    n = len(sample)
    split = otsu_split(sample[None])
    separability = float(split.separability[0])
    excess = float(excess_mass_difference(sample[None])[0])
    gaussian_p = _p(separability, _gaussian_null(n, seed, nulls))
    unimodal_p = max(_p(excess, null(n, seed, nulls)) for null in (_uniform_null, _peak_null))
    rng = np.random.default_rng([seed, 2])
    thresholds = _by_parts(
        lambda rows: otsu_split(sample[rng.integers(0, n, (rows, n))]).threshold, n, resamples
    )
    low, high = np.quantile(thresholds, [0.025, 0.975])
    return TwoClusters(
        n=n,
        threshold=float(split.threshold[0]),
        threshold_interval=(float(low), float(high)),
        separability=separability,
        gaussian_p=gaussian_p,
        excess_mass=excess,
        unimodal_p=unimodal_p,
        found=max(gaussian_p, unimodal_p) <= LEVEL,
    )


def enough_nulls(tests: int, resamples: int) -> int:
    """Draws of a null with which Holm's correction of so many tests can still reject.

    The smallest p value is 1 / (draws + 1) and is multiplied by the number of tests: it ends at a
    fifth of `LEVEL`.

    Examples
    --------
    >>> enough_nulls(1, 999), enough_nulls(60, 999)
    (999, 6000)
    """
    return max(resamples, 5 * ceil(tests / LEVEL))


# Both statistics depend on neither location nor scale, so that one null serves every measure.
@lru_cache(maxsize=64)
def _gaussian_null(n: int, seed: int, nulls: int) -> Values:
    rng = np.random.default_rng([seed, 0])
    return _by_parts(lambda rows: otsu_split(rng.standard_normal((rows, n))).separability, n, nulls)


@lru_cache(maxsize=64)
def _uniform_null(n: int, seed: int, nulls: int) -> Values:
    rng = np.random.default_rng([seed, 1])
    return _by_parts(lambda rows: excess_mass_difference(rng.random((rows, n))), n, nulls)


@lru_cache(maxsize=64)
def _peak_null(n: int, seed: int, nulls: int) -> Values:
    rng = np.random.default_rng([seed, 3])

    def excess(rows: int) -> Values:
        flat = rng.random((rows, n))
        return excess_mass_difference(np.where(rng.random((rows, n)) < 0.2, flat / 1000, flat))

    return _by_parts(excess, n, nulls)


def _by_parts(statistic: Callable[[int], Values], n: int, count: int) -> Values:
    """`count` values of a statistic of samples of size n, in bounded memory."""
    rows = max(1, _NUMBERS_AT_ONCE // n)
    sizes = [min(rows, count - start) for start in range(0, count, rows)]
    return np.concatenate([statistic(size) for size in sizes])


def _p(observed: float, null: Values) -> float:
    """The share of the null that is as large, the observed value counted in."""
    return float((1 + np.count_nonzero(null >= observed)) / (1 + len(null)))
