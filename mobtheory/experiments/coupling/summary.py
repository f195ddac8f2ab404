"""What one measure is like on one layer: spread, clusters, and whether it tells groups apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mobtheory.experiments.coupling.auc import AreaUnderCurve, area_under_curve
from mobtheory.experiments.coupling.two_clusters import TwoClusters, two_clusters

FINE, COARSE = "fine", "coarse"
_BINS = 20
_MOST_KINDS = 50


@dataclass(frozen=True)
class MeasureSummary:
    """One measure in one space on one layer, over all samples.

    Attributes
    ----------
    layer, space, measure : what it is
    mean, sd : over the samples; sd is 0 for a single one
    quantiles : 0, 5, 50, 95 and 100 %
    clusters : Otsu's split and the tests of two clusters
    holm_p : the larger p value of both tests, corrected for all measures, spaces and layers
        (Holm)
    auc : whether it tells the two groups apart, or None without two groups
    groups : mean and sd by kind of question, where there are at most 50
    """

    layer: int
    space: str
    measure: str
    mean: float
    sd: float
    quantiles: list[float]
    clusters: TwoClusters
    holm_p: float
    auc: AreaUnderCurve | None
    groups: dict[str, dict[str, float | int]]

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            **vars(self),
            "clusters": self.clusters.to_dict(),
            "auc": None if self.auc is None else self.auc.to_dict(),
        }


def summarise_measure(
    values: NDArray[np.float64],
    place: tuple[int, str, str],
    kinds: Sequence[str | None],
    labels: Sequence[str | None],
    *,
    seed: int,
    resamples: int,
    nulls: int | None = None,
) -> MeasureSummary:
    """Summarise one measure; `holm_p` is not corrected yet.

    Parameters
    ----------
    values : (n,), one a sample
    place : layer, space and measure
    kinds : of the samples
    labels : which of two groups each sample is of, or None
    seed, resamples, nulls : as for `two_clusters`
    """
    clusters = two_clusters(values, seed=seed, resamples=resamples, nulls=nulls)
    return MeasureSummary(
        *place,
        mean=float(values.mean()),
        sd=_sd(values),
        quantiles=[float(q) for q in np.quantile(values, [0, 0.05, 0.5, 0.95, 1])],
        clusters=clusters,
        holm_p=max(clusters.gaussian_p, clusters.unimodal_p),
        auc=_auc(values, labels),
        groups=_groups(values, kinds),
    )


def two_labels(
    families: Sequence[str | None], kinds: Sequence[str | None]
) -> tuple[str | None, ...]:
    """The labels of two groups: the families, or else the kinds; none where they are not two.

    Examples
    --------
    >>> two_labels([None, None, None], ["yes", "no", None])
    ('yes', 'no', None)
    >>> two_labels(["coarse", "fine"], ["a", "b"]), two_labels([None], ["a"])
    (('coarse', 'fine'), (None,))
    """
    for labels in (families, kinds):
        if len({label for label in labels if label is not None}) == 2:
            return tuple(labels)
    return (None,) * len(kinds)


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's correction: the chance that any of so many p values is as small by accident.

    Examples
    --------
    >>> holm([0.01, 0.5, 0.02])
    [0.03, 0.5, 0.04]
    """
    corrected, largest = list(p_values), 0.0
    for place, number in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        largest = max(largest, min(1.0, (len(p_values) - place) * p_values[number]))
        corrected[number] = largest
    return corrected


def histogram(values: NDArray[np.float64]) -> dict[str, list[Any]]:
    """Counts in twenty bins of equal width, with their edges.

    Values that differ by rounding only are too close for bins; they share one that is wide enough.

    Examples
    --------
    >>> import numpy as np
    >>> found = histogram(np.array([1.0, np.nextafter(1.0, 2.0)]))
    >>> max(found["counts"]), found["edges"][0], found["edges"][-1]
    (2, 0.5, 1.5)
    """
    low, high = float(values.min()), float(values.max())
    finest = 4 * _BINS * float(np.spacing(max(abs(low), abs(high), 1e-300)))
    if high - low <= finest:
        middle, half = low + (high - low) / 2, max(0.5, finest)
        low, high = middle - half, middle + half
    edges = np.linspace(low, high, _BINS + 1)
    counts, _ = np.histogram(values, bins=edges)
    return {"counts": counts.tolist(), "edges": edges.tolist()}


def _groups(
    values: NDArray[np.float64], kinds: Sequence[str | None]
) -> dict[str, dict[str, float | int]]:
    places: dict[str, list[int]] = {}
    for place, kind in enumerate(kinds):
        if kind is not None:
            places.setdefault(kind, []).append(place)
    if len(places) > _MOST_KINDS:  # answers or numbers rather than kinds
        return {}
    own = {kind: values[places[kind]] for kind in sorted(places)}
    return {k: {"n": len(v), "mean": float(v.mean()), "sd": _sd(v)} for k, v in own.items()}


def _auc(values: NDArray[np.float64], labels: Sequence[str | None]) -> AreaUnderCurve | None:
    known = sorted({label for label in labels if label is not None})
    if len(known) != 2:
        return None
    below, above = (COARSE, FINE) if set(known) == {COARSE, FINE} else known
    own, other = (values[[label == name for label in labels]] for name in (above, below))
    return area_under_curve(own, other, names=(above, below))


def _sd(values: NDArray[np.float64]) -> float:
    return float(values.std(ddof=1)) if len(values) > 1 else 0.0
