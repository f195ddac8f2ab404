"""attention.stack: with log n_s in every layer the distance of the token states grows by Lambda.

Statement.    A stack of pre-norm layers, pruned once, with the bias log n_s in every layer; x_i the
              state of token i in the full network, x~_i that of pi(i) in the pruned one, delta the
              largest |x_i - x~_i| before a layer, at first the largest |x_i - x_pi(i)|.  Behind it
              delta_next <= Lambda delta,
              Lambda = (1 + nu sum_h ||W_O|| [||W_V|| + r_U (Q ||W_K|| + r_K ||W_Q||)/sqrt(d_h)])
                       (1 + Lip(M) 2 sqrt(d) |g_2|_inf/min_i(|z_i|_eps + |z~_i|_eps)),
              nu = 2 sqrt(d) |g_1|_inf/min_i(|x_i|_eps + |x~_i|_eps), M a SwiGLU and Lip(M) as in
              attention.layer.
Assumptions.  Bidirectional or prefix attention without positions, pi(i) in the mask class of i; the
              same kept tokens in every layer; RMSNorm with eps > 0, no norm of queries and keys, no
              soft-cap; r_U, r_K the radii of balls that hold the values and the keys, Q the largest
              norm of a query, of both networks (Q of the full one, r_K of the pruned one suffice).

Proof.
  1. sum_s n_s f_s = sum_i f_pi(i), so each layer of the pruned network does to the states what the
     full network does to the tokens pi(i); by induction on layers the two agree, and it is enough
     to compare two runs of one network, on x_i and on x~_i.
  2. <q, k> - <q~, k~> = <q, k - k~> + <q - q~, k~ - c> + <q - q~, c>, the last one the same for all
     tokens: up to that constant a logit changes by at most (Q ||W_K|| + r_K ||W_Q||)/sqrt(d_h)
     times the largest change of a normalised token.
  3. So a head moves by at most [||W_V|| + r_U (...)/sqrt(d_h)] times that, as in attention.winf.
  4. RMSNorm: the normalised tokens move by at most nu delta.
  5. Heads and residual add up: |z_i - z~_i| <= (1 + nu sum_h ...) delta.
  6. The MLP multiplies by 1 + Lip(M) 2 sqrt(d) |g_2|_inf/(|z_i|_eps + |z~_i|_eps).
  7. Over several layers the factors multiply.  From what 5 and 6 say of one layer, no factor below
     Lambda follows.
Riders.
  8. With r_U, r_K and Q of the full network alone it is false: tokens (0, 50, 0) and (0, -50, 0) in
     key, value and query coordinates, moved by (1, 0, 1) t/sqrt(2) and (-1, 0, 1) t/sqrt(2), with
     t = .1, W_K = W_Q = 8, W_V = 1: one head moves by 15.5, claimed .1; with both networks 45.4.
  9. Under a causal mask copies differ: the tokens 1, 0, 1 have the running means 1, 1/2, 2/3.
"""

from fractions import Fraction
from typing import Any

import sympy as sp

from mobtheory.claims.proving import ProofResult
from mobtheory.claims.symbols import Lambda, delta, delta_next

from .algebra import vanishes
from .finite_sums import check_regrouping, check_totals
from .intervals import lies_between
from .moved_tokens import check_head
from .moved_tokens import moves_by as head_moves_by
from .pre_norm import (
    check_residual,
    check_rms_norm,
    check_swiglu,
    moves_by,
    norm_slope,
)
from .registered import constants
from .solver import satisfiable, valid, z3
from .steps import Steps


def head_slope(value: Any, radius: Any, logit: Any) -> Any:
    """What a head multiplies the moves of normalised tokens by at most."""
    return value + radius * logit


def logit_slope(key: Any, query: Any, longest: Any, key_radius: Any, root: Any) -> Any:
    """``(Q ||W_K|| + r_K ||W_Q||)/sqrt(d_h)``."""
    return (longest * key + key_radius * query) / root


def growth(nu: Any, heads: Any, lipschitz: Any, mlp_nu: Any) -> Any:
    """``Lambda``; `heads` the sum of ``||W_O||`` times `head_slope`, nu the slopes of the norms."""
    return (1 + nu * heads) * (1 + lipschitz * mlp_nu)


def prove() -> ProofResult:
    steps = Steps()
    (factor,) = constants("attention.stack", lambda c: sp.Le(delta_next, c * Lambda * delta))
    _check_equivalence(steps)
    check_head(steps)
    _check_logits(steps)
    check_rms_norm(steps)
    _check_attention(steps)
    check_swiglu(steps)
    check_residual(steps)
    _check_layers(steps, factor)
    _check_one_network(steps)
    _check_causal(steps)
    return steps.result()


def _check_equivalence(steps: Steps) -> None:
    check_regrouping(steps)
    s, n = sp.Symbol("s", real=True), sp.Symbol("n", positive=True)
    steps.check("sympy", "e^(s + log n) = n e^s", vanishes(sp.exp(s + sp.log(n)) - n * sp.exp(s)))
    state = z3.DeclareSort("State")
    head = z3.Function("layer", state, z3.RealSort(), z3.RealSort(), state)
    token, kept = z3.Consts("x_i x_pi(i)", state)
    weighted, weighted_, mass, mass_ = z3.Reals("numerator numerator' Z Z'")
    steps.check(
        "z3",
        "equal states and equal totals before a layer give equal states behind it",
        valid(
            head(token, weighted, mass) == head(kept, weighted_, mass_),
            [token == kept, weighted == weighted_, mass == mass_],
        ),
    )
    steps.rests_on("induction on the number of layers")


def _check_logits(steps: Steps) -> None:
    q, q_, k, k_, c = z3.Reals("q q~ k k~ c")
    check_totals(
        steps,
        "<q, k> - <q~, k~> = <q, k - k~> + <q - q~, k~ - c> + <q - q~, c>",
        lambda old, new, of_key, of_query, common: old - new == of_key + of_query + common,
        [q * k, q_ * k_, q * (k - k_), (q - q_) * (k_ - c), (q - q_) * c],
    )
    of_key, of_query, largest, radius, w_k, w_q, moved, root = z3.Reals(
        "of_key of_query Q r_K ||W_K|| ||W_Q|| delta_n sqrt(d_h)"
    )
    change = (of_key + of_query) / root
    slope = logit_slope(w_k, w_q, largest, radius, root)
    bound = slope * moved
    steps.check(
        "z3",
        "|<q, k - k~>| <= Q ||W_K|| delta_n, |<q - q~, k~ - c>| <= ||W_Q|| delta_n r_K: the change "
        "of a logit, less the common part, is at most (Q ||W_K|| + r_K ||W_Q||)/sqrt(d_h) delta_n",
        valid(
            z3.And(change <= bound, -change <= bound),
            [
                *(root > 0, of_key <= largest * w_k * moved, -of_key <= largest * w_k * moved),
                *(of_query <= w_q * moved * radius, -of_query <= w_q * moved * radius),
            ],
        ),
    )
    gap, w_v, r, slope = z3.Reals("|o-o~| ||W_V|| r_U slope")
    steps.check(
        "z3",
        "v = ||W_V|| delta_n and x = slope delta_n: |o - o~| <= (||W_V|| + r_U slope) delta_n",
        valid(
            gap <= head_slope(w_v, r, slope) * moved,
            [head_moves_by(gap, w_v * moved, slope * moved, r)],
        ),
    )


def _check_attention(steps: Steps) -> None:
    head, matrix, slope, moved = z3.Reals("<e,W_O(o-o~)> ||W_O|| slope_h delta_n")
    check_totals(
        steps,
        "|sum_h W_O^h (o^h - o~^h)| <= delta_n sum_h ||W_O^h|| slope_h",
        lambda heads, slopes: z3.And(heads <= slopes * moved, -heads <= slopes * moved),
        [head, matrix * slope],
        [head <= matrix * (slope * moved), -head <= matrix * (slope * moved)],
    )
    before, rho, norms, least, nu, slopes, gap, here = z3.Reals(
        "delta rho |x_i|_eps+|x~_i|_eps min nu slopes |z_i-z~_i| |x_i-x~_i|"
    )
    steps.check(
        "z3",
        "every normalised token moves by at most nu delta, the smallest sum of norms in nu",
        valid(
            moved <= nu * before,
            [
                *(rho >= 0, here >= 0, here <= before, least > 0, norms >= least),
                *(moved <= norm_slope(rho, norms) * here, nu == norm_slope(rho, least)),
            ],
        ),
    )
    steps.check(
        "z3",
        "with the residual |z_i - z~_i| <= (1 + nu sum_h ||W_O^h|| slope_h) delta",
        valid(
            gap <= (1 + nu * slopes) * before,
            [slopes >= 0, moved <= nu * before, here <= before, gap <= here + slopes * moved],
        ),
    )


def _check_layers(steps: Steps, factor: Fraction) -> None:
    before, nu, heads, gap, after, norms, least, slope, rho = z3.Reals(
        "delta nu heads |z_i-z~_i| |y_i-y~_i| |z_i|_eps+|z~_i|_eps min Lip(M) rho"
    )
    grown = factor * growth(nu, heads, slope, norm_slope(rho, least)) * before
    layer = [
        *(slope >= 0, rho >= 0, least > 0, norms >= least, gap >= 0),
        *(gap <= (1 + nu * heads) * before, moves_by(after, gap, slope, rho, norms)),
    ]
    steps.check(
        "z3",
        f"|y_i - y~_i| <= {factor} Lambda delta for every token i, so for the largest",
        valid(after <= grown, [nu >= 0, heads >= 0, before >= 0, *layer]),
    )
    at = [nu == 1, heads == 1, slope == 1, rho == 1, least == 1, before == 1]
    steps.check(
        "z3",
        f"{factor} Lambda is the least factor that the steps of one layer give",
        satisfiable([*at, *layer, after == grown]),
    )
    of_layer, product, start, here, behind = z3.Reals("Lambda product delta_0 delta_l delta_l+1")
    steps.check(
        "z3",
        "delta_l <= product delta_0 gives delta_(l+1) <= Lambda product delta_0",
        valid(
            behind <= of_layer * product * start,
            [of_layer >= 0, here <= product * start, behind <= of_layer * here],
        ),
    )


def _check_one_network(steps: Steps) -> None:
    moved, scale, radius, w_v = Fraction(1, 10), 8, 50, 1
    coordinate = moved / sp.sqrt(2)
    query, key = scale * coordinate, scale * coordinate
    error = radius * sp.tanh(query * key)  # logits +- query key, before the move both are 0
    both = head_slope(w_v, radius, logit_slope(scale, scale, query, key, 1)) * moved
    at_rest = Fraction(0)  # queries and keys of the full network
    full_only = head_slope(w_v, radius, logit_slope(scale, scale, at_rest, at_rest, 1)) * moved
    steps.check(
        "interval",
        "the head moves by 50 tanh(.32), between 15.4 and 15.5; both networks allow 45.3 to 45.4",
        lies_between(error, Fraction("15.4"), Fraction("15.5"))
        and lies_between(both, Fraction("45.3"), Fraction("45.4")),
    )
    steps.check(
        "rational",
        "the full network alone has queries and keys 0 and would allow .1",
        full_only == Fraction("0.1"),
    )


def _check_causal(steps: Steps) -> None:
    tokens = [1, 0, 1]
    seen = [Fraction(sum(tokens[: i + 1]), i + 1) for i in range(len(tokens))]
    steps.check(
        "rational",
        "the flat causal head on 1, 0, 1: the copies of 1 have the outputs 1 and 2/3",
        tokens[0] == tokens[2] and (seen[0], seen[2]) == (1, Fraction(2, 3)),
    )
