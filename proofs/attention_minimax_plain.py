"""attention.minimax-plain: the worst error of plain pruning is 2 r m.

Statement.    Weights fixed, the values of all tokens, dropped, kept and prompt, anywhere in a ball
              of radius r: the supremum of |o - o_S| is 2 r m, and it is reached.  So, of all sets
              of a size, the tokens of largest weight have the smallest supremum.
Assumptions.  One head, one query row; any normed space other than {0}, any ball; any number of
              tokens; m the attention mass of the dropped tokens, 0 < m < 1.

Proof.  c the centre of the ball, |e| = 1.
  1. |sum w_v (u_v - c)| <= sum w_v |u_v - c| <= r sum w_v over any set of tokens; any norm, any
     number of tokens.  So the means o_D and o_S lie in the ball.
  2. |o_D - o_S| <= |o_D - c| + |o_S - c| <= 2 r, and o - o_S = m (o_D - o_S) by
     attention.identity: |o - o_S| <= 2 r m.
  3. Values c + r e on D and c - r e elsewhere have the means o_D = c + r e, o_S = c - r e:
     |o - o_S| = 2 r m.
  4. Let T hold K tokens of weight >= t, all others <= t.  Then every other K tokens weigh at most
     as much: the kept mass is largest, m and so 2 r m smallest, for T.
  5. Cross-check in fractions: values -1, 0, 1 on 4 tokens, e^logit in {1, 3}, every split:
     the largest |o - o_S| is 2 m.
  6. All values must be free: with a known prompt value keeping nothing can be better than keeping
     the heaviest, or any other, token.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import product

import sympy as sp

from mobtheory.claims.proving import ProofResult
from mobtheory.claims.symbols import Delta_o, m, r, sup

from .algebra import vanishes
from .exact_attention import mass, output, splits
from .finite_sums import check_totals
from .normed_space import NORM, Vector, check_weighted_sum, minus, norm, times
from .registered import constants
from .solver import valid, z3
from .steps import Steps


def prove() -> ProofResult:
    steps = Steps()
    (factor,) = constants("attention.minimax-plain", lambda c: sp.Eq(sup(Delta_o), c * r * m))
    _check_means(steps)
    _check_upper_bound(steps, factor)
    _check_attainment(steps, factor)
    _check_heaviest(steps, factor)
    return steps.result()


def _check_means(steps: Steps) -> None:
    check_weighted_sum(steps)
    weight, length, radius = z3.Reals("w |u-c| r")
    check_totals(
        steps,
        "sum w |u - c| <= r sum w",
        lambda lengths, weights: lengths <= radius * weights,
        [weight * length, weight],
        [weight >= 0, length <= radius],
    )
    mean, total = z3.Consts("o-c total", Vector)
    whole = z3.Real("sum w")
    steps.check(
        "z3",
        "so a mean of values in the ball lies in the ball",
        valid(
            norm(mean) <= radius,
            [*NORM, whole > 0, mean == times(1 / whole, total), norm(total) <= radius * whole],
        ),
    )


def _check_upper_bound(steps: Steps, factor: Fraction) -> None:
    dropped, kept = z3.Consts("o_D-c o_S-c", Vector)
    radius, lost, apart, error = z3.Reals("r m |o_D-o_S| |o-o_S|")
    steps.check(
        "z3",
        "|o_D - o_S| <= |o_D - c| + |o_S - c|; any norm",
        valid(norm(minus(dropped, kept)) <= norm(dropped) + norm(kept), NORM),
    )
    to_dropped, to_kept = z3.Reals("|o_D-c| |o_S-c|")
    steps.check(
        "z3",
        f"so |o - o_S| = m |o_D - o_S| <= {factor} r m",
        valid(
            error <= factor * radius * lost,
            [
                lost > 0,
                to_dropped <= radius,
                to_kept <= radius,
                apart <= to_dropped + to_kept,
                error == lost * apart,
            ],
        ),
    )


def _check_attainment(steps: Steps, factor: Fraction) -> None:
    weight, value = z3.Reals("w c+re")
    check_totals(
        steps,
        "equal values are their own mean",
        lambda values, weights: values == value * weights,
        [weight * value, weight],
    )
    centre, length = sp.symbols("c |e|")
    o_d, o_s = centre + r * length, centre - r * length
    reached = (m * (o_d - o_s)).subs(length, 1) - sp.sympify(factor) * r * m
    steps.check(
        "sympy", f"o_D = c + r e, o_S = c - r e reach {factor} r m", vanishes(sp.expand(reached))
    )
    steps.check(
        "rational", f"4 tokens, values -1, 0, 1: the largest error is {factor} m", _small(factor)
    )


def _small(factor: Fraction) -> bool:
    def largest(e: Sequence[int], kept: list[int]) -> Fraction:
        choices = product((-1, 0, 1), repeat=4)
        return max(abs(output(e, u, range(4)) - output(e, u, kept)) for u in choices)

    return all(
        largest(e, kept) == factor * mass(e, dropped)
        for e in product((1, 3), repeat=4)
        for kept, dropped in splits(4)
    )


def _check_heaviest(steps: Steps, factor: Fraction) -> None:
    weight, threshold = z3.Reals("w t")
    in_top, in_other = z3.Bools("in_T in_S")
    top, other = (z3.If(b, z3.RealVal(1), 0) for b in (in_top, in_other))
    check_totals(
        steps,
        "weight of T - weight of S >= t (size of T - size of S)",
        lambda weights, sizes: weights >= threshold * sizes,
        [(top - other) * weight, top - other],
        [z3.If(in_top, weight >= threshold, weight <= threshold)],
    )
    lost, of_top, radius = z3.Reals("m m_T r")
    steps.check(
        "z3",
        "so the set with the heaviest tokens has the smallest supremum",
        valid(factor * radius * of_top <= factor * radius * lost, [radius > 0, of_top <= lost]),
    )
    seven = [Fraction(74, 700)] * 7
    weights = [Fraction(10, 100), Fraction(12, 100), Fraction(4, 100), *seven]
    worst = {
        kept: _worst_with_prompt_at_0(weights, kept) for kept in ((), *((i,) for i in range(1, 10)))
    }
    steps.check(
        "rational",
        "prompt value 0 known: keeping no visual token is better than keeping any one",
        worst[()] == Fraction(9, 10) < min(w for kept, w in worst.items() if kept),
    )
    steps.check(
        "rational",
        "and keeping the heaviest is the worst of all",
        worst[(1,)] == max(worst.values()) == Fraction(663, 550),
    )


def _worst_with_prompt_at_0(weights: Sequence[Fraction], kept: Sequence[int]) -> Fraction:
    """Token 0 is the prompt, its value 0, the others in [-1, 1]: signs of the coefficients."""
    rest = weights[0] + sum(weights[i] for i in kept)
    coefficients = [w - (w / rest if i in kept else 0) for i, w in enumerate(weights)]
    return sum((abs(c) for c in coefficients[1:]), Fraction(0))
