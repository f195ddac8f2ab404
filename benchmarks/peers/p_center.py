"""spopt's p-center model, solved by CBC through PuLP."""

from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO

import numpy as np
import pulp
from spopt.locate import PCenter


def spopt_radius(distances: np.ndarray, k: int) -> Callable[[], float]:
    """Build spopt's model and solve it to CBC's proof; the answer is the radius of its centres."""

    def solve() -> float:
        with redirect_stdout(StringIO()):
            model = PCenter.from_cost_matrix(distances, p_facilities=k)
            # results=False spares spopt the lists of who serves whom.
            model.solve(pulp.PULP_CBC_CMD(msg=False, threads=1), results=False)
        return float(model.problem.objective.value())

    return solve
