"""attention.multiplicity-gap: keeping one of kappa copies costs visual mass, and how much.

Statement.    Every visual token occurs kappa times and one copy of each is kept: d_H(X, X_s) = 0.
              The visual attention mass falls from m to m/(m + kappa (1 - m)), the output moves by
              (m - m/(m + kappa (1 - m))) (o_P - o_V), and that factor is at most
              (sqrt(kappa) - 1)/(sqrt(kappa) + 1) = tanh(log(kappa)/4), which is reached.
Assumptions.  One head, one query row; copies have equal logits and values; kappa >= 1; 0 < m < 1
              (for m = 0 and m = 1 nothing moves).

Proof.  Let A be the sum of e^logit over the visual tokens and B that over the prompt.
  1. A sum over all copies is kappa times that over one copy of each; any number of tokens.
  2. So A becomes A/kappa, and m = A/(A + B) becomes m/(m + kappa (1 - m)).
  3. The visual mean o_V stays: numerator and denominator fall by the same factor.  The output
     m o_V + (1 - m) o_P moves by the difference of the masses times o_P - o_V.
  4. In the odds r = m/(1 - m) > 0 the difference is r/(1 + r) - r/(kappa + r), the odds fall to
     r/kappa.
  5. Its derivative vanishes at r = sqrt(kappa) only; the value there is the constant, and equals
     tanh(log(kappa)/4).
  6. The constant minus the difference is (r - sqrt(kappa))^2 times a positive number.
  7. Reached at m = sqrt(kappa)/(1 + sqrt(kappa)): kappa = 4, 9, 16, 9/4 in fractions.  No mass on a
     grid gives more, and softmax over actual copies gives the same.
"""

from fractions import Fraction

import sympy as sp

from mobtheory.claims.proving import ProofResult
from mobtheory.claims.symbols import kappa, m

from .algebra import positive, vanishes
from .finite_sums import check_totals, rest_on_induction
from .registered import constants
from .solver import z3
from .steps import Steps

_odds, _excess = sp.symbols("r t", positive=True)


def prove() -> ProofResult:
    steps = Steps()
    left, whole, quarter = (sp.sympify(c) for c in constants("attention.multiplicity-gap", _form))
    new_mass = left * m / (m + kappa * (whole - m))
    bound = sp.tanh(quarter * sp.log(kappa))
    _check_copies(steps)
    _check_masses(steps, new_mass)
    _check_maximum(steps, m - new_mass, bound)
    _check_attainment(steps, bound)
    return steps.result()


def _form(left: sp.Expr, whole: sp.Expr, quarter: sp.Expr) -> sp.Basic:
    new_mass = left * m / (m + kappa * (whole - m))
    return sp.Le(m - new_mass, sp.tanh(quarter * sp.log(kappa)))


def _check_copies(steps: Steps) -> None:
    f, number = z3.Reals("f kappa")
    check_totals(
        steps,
        "copies of one summand sum to their number times it",
        lambda total, copies: total == copies * f,
        [f, z3.RealVal(1)],
    )
    check_totals(
        steps,
        "a sum over kappa copies of each token is kappa times that over one copy",
        lambda over_all, over_one: over_all == number * over_one,
        [number * f, f],
    )
    rest_on_induction(steps)


def _check_masses(steps: Steps, new_mass: sp.Expr) -> None:
    visual, prompt, sum_v, o_p = sp.symbols("A B T_V o_P", positive=True)
    before, after = visual / (visual + prompt), (visual / kappa) / (visual / kappa + prompt)
    steps.check(
        "sympy",
        "the visual mass falls to m/(m + kappa (1 - m))",
        vanishes(after - new_mass.subs(m, before)),
    )
    o_v, still = sum_v / visual, (sum_v / kappa) / (visual / kappa)
    steps.check("sympy", "the visual mean stays", vanishes(o_v - still))
    moved = after * still + (1 - after) * o_p - (before * o_v + (1 - before) * o_p)
    steps.check(
        "sympy",
        "the output moves by the difference of the masses times o_P - o_V",
        vanishes(moved - (m - new_mass).subs(m, before) * (o_p - o_v)),
    )


def _check_maximum(steps: Steps, gap: sp.Expr, bound: sp.Expr) -> None:
    in_odds = _odds / (1 + _odds) - _odds / (kappa + _odds)
    steps.check(
        "sympy",
        "in the odds it is r/(1 + r) - r/(kappa + r)",
        vanishes(gap.subs(m, _odds / (1 + _odds)) - in_odds),
    )
    stationary = sp.solve(sp.numer(sp.together(sp.diff(in_odds, _odds))), _odds)
    steps.check(
        "sympy", "its derivative vanishes at r = sqrt(kappa) only", stationary == [sp.sqrt(kappa)]
    )
    root, top = sp.sqrt(kappa), sp.simplify(in_odds.subs(_odds, stationary[0]))
    steps.check(
        "sympy",
        "the value there is (sqrt(kappa) - 1)/(sqrt(kappa) + 1) = tanh(log(kappa)/4)",
        vanishes(top - (root - 1) / (root + 1)) and vanishes((top - bound).rewrite(sp.exp)),
    )
    short = top - in_odds
    share = sp.simplify(short / (_odds - root) ** 2)
    steps.check(
        "sympy",
        "what is missing to it is (r - sqrt(kappa))^2 times a positive number if kappa > 1",
        vanishes(short - share * (_odds - root) ** 2)
        and positive(share.subs(kappa, (1 + _excess) ** 2)),
    )
    steps.check("sympy", "kappa = 1 moves nothing", vanishes(sp.cancel(gap.subs(kappa, 1))))


def _check_attainment(steps: Steps, bound: sp.Expr) -> None:
    reached: list[bool] = []
    for root in (Fraction(2), Fraction(3), Fraction(4), Fraction(3, 2)):
        best, most = root / (1 + root), (root - 1) / (root + 1)
        reached.append(_gap(best, root**2) == most == _exactly(bound, root))
        reached.append(all(_gap(Fraction(i, 60), root**2) <= most for i in range(61)))
    steps.check("rational", "kappa = 4, 9, 16, 9/4: reached; no mass i/60 gives more", all(reached))
    steps.check(
        "rational",
        "softmax over 4 copies of two tokens and a prompt token: the output moves by 1/3",
        _with_copies(4, [(1, 3), (2, 0)], (6, 0)) == Fraction(1, 3),
    )


def _gap(m: Fraction, copies: Fraction) -> Fraction:
    return m - m / (m + copies * (1 - m))


def _exactly(bound: sp.Expr, root: Fraction) -> sp.Expr:
    square = sp.Rational(root.numerator, root.denominator) ** 2
    return sp.cancel(bound.rewrite(sp.exp).subs(kappa, square))


def _with_copies(copies: int, tokens: list[tuple[int, int]], prompt: tuple[int, int]) -> Fraction:
    """What keeping one copy changes; tokens and prompt are pairs of e^logit and value."""

    def output(rows: list[tuple[int, int]]) -> Fraction:
        return Fraction(sum(e * u for e, u in rows), sum(e for e, _ in rows))

    return output([*tokens * copies, prompt]) - output([*tokens, prompt])
