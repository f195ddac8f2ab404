"""Covering regularity of a finite set with an exponent given beforehand.

``a r^-t <= N(X, r) <= b r^-t`` for all r in a declared range (low, high], centres anywhere, with
constants that certified bounds on the covering number yield.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mobtheory.claims.line import LineCover
from mobtheory.claims.optimal_radii import covering_profile

Counter = Callable[[float], int]


@dataclass(frozen=True)
class Regularity:
    """The constants and the range on which they hold; nothing is claimed outside it.

    Attributes
    ----------
    exponent : t
    lower, upper : a and b for radii in units of ``unit``
    low, high : the range of radii (low, high]
    unit : a power of two, 1 unless powers of the radii would leave the range of floats
    """

    exponent: float
    lower: float
    upper: float
    low: float
    high: float
    unit: float = 1.0

    def covers(self, radius: float) -> bool:
        """Whether `radius` lies in (low, high]."""
        return self.low < radius <= self.high

    def radius_for(self, centres: int) -> float:
        """``(b / k)^(1/t)``: the radius that k centres reach if it lies in the range."""
        if not centres:
            return float("inf")
        return self.unit * root(self.upper / centres, self.exponent)


def root(value: float, exponent: float) -> float:
    """``value^(1/exponent)``; inf where it overflows, as small exponents make it do."""
    try:
        return float(value ** (1 / exponent))
    except OverflowError:
        return float("inf")


def regularity(
    points: NDArray[Any],
    distances: NDArray[np.float64],
    exponent: float,
    limits: tuple[float, float] | None = None,
) -> Regularity | None:
    """Constants on `limits`, by default from half the smallest gap to half the diameter.

    None where the points have no two distances between them and no limits are given. On a line of
    integers the covering numbers are exact, and so are the constants' best values.
    """
    if limits is None:
        positive = distances[distances > 0]
        if positive.size == 0 or positive.min() >= positive.max():
            return None
        limits = (float(positive.min()) / 2, float(positive.max()) / 2)
    low, high = limits
    points = np.asarray(points)
    if points.shape[1] == 1 and np.all(points == np.round(points)):
        line = LineCover.of(points)
        at_least = at_most = line.number
        steps = half_steps = line.breakpoints
    else:
        profile = covering_profile(distances)
        steps, half_steps = profile.tolist(), (profile / 2).tolist()
        at_most, at_least = _counter(profile), _counter(profile / 2)
    unit = _unit(high)
    lower = min(at_least(r) * (r / unit) ** exponent for r in _cut(low, half_steps, high))
    # N is constant on [r, s), so that b is approached at s.
    cuts = _cut(low, steps, high)
    upper = max(at_most(r) * (s / unit) ** exponent for r, s in (*pairwise(cuts), (high, high)))
    return Regularity(exponent, float(lower), float(upper), low, high, unit)


def _unit(radius: float) -> float:
    """1 for ordinary radii, else their power of two: dividing by it is exact."""
    if 2.0**-64 <= radius <= 2.0**64:
        return 1.0
    return float(np.ldexp(1.0, int(np.frexp(radius)[1])))


def _counter(radii: NDArray[np.float64]) -> Counter:
    """The smallest k with ``R_k <= r``."""
    return lambda radius: 1 + int(np.count_nonzero(radii > radius))


def _cut(low: float, steps: Iterable[float], high: float) -> list[float]:
    return [low, *sorted({r for r in steps if low < r < high}), high]
