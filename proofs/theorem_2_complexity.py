"""theorem-2.complexity: the cost of Algorithm 1.

Statement.    At most 5 N (L + K) d operations, counted step by step, if log2(k + 1) <= d and
              log2(K_p + 1) <= d, k <= N.
Assumptions.  N, L, d >= 1, 0 <= K_p <= K, 1 <= k.

Proof.  Each term is at most N L d, N K d or twice N L d:
  1. normalise           (N + L) d              <= 2 N L d
  2. similarities        N L d
  3. top k               N L log2(k + 1)        <= N L d
  4. merge, truncate     L k log2(K_p + 1)      <= N L d
  5. seeds and picks     N K_p d + N (K - K_p) d = N K d
  6. the sum             5 N L d + N K d        <= 5 N (L + K) d, equal in the limit K -> 0
  7. N (L + K) d gives the cost table of the paper (TFLOPs, two digits) with L = 10, d = 4096.
"""

import sympy as sp

from mobtheory.claims.proving import ProofResult
from mobtheory.claims.symbols import K, L, N
from mobtheory.claims.symbols import d as width

from .algebra import positive, vanishes
from .registered import constants
from .solver import valid, z3
from .steps import Steps


def prove() -> ProofResult:
    steps = Steps()
    (factor,) = constants(
        "theorem-2.complexity", lambda c: sp.Le(sp.Symbol("T"), c * N * width * (K + L))
    )
    n, length, d, fold, log_fold, log_budget = z3.Reals("N L d k log2(k+1) log2(K_p+1)")
    sizes = [n >= 1, length >= 1, d >= 1, fold >= 1, fold <= n]
    logs = [log_fold >= 0, log_fold <= d, log_budget >= 0, log_budget <= d]
    per_pair = n * length * d
    bounds = {
        "normalise: (N + L) d <= 2 N L d": (n + length) * d <= 2 * per_pair,
        "top k: N L log2(k + 1) <= N L d": n * length * log_fold <= per_pair,
        "merge: L k log2(K_p + 1) <= N L d": length * fold * log_budget <= per_pair,
    }
    for name, bound in bounds.items():
        steps.check("z3", name, valid(bound, [*sizes, *logs]))
    n_, l_, k_, k_p, d_ = sp.symbols("N L K K_p d", positive=True)
    steps.check(
        "sympy",
        "seeds and picks: N K d",
        vanishes(n_ * k_p * d_ + n_ * (k_ - k_p) * d_ - n_ * k_ * d_),
    )
    total = (2 + 1 + 1 + 1) * n_ * l_ * d_ + n_ * k_ * d_
    room = sp.Rational(str(factor)) * n_ * (l_ + k_) * d_ - total
    steps.check(
        "sympy",
        "5 N (L + K) d exceeds the sum of the bounds, by nothing as K tends to 0",
        positive(room) and vanishes(sp.limit(room, k_, 0)),
    )
    printed = {
        (576, 64): "1.7e+08",
        (576, 128): "3.3e+08",
        (576, 192): "4.8e+08",
        (2880, 320): "3.9e+09",
    }
    steps.check(
        "rational",
        "N (L + K) d = 1.7e-4, 3.3e-4, 4.8e-4, 3.9e-3 TFLOPs as printed",
        all(
            f"{tokens * (10 + kept) * 4096:.1e}" == flops
            for (tokens, kept), flops in printed.items()
        ),
    )
    return steps.result()
