"""geometry.domination: every bound that contains + C eta is dominated.

Statement.    d_H(X, X_s) <= min{h(V -> S), h(V -> P)} <= eta for every S within V; for S empty
              it is at most h(V -> P).  Under Assumption 1 the error is at most C h(V -> P).
Assumptions.  Any metric; V, P finite, P not empty; d_H(V, P) <= eta.

Proof.
  1. h(V -> S) <= r or h(V -> P) <= r gives d_H(X, X_s) <= r: prompt and kept tokens stay.
  2. S empty: h(V -> P) <= r gives d_H(V u P, P) <= r.
  3. d_H(V, P) <= eta gives h(V -> P) <= eta.
  4. Assumption 1 turns the distance into the error.
  5. The bound is reached: V = {0, 100}, P = {1}, S = {0}.
  6. Cross-check with closed forms, all metrics on 3 + 2 points, every S.
"""

from itertools import chain, combinations

import sympy as sp

from mobtheory.claims.proving import ProofResult
from mobtheory.claims.symbols import P, S, V, X, X_s, d_H, h

from .line_sets import directed as exact_directed
from .line_sets import hausdorff as exact_hausdorff
from .metric_space import METRIC, directed, hausdorff, point_set, subset, union
from .registered import constants
from .small_metrics import SmallMetric
from .solver import valid, z3
from .steps import Steps


def prove() -> ProofResult:
    steps = Steps()
    (factor,) = constants(
        "geometry.domination", lambda c: sp.Le(d_H(X, X_s), c * sp.Min(h(V, S), h(V, P)))
    )
    visual, prompt, kept = (point_set(name) for name in "VPS")
    r, eta = z3.Reals("r eta")
    everything = union(visual, prompt)
    near_either = z3.Or(directed(r, visual, kept), directed(r, visual, prompt))
    steps.check(
        "z3",
        "d_H(X, X_s) <= h(V -> S) and <= h(V -> P); any metric, any sets",
        valid(
            z3.Implies(near_either, hausdorff(factor * r, everything, union(kept, prompt))),
            [*METRIC, r >= 0, subset(kept, visual)],
        ),
    )
    steps.check(
        "z3",
        "S empty: d_H(X, P) <= h(V -> P)",
        valid(
            z3.Implies(directed(r, visual, prompt), hausdorff(factor * r, everything, prompt)),
            [*METRIC, r >= 0],
        ),
    )
    coupled = hausdorff(eta, visual, prompt)
    steps.check(
        "z3",
        "h(V -> P) <= eta",
        valid(z3.Implies(coupled, directed(eta, visual, prompt)), METRIC),
    )
    error, constant, moved, to_prompt = z3.Reals("error C moved to_prompt")
    steps.check(
        "z3",
        "|dy| <= C d_H(X, X_s) <= C h(V -> P)",
        valid(
            error <= constant * to_prompt,
            [constant >= 0, error <= constant * moved, moved >= 0, moved <= to_prompt],
        ),
    )
    tokens, text, left = [0, 100], [1], [0]
    moved = exact_hausdorff([*tokens, *text], [*left, *text])
    least = min(exact_directed(tokens, left), exact_directed(tokens, text))
    steps.check(
        "rational",
        "the bound is reached: V = {0, 100}, P = {1}, S = {0} has 99 on both sides",
        moved == factor * least == 99,
    )
    steps.check("z3", "closed forms on 3 visual and 2 prompt points, every S", _small())
    return steps.result()


def _small() -> bool | None:
    metric, visual, prompt = SmallMetric(5), [0, 1, 2], [3, 4]
    to_prompt, eta = metric.directed(visual, prompt), metric.hausdorff(visual, prompt)
    below = [to_prompt <= eta]
    for kept in chain.from_iterable(combinations(visual, n) for n in range(4)):
        moved = metric.hausdorff([*visual, *prompt], [*kept, *prompt])
        below.append(moved <= to_prompt)
        if kept:
            below.append(moved <= metric.directed(visual, kept))
    return valid(z3.And(below), metric.axioms)
