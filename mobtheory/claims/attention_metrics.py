"""Distances between token sets in which a softmax head is Lipschitz, and what they must see."""

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from mobtheory.attention import (
    displacement_bound,
    displacement_constant,
    merge_error,
    transport_constant,
)
from mobtheory.claims.circumradius import circumradius, diameter
from mobtheory.claims.claim import Claim, Evidence, Statement
from mobtheory.claims.head_output import HeadOutput
from mobtheory.claims.instances import EPS, HeadPruning, MultisetPair
from mobtheory.claims.margin import Margin
from mobtheory.claims.settled_margin import settled_margin
from mobtheory.claims.symbols import (
    W_1,
    W_V,
    A,
    Delta,
    Delta_o,
    U,
    X,
    X_s,
    d_H,
    delta,
    diam,
    key_query,
    laplace,
    mu,
    norm,
    nu,
    sup,
)
from mobtheory.claims.symbols import circumradius as circumradius_of
from mobtheory.claims.verdict import Verdict

Array = NDArray[np.float64]
_TIMES = (np.polynomial.legendre.leggauss(24)[0] + 1) / 2
_LOGIT_RANGE = 4.0
_LARGEST_EXPONENT = 600.0


def _relative(head: HeadOutput, distance: float, of_distance: float) -> float:
    """Bound the relative error of ``(|W_V| + A r(U)) distance``.

    Norms of matrices and products of d terms lose d units; a value is off by d units of the
    longest product, which counts against A r(U) <= |W_V| A |x|.
    """
    count, dimension = head.points.shape
    longest = float(np.linalg.norm(head.points, axis=1).max())
    units = 16 * (count + dimension + 8) * EPS * (1 + head.steepness * longest)
    return units + (of_distance / distance if distance > 0 else 0.0)


def _w1(pair: MultisetPair) -> Margin:
    one, other = pair.outputs
    logits = np.concatenate([one.logits, other.logits])
    apart = diameter(np.concatenate([one.values, other.values]))
    # Beyond e^600 any distance that is not 0 decides.
    exponent = min(float(np.ptp(logits)), _LARGEST_EXPONENT)
    rhs = transport_constant(exponent, one.gain, one.steepness, apart) * pair.transport
    # The exponential turns an error of the logits into a relative one.
    relative = sum(_relative(o, pair.transport, pair.distance_rounding) for o in (one, other))
    relative += 2 * (one.logit_rounding + other.logit_rounding)
    return settled_margin(pair.gap, rhs, one.rounding + other.rounding, relative)


def _winf(pair: MultisetPair) -> Margin:
    """With r(U) of the better of the two multisets, and sharper with the hyperbolic tangent."""
    one, other = pair.outputs
    move, steepness = pair.longest_move, one.steepness
    radius = min(circumradius(o.values)[0] for o in (one, other))
    apart = min(diameter(o.values) for o in (one, other))
    bounds = (
        displacement_constant(one.gain, steepness, radius) * move,
        displacement_bound(one.gain, steepness, apart, move),
    )
    relative = sum(_relative(o, move, pair.distance_rounding) for o in (one, other))
    of_gap = one.rounding + other.rounding
    return Margin.worst(settled_margin(pair.gap, rhs, of_gap, relative) for rhs in bounds)


def _log_count(pruning: HeadPruning) -> Margin:
    """Softmax over the kept tokens with log-counts, by its definition and as merged weights."""
    full, biased = pruning.full, pruning.biased
    by_definition = float(np.linalg.norm(full.output - biased.output))
    merged = merge_error(full.weights, full.values, pruning.kept, pruning.nearest)
    error = max(by_definition, float(np.linalg.norm(merged)))
    covered = pruning.covering.pruning_distance
    radius = circumradius(full.values)[0]
    rhs = displacement_constant(full.gain, full.steepness, radius) * covered
    relative = _relative(full, covered, pruning.rounding())
    return settled_margin(error, rhs, 2 * (full.rounding + biased.rounding), relative)


def _minimal_metric(pair: MultisetPair) -> Margin:
    """The mean of <a, o_ta(mu) - o_ta(nu)> over t is the difference; at 24 times it is the maximum.

    Gauss's rule has positive weights of sum 1, so the mean is at most the largest difference at its
    nodes plus its error. The logits are made to spread by R <= 4, so that o_ta is bounded by R in
    an ellipse of parameter 2.49 around [0, 1], and the error of the rule is below 1e-17 R.
    """
    both = np.concatenate([np.asarray(pair.first), np.asarray(pair.second)]).astype(np.float64)
    both = both - both.mean(axis=0)
    direction = pair.head.key_query
    spread = float(np.ptp(both @ direction))
    direction = direction * min(1.0, _LOGIT_RANGE / spread if spread > 0 else 1.0)
    steepness = float(np.linalg.norm(direction))
    first, second = both[: len(pair.first)], both[len(pair.first) :]
    logs, means = zip(*(_along(points, direction) for points in (first, second)), strict=True)
    lhs = abs(logs[0] - logs[1])
    rhs = steepness * float(np.linalg.norm(means[0] - means[1], axis=1).max())
    reach = steepness * float(np.linalg.norm(both, axis=1).max())
    # A mean is off by 2 e of the longest where its logits are off by e.
    units = 8 * (sum(both.shape) + 8) * EPS * (1 + reach)
    centring = steepness * EPS * float(np.abs(pair.first).max() + np.abs(pair.second).max())
    return Margin(lhs, rhs, units * reach + units + 4 * both.shape[1] * centring)


def _along(points: Array, direction: Array) -> tuple[float, Array]:
    """Log of the mean of e^<a, x>, and the outputs of the heads t a with W_V = I at all times."""
    logits = points @ direction
    highest = float(logits.max())
    log_mean = highest + float(np.log(np.exp(logits - highest).mean()))
    powers = np.exp(_TIMES[:, None] * (logits - highest))
    return log_mean, powers @ points / powers.sum(axis=1, keepdims=True)


CLAIMS = (
    Claim(
        id="attention.winf",
        title="A head is Lipschitz in the longest move, without an exponential",
        source="extension; theory 4.4 (b)",
        statement=Statement(
            "If every token moves by at most delta, the output of a head at an unmoved query moves "
            "by at most (|W_V| + A r(U)) delta, where A = |W_K^T q|/sqrt(d_h) and r(U) is the "
            "circumradius of the values; so it does in W_inf of the normalised measures.",
            sp.Le(Delta_o, (norm(W_V) + A * circumradius_of(U)) * delta),
        ),
        verdict=Verdict.PROVED,
        reason=(
            "The values move by at most |W_V| delta. The weights change by a total variation of at "
            "most tanh(A delta/2), which counts diam(U) <= 2 r(U). A flat head whose tokens all "
            "move alike reaches the bound; a moved query adds r(U) r(K) |W_Q|/sqrt(d_h)."
        ),
        instance_type=MultisetPair,
        margin=_winf,
        tight=True,
        proof=("attention_winf.py", "coq/WInfinity.v:winf", "coq/WInfinity.v:winf_tokens"),
        evidence=(
            Evidence(
                "z3",
                "the moves of values and weights, by induction on the number of tokens; logits "
                "that differ by at most x bound the total variation",
            ),
            Evidence("sympy", "tanh(Omega/4) for a log-ratio of range Omega; both terms needed"),
            Evidence(
                "coq",
                "finite measures and any plan that moves no mass farther than delta, any norm",
            ),
            Evidence("property", "pairs of multisets, matched by the best transport"),
        ),
    ),
    Claim(
        id="attention.w1",
        title="A head is Lipschitz in W_1, with an exponential",
        source="extension; theory 4.4 (a)",
        statement=Statement(
            "For normalised empirical measures mu and nu, Delta the range of the logits and "
            "diam(U) the diameter of the values over both supports, A = |W_K^T q|/sqrt(d_h): |o_mu "
            "- o_nu| <= e^Delta (|W_V| + A diam(U)) W_1(mu, nu).",
            sp.Le(Delta_o, sp.exp(Delta) * (norm(W_V) + A * diam(U)) * W_1(mu, nu)),
        ),
        verdict=Verdict.PROVED,
        reason=(
            "The difference is the mu-mean minus the nu-mean of e^s (u - o_nu), a function with "
            "Lipschitz constant e^max(s) (|W_V| + A diam(U)), divided by at least e^min(s). The "
            "exponential is necessary: a small mass at a token with logit Delta reaches it."
        ),
        instance_type=MultisetPair,
        margin=_w1,
        tight=True,
        proof=(
            "attention_w1.py",
            "coq/WassersteinOne.v:w1",
        ),
        evidence=(
            Evidence("z3", "every coupling of two finite measures, by induction on its entries"),
            Evidence("sympy", "the slope of the exponential; two tokens that need e^Delta"),
            Evidence(
                "coq",
                "every transport plan between finite measures, any tokens with distances, any norm",
            ),
            Evidence("property", "pairs of multisets, W_1 by optimal assignment"),
        ),
    ),
    Claim(
        id="attention.log-count",
        title="With log-counts a head is Lipschitz in the Hausdorff distance",
        source="repair of Assumption 1; theory 4.4 (c)",
        statement=Statement(
            "Add log n_s to the logit of every kept token s, where n_s tokens of X are nearest to "
            "s: |o - o~| <= (|W_V| + A r(U)) d_H(X, X_s), A = |W_K^T q|/sqrt(d_h), for one head, "
            "keys and values linear in the token, at a query that stays.",
            sp.Le(Delta_o, (norm(W_V) + A * circumradius_of(U)) * d_H(X, X_s)),
        ),
        verdict=Verdict.PROVED,
        reason=(
            "With the bias softmax reads the multiset in which every token is replaced by its "
            "nearest kept one, and no token moves by more than d_H(X, X_s). The constant depends "
            "on the input, so it is uniform on bounded tokens only."
        ),
        instance_type=HeadPruning,
        margin=_log_count,
        tight=True,
        uses=("attention.winf",),
        proof=(
            "attention_log_count.py",
            "coq/LogCount.v:log_count",
        ),
        evidence=(
            Evidence("z3", "clusters regrouped by induction; the moves are at most d_H(X, X_s)"),
            Evidence("sympy", "a logit raised by log n counts n times"),
            Evidence(
                "rational",
                "plain pruning breaks the bound that log-counts keep; a causal mask breaks both",
                general=False,
            ),
            Evidence("coq", "finite sets in any metric space, any norm of the values"),
            Evidence("property", "brute-force softmax on every cloud and every selection"),
        ),
    ),
    Claim(
        id="attention.minimal-metric",
        title="Every valid metric sees relative multiplicities",
        source="extension; theory 4.5",
        statement=Statement(
            "If a pseudometric on finite multisets makes every head with W_V = I continuous, "
            "multisets at distance 0 have the same normalised empirical measure. For every a, with "
            "L the mean of e^<a, x>: |log L(mu) - log L(nu)| is at most |a| times the largest gap "
            "|o(mu) - o(nu)| over the heads t a, 0 <= t <= 1.",
            sp.Le(
                sp.Abs(sp.log(laplace(mu)) - sp.log(laplace(nu))),
                norm(key_query) * sup(Delta_o),
            ),
        ),
        verdict=Verdict.PROVED,
        reason=(
            "The output of the head a is the gradient of log L at a, and log L(0) = 0. So measures "
            "that no head tells apart have the same Laplace transform, hence are equal."
        ),
        instance_type=MultisetPair,
        margin=_minimal_metric,
        tight=True,
        proof=(
            "attention_minimal_metric.py",
            "coq/MinimalMetric.v:minimal_metric",
        ),
        evidence=(
            Evidence("z3", "the longest token whose shares differ has equal ones, a contradiction"),
            Evidence("sympy", "the derivative of log L along a ray is <x, o>, for any n"),
            Evidence("rational", "{0, 0, 1} and {0, 1}: d_H = 0, means 1/3 and 1/2", general=False),
            Evidence("coq", "both halves, any function on pairs of finite multisets"),
            Evidence("property", "the mean over t by Gauss's rule on pairs of multisets"),
        ),
    ),
)
