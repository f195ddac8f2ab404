"""Distances, Hausdorff distances, covering and packing numbers, effective dimension."""

from mobtheory.geometry.bracket import Bracket
from mobtheory.geometry.covering_numbers import covering_number, packing_number
from mobtheory.geometry.dimension import CoveringRegularity, effective_dimension
from mobtheory.geometry.distances import METRICS, pairwise_distances
from mobtheory.geometry.points import as_point_pair, as_points, normalize_rows
from mobtheory.geometry.rounding import distance_rounding
from mobtheory.geometry.set_distances import (
    Coupling,
    DirectedHausdorff,
    coupling,
    covering_radius,
    directed_hausdorff,
    hausdorff,
)

__all__ = [
    "METRICS",
    "Bracket",
    "Coupling",
    "CoveringRegularity",
    "DirectedHausdorff",
    "as_point_pair",
    "as_points",
    "coupling",
    "covering_number",
    "covering_radius",
    "directed_hausdorff",
    "distance_rounding",
    "effective_dimension",
    "hausdorff",
    "normalize_rows",
    "packing_number",
    "pairwise_distances",
]
