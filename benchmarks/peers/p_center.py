"""spopt's p-center model, solved by CBC through PuLP."""

from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO

import numpy as np
import pulp
from pulp.v4_migration import set_v4_migration_warnings
from spopt.locate import PCenter

# spopt builds its model in the way of PuLP 3; one warning for each variable would only slow it.
set_v4_migration_warnings(False)


def spopt_radius(distances: np.ndarray, k: int) -> Callable[[], float]:
    """Build spopt's model and solve it to CBC's proof; the answer is the radius of its centres."""

    def solve() -> float:
        with redirect_stdout(StringIO()):
            model = PCenter.from_cost_matrix(distances, p_facilities=k)
            # results=False spares spopt the lists of who serves whom.
            model.solve(pulp.PULP_CBC_CMD(msg=False, threads=1), results=False)
        return float(model.problem.objective.value())

    return solve
