"""remark.fold-cap: a fold of at most K_p / L guarantees coverage.

Statement.    If k L <= K_p, then Algorithm 1 has h(P -> S_p) = h(P -> V).
Assumptions.  Any metric; V, P finite and not empty; k >= 1.

Proof.
  1. The i-th proposal of the p-th prompt token has place p k + i < k L, so there are at most
     k L <= K_p candidates and the truncation keeps all of them.
  2. So S_p holds a nearest neighbour of every prompt token: h(P -> V) <= r gives h(P -> S_p) <= r.
  3. S_p lies in V: h(P -> S_p) <= r gives h(P -> V) <= r.
"""

import sympy as sp

from mobtheory.claims import symbols
from mobtheory.claims.proving import ProofResult
from mobtheory.claims.symbols import P, S_p, V, h

from .metric_space import METRIC, directed, nearest_neighbours, point_set, subset
from .registered import constants
from .solver import valid, z3
from .steps import Steps


def prove() -> ProofResult:
    steps = Steps()
    cap, factor = constants("remark.fold-cap", _form)
    p, i, fold, length, count, rank, budget = z3.Ints("p i k L candidates rank K_p")
    steps.check(
        "z3",
        "places: p k + i < k L for p < L, i < k",
        valid(p * fold + i < fold * length, [fold >= 1, p >= 0, p <= length - 1, i >= 0, i < fold]),
    )
    steps.check(
        "z3",
        "at most k L <= K_p candidates: every rank is below K_p, nothing is truncated",
        valid(
            rank < budget,
            [
                fold * length <= cap * z3.ToReal(budget),
                count <= fold * length,
                rank >= 0,
                rank < count,
            ],
        ),
    )
    visual, prompt, kept = (point_set(name) for name in ("V", "P", "S_p"))
    r = z3.Real("r")
    nearest, obey = nearest_neighbours(prompt, visual)
    floor = directed(r, prompt, visual)
    steps.check(
        "z3",
        "h(P -> V) <= r gives h(P -> S_p) <= r; any metric, any sets",
        valid(
            z3.Implies(floor, directed(factor * r, prompt, kept)),
            [*METRIC, *obey, subset(nearest, kept)],
        ),
    )
    steps.check(
        "z3",
        "h(P -> S_p) <= r gives h(P -> V) <= r",
        valid(
            z3.Implies(directed(factor * r, prompt, kept), floor), [*METRIC, subset(kept, visual)]
        ),
    )
    return steps.result()


def _form(cap: sp.Expr, factor: sp.Expr) -> sp.Basic:
    fold, most = symbols.k, cap * symbols.K_p / symbols.L
    return sp.Implies(sp.Le(fold, most), sp.Eq(h(P, S_p), factor * h(P, V)))
