"""How much plain pruning can move the output although no distance changes: multiplicities."""

import numpy as np
import sympy as sp

from mobtheory.attention import multiplicity_gap, multiplicity_shift, pruning_error
from mobtheory.claims.claim import Claim, Evidence, Statement
from mobtheory.claims.instances import EPS, RepeatedPicture
from mobtheory.claims.margin import Margin
from mobtheory.claims.settled_margin import margin_if_equal
from mobtheory.claims.symbols import kappa, m
from mobtheory.claims.verdict import Verdict


def _multiplicity_gap(picture: RepeatedPicture) -> Margin:
    """The error of keeping one copy of each: against its closed form, and that against its cap."""
    error = float(np.linalg.norm(pruning_error(picture.weights, picture.values, picture.kept)))
    shift = multiplicity_shift(picture.visual_mass, picture.copies)
    # The mass is a sum of n weights, and the slope of the shift in it is at most kappa.
    of_mass = 4 * len(picture.weights) * picture.copies * EPS
    rounding = 2 * picture.rounding + of_mass * picture.apart
    exact = shift * picture.apart
    most = multiplicity_gap(picture.copies) * picture.apart
    return margin_if_equal(abs(error - exact), rounding, Margin(error, most, rounding))


CLAIMS = (
    Claim(
        id="attention.multiplicity-gap",
        title="What forgetting multiplicities can cost",
        source="extension; theory 4.3",
        statement=Statement(
            "If every visual token occurs kappa times and pruning keeps one copy, so that d_H = 0, "
            "the visual attention mass falls from m to m/(m + kappa (1 - m)); the output moves by "
            "that shift, at most tanh(log(kappa)/4), times |o_V - o_P|.",
            sp.Le(m - m / (m + kappa * (1 - m)), sp.tanh(sp.log(kappa) / 4)),
        ),
        verdict=Verdict.PROVED,
        reason=(
            "The odds m/(1 - m) become their kappa-th part, and the shift is largest at the odds "
            "sqrt(kappa), where it is (sqrt(kappa) - 1)/(sqrt(kappa) + 1). For the paper's rates "
            "kappa = 3, 4.5 and 9 that is 0.268, 0.359 and 0.5."
        ),
        instance_type=RepeatedPicture,
        margin=_multiplicity_gap,
        tight=True,
        proof=(
            "attention_multiplicity_gap.py",
            "coq/MultiplicityGap.v:multiplicity_gap",
            "coq/MultiplicityGap.v:multiplicity_gap_attention",
        ),
        evidence=(
            Evidence("z3", "sums over kappa copies, by induction on the number of tokens"),
            Evidence("sympy", "the shift as a function of the odds, its only maximum and value"),
            Evidence(
                "rational",
                "kappa = 4, 9, 16 and 9/4 reach it; softmax over 4 copies of two tokens",
                general=False,
            ),
            Evidence(
                "coq",
                "real kappa >= 1 with the equality case; softmax over all copies, any norm",
            ),
            Evidence("property", "softmax over all copies against softmax over one of each"),
        ),
    ),
)
