"""The two sides of an inequality, and how far they may be off."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from mobtheory.errors import InvalidProblem


@dataclass(frozen=True)
class Margin:
    """``lhs <= rhs`` on one instance, with an explicit allowance for rounding.

    Parameters
    ----------
    lhs, rhs : the two sides
    rounding : bound on the error of ``rhs - lhs``; 0 where the arithmetic was exact

    Examples
    --------
    >>> from mobtheory import Margin
    >>> Margin(1.0, 2.0).holds, Margin(2.0, 1.0).holds, Margin(1.0, 1.0, rounding=1e-12).holds
    (True, False, None)
    """

    lhs: float
    rhs: float
    rounding: float = 0.0

    def __post_init__(self) -> None:
        if math.isnan(self.lhs) or math.isnan(self.rhs) or not self.rounding >= 0:
            raise InvalidProblem(
                "Margin",
                f"lhs={self.lhs}, rhs={self.rhs}, rounding={self.rounding}",
                "both sides must be numbers and the rounding at least 0",
                "Look for the undefined quantity in the claim's check.",
            )

    @property
    def slack(self) -> float:
        """``rhs - lhs``; negative where the inequality fails."""
        return 0.0 if self.lhs == self.rhs else self.rhs - self.lhs

    @property
    def ratio(self) -> float:
        """``lhs / rhs``: 1 where the bound is reached, above 1 where it fails."""
        if self.lhs == self.rhs:
            return 1.0
        if self.rhs == 0:
            return math.inf if self.lhs > 0 else 0.0
        return self.lhs / self.rhs

    @property
    def holds(self) -> bool | None:
        """True, False, or None where rounding leaves it open."""
        if self.lhs + self.rounding <= self.rhs:
            return True
        return False if self.lhs - self.rounding > self.rhs else None

    @classmethod
    def from_brackets(
        cls, lhs: tuple[float, float], rhs: tuple[float, float], rounding: float = 0.0
    ) -> "Margin":
        """A margin whose sides are only known to lie in intervals; the widths add to rounding."""
        # Equal ends have no width, infinite ones too.
        widths = (0.0 if low == high else (high - low) / 2 for low, high in (lhs, rhs))
        return cls(sum(lhs) / 2, sum(rhs) / 2, sum(widths) + rounding)

    @classmethod
    def worst(cls, margins: Iterable["Margin"]) -> "Margin":
        """The margin that decides whether all of several inequalities hold.

        Examples
        --------
        >>> from mobtheory import Margin
        >>> Margin.worst([Margin(1.0, 2.0), Margin(3.0, 2.0), Margin(2.0, 2.0)])
        Margin(lhs=3.0, rhs=2.0, rounding=0.0)
        """
        return max(margins, key=lambda m: (m.holds is False, m.holds is None, m.ratio))
