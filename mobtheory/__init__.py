"""Check the theory of visual token pruning: bi-objective covering, its bounds and their proofs.

Names load on first use (PEP 562), so that ``import mobtheory`` stays light: it loads neither
torch nor hypothesis, matplotlib or transformers.
"""

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mobtheory import attention as attention
    from mobtheory import models as models
    from mobtheory.claims import Claim as Claim
    from mobtheory.claims import Evidence as Evidence
    from mobtheory.claims import Margin as Margin
    from mobtheory.claims import ProofResult as ProofResult
    from mobtheory.claims import Verdict as Verdict
    from mobtheory.claims import claim as claim
    from mobtheory.claims import list_claims as list_claims
    from mobtheory.claims import prove as prove
    from mobtheory.claims import register_claim as register_claim
    from mobtheory.covering import ApproximateResult as ApproximateResult
    from mobtheory.covering import BatchSelection as BatchSelection
    from mobtheory.covering import Certificate as Certificate
    from mobtheory.covering import Covering as Covering
    from mobtheory.covering import CoveringProblem as CoveringProblem
    from mobtheory.covering import ExactResult as ExactResult
    from mobtheory.covering import FrontPoint as FrontPoint
    from mobtheory.covering import LowerBoundCheck as LowerBoundCheck
    from mobtheory.covering import ParetoFront as ParetoFront
    from mobtheory.covering import Selection as Selection
    from mobtheory.covering import evaluate_selection as evaluate_selection
    from mobtheory.covering import farthest_point_sampling as farthest_point_sampling
    from mobtheory.covering import k_center as k_center
    from mobtheory.covering import mob_select as mob_select
    from mobtheory.covering import mob_select_batch as mob_select_batch
    from mobtheory.covering import nearest_neighbour_cover as nearest_neighbour_cover
    from mobtheory.covering import pareto_front as pareto_front
    from mobtheory.covering import repaired_truncation as repaired_truncation
    from mobtheory.covering import selection_rounding as selection_rounding
    from mobtheory.covering import solve_approximate as solve_approximate
    from mobtheory.covering import solve_exact as solve_exact
    from mobtheory.covering import verify_lower_bound as verify_lower_bound
    from mobtheory.experiments import AuditReport as AuditReport
    from mobtheory.experiments import audit as audit
    from mobtheory.geometry import Bracket as Bracket
    from mobtheory.geometry import Coupling as Coupling
    from mobtheory.geometry import CoveringRegularity as CoveringRegularity
    from mobtheory.geometry import DirectedHausdorff as DirectedHausdorff
    from mobtheory.geometry import coupling as coupling
    from mobtheory.geometry import covering_number as covering_number
    from mobtheory.geometry import covering_radius as covering_radius
    from mobtheory.geometry import directed_hausdorff as directed_hausdorff
    from mobtheory.geometry import effective_dimension as effective_dimension
    from mobtheory.geometry import hausdorff as hausdorff
    from mobtheory.geometry import packing_number as packing_number
    from mobtheory.geometry import pairwise_distances as pairwise_distances
    from mobtheory.report import write_report as write_report

_HOMES = {
    "mobtheory.geometry": (
        "Bracket Coupling CoveringRegularity DirectedHausdorff coupling covering_number "
        "covering_radius directed_hausdorff effective_dimension hausdorff packing_number "
        "pairwise_distances"
    ),
    "mobtheory.covering": (
        "ApproximateResult BatchSelection Certificate Covering CoveringProblem ExactResult "
        "FrontPoint LowerBoundCheck ParetoFront Selection evaluate_selection "
        "farthest_point_sampling k_center mob_select mob_select_batch nearest_neighbour_cover "
        "pareto_front repaired_truncation selection_rounding solve_approximate solve_exact "
        "verify_lower_bound"
    ),
    "mobtheory.claims": (
        "Claim Evidence Margin ProofResult Verdict claim list_claims prove register_claim"
    ),
    "mobtheory.experiments": "AuditReport audit",
    "mobtheory.report": "write_report",
}
_HOME = {name: home for home, names in _HOMES.items() for name in names.split()}
_ROOMS = "attention claims covering errors experiments geometry models pruning report strategies"

__all__ = [
    "ApproximateResult",
    "AuditReport",
    "BatchSelection",
    "Bracket",
    "Certificate",
    "Claim",
    "Coupling",
    "Covering",
    "CoveringProblem",
    "CoveringRegularity",
    "DirectedHausdorff",
    "Evidence",
    "ExactResult",
    "FrontPoint",
    "LowerBoundCheck",
    "Margin",
    "ParetoFront",
    "ProofResult",
    "Selection",
    "Verdict",
    "attention",
    "audit",
    "claim",
    "coupling",
    "covering_number",
    "covering_radius",
    "directed_hausdorff",
    "effective_dimension",
    "evaluate_selection",
    "farthest_point_sampling",
    "hausdorff",
    "k_center",
    "list_claims",
    "mob_select",
    "mob_select_batch",
    "models",
    "nearest_neighbour_cover",
    "packing_number",
    "pairwise_distances",
    "pareto_front",
    "prove",
    "register_claim",
    "repaired_truncation",
    "selection_rounding",
    "solve_approximate",
    "solve_exact",
    "verify_lower_bound",
    "write_report",
]

try:
    __version__ = version("mobtheory")
except PackageNotFoundError:  # a source tree that was never installed
    __version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name in _HOME:
        value = getattr(import_module(_HOME[name]), name)
        globals()[name] = value
        return value
    if name in _ROOMS.split():
        return import_module(f"mobtheory.{name}")
    raise AttributeError(f"module 'mobtheory' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_ROOMS.split()})
