"""spopt: the p-center model, solved by CBC through PuLP."""

import numpy as np
import pulp
from pulp.v4_migration import set_v4_migration_warnings
from scipy.spatial.distance import cdist
from spopt.locate import PCenter

from benchmarks.third_party.claiming import claiming
from mobtheory.testing import OutsideDomain

# spopt builds its model in the way of PuLP 3; one warning for each variable would only slow it.
set_v4_migration_warnings(False)

PACKAGE = "spopt"
_TOLERANT = (
    "The solver's tolerances are absolute: to CBC distances of a millionth and less are one, and "
    'it says "optimal" of any centres. Multiply small distances before they go into the model.'
)


@claiming(
    "approximation-factor=1",
    "two-approximation",
    package=PACKAGE,
    causes={
        "valid-selection": "From distances of about 1e15 on CBC may find no feasible solution, "
        "and from 1e18 on it finds none.",
        "approximation-factor=1": _TOLERANT,
        "two-approximation": _TOLERANT,
        "scale-invariant": _TOLERANT,
        "permutation-equivariant": "At ordinary scales optimal radii do not depend on the order. "
        + _TOLERANT,
    },
)
def p_center(visual: np.ndarray, prompt: np.ndarray, budget: int) -> list[int]:
    """`PCenter.from_cost_matrix`, which minimises the greatest distance to a facility.

    The documentation gives the integer program; a solver that says "optimal" claims factor 1.
    Added here: distances by SciPy, an error where the solver says anything else, and more than 40
    points, for which it takes seconds and soon minutes, are refused.
    """
    if len(visual) > 40:
        raise OutsideDomain("more than 40 points")
    model = PCenter.from_cost_matrix(cdist(visual, visual), p_facilities=budget)
    # With threads=1 CBC 2.10.3 now and then waits for itself for ever, even on two points.
    model = model.solve(pulp.PULP_CBC_CMD(msg=False), results=False)
    if model.problem.status != pulp.LpStatusOptimal:
        raise RuntimeError(f"CBC says {pulp.LpStatus[model.problem.status]}")
    return [row for row, opened in enumerate(model.fac_vars) if opened.value() > 0.5]
