"""A share of right answers with its confidence interval."""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist


@dataclass(frozen=True)
class Share:
    """`right` answers of `asked` questions.

    Examples
    --------
    >>> share = Share(right=90, asked=100)
    >>> share.accuracy, [round(end, 4) for end in share.interval()]
    (0.9, [0.8256, 0.9448])
    """

    right: int
    asked: int

    def __add__(self, other: "Share") -> "Share":
        return Share(self.right + other.right, self.asked + other.asked)

    @property
    def accuracy(self) -> float:
        return self.right / self.asked

    def interval(self, confidence: float = 0.95) -> tuple[float, float]:
        """The Wilson score interval, questions taken as independent."""
        z = NormalDist().inv_cdf((1 + confidence) / 2)
        n, p = self.asked, self.accuracy
        centre = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(0.0, centre - half), min(1.0, centre + half)
