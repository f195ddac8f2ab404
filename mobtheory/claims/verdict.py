"""What the project says of a claim."""

from enum import Enum


class Verdict(Enum):
    """The verdict on a claim, and what it takes to give it.

    Examples
    --------
    >>> from mobtheory import Verdict
    >>> Verdict.REFUTED.meaning
    'an explicit counterexample, verified in exact arithmetic'
    """

    PROVED = "a proof exists and no test refutes it"
    REFUTED = "an explicit counterexample, verified in exact arithmetic"
    DOMINATED = "true, and never better than a named simpler bound that holds for any selection"
    VACUOUS = "true for every input, whatever the selection does"
    UNSATISFIABLE = "its hypothesis never holds"
    MEASURED = "model evidence only"
    UNDECIDED = "none of the others; never a pass"

    @property
    def meaning(self) -> str:
        return self.value

    @property
    def claims_truth(self) -> bool:
        """Whether a violated inequality contradicts this verdict."""
        return self in {Verdict.PROVED, Verdict.DOMINATED, Verdict.VACUOUS}
