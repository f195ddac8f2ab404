"""The exponent at which covering numbers grow as the radius shrinks, over a declared range."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from mobtheory.errors import InvalidProblem
from mobtheory.geometry.bracket import Bracket
from mobtheory.geometry.covering_numbers import as_radius, external_cover
from mobtheory.geometry.finite_set import FiniteSet
from mobtheory.geometry.points import Array

_FEWEST_RADII = 3
_DEFAULT_RADII = 12
_LARGEST_SAMPLE = 256
_ROUNDING = 1e-12


@dataclass(frozen=True)
class CoveringRegularity:
    """A measured law lower_constant r^-t <= N(r) <= upper_constant r^-t on a range of radii.

    Attributes
    ----------
    dimension : the exponent t, fitted
    lower_constant, upper_constant : a and b, certified on every radius of the range
    radius_range : least and largest radius; nothing is claimed outside
    residual : root mean square error of the fit in log N, width of the brackets included

    Examples
    --------
    >>> law = effective_dimension([[x] for x in range(64)])
    >>> law.lower(law.radius_range[0]) < 16 < law.upper(law.radius_range[0])
    True
    >>> law.upper(1000.0)
    Traceback (most recent call last):
        ...
    mobtheory.errors.InvalidProblem: CoveringRegularity.upper: received radius 1000.0; the law was \
measured on radii from 2 to 16 only. Ask within that range, or measure a wider one.
    """

    dimension: float
    lower_constant: float
    upper_constant: float
    radius_range: tuple[float, float]
    residual: float

    def lower(self, radius: float) -> float:
        """Evaluate a r^-t, at most N(r), at a radius of the range."""
        return self._law("lower", self.lower_constant, radius)

    def upper(self, radius: float) -> float:
        """Evaluate b r^-t, at least N(r), at a radius of the range."""
        return self._law("upper", self.upper_constant, radius)

    def _law(self, end: str, constant: float, radius: float) -> float:
        called = f"CoveringRegularity.{end}"
        low, high = self.radius_range
        radius = as_radius(called, "radius", radius)
        if not low <= radius <= high:
            raise InvalidProblem(
                called,
                f"radius {radius}",
                f"the law was measured on radii from {low:g} to {high:g} only",
                "Ask within that range, or measure a wider one.",
            )
        return math.exp(math.log(constant) - self.dimension * math.log(radius))


def effective_dimension(
    points: Array, *, radii: Sequence[float] | Array | None = None
) -> CoveringRegularity:
    """Fit the exponent of the covering numbers N(r), centres anywhere, over a range of radii.

    Parameters
    ----------
    points : array of shape (n, d)
    radii : at least three positive radii; by default twelve in geometric progression, from the
        distance at which farthest-point sampling has taken a quarter of the points (256 at most)
        to that at which it has taken three

    Returns
    -------
    CoveringRegularity. Radii that certainly need one ball, or one for each point, say nothing about
    growth and are left out; `radius_range` spans those that were used.

    Raises
    ------
    InvalidProblem
        If the points are no point set or all equal, or if fewer than three distinct radii are
        left.

    Notes
    -----
    The dimension is the least-squares slope of log N against -log r, where N is the geometric mean
    of the ends of `covering_number(points, r, centers="external")`; half the logarithmic width of
    each bracket enters the residual. The constants come from the certified ends, and between two
    radii from the monotonicity of N, so the law holds on every radius of the range.

    It is a measurement. On any range the conclusion of Lemma 3 of arXiv 2505.10118, the law with
    some a and b, holds for every bounded set and every exponent (theory section 5, proposition
    5.2); it has content only as far as upper_constant / lower_constant is small. Finite samples
    bias the slope low, the more so the higher the dimension.

    Examples
    --------
    >>> square = [[x, y] for x in range(12) for y in range(12)]
    >>> law = effective_dimension(square, radii=[1, 1.5, 2, 3, 4])
    >>> 1.3 < law.dimension < 2.2, law.radius_range
    (True, (1.0, 4.0))
    """
    called = "effective_dimension"
    members = FiniteSet.of(called, points)
    if members.size == 1:
        raise InvalidProblem(
            called,
            "points that are all equal",
            "one point has no growth to measure",
            "Pass distinct points.",
        )
    given = _default_radii(members) if radii is None else _checked_radii(called, radii)
    counts = {radius: external_cover(members, radius) for radius in given}
    used = [r for r in given if counts[r].upper > 1 and counts[r].lower < members.size]
    if len(used) < _FEWEST_RADII:
        raise InvalidProblem(
            called,
            f"{members.size} distinct points and radii of which {len(used)} are usable",
            "a fit needs at least 3 distinct radii that cover by more than one ball and fewer than "
            "one for each point",
            "Pass such radii.",
        )
    return _fit(called, used, _monotone([counts[r] for r in used]))


def _checked_radii(called: str, radii: Any) -> list[float]:
    values = getattr(radii, "tolist", lambda: radii)()
    if not isinstance(values, Sequence) or isinstance(values, str | bytes):
        raise InvalidProblem(
            called,
            f"radii {radii!r}",
            "radii are a sequence of positive numbers",
            "Pass at least three.",
        )
    checked = {as_radius(called, "a radius", radius) for radius in values}
    if 0.0 in checked:
        raise InvalidProblem(
            called, f"radii {values!r}", "a radius of 0 has no logarithm", "Pass positive radii."
        )
    return sorted(checked)


def _default_radii(members: FiniteSet) -> list[float]:
    sampled = members.insertion_radii(limit=_LARGEST_SAMPLE + 2)
    low = sampled[min(max(members.size // 4, _FEWEST_RADII), len(sampled) - 1)]
    high = sampled[min(_FEWEST_RADII - 1, len(sampled) - 1)]
    return sorted(set(np.geomspace(low, high, _DEFAULT_RADII).tolist()))


def _monotone(counts: list[Bracket]) -> list[Bracket]:
    """Tighten brackets at ascending radii: the count never rises with the radius."""
    uppers = np.minimum.accumulate([count.upper for count in counts])
    lowers = np.maximum.accumulate([count.lower for count in reversed(counts)])[::-1]
    return [Bracket(int(low), int(high)) for low, high in zip(lowers, uppers, strict=True)]


def _fit(called: str, radii: list[float], counts: list[Bracket]) -> CoveringRegularity:
    log_radii = np.log(radii)
    log_lower = np.log([count.lower for count in counts])
    log_upper = np.log([count.upper for count in counts])
    middle, half_width = (log_lower + log_upper) / 2, (log_upper - log_lower) / 2
    centered = log_radii - log_radii.mean()
    slope = float(centered @ middle / (centered @ centered))
    errors = middle - middle.mean() - slope * centered
    dimension = max(0.0, -slope)
    steps = list(pairwise(range(len(radii))))
    # Between two radii the count lies between those at their ends.
    log_a = min(log_lower[j] + dimension * log_radii[i] for i, j in steps) - _ROUNDING
    log_b = max(log_upper[i] + dimension * log_radii[j] for i, j in steps) + _ROUNDING
    if max(abs(log_a), abs(log_b)) > 700:
        raise InvalidProblem(
            called,
            f"radii from {radii[0]:g} to {radii[-1]:g}",
            f"the constants of a law of dimension {dimension:.3g} leave the range of float64",
            "Divide the points by a typical radius.",
        )
    residual = math.sqrt(float(np.mean(errors**2 + half_width**2)))
    return CoveringRegularity(
        dimension, math.exp(log_a), math.exp(log_b), (radii[0], radii[-1]), residual
    )
