"""Lengths that can be exact: the square of a length between floats is a fraction."""

import math
from dataclasses import dataclass
from fractions import Fraction

_OUTWARD = 1e-15


@dataclass(frozen=True)
class Length:
    """A length known to lie between two others, kept as squares.

    Attributes
    ----------
    low, high : squares; equal fractions where the length is exact, floats where it was rounded

    Examples
    --------
    >>> from fractions import Fraction
    >>> from mobtheory.testing.lengths import Length
    >>> float(Length.exactly(Fraction(9))), Length.between(2.0, 2.5).exact
    (3.0, False)
    """

    low: Fraction | float
    high: Fraction | float

    @classmethod
    def exactly(cls, square: Fraction | int) -> "Length":
        """Build the length with this square."""
        return cls(Fraction(square), Fraction(square))

    @classmethod
    def between(cls, low: float, high: float) -> "Length":
        """Build a length between two others, in floats."""
        return cls(max(low, 0.0) ** 2 * (1 - _OUTWARD), high * high * (1 + _OUTWARD))

    @property
    def rational(self) -> bool:
        """Whether both ends are fractions, so that comparisons need no rounding."""
        return isinstance(self.low, Fraction) and isinstance(self.high, Fraction)

    @property
    def exact(self) -> bool:
        """Whether it is known exactly."""
        return self.rational and self.low == self.high

    def times(self, factor: Fraction | int) -> "Length":
        """Stretch by an exact factor."""
        square = Fraction(factor) ** 2
        if self.rational:
            return Length(self.low * square, self.high * square)
        return Length(
            float(self.low) * float(square) * (1 - _OUTWARD),
            float(self.high) * float(square) * (1 + _OUTWARD),
        )

    def __float__(self) -> float:
        square = (self.low + self.high) / 2 if self.exact else (float(self.low) + self.high) / 2
        return _root(square)


def exceeds(left: Length, *right: Length) -> bool | None:
    """Whether a length is greater than one other or the sum of two; None where it is open.

    Parameters
    ----------
    left : the length that should be at most the others together
    right : one or two lengths

    Examples
    --------
    >>> from mobtheory.testing.lengths import Length, exceeds
    >>> one, two = Length.exactly(1), Length.exactly(4)
    >>> exceeds(two, one, one), exceeds(two, one)
    (False, True)
    """
    if all(length.rational for length in (left, *right)):
        if _is_beyond(left.low, [length.high for length in right]):
            return True
        return None if _is_beyond(left.high, [length.low for length in right]) else False
    lowest = math.sqrt(left.low) * (1 - _OUTWARD)
    highest = math.sqrt(left.high) * (1 + _OUTWARD)
    if lowest > sum(math.sqrt(length.high) for length in right) * (1 + 2 * _OUTWARD):
        return True
    if highest <= sum(math.sqrt(length.low) for length in right) * (1 - 2 * _OUTWARD):
        return False
    return None


def _is_beyond(square: Fraction | float, others: list[Fraction | float]) -> bool:
    """Whether sqrt(square) > the sum of the roots of one or two others, exactly."""
    if len(others) == 1:
        return square > others[0]
    a, b = others
    rest = square - a - b  # against 2 sqrt(a b)
    return rest > 0 and rest * rest > 4 * a * b


def _root(square: Fraction | float) -> float:
    """The root of a fraction, also of one that no float holds."""
    if isinstance(square, float):
        return math.sqrt(square)
    if square.denominator == 1 and math.isqrt(square.numerator) ** 2 == square.numerator:
        return float(math.isqrt(square.numerator))
    shift = (square.denominator.bit_length() - square.numerator.bit_length()) // 2
    return math.ldexp(math.sqrt(float(square * Fraction(4) ** shift)), -shift)
