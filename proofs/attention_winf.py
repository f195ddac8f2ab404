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
  7. Both constants are reached in the limit: tokens (0, R), (0, -R) moved by (delta, 0) and
     (-delta, 0), logit A times the first coordinate, W_V = 1.
Step 5 replaces a path from the old tokens to the new ones: nothing is differentiated
but tanh, and the values of one of the two sets of tokens are enough.
"""

import sympy as sp

from mobtheory.claims.proving import ProofResult
from mobtheory.claims.symbols import W_V, A, Delta_o, U, circumradius, delta, norm

from .algebra import vanishes
from .derived_statement import check_registered
from .moved_tokens import RADIUS_FACTOR, check_moved_tokens
from .steps import Steps

STATEMENT = sp.Le(Delta_o, (norm(W_V) + RADIUS_FACTOR * A * circumradius(U)) * delta)


def prove() -> ProofResult:
    steps = Steps()
    check_moved_tokens(steps)
    _check_tightness(steps)
    check_registered(steps, "attention.winf", STATEMENT)
    return steps.result()


def _check_tightness(steps: Steps) -> None:
    move, a, radius = sp.symbols("delta A R", positive=True)
    up, down = sp.exp(a * move), sp.exp(-a * move)
    moved = sp.Matrix([move * (up - down), radius * (up - down)]) / (
        up + down
    )  # before: (0, 0), the mean of (0, R) and (0, -R)
    slopes = moved.applyfunc(lambda entry: sp.limit(entry / move, move, 0, "+"))
    steps.check(
        "sympy",
        "the two tokens: |o - o~|/delta tends to A R as delta does to 0, where r_U = R",
        vanishes(slopes[0]) and vanishes(slopes[1] - a * radius),
    )
    steps.check(
        "sympy",
        "which is (1 - 1/(1 + A R)) of the bound 1 + A R: no smaller factor for A r_U will do",
        sp.limit(slopes[1] / (1 + a * radius), radius, sp.oo) == 1,
    )
    steps.check(
        "sympy",
        "equal logits, both moved by (0, delta): |o - o~| = ||W_V|| delta, the factor 1 is needed",
        vanishes(((radius + move) + (-radius + move)) / 2 - (radius - radius) / 2 - move),
    )
