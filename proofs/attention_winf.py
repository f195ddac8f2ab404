"""attention.winf: move every token by at most delta and a head moves by (||W_V|| + A r_U) delta.

Statement.    o, o~ the outputs of one softmax head at one query before and after token i has moved
              from x_i to x~_i, |x_i - x~_i| <= delta for all i.  Then
              |o - o~| <= (||W_V|| + A r_U) delta,  A = |W_K^T q|/sqrt(d_h).
Assumptions.  Any number of tokens, each of any mass p_i > 0, as in a coupling; the query does not
              move; keys and values are linear in the token; r_U the radius of a ball that holds the
              values of either the old or the new tokens, one of the two suffices.

Proof.  Weights w, w~, values u, u~; all numbers are projections on an arbitrary unit vector.
  1. o - o~ = sum w~ (u - u~) + sum (w - w~) u.
  2. The first sum is at most ||W_V|| delta.
  3. The second is at most (range of u) TV, TV the total of the gains w - w~.
  4. A delta bounds the change of each logit, so the weights have ratios within a factor e^Omega of
     each other, Omega = 2 A delta.
  5. The tokens that gain have masses M, M~ with odds within e^Omega of each other, and then
     TV = M - M~ <= tanh(Omega/4).
  6. tanh x <= x and range <= 2 r_U turn diam_U tanh(A delta/2) into A r_U delta.
  7. The bound is reached: equal logits, A = 0, all tokens moved alike along the first direction of
     W_V; and in the limit of large A R: tokens (0, R), (0, -R) moved by (delta, 0) and (-delta, 0),
     logit A times the first coordinate, the value is the second one, delta -> 0.
Step 5 replaces a path from the old tokens to the new ones: nothing is differentiated
but tanh, and the values of one of the two sets of tokens are enough.
"""

import sympy as sp

from mobtheory.claims.proving import ProofResult
from mobtheory.claims.symbols import W_V, A, Delta_o, U, circumradius, delta, norm

from .algebra import vanishes
from .moved_tokens import check_moved_tokens, slope
from .registered import constants
from .steps import Steps


def prove() -> ProofResult:
    steps = Steps()
    of_values, of_keys = constants("attention.winf", _form)
    check_moved_tokens(steps, of_values, of_keys)
    _check_tightness(steps, sp.Rational(of_values), sp.Rational(of_keys))
    return steps.result()


def _form(of_values: sp.Expr, of_keys: sp.Expr) -> sp.Basic:
    return sp.Le(Delta_o, slope(of_values, of_keys, norm(W_V), A, circumradius(U)) * delta)


def _check_tightness(steps: Steps, of_values: sp.Expr, of_keys: sp.Expr) -> None:
    move, a, radius, gain = sp.symbols("delta A R ||W_V||", positive=True)
    before = gain * (radius - radius) / 2
    after = (gain * (radius + move) + gain * (-radius + move)) / 2
    flat = slope(of_values, of_keys, gain, sp.Integer(0), gain * radius) * move
    steps.check(
        "sympy",
        f"the bound is reached: equal logits, both tokens moved by delta, {flat}",
        vanishes(after - before - flat),
    )
    up, down = sp.exp(a * move), sp.exp(-a * move)
    moved = radius * (up - down) / (up + down)  # before: 0, the mean of R and -R
    share = sp.limit(moved / move, move, 0, "+") / slope(of_values, of_keys, 1, a, radius)
    steps.check(
        "sympy",
        "the two tokens: as delta tends to 0, |o - o~| is A R/(1 + A R) of the bound, r_U = R, and "
        "this tends to 1",
        vanishes(sp.limit(share, radius, sp.oo) - 1),
    )
