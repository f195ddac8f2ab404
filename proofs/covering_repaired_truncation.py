"""covering.repaired-truncation: a truncation that covers.

Statement.    F farthest-point sampling on P with K_p picks, S_p = {nn(f) : f in F}:
              d_H(S_p, P) <= h(P -> V) + 2 OPT_P(K_p); for K_p >= L it is h(P -> V).
Assumptions.  Any metric; V, P finite and not empty; K_p >= 1; covering.seeded-fps on P, Z empty.

Proof.  Let h(P -> V) <= r, and let K_p centres cover P within rho.
  1. By covering.seeded-fps F covers P within 2 rho.  From p to its pick to the neighbour of the
     pick: h(P -> S_p) <= r + 2 rho.  A kept token has its pick within r: h(S_p -> P) <= r.
  2. At most r + 2 rho for every rho that is reached is at most r + 2 OPT.
  3. The bound is reached: V = {-2, 0}, P = {-1, 0, 1}, K_p = 1.
  4. K_p >= L: P covers itself, OPT = 0; and d_H(S_p, P) >= h(P -> V) for every S_p within V.
"""

import sympy as sp

from mobtheory.claims.proving import ProofResult
from mobtheory.claims.symbols import OPT_P, K_p, P, S_p, V, d_H, h

from .line_sets import best_radius
from .line_sets import directed as exact_directed
from .line_sets import hausdorff as exact_hausdorff
from .metric_space import (
    METRIC,
    SYMMETRY,
    TRIANGLE,
    Point,
    directed,
    dist,
    every,
    hausdorff,
    nearest_neighbours,
    point_set,
    subset,
)
from .registered import constants
from .solver import valid, z3
from .steps import Steps


def prove() -> ProofResult:
    steps = Steps()
    floors, optima = constants(
        "covering.repaired-truncation",
        lambda a, b: sp.Le(d_H(S_p, P), a * h(P, V) + b * OPT_P(K_p)),
    )
    visual, prompt, picks, kept = (point_set(name) for name in ("V", "P", "F", "S_p"))
    r, rho = z3.Reals("r rho")
    bound = floors * r + optima * rho
    nn = z3.Function("nn", Point, Point)
    of_picks, obey_picks = nearest_neighbours(picks, visual, nn)
    fps = directed(2 * rho, prompt, picks)  # covering.seeded-fps
    floor = directed(r, prompt, visual)
    close = every(picks, lambda f: dist(f, nn(f)) <= r)
    # No more premises than a step needs: z3 must also find that they have a model.
    steps.check(
        "z3",
        "each pick has its nearest neighbour within h(P -> V)",
        valid(close, [*obey_picks, subset(picks, prompt), floor]),
    )
    steps.check(
        "z3",
        "h(P -> S_p) <= h(P -> V) + 2 rho; any metric, any sets",
        valid(directed(bound, prompt, of_picks), [TRIANGLE, fps, close]),
    )
    steps.check(
        "z3",
        "h(S_p -> P) <= h(P -> V)",
        valid(directed(r, of_picks, prompt), [SYMMETRY, subset(picks, prompt), close]),
    )
    value, optimum = z3.Reals("d_H OPT")
    level = (value - floors * r) / optima
    below = z3.Implies(optimum < level, rho < level)  # OPT the infimum
    steps.check(
        "z3",
        "at most r + 2 rho for every rho that is reached is at most r + 2 OPT",
        valid(z3.Implies(z3.And(below, value <= bound), value <= floors * r + optima * optimum)),
    )
    tokens, text = [-2, 0], [-1, 0, 1]
    steps.check(
        "rational",
        "the bound is reached: V = {-2, 0}, P = {-1, 0, 1}, the pick -1 keeps -2: 3 = 1 + 2 * 1",
        exact_hausdorff([-2], text)
        == floors * exact_directed(text, tokens) + optima * best_radius(text, 1)
        == 3,
    )
    steps.check(
        "z3",
        "K_p >= L: P covers itself within 0",
        valid(directed(z3.RealVal(0), prompt, prompt), METRIC),
    )
    steps.check(
        "z3",
        "d_H(S_p, P) <= r gives h(P -> V) <= r for every S_p within V",
        valid(z3.Implies(hausdorff(r, kept, prompt), floor), [*METRIC, subset(kept, visual)]),
    )
    return steps.result()
