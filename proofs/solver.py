"""What z3 is asked."""

from collections.abc import Sequence
from typing import Any

import z3 as untyped_z3

z3: Any = untyped_z3  # its classes are built at run time, type checkers cannot follow
TIMEOUT_MS = 60_000


def valid(conclusion: Any, given: Sequence[Any] = ()) -> bool | None:
    """Whether `given` implies `conclusion`; None where z3 has no answer in time.

    What is given must have a model: from a contradiction everything would follow.  The two
    questions go to separate solvers, because asking twice turns off z3's nonlinear procedure.
    """
    if given and (consistent := satisfiable(given)) is not True:
        return consistent
    violated = satisfiable([*given, z3.Not(conclusion)])
    return None if violated is None else not violated


def satisfiable(formulas: Sequence[Any]) -> bool | None:
    """Whether `formulas` have a common model; None where z3 has no answer in time."""
    solver = z3.Solver()
    solver.set("timeout", TIMEOUT_MS)
    solver.add(*formulas)
    answer = solver.check()
    return None if answer == z3.unknown else answer == z3.sat
