"""How far a selection may be from the best one."""

from dataclasses import replace
from fractions import Fraction

import numpy as np

from mobtheory.strategies.inputs import CoveringInput
from mobtheory.testing.calls import Calls
from mobtheory.testing.finding import Finding
from mobtheory.testing.guarantee import Guarantee, telling_inputs
from mobtheory.testing.lengths import Length, exceeds

VARIANTS = 3
"""Other orders and budgets, in which each small input is tried as well."""


def within(calls: Calls, given: CoveringInput, factor: Fraction) -> Finding | None:
    """h(V -> S) <= factor OPT(k), where k is K, or K_v of a selection in halves."""
    kept = calls.keep(given)
    centers = len(kept.visual_centers)
    if not centers:
        return None  # OPT(0) is infinite: nothing is claimed
    ruler = calls.ruler(given)
    radius = ruler.radii(kept).union
    optimum = ruler.visual_optimum(centers, beaten=radius, factor=float(factor))
    reached = optimum.radius.times(factor)
    broken = exceeds(radius, reached)
    if optimum.farthest and factor >= 2 and set(optimum.centers) == set(kept.rows):
        broken = False
    elif broken is not True:
        broken = None if exceeds(radius, optimum.lower.times(factor)) is not False else False
    told = f"{factor} OPT({centers})" if factor != 1 else f"OPT({centers})"
    return Finding(
        broken,
        "h(V -> S)",
        told,
        float(radius),
        float(reached),
        _exact(radius, reached),
        optimum.centers,
    )


def _exact(*lengths: Length) -> bool:
    return all(length.rational for length in lengths)


def _within_external(calls: Calls, given: CoveringInput) -> Finding | None:
    """h(V -> S) <= 2 OPT with centres anywhere: exact on a line."""
    if given.visual.shape[1] > 1 or calls.normalize or calls.metric == "cosine":
        return None
    kept = calls.keep(given)
    centers = len(kept.visual_centers)
    if not centers:
        return None
    ruler = calls.ruler(given)
    radius, reached = ruler.radii(kept).union, ruler.line_optimum(centers).times(2)
    return Finding(
        exceeds(radius, reached),
        "h(V -> S)",
        f"2 OPT({centers}), centres anywhere",
        float(radius),
        float(reached),
        radius.rational and reached.rational,
    )


def _on_a_line(given: CoveringInput) -> CoveringInput:
    return replace(
        given, visual=np.array(given.visual[:, :1]), prompt=np.array(given.prompt[:, :1])
    )


EXTERNAL = Guarantee(
    id="two-approximation-external",
    title="Within twice the optimum of centres anywhere",
    statement="h(V -> S) <= 2 OPT(K), OPT over centres anywhere in space; OPT(K_v) for a selection "
    "in halves. Checked on lines, where that optimum is exact.",
    claim="covering.seeded-fps",
    check=_within_external,
    in_all=False,
    focus=_on_a_line,
    variants=VARIANTS,
)
TWO_APPROXIMATION = Guarantee(
    id="two-approximation",
    title="Within twice the optimum",
    statement="h(V -> S) <= 2 OPT(K), OPT over centres among the points of V; for a selection in "
    "halves h(V -> S_p + S_v) <= 2 OPT(K_v).",
    claim="covering.seeded-fps",
    check=lambda calls, given: within(calls, given, Fraction(2)),
    inputs=telling_inputs,
    variants=VARIANTS,
)
