"""covering.nn-optimal: no selection is nearer to the prompt than the nearest neighbours.

Statement.    S' = {nn(p) : p in P} has d_H(S', P) = h(P -> V), the minimum of d_H(S, P) over all
              nonempty S within V.
Assumptions.  Any metric; V, P finite and not empty; ties broken in any way.

Proof.
  1. For every r: d_H(S', P) <= r iff h(P -> V) <= r.
  2. d_H(S, P) <= r gives h(P -> V) <= r for every S within V.
  3. Both numbers of step 1 are below the same radii, so they are equal.
  4. Cross-check with closed forms, all metrics on 3 + 2 points, every S.
"""

from fractions import Fraction
from itertools import chain, combinations, product
from typing import Any

import sympy as sp

from mobtheory.claims.proving import ProofResult
from mobtheory.claims.symbols import P, S_p, V, d_H, h

from .metric_space import (
    METRIC,
    directed,
    hausdorff,
    nearest_neighbours,
    point_set,
    same_levels_same_number,
    subset,
)
from .registered import constants
from .small_metrics import SmallMetric
from .solver import valid, z3
from .steps import Steps


def prove() -> ProofResult:
    steps = Steps()
    (factor,) = constants("covering.nn-optimal", lambda c: sp.Le(h(P, V), c * d_H(S_p, P)))
    visual, prompt, kept = (point_set(name) for name in "VPS")
    r = z3.Real("r")
    nearest, obey = nearest_neighbours(prompt, visual)
    floor = directed(r, prompt, visual)
    given = [*METRIC, *obey]
    steps.check(
        "z3",
        "h(P -> V) <= r gives d_H(S', P) <= r; any metric, any sets",
        valid(z3.Implies(floor, hausdorff(r, nearest, prompt)), given),
    )
    steps.check(
        "z3",
        "d_H(S', P) <= r gives h(P -> V) <= r",
        valid(z3.Implies(hausdorff(r, nearest, prompt), floor), given),
    )
    steps.check(
        "z3",
        "d_H(S, P) <= r gives h(P -> V) <= r for every S within V",
        valid(
            z3.Implies(hausdorff(r, kept, prompt), directed(factor * r, prompt, visual)),
            [*METRIC, subset(kept, visual)],
        ),
    )
    steps.check("z3", "below the same radii, hence equal", valid(same_levels_same_number()))
    steps.check("z3", "closed forms on 3 visual and 2 prompt points, every S", _small(factor))
    return steps.result()


def _small(factor: Fraction) -> bool | None:
    metric, visual, prompt = SmallMetric(5), [0, 1, 2], [3, 4]
    floor = metric.directed(prompt, visual)
    subsets = list(chain.from_iterable(combinations(visual, n) for n in (1, 2, 3)))
    holds: list[Any] = [factor * metric.hausdorff(kept, prompt) >= floor for kept in subsets]
    for choice in product(visual, repeat=len(prompt)):
        nearest = [
            metric.dist(p, v) <= metric.dist(p, w)
            for p, v in zip(prompt, choice, strict=True)
            for w in visual
        ]
        radius = metric.hausdorff(sorted(set(choice)), prompt)
        holds.append(z3.Implies(z3.And(nearest), factor * radius == floor))
    return valid(z3.And(holds), metric.axioms)
