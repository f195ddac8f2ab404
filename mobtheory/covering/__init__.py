"""The covering problem, selections, greedy rules with their guarantees, and exact solutions."""

from mobtheory.covering.evaluation import Covering, evaluate_selection
from mobtheory.covering.exact import ExactResult, solve_exact
from mobtheory.covering.farthest_point import farthest_point_sampling, farthest_points
from mobtheory.covering.mob import mob_select
from mobtheory.covering.nearest import nearest_neighbour_cover
from mobtheory.covering.problem import CoveringProblem
from mobtheory.covering.selection import Selection
from mobtheory.covering.truncation import repaired_truncation

__all__ = [
    "Covering",
    "CoveringProblem",
    "ExactResult",
    "Selection",
    "evaluate_selection",
    "farthest_point_sampling",
    "farthest_points",
    "mob_select",
    "nearest_neighbour_cover",
    "repaired_truncation",
    "solve_exact",
]
