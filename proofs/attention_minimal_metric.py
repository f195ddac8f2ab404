"""attention.minimal-metric: what makes every head continuous tells all token distributions apart.

Statement.    A pseudometric D on finite multisets of R^d under which the output of every softmax
              head is continuous has D(X, Y) = 0 only where X and Y have the same normalised
              empirical measure.  With L(X) the mean of e^<a, x>, and heads t a, 0 <= t <= 1:
              |log L(X) - log L(Y)| <= |a| max_t |o_(t a)(X) - o_(t a)(Y)|.
Assumptions.  Heads with logits <a, x>, any a in R^d, and values x; X, Y not empty.  Continuous: at
              every X for each epsilon > 0 there is a delta > 0 such that D(X, Y) < delta keeps the
              output within epsilon.

Proof.  p, q the normalised empirical measures of X, Y, c = p - q on the n points x_j of both.
  1. D(X, Y) = 0 gives o_a(X) = o_a(Y) for each a.
  2. Along t x the derivative of log L(X) = log sum_j p_j e^(t <x, x_j>) is <x, o_(t x)(X)>, and
     log L = 0 at t = 0.  So the difference at t = 1 is at most the largest |<x, gap of outputs>|,
     which is the bound; and where no head tells X from Y, L(X) = L(Y) for all t x.
  3. So sum_j c_j e^(t <x, x_j>) = 0 for all t and x.
  4. Suppose c is not 0.  Let x = x_* be the longest x_j with c_j != 0: <x_*, x_j> < |x_*|^2 for
     all the others, by at least some g > 0, as they are finitely many.
  5. Times e^(-t |x_*|^2): |c_*| <= e^(-t g) sum_j |c_j| for all t > 0.
  6. The right side tends to 0, so c_* = 0, a contradiction.
  7. Conversely k copies of each token change no head, so nothing finer is needed.
  8. The bound is reached: one token each, y and z in the direction of a.
  9. The Hausdorff distance is no such D: {0, 0, 1} and {0, 1} have distance 0, the flat head tells
     them apart, 1/3 against 1/2.
"""

from fractions import Fraction
from typing import Any

import sympy as sp

from mobtheory.claims.proving import ProofResult
from mobtheory.claims.symbols import Delta_o, key_query, laplace, mu, norm, nu, sup

from .algebra import vanishes
from .finite_sums import check_totals, rest_on_induction
from .line_sets import hausdorff as exact_hausdorff
from .registered import constants
from .solver import valid, z3
from .steps import Steps


def prove() -> ProofResult:
    steps = Steps()
    (factor,) = constants("attention.minimal-metric", _form)
    rest_on_induction(steps)
    _check_continuity(steps)
    _check_derivative(steps, factor)
    _check_longest(steps)
    _check_domination(steps)
    _check_copies(steps)
    _check_tightness(steps, sp.Rational(factor))
    _check_hausdorff(steps)
    return steps.result()


def _form(factor: sp.Expr) -> sp.Basic:
    gap = sp.Abs(sp.log(laplace(mu)) - sp.log(laplace(nu)))
    return sp.Le(gap, factor * norm(key_query) * sup(Delta_o))


def _check_continuity(steps: Steps) -> None:
    distance, gap, epsilon, delta = z3.Reals("D(X,Y) |o_X-o_Y| epsilon delta")
    continuous = z3.ForAll(
        [epsilon],
        z3.Implies(
            epsilon > 0,
            z3.Exists([delta], z3.And(delta > 0, z3.Implies(distance < delta, gap < epsilon))),
        ),
    )
    steps.check(
        "z3",
        "continuity and D(X, Y) = 0 give o_a(X) = o_a(Y)",
        valid(gap == 0, [continuous, distance == 0, gap >= 0]),
    )


def _check_derivative(steps: Steps, factor: Fraction) -> None:
    j, n = sp.symbols("j n", integer=True, positive=True)
    t = sp.Symbol("t", real=True)
    p: Any = sp.IndexedBase("p")
    along: Any = sp.IndexedBase("<x,x_j>")
    mass: Any = sp.Sum(p[j] * sp.exp(t * along[j]), (j, 1, n))
    output: Any = sp.Sum(p[j] * sp.exp(t * along[j]) * along[j], (j, 1, n)) / mass
    steps.check(
        "sympy",
        "d/dt log sum_j p_j e^(t <x, x_j>) = sum_j p_j e^(t <x, x_j>) <x, x_j> / the sum = "
        "<x, o_(t x)>, n arbitrary",
        vanishes(sp.diff(sp.log(mass), t) - output),
    )
    steps.rests_on(
        "|f(1) - f(0)| is at most the largest |f'| on [0, 1] (mean value inequality), and "
        "|<a, o>| <= |a| |o| (Cauchy-Schwarz)"
    )
    change, start, slope, size, gap = z3.Reals("f(1) f(0) max|f'| |a| max|o-o'|")
    bound = z3.And(change <= factor * size * gap, -change <= factor * size * gap)
    steps.check(
        "z3",
        "f = log L(X) - log L(Y) has f(0) = 0, |f'| <= |a| |o - o'|: "
        f"|f(1)| <= {factor} |a| max |o - o'|, and f(1) = 0 where no head sees a gap",
        valid(
            z3.And(bound, z3.Implies(gap == 0, change == 0)),
            [
                *(start == 0, change - start <= slope, start - change <= slope),
                *(size >= 0, gap >= 0, slope <= size * gap),
            ],
        ),
    )
    of_x, of_y = z3.Reals("of_X of_Y")
    check_totals(
        steps,
        "at t = 0 the sum is sum p = 1, its logarithm 0; the sum for c: that for p less that for q",
        lambda c, p, q: c == p - q,
        [of_x - of_y, of_x, of_y],
    )


def _check_longest(steps: Steps) -> None:
    x, y = z3.Reals("x y")
    check_totals(
        steps,
        "|x - y|^2 = |x|^2 - 2 <x, y> + |y|^2, a sum over coordinates",
        lambda apart, first, product, second: apart == first - 2 * product + second,
        [(x - y) * (x - y), x * x, x * y, y * y],
    )
    apart, longest, other, product = z3.Reals("|x_*-x_j|^2 |x_*|^2 |x_j|^2 <x_*,x_j>")
    steps.check(
        "z3",
        "so <x_*, x_j> < |x_*|^2 for every other x_j that is not longer",
        valid(
            product < longest,
            [apart == longest - 2 * product + other, apart > 0, other <= longest],
        ),
    )
    least, gap, both = z3.Reals("g gap g'")
    steps.check(
        "z3",
        "finitely many gaps have a positive lower bound: one more gap keeps it, by induction",
        valid(
            z3.Exists([both], z3.And(both > 0, both <= least, both <= gap)), [least > 0, gap > 0]
        ),
    )


def _check_domination(steps: Steps) -> None:
    c, size, factor, bound = z3.Reals("c |c| e^-t(gap) e^-tg")
    check_totals(
        steps,
        "|sum of the others| <= e^(-t g) sum |c_j|",
        lambda others, sizes: z3.And(others <= bound * sizes, -others <= bound * sizes),
        [c * factor, size],
        [factor > 0, factor <= bound, size >= c, size >= -c],
    )
    t, g, gap, total = sp.symbols("t g h C", positive=True)
    steps.check(
        "sympy",
        "e^(-t (g + h)) = e^(-t g) e^(-t h), the second factor below 1; C e^(-t g) -> 0",
        vanishes(sp.exp(-t * (g + gap)) - sp.exp(-t * g) * sp.exp(-t * gap))
        and sp.limit(total * sp.exp(-t * g), t, sp.oo) == 0
        and (1 - sp.exp(-t * gap)).subs(gap, 0) == 0
        and sp.diff(1 - sp.exp(-t * gap), gap).is_positive is True,
    )
    star, small = z3.Reals("|c_*| small")
    steps.check(
        "z3",
        "what is below every positive number is 0, so c_* = 0",
        valid(star == 0, [star >= 0, z3.ForAll([small], z3.Implies(small > 0, star <= small))]),
    )


def _check_copies(steps: Steps) -> None:
    k, weighted, mass, summand = z3.Reals("k e^s*u e^s f")
    check_totals(
        steps,
        "k copies of every token multiply each total by k",
        lambda copied, once: copied == k * once,
        [k * summand, summand],
    )
    steps.check(
        "z3",
        "and leave o = sum e^s u / sum e^s as it is",
        valid((k * weighted) / (k * mass) == weighted / mass, [k > 0, mass > 0]),
    )


def _check_tightness(steps: Steps, factor: sp.Expr) -> None:
    y, z, t = sp.symbols("y z t", real=True)
    size, apart = sp.symbols("|a| |y-z|", positive=True)

    def output(token: sp.Expr) -> sp.Expr:
        power = sp.exp(t * size * token)  # L at t a
        return sp.cancel(power * token / power)

    gap = (output(y) - output(z)).subs(y, z + apart)
    change = (sp.log(sp.exp(size * y)) - sp.log(sp.exp(size * z))).subs(y, z + apart)
    steps.check(
        "sympy",
        f"the bound is reached: X = {{y}}, Y = {{z}} along a: |a| |y - z| = {factor} |a| |o - o'|",
        vanishes(change - size * apart) and vanishes(change - factor * size * gap),
    )


def _check_hausdorff(steps: Steps) -> None:
    first, second = [0, 0, 1], [0, 1]
    means = [Fraction(sum(tokens), len(tokens)) for tokens in (first, second)]
    steps.check(
        "rational",
        "{0, 0, 1} and {0, 1}: Hausdorff distance 0, means 1/3 and 1/2",
        exact_hausdorff(first, second) == 0 and means == [Fraction(1, 3), Fraction(1, 2)],
    )
