"""How measured numbers spread over inputs, with the uncertainty of their median."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

_RESAMPLES = 400
_METHOD = "inverted_cdf"  # quantiles are numbers that were measured, as in the bootstrap samples


@dataclass(frozen=True)
class Spread:
    """Quantiles of finite numbers.

    Attributes
    ----------
    count : how many
    median, high, largest : the quantiles 1/2, 0.95 and 1
    low, up : 95 per cent bootstrap interval of the median; whole inputs are drawn, since numbers
        of one input depend on each other
    """

    count: int
    median: float
    high: float
    largest: float
    low: float
    up: float

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def spread_of(values: Sequence[float], owners: Sequence[int], seed: int) -> Spread | None:
    """Quantiles of the finite values, of which `owners` tells the input; None without any."""
    numbers, groups = np.asarray(values, dtype=float), np.asarray(owners)
    finite = np.isfinite(numbers)
    numbers, groups = numbers[finite], groups[finite]
    if numbers.size == 0:
        return None
    low, up = np.quantile(_medians(numbers, groups, seed), [0.025, 0.975])
    median, high = np.quantile(numbers, [0.5, 0.95], method=_METHOD)
    return Spread(
        len(numbers), float(median), float(high), float(numbers.max()), float(low), float(up)
    )


def quotient_of_medians(
    above: tuple[Sequence[float], Sequence[int]],
    below: tuple[Sequence[float], Sequence[int]],
    seed: int,
) -> tuple[float, float, float] | None:
    """The quotient of two medians with its 95 per cent bootstrap interval over inputs.

    Both are (values, owners); inputs are drawn for both together.
    """
    pairs = [(np.asarray(v, dtype=float), np.asarray(o)) for v, o in (above, below)]
    if any(values.size == 0 for values, _ in pairs):
        return None
    top, bottom = (float(np.quantile(values, 0.5, method=_METHOD)) for values, _ in pairs)
    if bottom == 0:
        return None
    drawn = [_medians(values, owners, seed) for values, owners in pairs]
    quotients = drawn[0] / np.where(drawn[1] > 0, drawn[1], np.nan)
    low, up = np.nanquantile(quotients, [0.025, 0.975])
    return top / bottom, float(low), float(up)


def _medians(values: Any, owners: Any, seed: int) -> Any:
    """Lower medians of bootstrap samples of inputs; the same seed draws the same inputs.

    Drawing an input twice gives its numbers the weight 2, so the order is found only once.
    """
    _, group = np.unique(owners, return_inverse=True)
    count, order = int(group.max()) + 1, np.argsort(values, kind="stable")
    rng = np.random.default_rng(seed)
    times = rng.multinomial(count, np.full(count, 1 / count), size=_RESAMPLES)
    reached = np.cumsum(times[:, group[order]], axis=1)
    middle = (2 * reached >= reached[:, -1:]).argmax(axis=1)
    return values[order][middle]
