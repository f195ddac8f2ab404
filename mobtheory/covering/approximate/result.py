"""What an approximate solver returns: a selection, a bracket, and what its rule guarantees."""

from dataclasses import dataclass

from mobtheory.covering.evaluation import Covering
from mobtheory.covering.optimum.task import Objective
from mobtheory.covering.selection import Selection


@dataclass(frozen=True)
class ApproximateResult:
    """The selection of one rule, a bracket of the optimum, and the guarantee of the rule.

    Parameters
    ----------
    method : str
        The rule that selected.
    objective : "k-center", "union" or "radius"
        What the rule keeps small and the bracket speaks of: h(V -> S), max{d_H(S_p, P), h(V -> S)},
        or max{d_H(S_p, P), d_H(S_v, V)}.
    selection : Selection
        What was selected, in the library of the problem.
    covering : Covering
        The radii of the selection, measured by `evaluate_selection`.
    lower : float
        No selection of K tokens has a smaller objective, however it is split. Holds for all
        distances, metric or not.
    upper : float
        The objective of the selection.
    guarantee : str or None
        Id of the claim that bounds the selection beforehand; `mobtheory.claim(id)` has its
        statement and proof. None if the triangle inequality fails, which every guarantee needs.
    factor : float or None
        The guarantee promises upper <= factor * OPT, with OPT as `holds_for` says. None without a
        guarantee, and where it bounds something else than the objective.
    holds_for : str
        For which distances the guarantee holds and what it compares with.
    notes : tuple of str
        What a reader should know.

    Examples
    --------
    >>> import numpy as np
    >>> from mobtheory import CoveringProblem, solve_approximate
    >>> line = CoveringProblem(np.asarray([[0.0], [1.0], [6.0]]), np.asarray([[7.0]]), 1)
    >>> result = solve_approximate(line, "farthest-point")
    >>> result.lower, result.upper, result.factor, result.guarantee
    (5.0, 6.0, 2.0, 'covering.seeded-fps')
    """

    method: str
    objective: Objective
    selection: Selection
    covering: Covering
    lower: float
    upper: float
    guarantee: str | None
    factor: float | None
    holds_for: str
    notes: tuple[str, ...] = ()

    @property
    def gap(self) -> float:
        """(upper - lower) / upper: the share by which the selection may miss the optimum."""
        return 0.0 if self.upper == self.lower else (self.upper - self.lower) / self.upper
