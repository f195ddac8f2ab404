"""Definition 1: what an epsilon-cover costs."""

import sympy as sp

from mobtheory.claims.claim import Claim, Evidence, Statement
from mobtheory.claims.error_bounds import BOTH_HALVES
from mobtheory.claims.instances import LinePruning
from mobtheory.claims.margin import Margin
from mobtheory.claims.symbols import P, S_p, S_v, V, covering, eps_p, eps_v
from mobtheory.claims.verdict import Verdict


def _cover_size(instance: LinePruning) -> Margin:
    """The worse of the two halves."""
    covering, selection = instance.covering, instance.selection
    of_prompt = instance.prompt_line.number(covering.prompt_radius)
    of_visual = instance.visual_line.number(covering.visual_radius)
    return Margin.worst(
        (
            Margin(of_prompt, len(selection.prompt_centers)),
            Margin(of_visual, len(selection.visual_centers)),
        )
    )


CLAIMS = (
    Claim(
        id="definition-1",
        title="A cover of radius eps_p needs N(P, eps_p) centres, likewise for V",
        source="Definition 1",
        statement=Statement(
            "With eps_p = d_H(S_p, P), eps_v = d_H(S_v, V), centres anywhere: N(P, eps_p) <= |S_p| "
            "and N(V, eps_v) <= |S_v|.",
            sp.And(
                sp.Le(covering(P, eps_p), sp.Function("card")(S_p)),
                sp.Le(covering(V, eps_v), sp.Function("card")(S_v)),
            ),
        ),
        hypotheses=(BOTH_HALVES,),
        verdict=Verdict.PROVED,
        reason=(
            "Every prompt token lies within eps_p of S_p, so S_p is itself such a cover, and S_v "
            "is one of V. But eps_p is two-sided and does not fall with the budget: for P = {0}, "
            "d_H({1}, P) = 1 and d_H({1, 5}, P) = 5."
        ),
        instance_type=LinePruning,
        margin=_cover_size,
        tight=True,
        proof=("definition_1.py", "coq/CoveringNumbers.v:definition_1"),
        evidence=(
            Evidence("z3", "from the definitions of d_H and N: any metric, any number of points"),
            Evidence("coq", "finite sets in any metric space"),
            Evidence("rational", "P = {0}: d_H({1}, P) = 1, d_H({1, 5}, P) = 5", general=False),
            Evidence("property", "exact covering numbers on lines of integers"),
        ),
    ),
)
