"""covering.saturation: beyond L prompt tokens there is nothing left to trade.

Statement.    The smallest d_H(S_p, P) over |S_p| <= K_p is h(P -> V) for every K_p >= L.
Assumptions.  Any metric; V finite, P = {p_1, ..., p_L}, K_p >= L >= 1.

Proof.  "At most K members" means: listed by the places 1, ..., K, repetitions allowed.
  1. The list nn(p_1), ..., nn(p_L), its last entry repeated up to place K_p, lies in V and
     reaches the floor in both directions.
  2. No S_p within V goes below the floor, whatever its size.
"""

from typing import Any

import sympy as sp

from mobtheory.claims.proving import ProofResult
from mobtheory.claims.symbols import P, S_p, V, d_H, h, least

from .metric_space import METRIC, Point, directed, dist, every, hausdorff, point_set, subset
from .registered import constants
from .solver import valid, z3
from .steps import Steps


def prove() -> ProofResult:
    steps = Steps()
    (factor,) = constants("covering.saturation", lambda c: sp.Eq(least(d_H(S_p, P)), c * h(P, V)))
    visual, kept = point_set("V"), point_set("S_p")
    token = z3.Function("p", z3.IntSort(), Point)
    nn = z3.Function("nn", Point, Point)
    length, budget, i = z3.Ints("L K_p i")
    r = z3.Real("r")

    def listed(entry: Any, places: Any) -> Any:
        return lambda x: z3.Exists([i], z3.And(i >= 1, i <= places, x == entry(i)))

    prompt = listed(token, length)
    nearest = listed(lambda i: nn(token(z3.If(i <= length, i, length))), budget)
    obey = [
        every(prompt, lambda p: visual(nn(p))),
        every(prompt, lambda p: every(visual, lambda v: dist(p, nn(p)) <= dist(p, v))),
    ]
    floor = directed(r, prompt, visual)
    given = [*METRIC, *obey, length >= 1, budget >= length]
    steps.check(
        "z3", "the list of K_p nearest neighbours lies in V", valid(subset(nearest, visual), given)
    )
    steps.check(
        "z3",
        "it reaches the floor: h(P -> V) <= r gives d_H(S', P) <= r",
        valid(z3.Implies(floor, hausdorff(factor * r, nearest, prompt)), given),
    )
    steps.check(
        "z3",
        "no S_p within V goes below: d_H(S_p, P) <= r gives h(P -> V) <= r",
        valid(
            z3.Implies(hausdorff(factor * r, kept, prompt), floor),
            [*METRIC, subset(kept, visual)],
        ),
    )
    return steps.result()
