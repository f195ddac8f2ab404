"""Definition 1: what an epsilon-cover costs."""

import sympy as sp

from mobtheory.claims.claim import Claim, Evidence, Statement
from mobtheory.claims.error_bounds import BOTH_HALVES
from mobtheory.claims.instances import LinePruning
from mobtheory.claims.margin import Margin
from mobtheory.claims.symbols import P, S_p, covering, eps_p
from mobtheory.claims.verdict import Verdict


def _cover_size(instance: LinePruning) -> Margin:
    needed = instance.prompt_line.number(instance.covering.prompt_radius)
    return Margin(needed, len(instance.selection.prompt_centers))


CLAIMS = (
    Claim(
        id="definition-1",
        title="A cover of radius eps_p needs N(P, eps_p) centres",
        source="Definition 1",
        statement=Statement(
            "With eps_p = d_H(S_p, P), centres anywhere: N(P, eps_p) <= |S_p|; likewise for V.",
            sp.Le(covering(P, eps_p), sp.Function("card")(S_p)),
        ),
        hypotheses=(BOTH_HALVES,),
        verdict=Verdict.PROVED,
        reason=(
            "Every prompt token lies within eps_p of S_p, so S_p is itself such a cover. But eps_p "
            "is two-sided and does not fall with the budget: for P = {0}, d_H({1}, P) = 1 and "
            "d_H({1, 5}, P) = 5."
        ),
        instance_type=LinePruning,
        margin=_cover_size,
        tight=True,
        proof=("definition_1.py",),
        evidence=(
            Evidence("z3", "from the definitions of d_H and N: any metric, any number of points"),
            Evidence("rational", "P = {0}: d_H({1}, P) = 1, d_H({1, 5}, P) = 5", general=False),
            Evidence("property", "exact covering numbers on lines of integers"),
        ),
    ),
)
