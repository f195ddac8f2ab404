"""geometry.anti-alignment: prompt tokens are free centres.

Statement.    Farthest-point sampling seeded with P keeps d_H(X, X_s) within twice its minimum
              over all S of the same size; keeping the tokens nearest to P has no such bound.
Assumptions.  Any metric; V, P finite, P not empty; the two claims that this one uses.

Proof.
  1. By the identity, d_H(X, X_C) <= r iff h(V -> C u P) <= r.  So a best C of size K covers V,
     together with the free centres P, within r; by covering.seeded-fps with Z = P the picks G
     cover within 2 r; by the identity again d_H(X, X_G) <= 2 r.
  2. V = {0, 10}, P = {1/10}, K = 1: keeping 0, the nearest to P, leaves 99/10; keeping 10 leaves
     1/10, and so does one farthest point from P.
  3. The factor 2 is reached: V = {-1, 0, 1}, P = {-3}, K = 1.
  4. V = {0, M}, P = {1/10}: the ratio of the two grows without bound as M does.
"""

from fractions import Fraction

import sympy as sp

from mobtheory.claims.proving import ProofResult
from mobtheory.claims.symbols import OPT, K, P, X, X_s, d_H

from .algebra import tends_to_infinity
from .line_sets import hausdorff as exact_hausdorff
from .line_sets import to_set
from .metric_space import METRIC, directed, hausdorff, point_set, subset, union
from .registered import constants
from .solver import valid, z3
from .steps import Steps


def prove() -> ProofResult:
    steps = Steps()
    (factor,) = constants("geometry.anti-alignment", lambda c: sp.Le(d_H(X, X_s), c * OPT(K, P)))
    visual, prompt, best, picks = (point_set(name) for name in "VPCG")
    r = z3.Real("r")
    everything = union(visual, prompt)
    seeded_fps = z3.Implies(
        directed(r, visual, union(best, prompt)), directed(2 * r, visual, union(picks, prompt))
    )
    steps.check(
        "z3",
        "identity, seeded 2-approximation with Z = P, identity: d_H(X, X_G) <= 2 d_H(X, X_C)",
        valid(
            z3.Implies(
                hausdorff(r, everything, union(best, prompt)),
                hausdorff(factor * r, everything, union(picks, prompt)),
            ),
            [*METRIC, r >= 0, subset(best, visual), subset(picks, visual), seeded_fps],
        ),
    )
    line, seed = [-1, 0, 1], [-3]
    pick = max(line, key=lambda v: to_set(v, seed))
    reached = [exact_hausdorff([*line, *seed], [kept, *seed]) for kept in line]
    steps.check(
        "rational",
        "the factor is reached: V = {-1, 0, 1}, P = {-3}, one pick: 2 = 2 * 1",
        reached[line.index(pick)] == factor * min(reached) == 2,
    )
    visual_tokens, prompt_tokens = [0, 10], [Fraction(1, 10)]
    left = {
        kept: exact_hausdorff([*visual_tokens, *prompt_tokens], [kept, *prompt_tokens])
        for kept in visual_tokens
    }
    nearest = min(visual_tokens, key=lambda v: to_set(v, prompt_tokens))
    farthest = max(visual_tokens, key=lambda v: to_set(v, prompt_tokens))
    steps.check(
        "rational",
        "V = {0, 10}, P = {1/10}: the nearest token leaves 99/10, the farthest 1/10",
        left[nearest] == Fraction(99, 10) and left[farthest] == Fraction(1, 10),
    )
    m = sp.Symbol("M", positive=True)
    tenth = sp.Rational(1, 10)
    steps.check(
        "sympy",
        "V = {0, M}: (M - 1/10) / (1/10) is unbounded",
        tends_to_infinity((m - tenth) / tenth, m),
    )
    return steps.result()
