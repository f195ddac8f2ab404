"""attention.log-count: with the bias log n_s a head is Lipschitz in d_H(X, X_s).

Statement.    Every token of X goes to its nearest kept token, n_s of them to s; o~ is the head over
              the kept tokens X_s with log n_s added to the logit of s.  Then
              |o - o~| <= (||W_V|| + A r_U) d_H(X, X_s),  A = |W_K^T q|/sqrt(d_h).
Assumptions.  Any finite X, X_s in X with all prompt tokens; one query, a kept token; keys and
              values are linear functions of the token, not of its position; every token is visible
              to the query.

Proof.
  1. The nearest kept token pi(i) is within d_H(X, X_s) of token i.
  2. e^(s + log n) = n e^s.
  3. sum_s n_s f_s = sum_i f_pi(i) for f = e^s and f = e^s u: o~ is the plain head over the tokens
     pi(i), one for each i.
  4. So every token moves by at most d_H(X, X_s), and attention.winf applies.
Riders.
  5. Without the bias the bound fails: V = {1, 1.1}, P = {0}, S = {1}, equal logits, W_V = 1.
  6. The bound is reached in the limit of N -> oo tokens: equal logits, N tokens at distance t from
     the only kept one; and for large A R: (0, R), (0, -R) kept, N tokens (t, R), N tokens (-t, -R),
     logit A times the first coordinate, the value is the second one, t -> 0.  So r_U is needed.
  7. Under a causal mask the nearest kept token may be invisible to the query: V = {0, 1},
     P = {.2, 1}, S = {0}, equal logits, read at the first prompt token: .4 against .1, d_H = 0.
"""

from fractions import Fraction

import sympy as sp

from mobtheory.claims.proving import ProofResult
from mobtheory.claims.symbols import W_V, A, Delta_o, U, X, X_s, circumradius, d_H, norm

from .algebra import vanishes
from .finite_sums import check_regrouping
from .line_sets import hausdorff as exact_hausdorff
from .metric_space import METRIC, Point, dist, every, hausdorff, point_set, subset
from .moved_tokens import check_moved_tokens, slope
from .registered import constants
from .solver import valid, z3
from .steps import Steps


def prove() -> ProofResult:
    steps = Steps()
    of_values, of_keys = constants("attention.log-count", _form)
    _check_distance(steps)
    _check_multiset(steps)
    check_moved_tokens(steps, of_values, of_keys)
    _check_plain(steps)
    _check_tightness(steps, sp.Rational(of_values), sp.Rational(of_keys))
    _check_mask(steps)
    return steps.result()


def _form(of_values: sp.Expr, of_keys: sp.Expr) -> sp.Basic:
    return sp.Le(Delta_o, slope(of_values, of_keys, norm(W_V), A, circumradius(U)) * d_H(X, X_s))


def _check_distance(steps: Steps) -> None:
    tokens, kept = point_set("X"), point_set("X_s")
    token, nearest = z3.Consts("x pi(x)", Point)
    r = z3.Real("d_H")
    steps.check(
        "z3",
        "the nearest kept token is within d_H(X, X_s); any metric, any finite sets",
        valid(
            z3.Implies(
                z3.And(hausdorff(r, tokens, kept), tokens(token)), dist(token, nearest) <= r
            ),
            [
                *METRIC,
                subset(kept, tokens),
                kept(nearest),
                every(kept, lambda s: dist(token, nearest) <= dist(token, s)),
            ],
        ),
    )


def _check_multiset(steps: Steps) -> None:
    s = sp.Symbol("s", real=True)
    n = sp.Symbol("n", positive=True)
    steps.check("sympy", "e^(s + log n) = n e^s", vanishes(sp.exp(s + sp.log(n)) - n * sp.exp(s)))
    check_regrouping(steps)


def _mean(*values: Fraction | int | str) -> Fraction:
    return sum((Fraction(value) for value in values), Fraction()) / len(values)


def _check_plain(steps: Steps) -> None:
    first, second = Fraction(1), Fraction("1.1")
    full, plain, counted = _mean(first, second, 0), _mean(first, 0), _mean(first, first, 0)
    distance = exact_hausdorff([0, first, second], [0, first])
    steps.check(
        "rational",
        "V = {1, 1.1}, P = {0}, S = {1}: d_H = .1, plain pruning errs by .2, with log n_s by 1/30",
        full - plain == Fraction("0.2") > distance == Fraction("0.1") >= full - counted > 0,
    )


def _check_tightness(steps: Steps, of_values: sp.Expr, of_keys: sp.Expr) -> None:
    t, a, radius, n, gain = sp.symbols("t A R N ||W_V||", positive=True)
    full = gain * n * t / (n + 1)  # the kept token is 0 and counts n + 1 times
    flat = slope(of_values, of_keys, gain, sp.Integer(0), gain * t / 2) * t
    steps.check(
        "sympy",
        f"equal logits, N tokens merged over a distance t: the error tends to the bound {flat}",
        vanishes(sp.limit(full, n, sp.oo) - flat),
    )
    up, down = 1 + n * sp.exp(a * t), 1 + n * sp.exp(-a * t)
    full = radius * (up - down) / (up + down)  # with counts: 0, the mean of R and -R
    error = sp.limit(sp.limit(full, n, sp.oo) / t, t, 0, "+")
    share = error / slope(of_values, of_keys, 1, a, radius)
    steps.check(
        "sympy",
        "N tokens merged into each of (0, R) and (0, -R): as t tends to 0, the error is A R/(1 + A "
        "R) of the bound, r_U = R, and this tends to 1",
        vanishes(sp.limit(share, radius, sp.oo) - 1),
    )


def _check_mask(steps: Steps) -> None:
    visual, prompt = [Fraction(0), Fraction(1)], [Fraction(1, 5), Fraction(1)]
    kept = [Fraction(0)]
    query = 0  # the first prompt token sees the image and itself
    full, pruned = _mean(*visual, prompt[query]), _mean(*kept, prompt[query])
    steps.check(
        "rational",
        "token 1 merged into a later prompt token: d_H = 0, .4 against .1",
        exact_hausdorff(visual + prompt, kept + prompt) == 0
        and (full, pruned) == (Fraction("0.4"), Fraction("0.1")),
    )
