"""theorem-1.existence: when a z exists.

Statement.    Some z with r = eta/z in (delta, eta) and T(r) := N(P, r) + N(V, r) > K exists if
              and only if delta < eta and K < T(delta).  Never when K >= N + L.
Assumptions.  V, P finite and not empty, in R^d; delta >= 0; closed balls.

Proof.
  1. N is non-increasing and right-continuous (proofs/covering_numbers.py).
  2. Only if: T(delta) >= T(r) > K and delta < r < eta.
  3. If: T keeps its value on some [delta, delta + gap); take r there, below eta.
  4. z = eta/r is then above 1, and r = eta/z.
  5. T(delta) <= N + L, since a finite set covers itself.
"""

from typing import Any

import sympy as sp

from mobtheory.claims import symbols
from mobtheory.claims.proving import ProofResult
from mobtheory.claims.symbols import K, P, V, covering

from .covering_numbers import (
    Family,
    centres,
    check_monotone,
    check_right_continuous,
    is_covering_number,
    size,
)
from .metric_space import METRIC, every, point_set
from .registered import constants
from .small_metrics import smallest
from .solver import valid, z3
from .steps import Steps


def prove() -> ProofResult:
    steps = Steps()
    highest, factor = constants("theorem-1.existence", _form)
    check_monotone(steps)
    check_right_continuous(steps)
    r, s, delta, eta, z = z3.Reals("r s delta eta z")
    budget = z3.Int("K")
    of_prompt, of_visual = (z3.Function(n, z3.RealSort(), z3.IntSort()) for n in ("N_P", "N_V"))

    def total(radius: Any) -> Any:
        return of_prompt(radius) + of_visual(radius)

    falling = [
        z3.ForAll([r, s], z3.Implies(z3.And(r >= 0, r <= s), n(s) <= n(r)))
        for n in (of_prompt, of_visual)
    ]
    admissible = z3.Exists([r], z3.And(delta < r, r < eta, total(r) > budget))
    criterion = z3.And(delta < highest * eta, factor * z3.ToReal(total(delta)) > budget)
    steps.check(
        "z3",
        "only if: by monotonicity",
        valid(z3.Implies(admissible, criterion), [*falling, delta >= 0]),
    )
    gap_p, gap_v = z3.Reals("gap_P gap_V")
    steady = [
        z3.ForAll([s], z3.Implies(z3.And(delta <= s, s < delta + g), n(s) == n(delta)))
        for n, g in ((of_prompt, gap_p), (of_visual, gap_v))
    ]
    room = smallest([gap_p, gap_v, eta - delta])
    steps.check(
        "z3",
        "if: the radius delta + room/2, room the least of eta - delta and the two gaps",
        valid(
            z3.Implies(criterion, z3.And(delta < r, r < eta, total(r) > budget)),
            [*steady, gap_p > 0, gap_v > 0, delta >= 0, r == delta + room / 2],
        ),
    )
    steps.check(
        "z3",
        "r in (delta, eta) is eta/z for z = eta/r > 1",
        valid(
            z3.Implies(z == eta / r, z3.And(z > 1, eta / z == r)), [delta >= 0, delta < r, r < eta]
        ),
    )
    points, itself, number = point_set("X"), z3.Const("itself", Family), z3.Int("N")
    steps.check(
        "z3",
        "N(X, delta) <= |X|, so never when K >= N + L",
        valid(
            number <= size(itself),
            [
                *METRIC,
                delta >= 0,
                every(points, centres(itself)),
                is_covering_number(number, points, delta),
            ],
        ),
    )
    return steps.result()


def _form(highest: sp.Expr, factor: sp.Expr) -> sp.Basic:
    balls = factor * covering(P, symbols.delta) + factor * covering(V, symbols.delta)
    return sp.Equivalent(
        sp.Symbol("z_exists"),
        sp.And(sp.Lt(symbols.delta, highest * symbols.eta), sp.Lt(K, balls)),
    )
