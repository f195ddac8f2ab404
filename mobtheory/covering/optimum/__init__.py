"""Exact solvers: cover systems, bounds in whole numbers, searches, and certificates."""

from mobtheory.covering.optimum.certificate import Certificate, Dual, Refutation
from mobtheory.covering.optimum.k_center import k_center
from mobtheory.covering.optimum.result import ExactResult
from mobtheory.covering.optimum.solve import solve_exact
from mobtheory.covering.optimum.verify import LowerBoundCheck, verify_lower_bound

__all__ = [
    "Certificate",
    "Dual",
    "ExactResult",
    "LowerBoundCheck",
    "Refutation",
    "k_center",
    "solve_exact",
    "verify_lower_bound",
]
