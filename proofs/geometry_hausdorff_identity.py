"""geometry.hausdorff-identity: what d_H(X, X_s) is.

Statement.    d_H(V u P, S u P) = G(S) := max over v in V of min(dist(v, S), dist(v, P)).
Assumptions.  Any metric; V, P finite, P not empty; S within V, S empty included.

Proof.
  1. For every r >= 0: d_H(X, X_s) <= r iff every v in V is within r of S or of P.  One direction
     is 0 because X_s lies in X; prompt tokens are their own nearest neighbours.
  2. Both numbers are below the same radii, so they are equal.
  3. Cross-check without levels: closed forms of max and min, all metrics on 3 + 2 points, every S.
"""

from fractions import Fraction
from itertools import chain, combinations
from typing import Any

import sympy as sp

from mobtheory.claims.proving import ProofResult
from mobtheory.claims.symbols import S, X, X_s, d_H

from .metric_space import (
    METRIC,
    every,
    hausdorff,
    near,
    point_set,
    same_levels_same_number,
    subset,
    union,
)
from .registered import constants
from .small_metrics import SmallMetric, largest
from .solver import valid, z3
from .steps import Steps


def prove() -> ProofResult:
    steps = Steps()
    (factor,) = constants(
        "geometry.hausdorff-identity", lambda c: sp.Eq(d_H(X, X_s), c * sp.Function("G")(S))
    )
    visual, prompt, kept = (point_set(name) for name in "VPS")
    r = z3.Real("r")
    covered = every(visual, lambda v: z3.Or(near(r, v, kept), near(r, v, prompt)))
    steps.check(
        "z3",
        "d_H(X, X_s) <= r iff every v is within r of S or P; any metric, any sets",
        valid(
            hausdorff(factor * r, union(visual, prompt), union(kept, prompt)) == covered,
            [*METRIC, r >= 0, subset(kept, visual)],
        ),
    )
    steps.check("z3", "below the same radii, hence equal", valid(same_levels_same_number()))
    steps.check("z3", "closed forms on 3 visual and 2 prompt points, every S", _small(factor))
    return steps.result()


def _small(factor: Fraction) -> bool | None:
    metric, visual, prompt = SmallMetric(5), [0, 1, 2], [3, 4]
    selections = chain.from_iterable(combinations(visual, n) for n in range(4))
    equal: list[Any] = []
    for kept in selections:
        value = largest(metric.to_set(v, [*kept, *prompt]) for v in visual)
        equal.append(metric.hausdorff([*visual, *prompt], [*kept, *prompt]) == factor * value)
    return valid(z3.And(equal), metric.axioms)
