"""What became of a claim on many instances."""

import math
from dataclasses import dataclass
from typing import Any

from mobtheory.claims import Claim


@dataclass
class Tally:
    """Counts and extreme margins of one claim on one kind of input.

    Attributes
    ----------
    drawn, met : instances drawn, and those that met every hypothesis
    held, open, violated : how the inequality came out on the latter (open: inside rounding)
    not_dominated : for a DOMINATED claim, inputs on which it beat the bound that dominates it
    worst_margin : smallest ``rhs - lhs``; negative where the inequality failed
    tightest_ratio : largest ``lhs / rhs``; above 1 where the inequality failed

    Where rounding leaves an instance open, a margin below 0 counts as 0 and a ratio above 1 as 1.
    """

    drawn: int = 0
    met: int = 0
    held: int = 0
    open: int = 0
    violated: int = 0
    not_dominated: int = 0
    worst_margin: float = math.inf
    tightest_ratio: float = -math.inf

    def add(self, claim: Claim, instance: Any) -> None:
        """Confront `claim` with one more instance."""
        self.drawn += 1
        if not claim.applies(instance):
            return
        self.met += 1
        margin = claim.check(instance)
        self.held += margin.holds is True
        self.open += margin.holds is None
        self.violated += margin.holds is False
        slack, ratio = margin.slack, margin.ratio
        if margin.holds is None:
            slack, ratio = max(slack, 0.0), min(ratio, 1.0)
        self.worst_margin = min(self.worst_margin, slack)
        self.tightest_ratio = max(self.tightest_ratio, ratio)
        if claim.domination is not None:
            self.not_dominated += claim.domination(instance).holds is False

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.drawn + other.drawn,
            self.met + other.met,
            self.held + other.held,
            self.open + other.open,
            self.violated + other.violated,
            self.not_dominated + other.not_dominated,
            min(self.worst_margin, other.worst_margin),
            max(self.tightest_ratio, other.tightest_ratio),
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain data; an extreme that was never reached is None, an infinite one a string."""
        worst, tightest = self.worst_margin, self.tightest_ratio
        return {
            "drawn": self.drawn,
            "met": self.met,
            "held": self.held,
            "open": self.open,
            "violated": self.violated,
            "not_dominated": self.not_dominated,
            "worst_margin": plain_number(worst) if self.met else None,
            "tightest_ratio": plain_number(tightest) if self.met else None,
        }


def plain_number(value: float) -> float | str:
    """`value` as JSON can hold it: an infinite one becomes "inf" or "-inf"."""
    return float(value) if math.isfinite(value) else ("inf" if value > 0 else "-inf")
