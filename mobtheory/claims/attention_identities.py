"""What pruning one row of attention changes, exactly."""

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from mobtheory.attention import hybrid_error, pruning_error
from mobtheory.claims.claim import Claim, Evidence, Statement
from mobtheory.claims.instances import RowPruning
from mobtheory.claims.margin import Margin
from mobtheory.claims.settled_margin import margin_if_equal
from mobtheory.claims.symbols import (
    logit,
    m,
    nearest,
    o,
    o_D,
    o_S,
    o_tilde,
    total_dropped,
    total_merged,
    v,
    value,
    weight,
)
from mobtheory.claims.verdict import Verdict

Array = NDArray[np.float64]


def _length(vector: Array) -> float:
    return float(np.linalg.norm(vector))


def _identity(row: RowPruning) -> Margin:
    """The shipped error, the definition, and both right sides, the second times 1 - m."""
    weights, kept = row.weights, row.kept
    of_kept, of_dropped = row.mean(weights * kept), row.mean(weights * ~kept)
    mass, left = row.dropped_mass, row.kept_mass
    error = row.output - of_kept
    gaps = (
        _length(pruning_error(weights, row.values, kept) - error),
        _length(error - mass * (of_dropped - of_kept)),
        _length(left * error - mass * (of_dropped - row.output)) if mass > 0 else 0.0,
    )
    return Margin(max(gaps), 0.0, 0.0 if row.exact else row.value_rounding())


def _hybrid_identity(row: RowPruning) -> Margin:
    """Both sides times the weight after merging, so that exact rows need no division."""
    weights, values, pi = row.weights, row.values, row.assignment
    merged, discarded = row.dropped
    counted = weights * row.assigned(~discarded)
    mass, after = counted.sum(), counted @ values  # after is mass times o~
    left = mass * row.output - after
    # w_v (1 - e^(s_pi - s_v)) = w_v - w_pi, which does not overflow.
    moves = weights[merged] @ (values[merged] - values[pi[merged]])
    right = mass * moves
    right = right + (weights[merged] - weights[pi[merged]]) @ (mass * values[pi[merged]] - after)
    right = right + weights[discarded] @ (mass * values[discarded] - after)
    rounding = row.value_rounding() * (1 + float(mass)) ** 2
    shipped = hybrid_error(weights, values, row.kept, pi, merged)
    return margin_if_equal(
        _length(mass * shipped - left),
        rounding,
        Margin(_length(left - right), 0.0, 0.0 if row.exact else rounding),
    )


CLAIMS = (
    Claim(
        id="attention.identity",
        title="What plain pruning changes",
        source="extension; theory 9.1",
        statement=Statement(
            "With m the attention mass of the dropped tokens, o_D and o_S the mean values over "
            "dropped and kept tokens: o - o_S = m (o_D - o_S) = m/(1 - m) (o_D - o).",
            sp.Eq(o - o_S, m * (o_D - o_S)),
        ),
        verdict=Verdict.PROVED,
        reason=(
            "The output is the mixture (1 - m) o_S + m o_D, and softmax over the kept tokens is "
            "softmax over all, restricted and divided by 1 - m."
        ),
        instance_type=RowPruning,
        margin=_identity,
        tight=True,
        proof=(
            "attention_identity.py",
            "coq/PruningIdentity.v:pruning_identity",
        ),
        evidence=(
            Evidence("z3", "the split of sums over kept and dropped tokens, by induction"),
            Evidence("sympy", "both right sides simplify to the left one"),
            Evidence("rational", "4 tokens, every kept set", general=False),
            Evidence("coq", "softmax over finitely many tokens, any values"),
            Evidence("property", "softmax over the kept tokens on every cloud and selection"),
        ),
    ),
    Claim(
        id="attention.hybrid-identity",
        title="What merging some and discarding the rest changes",
        source="extension; theory 9.4",
        statement=Statement(
            "Each v in D_1 is merged into a kept token pi(v), pi any assignment, by log n_s, n_s = "
            "1 + the number of tokens merged into s; D_2 is discarded, o~ the output after it: o - "
            "o~ = sum over D_1 of w_v [u_v - u_pi + (1 - e^(s_pi - s_v)) (u_pi - o~)] + sum over "
            "D_2 of w_v (u_v - o~).",
            sp.Eq(
                o - o_tilde,
                total_merged(
                    weight(v)
                    * (
                        value(v)
                        - value(nearest(v))
                        + (1 - sp.exp(logit(nearest(v)) - logit(v))) * (value(nearest(v)) - o_tilde)
                    )
                )
                + total_dropped(weight(v) * (value(v) - o_tilde)),
            ),
        ),
        verdict=Verdict.PROVED,
        reason=(
            "The differences u - o~, weighted as they are after merging, sum to 0; subtract "
            "that from the sum of w (u - o~) over all tokens. With D_1 empty it is plain "
            "pruning, with D_2 empty proportional attention."
        ),
        instance_type=RowPruning,
        margin=_hybrid_identity,
        tight=True,
        proof=(
            "attention_hybrid_identity.py",
            "coq/HybridIdentity.v:hybrid_identity",
        ),
        evidence=(
            Evidence("z3", "sums regrouped by cluster, by induction on the number of tokens"),
            Evidence("sympy", "the factor of u_pi - o~ is solved for; D_1 empty"),
            Evidence("rational", "4 tokens, every split and every assignment", general=False),
            Evidence("coq", "any logits, values, split and assignment"),
            Evidence("property", "softmax with counts against the formula, any split of D"),
        ),
    ),
)
