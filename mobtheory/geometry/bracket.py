"""A whole number that is known between two certified ends."""

from dataclasses import dataclass

from mobtheory.errors import InvalidProblem


@dataclass(frozen=True)
class Bracket:
    """Certified ends of a count: lower <= count <= upper.

    Attributes
    ----------
    lower, upper : the ends; equal where the count is known

    Raises
    ------
    InvalidProblem
        If the ends are no whole numbers with 0 <= lower <= upper.

    Examples
    --------
    >>> Bracket(2, 3).exact
    False
    >>> Bracket(4, 4).exact
    True
    """

    lower: int
    upper: int

    def __post_init__(self) -> None:
        whole = all(type(end) is int for end in (self.lower, self.upper))
        if not whole or not 0 <= self.lower <= self.upper:
            raise InvalidProblem(
                "Bracket",
                f"lower {self.lower!r}, upper {self.upper!r}",
                "the ends are whole numbers with 0 <= lower <= upper",
                "Pass them in this order.",
            )

    @property
    def exact(self) -> bool:
        """Whether both ends agree, so that the count is known."""
        return self.lower == self.upper
