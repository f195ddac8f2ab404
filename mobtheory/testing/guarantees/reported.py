"""Radii that an algorithm reports with its selection."""

import math
from fractions import Fraction

import numpy as np

from mobtheory.strategies.inputs import CoveringInput
from mobtheory.testing.calls import Calls
from mobtheory.testing.finding import KEPT_IT, Finding
from mobtheory.testing.guarantee import Guarantee
from mobtheory.testing.lengths import Length


def _identity(calls: Calls, given: CoveringInput) -> Finding | None:
    kept = calls.keep(given)
    if kept.reported is None:
        return None
    ruler = calls.ruler(given)
    radii = ruler.radii(kept)
    for name, told, reported, true in (
        (
            "pruning_distance",
            "d_H(V + P, S + P)",
            kept.reported.pruning_distance,
            ruler.pruning_distance(kept),
        ),
        ("union_radius", "h(V -> S)", kept.reported.union_radius, radii.union),
        ("visual_radius", "d_H(S_v, V)", kept.reported.visual_radius, radii.visual),
        ("prompt_radius", "d_H(S_p, P)", kept.reported.prompt_radius, radii.prompt),
    ):
        if not _is_length(reported, true, _allowance(given)):
            detail = f"it reports {name} = {reported!r}, and {told} = {float(true)!r}"
            return Finding(
                True,
                f"|{name} - {told}|",
                "rounding",
                abs(reported - float(true)),
                _allowance(given),
                exact=true.rational,
                detail=detail,
            )
    return KEPT_IT


def _allowance(given: CoveringInput) -> float:
    """What rounding of the dtype can do to a distance that is computed by differences."""
    both = np.concatenate([given.visual, given.prompt]).astype(np.float64)
    extent = math.sqrt(float((np.ptp(both, axis=0) ** 2).sum()))
    return (both.shape[1] + 4) * float(np.finfo(given.visual.dtype).eps) * extent


def _is_length(reported: float, true: Length, allowance: float) -> bool:
    if math.isinf(float(true)) or not math.isfinite(reported):
        return reported == float(true)
    low, high = reported - allowance, reported + allowance
    # Squares in fractions: the allowance is far below what a float square would round away.
    below = Fraction(max(low, 0.0)) ** 2 <= true.high
    return below and Fraction(high) ** 2 >= true.low


REPORTED = Guarantee(
    id="hausdorff-identity",
    title="Reported radii are true",
    statement="The radii of the mobtheory.Covering that it returns are those of its selection; "
    "d_H(V + P, S + P) = max over v of min(dist(v, S), dist(v, P)).",
    claim="geometry.hausdorff-identity",
    check=_identity,
    needs="algorithms that return a mobtheory.Covering",
)
