"""Exact solvers: cover systems, bounds in whole numbers, searches, and certificates."""

from mobtheory.covering.optimum.certificate import Certificate, Dual, Refutation
from mobtheory.covering.optimum.front import FrontPoint, ParetoFront
from mobtheory.covering.optimum.k_center import k_center
from mobtheory.covering.optimum.pareto import pareto_front
from mobtheory.covering.optimum.result import ExactResult
from mobtheory.covering.optimum.solve import solve_exact
from mobtheory.covering.optimum.verify import LowerBoundCheck, verify_lower_bound

__all__ = [
    "Certificate",
    "Dual",
    "ExactResult",
    "FrontPoint",
    "LowerBoundCheck",
    "ParetoFront",
    "Refutation",
    "k_center",
    "pareto_front",
    "solve_exact",
    "verify_lower_bound",
]
