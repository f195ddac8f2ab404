"""How far a softmax mean moves when its logits and its values change, exactly and without calculus.

Weights a_i, b_i >= 0 of total 1, any number of them; u_i, v_i projections of values on one unit
vector.  With Omega at least the range of log(a_i/b_i),
    |sum a u - sum b v| <= sum a |u - v| + (range of v) tanh(Omega/4).
"""

from fractions import Fraction
from typing import Any

import sympy as sp

from .algebra import positive, vanishes
from .finite_sums import check_totals
from .solver import valid, z3
from .steps import Steps

PER_RANGE = Fraction(1, 4)
"""Total variation is at most tanh(PER_RANGE * Omega)."""

_a, _b, _u, _v, _low, _high = z3.Reals("a b u v low high")


def check_shift(steps: Steps) -> None:
    """All steps of the bound above."""
    check_split(steps)
    check_displacement(steps)
    check_reweighting(steps)
    check_total_variation(steps)


def check_split(steps: Steps) -> None:
    """First the values change, then the weights."""
    check_totals(
        steps,
        "sum a u - sum b v = sum a (u - v) + sum (a - b) v",
        lambda of_u, of_v, moved, reweighted: of_u - of_v == moved + reweighted,
        [_a * _u, _b * _v, _a * (_u - _v), (_a - _b) * _v],
    )


def check_displacement(steps: Steps) -> None:
    """``|sum a (u - v)| <= sum a dist``, and at most the largest distance."""
    apart, farthest = z3.Reals("dist farthest")
    check_totals(
        steps,
        "|sum a (u - v)| <= sum a dist <= farthest sum a, where |u - v| <= dist <= farthest",
        lambda moved, cost, mass: z3.And(-cost <= moved, moved <= cost, cost <= farthest * mass),
        [_a * (_u - _v), _a * apart, _a],
        [_a >= 0, -apart <= _u - _v, _u - _v <= apart, apart <= farthest],
    )


def check_reweighting(steps: Steps) -> None:
    """New weights move a mean by at most the range of the values times the mass that moves."""
    gained, lost = z3.If(_a > _b, _a - _b, 0), z3.If(_a > _b, 0, _b - _a)

    def within(moved: Any, up: Any, down: Any, of_a: Any, of_b: Any) -> Any:
        return z3.And(
            up >= 0,
            up - down == of_a - of_b,
            moved <= _high * up - _low * down,
            moved >= _low * up - _high * down,
        )

    check_totals(
        steps,
        "sum (a - b) v <= high TV - low TV', TV the total of the gains a - b, TV' of the losses",
        within,
        [(_a - _b) * _v, gained, lost, _a, _b],
        [_low <= _v, _v <= _high],
    )
    moved, up, down = z3.Reals("moved TV TV'")
    steps.check(
        "z3",
        "both have total 1, so TV' = TV and |sum (a - b) v| <= (high - low) TV",
        valid(
            z3.And(moved <= (_high - _low) * up, -moved <= (_high - _low) * up),
            [within(moved, up, down, 1, 1), _low <= _high],
        ),
    )


def check_total_variation(steps: Steps) -> None:
    """Ratios within a factor kappa = e^Omega of each other give ``TV <= tanh(Omega/4)``."""
    least, most, kappa, root = z3.Reals("least most kappa sqrt(kappa)")
    gains = _a > _b
    check_totals(
        steps,
        "where least b <= a <= most b, the tokens that gain have A <= most B, the others "
        "A' >= least B', and TV = A - B",
        lambda up, a, b, a_, b_: z3.And(
            up == a - b, a <= most * b, a_ >= least * b_, a >= 0, b >= 0, a_ >= 0, b_ >= 0
        ),
        [z3.If(gains, x, 0) for x in (_a - _b, _a, _b)] + [z3.If(gains, 0, x) for x in (_a, _b)],
        [_a >= 0, _b >= 0, least * _b <= _a, _a <= most * _b],
    )
    up, a, b = z3.Reals("TV A B")
    masses = [a >= 0, a <= 1, b >= 0, b <= 1]

    def odds_within(kappa: Any) -> Any:
        return a * (1 - b) <= kappa * b * (1 - a)

    steps.check(
        "z3",
        "A + A' = B + B' = 1 and most <= kappa least: the odds obey A/(1 - A) <= kappa B/(1 - B)",
        valid(
            odds_within(kappa),
            [*masses, a <= most * b, 1 - a >= least * (1 - b), least > 0, most <= kappa * least],
        ),
    )
    steps.check(
        "z3",
        "so TV = A - B <= (sqrt(kappa) - 1)/(sqrt(kappa) + 1)",
        valid(
            up * (root + 1) <= root - 1,
            [*masses, up == a - b, root >= 1, odds_within(root * root)],
        ),
    )
    omega, k = sp.symbols("Omega k", positive=True)
    bound = (k - 1) / (k + 1)
    steps.check(
        "sympy",
        f"with kappa = e^Omega this is tanh({PER_RANGE} Omega)",
        vanishes((bound.subs(k, sp.exp(omega / 2)) - sp.tanh(PER_RANGE * omega)).rewrite(sp.exp)),
    )
    best, other = k / (k + 1), 1 / (k + 1)
    steps.check(
        "sympy",
        "and is reached where A = sqrt(kappa)/(sqrt(kappa) + 1), B = 1 - A",
        vanishes(best - other - bound)
        and vanishes(best * (1 - other) - k**2 * other * (1 - best))
        and positive(best),
    )


def check_softmax_ratios(steps: Steps) -> None:
    """Logits that change by numbers between c and c + Omega give weights as above."""
    p = sp.Symbol("p", positive=True)
    s, t, c, z, z_ = sp.symbols("s t c Z Z'", real=True)
    omega, x = sp.symbols("Omega x", positive=True)
    ratio = (p * sp.exp(t) / z_) / (p * sp.exp(s) / z)
    least = sp.exp(c) * z / z_
    steps.check(
        "sympy",
        "weights p e^t/Z' and p e^s/Z have the ratio e^(t - s) Z/Z', so c <= t - s <= "
        "c + Omega puts it between least = e^c Z/Z' and e^Omega least; exp increases",
        vanishes(ratio - sp.exp(t - s) * z / z_)
        and vanishes(sp.exp(c + omega) * z / z_ - sp.exp(omega) * least)
        and positive(sp.diff(sp.exp(x), x)),
    )


def check_tanh_below_identity(steps: Steps) -> None:
    """``tanh x <= x`` for ``x >= 0``."""
    x = sp.Symbol("x", real=True)
    steps.rests_on("a function with a derivative >= 0 does not decrease")
    steps.check(
        "sympy",
        "tanh x <= x for x >= 0: x - tanh x is 0 at 0, its derivative is tanh^2 x",
        (x - sp.tanh(x)).subs(x, 0) == 0
        and vanishes(sp.diff(x - sp.tanh(x), x) - sp.tanh(x) ** 2)
        and (sp.tanh(x) ** 2).is_nonnegative is True,
    )
