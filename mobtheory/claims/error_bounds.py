"""Lemma 1 and Lemma 2: the printed error bounds, and what dominates them."""

import sympy as sp

from mobtheory.claims.claim import Claim, Evidence, Hypothesis, Statement
from mobtheory.claims.instances import MapPruning
from mobtheory.claims.margin import Margin
from mobtheory.claims.symbols import C, P, S, S_p, S_v, V, d_H, delta_y, eta
from mobtheory.claims.verdict import Verdict

LIPSCHITZ = Hypothesis(
    "F is Lipschitz in the Hausdorff distance with constant C (Assumption 1)",
    lambda instance: instance.map.constant is not None,
)
NOT_EMPTY = Hypothesis("S is not empty", lambda instance: len(instance.selection.indices) > 0)
BOTH_HALVES = Hypothesis(
    "S_p and S_v are not empty",
    lambda instance: (
        len(instance.selection.prompt_centers) > 0 and len(instance.selection.visual_centers) > 0
    ),
)


def lemma_1_radius(instance: MapPruning) -> float:
    """``max{min(d_H(S,V), d_H(V,P)), min(d_H(S,V), d_H(S,P))}``."""
    preserved, coupled = instance.covering.union_radius, instance.problem.coupling
    aligned = instance.kept_to_prompt
    return max(min(preserved, coupled), min(preserved, aligned))


def lemma_2_radius(instance: MapPruning) -> float:
    """``max{d_H(S_p,P), d_H(S_v,V)} + eta``."""
    return instance.covering.radius + instance.problem.coupling


def _lemma_1(instance: MapPruning) -> Margin:
    return Margin(
        instance.error,
        instance.constant * lemma_1_radius(instance),
        instance.error_margin_rounding(),
    )


def _lemma_2(instance: MapPruning) -> Margin:
    return Margin(
        instance.error,
        instance.constant * lemma_2_radius(instance),
        instance.error_margin_rounding(terms=2),
    )


CLAIMS = (
    Claim(
        id="lemma-1",
        title="Error bound with prompt alignment and visual preservation",
        source="Lemma 1 (displayed formula rebuilt from its proof)",
        statement=Statement(
            "|dy| <= C max{min(d_H(S,V), d_H(V,P)), min(d_H(S,V), d_H(S,P))}.",
            sp.Le(
                delta_y,
                C
                * sp.Max(
                    sp.Min(d_H(S, V), d_H(V, P)), sp.Min(d_H(S, V), d_H(S, P)), evaluate=False
                ),
            ),
        ),
        hypotheses=(LIPSCHITZ, NOT_EMPTY),
        verdict=Verdict.DOMINATED,
        reason=(
            "True under Assumption 1, but the exact value of d_H(X, X_s) is never larger: the term "
            "d_H(S, P) bounds a direction that is 0. V = P = {0, 1}, S = {0} has truth 0 and bound "
            "1; the slack is unbounded."
        ),
        instance_type=MapPruning,
        margin=_lemma_1,
        tight=True,
        dominated_by="geometry.hausdorff-identity",
        domination=lambda i: Margin(i.covering.pruning_distance, lemma_1_radius(i)),
        uses=("assumption-1", "geometry.hausdorff-identity"),
        proof=("lemma_1.py", "coq/ErrorBounds.v:lemma_1"),
        evidence=(
            Evidence(
                "z3",
                "d_H(X, X_s) is below both distances, for any metric and sets; the two "
                "printed forms agree",
            ),
            Evidence("coq", "the bound and its domination: any F, finite sets in any metric space"),
            Evidence("rational", "V = P = {0, M}, S = {0}: truth 0, bound M", general=False),
            Evidence("property", "end to end on Lipschitz set functions"),
        ),
    ),
    Claim(
        id="lemma-2",
        title="Relaxed error bound for two halves",
        source="Lemma 2 (displayed formula rebuilt from its proof)",
        statement=Statement(
            "|dy| <= C (max{d_H(S_p,P), d_H(S_v,V)} + eta).",
            sp.Le(delta_y, C * (sp.Max(d_H(S_p, P), d_H(S_v, V)) + eta)),
        ),
        hypotheses=(LIPSCHITZ, BOTH_HALVES),
        verdict=Verdict.DOMINATED,
        reason=(
            "True under Assumptions 1 and 2, but its right side is never below C h(V -> P), the "
            "bound for keeping no visual token. V = P = {0, 1, 2}, S_p = {0}, S_v = {1} has "
            "truth 0 and bound 2."
        ),
        instance_type=MapPruning,
        margin=_lemma_2,
        dominated_by="geometry.domination",
        domination=lambda i: Margin(i.problem.visual_to_prompt, lemma_2_radius(i)),
        uses=("assumption-1", "assumption-2", "geometry.domination"),
        proof=("lemma_2.py", "coq/ErrorBounds.v:lemma_2"),
        evidence=(
            Evidence(
                "z3", "d_H(X, X_s) <= h(V -> P) <= the printed right side, for any metric and sets"
            ),
            Evidence("coq", "the bound and its domination: any F, finite sets in any metric space"),
            Evidence("rational", "V = P = {0, 1, 2}: truth 0, bound 2", general=False),
            Evidence("property", "end to end on Lipschitz set functions"),
        ),
    ),
)
