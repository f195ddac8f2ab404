"""theorem-2.corrected: the corrected guarantee.

Statement.    |dy| <= C min{h(V -> P), h(V -> S)}, and if r = (b'/K_v)^(1/d) lies in the range where
              N(V, r) <= b' r^-d, then h(V -> S) <= min{2 OPT(K_v | S_p), beta K_v^(-1/d)}.
Assumptions.  |dy| <= C d_H(X, X_s), C >= 0; any metric; K_v >= 1; S_v farthest-point sampling
              seeded with S_p, with K_v picks.

Proof.
  1. d_H(X, X_s) <= min{h(V -> P), h(V -> S)} (geometry.domination).
  2. covering.seeded-fps with Z = S_p: whatever K_v centres and S_p cover within rho,
     S = S_p u S_v covers within 2 rho; so h(V -> S) <= 2 OPT(K_v | S_p).
  3. b' r^-d = K_v, so N(V, r) <= K_v: some K_v centres cover V within r, and h(V -> S) <= 2 r.
  4. Both factors are reached: V = {-1, 1}, one pick; V = {0, 10}, P = {100}, S = {0}.
  5. 2 r = beta K_v^(-1/d) with beta = 2 b'^(1/d).
"""

import sympy as sp

from mobtheory.claims.proving import ProofResult
from mobtheory.claims.symbols import OPT, C, P, S, S_p, V, delta_y, h
from mobtheory.claims.symbols import K_v as picks_of

from .algebra import vanishes
from .covering_numbers import Family, centres, is_covering_number, size
from .line_sets import best_radius
from .line_sets import directed as exact_directed
from .metric_space import METRIC, directed, hausdorff, point_set, subset, union
from .registered import constants
from .small_metrics import smallest
from .solver import valid, z3
from .steps import Steps


def prove() -> ProofResult:
    steps = Steps()
    factor, least = constants("theorem-2.corrected", _form)
    visual, prompt, kept, seeds = (point_set(name) for name in ("V", "P", "S", "S_p"))
    r, rho = z3.Reals("r rho")
    steps.check(
        "z3",
        "d_H(X, X_s) <= h(V -> P) and <= h(V -> S); any metric, any sets",
        valid(
            z3.Implies(
                z3.Or(directed(r, visual, prompt), directed(r, visual, kept)),
                hausdorff(r, union(visual, prompt), union(kept, prompt)),
            ),
            [*METRIC, r >= 0, subset(kept, visual)],
        ),
    )
    error, constant, moved, to_prompt, to_kept = z3.Reals("error C moved h(V->P) h(V->S)")
    steps.check(
        "z3",
        "|dy| <= C min{h(V -> P), h(V -> S)}",
        valid(
            error <= least * constant * smallest([to_prompt, to_kept]),
            [constant >= 0, moved <= to_prompt, moved <= to_kept, error <= constant * moved],
        ),
    )
    optimum = z3.Real("OPT")
    below = z3.Implies(
        optimum < to_kept / factor, rho < to_kept / factor
    )  # OPT the infimum of the rho
    steps.check(
        "z3",
        "covering.seeded-fps, h(V -> S) <= 2 rho for every rho reached, gives <= 2 OPT(K_v | S_p)",
        valid(
            z3.Implies(z3.And(below, to_kept <= 2 * rho), to_kept <= factor * optimum),
            [to_kept >= 0],
        ),
    )
    b_, k_v, d = sp.symbols("b' K_v d", positive=True)
    radius = (b_ / k_v) ** (1 / d)
    steps.check("sympy", "b' r^-d = K_v at r = (b'/K_v)^(1/d)", vanishes(b_ * radius**-d - k_v))
    family, number, picks = z3.Const("family", Family), z3.Int("N"), z3.Int("K_v")
    covers = directed(r, visual, centres(family))
    steps.check(
        "z3",
        "N(V, r) <= K_v: some family of at most K_v centres covers V within r",
        valid(
            z3.Exists([family], z3.And(covers, size(family) <= picks)),
            [*METRIC, is_covering_number(number, visual, r), number <= picks],
        ),
    )
    seeded_fps = z3.Implies(
        directed(r, visual, union(centres(family), seeds)), directed(2 * r, visual, kept)
    )
    steps.check(
        "z3",
        "it covers with S_p as well, so covering.seeded-fps gives h(V -> S) <= 2 r",
        valid(z3.Implies(covers, directed(2 * r, visual, kept)), [*METRIC, seeded_fps]),
    )
    steps.check(
        "sympy",
        "2 r = beta K_v^(-1/d)",
        vanishes(2 * radius - 2 * b_ ** (1 / d) * k_v ** (-1 / d)),
    )
    steps.check(
        "rational",
        "both factors are reached: V = {-1, 1}, one pick, S_p empty, 2 = 2 OPT; V = {0, 10}, P = "
        "{100}, S = {0}, the distance to the dropped token grows by 10 = h(V -> S), C = 1",
        exact_directed([-1, 1], [-1]) == factor * best_radius([-1, 1], 1)
        and least * min(exact_directed([0, 10], [0]), exact_directed([0, 10], [100])) == 10,
    )
    return steps.result()


def _form(factor: sp.Expr, least: sp.Expr) -> sp.Basic:
    return sp.And(
        sp.Le(h(V, S), factor * OPT(picks_of, S_p)),
        sp.Le(delta_y, least * C * sp.Min(h(V, P), h(V, S))),
    )
