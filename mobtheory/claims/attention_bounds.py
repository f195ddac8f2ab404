"""Bounds on the error of pruning a row of attention that need no exponential."""

import numpy as np
import sympy as sp

from mobtheory.attention import (
    hybrid_bound,
    hybrid_error,
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
    m_2,
    nearest,
    norm,
    o_tilde,
    rho_max,
    rho_min,
    total,
    total_dropped,
    total_merged,
    v,
    value,
    weight,
)
from mobtheory.claims.verdict import Verdict


def _tanh(row: RowPruning) -> Margin:
    """Both sides by their definitions, and as they are shipped: the larger error, the lesser bound.

    A logit is a logarithm of a weight, so that the range of the logits adds to the rounding.
    """
    weights, values, kept, pi = row.weights, row.values, row.kept, row.assignment
    logits, apart = np.log(weights), diameter(values[kept])
    cover = float(weights @ np.linalg.norm(values - values[pi], axis=1))
    steepest = float(np.abs(logits - logits[pi]).max())
    ratios = np.log(row.assigned(weights)[kept]) - logits[kept]
    imbalance = float(np.ptp(ratios))
    with_counts = row.output - row.mean(weights * row.assigned(np.ones(len(kept))))
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


def _hybrid(row: RowPruning) -> Margin:
    """As above; 1 - m_2 is summed without cancellation."""
    weights, values, pi = row.weights, row.values, row.assignment
    merged, discarded = row.dropped
    after = row.mean(weights * row.assigned(~discarded))
    lost = float(weights[discarded] @ np.linalg.norm(values[discarded] - after, axis=1))
    moves = np.linalg.norm(values[merged] - values[pi[merged]], axis=1)
    cover = float(weights[merged] @ moves)
    logits = np.log(weights)
    steepest = float(np.abs(logits - logits[pi])[merged].max(initial=0.0))
    rest = float(weights[~discarded].sum())
    swing = rest * diameter(values[row.kept]) * float(np.tanh(steepest / 2))
    errors = (row.output - after, hybrid_error(weights, values, row.kept, pi, merged))
    shipped = float(hybrid_bound(weights, values, row.kept, pi, merged))
    return Margin(
        max(float(np.linalg.norm(e)) for e in errors),
        min(lost + cover + swing, shipped),
        row.value_rounding(extra=row.log_range),
    )


_MOVE = weight(v) * norm(value(v) - value(nearest(v)))
_COVER = total(_MOVE)

CLAIMS = (
    Claim(
        id="attention.tanh",
        title="Cover and imbalance bound the error, without an exponential",
        source="extension; theory 9.5",
        statement=Statement(
            "With pi any assignment of dropped to kept tokens, delta_s = max over D of "
            "|s_v - s_pi|, rho_s = a_s/w_s over all kept tokens, a_s the mass assigned to s, s "
            "itself included, and diam(U) of the kept values: with log-counts |o - o~| <= sum over "
            "D of w_v |u_v - u_pi| + diam(U) tanh(delta_s/2); plainly |o - o_S| <= the same sum + "
            "diam(U) tanh(log(rho_max/rho_min)/4).",
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
    Claim(
        id="attention.hybrid-bound",
        title="What merging some and discarding the rest costs at most",
        source="extension; theory 9.4",
        statement=Statement(
            "D_1 is merged by log-counts into kept tokens, pi any assignment, D_2 of mass m_2 "
            "discarded, o~ the output after it; with delta_s = max over D_1 of |s_v - s_pi| and "
            "diam(U) of the kept values: |o - o~| <= sum over D_2 of w_v |u_v - o~| + sum over D_1 "
            "of w_v |u_v - u_pi| + (1 - m_2) diam(U) tanh(delta_s/2).",
            sp.Le(
                Delta_o,
                total_dropped(weight(v) * norm(value(v) - o_tilde))
                + total_merged(_MOVE)
                + (1 - m_2) * diam(U) * sp.tanh(delta_s / 2),
            ),
        ),
        verdict=Verdict.PROVED,
        reason=(
            "What is discarded moves the output by its own distances from o~; the rest of the row "
            "weighs 1 - m_2, and o~ merges it by log-counts. The costs of D_2 contain o~, which "
            "depends on D_1, so choosing the cheaper for each token is a heuristic."
        ),
        instance_type=RowPruning,
        margin=_hybrid,
        tight=True,
        uses=("attention.hybrid-identity", "attention.tanh"),
        proof=(
            "attention_hybrid_bound.py",
            "coq/TanhBounds.v:hybrid_bound",
        ),
        evidence=(
            Evidence("z3", "the bound of attention.tanh on the rest of the row, any norm"),
            Evidence("sympy", "the split of o - o~; all terms at once are reached, in the limit"),
            Evidence("rational", "4 tokens, every split and every assignment", general=False),
            Evidence("coq", "any logits, values, norm, split and assignment"),
            Evidence("property", "softmax with counts, any split of D and any assignment"),
        ),
    ),
)
