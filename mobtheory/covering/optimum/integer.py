"""The last resort: an integer program, whose word on infeasibility is trusted and named as such."""

import numpy as np
import scipy
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from mobtheory.covering.optimum.certificate import Refutation
from mobtheory.covering.optimum.refute import CoverFound, OutOfEffort, Tightened

SOLVER = f"HiGHS (scipy {scipy.__version__})"
_INFEASIBLE = 2
_FIRST_SOLUTION_WILL_DO = 1e9


def refute_by_solver(tight: Tightened, time_limit: float) -> Refutation:
    """Ask HiGHS for a cover; raises `CoverFound` or `OutOfEffort` unless it says there is none."""
    if time_limit <= 0:
        raise OutOfEffort
    system = tight.system
    width = len(system.columns)
    first = np.flatnonzero(system.partner > np.arange(width))
    pairs = csr_array(
        (
            np.ones(2 * len(first)),
            (
                np.tile(np.arange(len(first)), 2),
                np.concatenate([first, system.partner[first]]),
            ),
        ),
        shape=(len(first), width),
    )
    groups = (system.group == np.arange(len(system.limits))[:, None]).astype(float)
    constraints = [
        LinearConstraint(csr_array(system.covers, dtype=float), 1, np.inf),
        LinearConstraint(groups, 0, list(system.limits)),  # pyright: ignore[reportArgumentType]
    ]
    if len(first):
        constraints.append(LinearConstraint(pairs, 0, 1))
    found = milp(
        np.ones(width),
        constraints=constraints,
        integrality=np.ones(width),
        bounds=Bounds(0, 1),
        options={"time_limit": time_limit, "mip_rel_gap": _FIRST_SOLUTION_WILL_DO},
    )
    if found.status == _INFEASIBLE:
        return Refutation(tight.steps, solver=SOLVER)
    if found.x is not None:
        chosen = np.flatnonzero(found.x > 0.5)
        if system.is_cover(chosen):
            raise CoverFound(system.columns[chosen])
    raise OutOfEffort
