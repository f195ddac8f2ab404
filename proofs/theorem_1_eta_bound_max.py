"""theorem-1.eta-bound-max: the coupling term, maximum form.

Statement.    For every admissible z: (eta/z)^2 <= max{eps_p^2, eps_v^2}.
Assumptions.  z admissible: r = eta/z > 0 with N(P, r) + N(V, r) > K; |S_p| + |S_v| <= K;
              eps_p = d_H(S_p, P), eps_v = d_H(S_v, V); any metric.

Proof.
  1. N is non-increasing (proofs/covering_numbers.py), and N(P, eps_p) <= |S_p|,
     N(V, eps_v) <= |S_v| by definition-1.
  2. If both radii were below r, then K >= N(P, r) + N(V, r) > K.
  3. Squares keep the order of numbers >= 0.
  4. The bound is reached in the limit: V = {0, 2, 2, 4}, P = {2}, K = 2, r below 2.
"""

from fractions import Fraction
from math import prod
from typing import Any

import sympy as sp

from mobtheory.claims import symbols
from mobtheory.claims.proving import ProofResult
from mobtheory.claims.symbols import eta, z

from .covering_numbers import check_monotone
from .line_sets import covering_number as exact_number
from .line_sets import hausdorff as exact_hausdorff
from .registered import constants
from .solver import valid, z3
from .steps import Steps


def prove() -> ProofResult:
    steps = Steps()
    factor, power, powers = constants("theorem-1.eta-bound-max", _form)
    check_monotone(steps)
    r, s, t, eps_p, eps_v = z3.Reals("r s t eps_p eps_v")
    budget, in_prompt, in_visual = z3.Ints("K |S_p| |S_v|")
    of_prompt, of_visual = (z3.Function(n, z3.RealSort(), z3.IntSort()) for n in ("N_P", "N_V"))
    falling = [
        z3.ForAll([s, t], z3.Implies(z3.And(s >= 0, s <= t), n(t) <= n(s)))
        for n in (of_prompt, of_visual)
    ]
    covers = [of_prompt(eps_p) <= in_prompt, of_visual(eps_v) <= in_visual]
    admissible = of_prompt(r) + of_visual(r) > budget
    steps.check(
        "z3",
        "r <= eps_p or r <= eps_v, for any non-increasing N(P, .), N(V, .)",
        valid(
            z3.Or(r <= eps_p, r <= eps_v),
            [
                *falling,
                *covers,
                in_prompt + in_visual <= budget,
                admissible,
                r > 0,
                eps_p >= 0,
                eps_v >= 0,
            ],
        ),
    )
    steps.check(
        "z3",
        "hence r^2 <= max{eps_p^2, eps_v^2}",
        valid(
            z3.Or(
                _power(r, power) <= factor * _power(eps_p, powers),
                _power(r, power) <= factor * _power(eps_v, powers),
            ),
            [r > 0, eps_p >= 0, eps_v >= 0, z3.Or(r <= eps_p, r <= eps_v)],
        ),
    )
    # V = {0, 2, 2, 4}, P = {2}, K = 2, S_p = S_v = {2}: both radii are at most 2 = d_H(S_v, V), and
    # every r below 2 needs more than one ball for V.
    tokens, kept = [0, 2, 2, 4], [2]
    radius = max(exact_hausdorff(kept, kept), exact_hausdorff(kept, tokens))
    admissible_below = all(
        exact_number(tokens, at) + exact_number(kept, at) > 2
        for at in (radius * Fraction(part, 100) for part in range(1, 100))
    )
    steps.check(
        "rational",
        "the bound is reached in the limit: V = {0, 2, 2, 4}, P = {2}, every r below 2 is a level",
        admissible_below and radius**power == factor * radius**powers == 4,
    )
    return steps.result()


def _form(factor: sp.Expr, power: sp.Expr, powers: sp.Expr) -> sp.Basic:
    radii = sp.Max(symbols.eps_p**powers, symbols.eps_v**powers)
    return sp.Le(eta**power / z**power, factor * radii)


def _power(base: Any, exponent: Fraction) -> Any:
    """A whole power, multiplied out for the solver."""
    return prod([base] * int(exponent)) if exponent.denominator == 1 else base**exponent
