"""What an exact solver returns: a selection, a bracket, and what proves its lower end."""

from dataclasses import dataclass, field
from typing import Literal

from mobtheory.covering.evaluation import Covering
from mobtheory.covering.optimum.certificate import Certificate
from mobtheory.covering.optimum.task import Objective
from mobtheory.covering.selection import Selection

Status = Literal["optimal", "time-limit"]


@dataclass(frozen=True)
class ExactResult:
    """The best selection that was found, and a certified bracket of the optimum.

    Parameters
    ----------
    objective : "radius", "union" or "k-center"
        What was minimised.
    selection : Selection
        The best selection that was found.
    covering : Covering or None
        The radii of the selection, measured by `evaluate_selection`; None for a bare distance
        matrix, which has no prompt.
    lower : float
        No selection within the limits has a smaller objective.
    upper : float
        The objective of the selection, read off the distances again.
    status : "optimal" or "time-limit"
        Whether lower = upper, or the time was over before.
    certificate : Certificate
        What proves `lower`; `verify_lower_bound` checks it.
    limits : tuple of int
        (K,), or (K_p, K_v) if the split was given.
    nodes : int
        How many cases and searches it took.
    notes : tuple of str
        What a reader should know, for example that the triangle inequality fails.

    Examples
    --------
    >>> import numpy as np
    >>> from mobtheory import CoveringProblem, solve_exact
    >>> line = CoveringProblem(np.asarray([[0.0], [1.0], [6.0]]), np.asarray([[7.0]]), 2)
    >>> result = solve_exact(line, objective="union")
    >>> result.status, result.lower, result.upper
    ('optimal', 1.0, 1.0)
    """

    objective: Objective
    selection: Selection
    covering: Covering | None
    lower: float
    upper: float
    status: Status
    certificate: Certificate = field(compare=False)
    limits: tuple[int, ...]
    nodes: int
    notes: tuple[str, ...] = ()

    @property
    def gap(self) -> float:
        """(upper - lower) / upper: the share by which the selection may miss the optimum."""
        return 0.0 if self.upper == self.lower else (self.upper - self.lower) / self.upper
