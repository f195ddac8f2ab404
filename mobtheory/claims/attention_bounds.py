"""Two bounds on the error of pruning a row of attention that need no exponential."""

import numpy as np
import sympy as sp

from mobtheory.attention import (
    merge_error,
    pruning_error,
    tanh_log_count_bound,
    tanh_plain_bound,
)
from mobtheory.claims.circumradius import diameter
from mobtheory.claims.claim import Claim, Evidence, Statement
from mobtheory.claims.instances import RowPruning
from mobtheory.claims.margin import Margin
from mobtheory.claims.symbols import (
    Delta_o,
    Delta_o_S,
    U,
    delta_s,
    diam,
    nearest,
    norm,
    rho_max,
    rho_min,
    total,
    v,
    value,
    weight,
)
from mobtheory.claims.verdict import Verdict


def _tanh(row: RowPruning) -> Margin:
    """Both sides by their definitions, and as they are shipped: the larger error, the lesser bound.

    A logit is a logarithm of a weight, so that the range of the logits adds to the rounding.
    """
    weights, values, kept, pi = row.weights, row.values, row.kept, row.nearest
    logits, apart = np.log(weights), diameter(values[kept])
    cover = float(weights @ np.linalg.norm(values - values[pi], axis=1))
    steepest = float(np.abs(logits - logits[pi]).max())
    ratios = np.log(row.gathered(weights)[kept]) - logits[kept]
    imbalance = float(np.ptp(ratios))
    with_counts = row.output - row.mean(weights * row.counts)
    without = row.output - row.mean(weights * kept)
    errors = (
        (with_counts, merge_error(weights, values, kept, pi)),
        (without, pruning_error(weights, values, kept)),
    )
    bounds = (
        (cover + apart * np.tanh(steepest / 2), tanh_log_count_bound(weights, values, kept, pi)),
        (cover + apart * np.tanh(imbalance / 4), tanh_plain_bound(weights, values, kept, pi)),
    )
    rounding = row.value_rounding(extra=row.log_range)
    return Margin.worst(
        Margin(max(float(np.linalg.norm(e)) for e in both), min(map(float, caps)), rounding)
        for both, caps in zip(errors, bounds, strict=True)
    )


_COVER = total(weight(v) * norm(value(v) - value(nearest(v))))

CLAIMS = (
    Claim(
        id="attention.tanh",
        title="Cover and imbalance bound the error, without an exponential",
        source="extension; theory 9.5",
        statement=Statement(
            "With pi any assignment of dropped to kept tokens, delta_s = max over D of "
            "|s_v - s_pi|, rho_s = a_s/w_s over all kept tokens, a_s the mass assigned to s, and "
            "diam(U) of the kept values: with log-counts |o - o~| <= sum over D of w_v |u_v - "
            "u_pi| + diam(U) tanh(delta_s/2); plainly |o - o_S| <= the same sum + diam(U) "
            "tanh(log(rho_max/rho_min)/4).",
            sp.And(
                sp.Le(Delta_o, _COVER + diam(U) * sp.tanh(delta_s / 2)),
                sp.Le(Delta_o_S, _COVER + diam(U) * sp.tanh(sp.log(rho_max / rho_min) / 4)),
            ),
        ),
        verdict=Verdict.PROVED,
        reason=(
            "Beyond the moves of the dropped values only the masses of the kept tokens differ, by "
            "their total variation times diam(U). Two distributions whose log-ratio has range R "
            "differ by at most tanh(R/4), and with log-counts R is at most twice delta_s. The "
            "second is an honest covering bound for plain pruning: cover plus imbalance."
        ),
        instance_type=RowPruning,
        margin=_tanh,
        tight=True,
        uses=("attention.multiplicity-gap",),
        proof=(
            "attention_tanh.py",
            "coq/TanhBounds.v:tanh_bounds",
        ),
        evidence=(
            Evidence("z3", "total variation under a bounded log-ratio, by induction on the tokens"),
            Evidence("sympy", "tanh(Omega/4); both bounds are reached"),
            Evidence("coq", "both bounds, any logits, values, norm and assignment"),
            Evidence("property", "softmax with and without counts on every cloud and selection"),
        ),
    ),
)
