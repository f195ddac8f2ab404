"""What a rule is given, what it returns, and what it promises."""

from collections.abc import Callable
from typing import NamedTuple

from mobtheory.covering.optimum.task import CoverTask, Halves, Objective
from mobtheory.covering.problem import CoveringProblem


class Given(NamedTuple):
    """A problem, the same as NumPy distances, and the options.

    Attributes
    ----------
    prompt_budget, fold : K_p and k; a rule that takes none of them must not look at them
    """

    problem: CoveringProblem
    task: CoverTask
    prompt_budget: int
    fold: int
    seed: int


class Choice(NamedTuple):
    """Halves, the factor by which they may miss the optimum, and which optimum that is.

    Attributes
    ----------
    against : completes "in every metric, ..."
    """

    halves: Halves
    factor: float | None
    against: str


class Rule(NamedTuple):
    """A way to select.

    Attributes
    ----------
    guarantee : id of a claim; all of these claims need the triangle inequality
    prompt_budgets : for K, the least and the largest K_p; None if there is no prompt half
    takes_fold : whether the rule knows a fold
    """

    objective: Objective
    guarantee: str
    choose: Callable[[Given], Choice]
    prompt_budgets: Callable[[int], tuple[int, int]] | None = None
    takes_fold: bool = False
