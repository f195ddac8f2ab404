"""The covering problem, selections, greedy rules with their guarantees, and exact solutions."""

from mobtheory.covering.approximate import ApproximateResult, solve_approximate
from mobtheory.covering.batches import BatchSelection, mob_select_batch
from mobtheory.covering.evaluation import Covering, evaluate_selection
from mobtheory.covering.farthest_point import farthest_point_sampling, farthest_points
from mobtheory.covering.mob import mob_select
from mobtheory.covering.nearest import nearest_neighbour_cover
from mobtheory.covering.optimum import (
    Certificate,
    ExactResult,
    FrontPoint,
    LowerBoundCheck,
    ParetoFront,
    k_center,
    pareto_front,
    solve_exact,
    verify_lower_bound,
)
from mobtheory.covering.problem import CoveringProblem
from mobtheory.covering.selection import Selection
from mobtheory.covering.selection_rounding import selection_rounding
from mobtheory.covering.truncation import repaired_truncation

__all__ = [
    "ApproximateResult",
    "BatchSelection",
    "Certificate",
    "Covering",
    "CoveringProblem",
    "ExactResult",
    "FrontPoint",
    "LowerBoundCheck",
    "ParetoFront",
    "Selection",
    "evaluate_selection",
    "farthest_point_sampling",
    "farthest_points",
    "k_center",
    "mob_select",
    "mob_select_batch",
    "nearest_neighbour_cover",
    "pareto_front",
    "repaired_truncation",
    "selection_rounding",
    "solve_approximate",
    "solve_exact",
    "verify_lower_bound",
]
