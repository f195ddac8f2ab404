"""theorem-2.nn-cover: the nearest-neighbour cover is optimal (step E5-1).

Statement.    With k = 1 and K_p >= L, Algorithm 1 has d_H(S_p, P) = h(P -> V) <= eta, the minimum
              over all S within V.
Assumptions.  Any metric; V, P finite and not empty; d_H(V, P) <= eta.

Proof.
  1. There are at most k L = L <= K_p candidates, so truncation keeps all: S_p = {nn(p)}.
  2. For every r: d_H(S_p, P) <= r iff h(P -> V) <= r, and h(P -> V) <= d_H(V, P).
  3. A larger fold keeps more tokens of V and can only worsen d_H(S_p, P).
  4. The floor is reached: V = {0, 9}, P = {1}.
  5. For K_p < L it fails: V = P = {0, 10}, K_p = 1.
"""

import sympy as sp

from mobtheory.claims.proving import ProofResult
from mobtheory.claims.symbols import P, S_p, V, d_H, h

from .algorithm_1 import prompt_half
from .line_sets import directed as exact_directed
from .line_sets import hausdorff as exact_hausdorff
from .metric_space import METRIC, directed, hausdorff, nearest_neighbours, point_set, subset
from .registered import constants
from .solver import valid, z3
from .steps import Steps


def prove() -> ProofResult:
    steps = Steps()
    (factor,) = constants("theorem-2.nn-cover", lambda c: sp.Le(d_H(S_p, P), c * h(P, V)))
    budget, length, count, rank = z3.Ints("K_p L candidates rank")
    steps.check(
        "z3",
        "at most L <= K_p candidates: every rank is below K_p, nothing is truncated",
        valid(rank < budget, [budget >= length, count <= length, rank >= 0, rank < count]),
    )
    visual, prompt, more = (point_set(name) for name in ("V", "P", "S"))
    r = z3.Real("r")
    nearest, obey = nearest_neighbours(prompt, visual)
    floor = directed(r, prompt, visual)
    steps.check(
        "z3",
        "h(P -> V) <= r gives d_H(S_p, P) <= r; any metric, any sets",
        valid(z3.Implies(floor, hausdorff(factor * r, nearest, prompt)), [*METRIC, *obey]),
    )
    steps.check(
        "z3",
        "d_H(S, P) <= r gives h(P -> V) <= r for every S within V, a larger fold included",
        valid(z3.Implies(hausdorff(r, more, prompt), floor), [*METRIC, subset(more, visual)]),
    )
    steps.check(
        "z3",
        "h(P -> V) <= d_H(V, P) <= eta",
        valid(z3.Implies(hausdorff(r, visual, prompt), floor), METRIC),
    )
    steps.check(
        "rational",
        "the floor is reached: V = {0, 9}, P = {1} keeps 0 at distance 1 = h(P -> V)",
        exact_hausdorff([0], [1]) == factor * exact_directed([1], [0, 9]) == 1,
    )
    tokens = [0, 10]
    kept = prompt_half(2, 2, lambda v, p: abs(tokens[v] - tokens[p]), prompt_budget=1, fold=1)
    radius = exact_hausdorff([tokens[v] for v in kept], tokens)
    steps.check(
        "rational",
        "V = P = {0, 10}, K_p = 1 < L: d_H(S_p, P) = 10 > 0 = h(P -> V)",
        radius == 10 and exact_directed(tokens, tokens) == 0,
    )
    return steps.result()
