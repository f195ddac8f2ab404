"""lemma-3: its hypothesis holds for no set unless d_eff is the dimension d of the space.

Unsatisfiable. "a r^-t <= N(P_delta, r) <= b r^-t for all r in (0, eps_0]", t = d_eff, if t != d.
Setting.       P = {p_1, ..., p_L} in R^d, P_delta the points within delta > 0 of P; a, b > 0.

Proof.
  1. n balls of radius r that cover one of radius delta have n r^d >= delta^d:
     N(P_delta, r) >= (delta/r)^d.
  2. Points of a ball of radius delta, more than r <= delta apart, carry disjoint balls of radius
     r/2 within one of radius delta + r/2: there are at most (1 + 2 delta/r)^d <= (3 delta/r)^d.
     A maximal such set covers the ball, so N(P_delta, r) <= L (3 delta/r)^d.
  3. t < d: step 1 against b r^-t asks for delta^d <= b r^(d-t), false for small r.
  4. t > d: a r^-t against step 2 asks for a <= L (3 delta)^d r^(t-d), false for small r.
  5. t = d can be had: in R with P = {0, 1000}, delta = 125, eps_0 = 250, a = 250, b = 500.  An
     interval of length 2 r <= 500 does not meet both parts of P_delta, which are 750 apart, so
     N(P_delta, r) = 2 n with n = ceil(125/r), and 250 <= 2 n r <= 500.
  6. It promises nothing: with d_eff = d = 4096 the radius gains a factor 9^(-1/4096) = 0.99946
     from K = 64 to 576.
Supposed on (delta, eps_0] only, the implication of the lemma holds:
  7. N(P, r) <= N(P_delta, r) <= b r^-t.
  8. N(P, r) >= N(P_delta, r + delta) >= a (r + delta)^-t >= a 2^-t r^-t if r + delta <= eps_0.
  9. Else r > eps_0 - delta, and N(P, r) >= 1 >= (eps_0 - delta)^t r^-t.
"""

from typing import Any

import sympy as sp

from mobtheory.claims.proving import ProofResult

from .algebra import positive, vanishes
from .covering_numbers import NO_EMPTY_CENTRES, is_covering_number
from .metric_space import METRIC, Point, directed, dist, every, near, point_set, some
from .solver import valid, z3
from .steps import Steps


def prove() -> ProofResult:
    steps = Steps()
    _check_volume_bounds(steps)
    _check_contradiction(steps)
    _check_exponent_that_is_the_dimension(steps)
    gain = sp.Rational(64, 576) ** sp.Rational(1, 4096)
    near_one = abs(gain - sp.Rational("0.99946")) < sp.Rational(1, 10**5)
    steps.check("sympy", "(64/576)^(1/4096) = 0.99946 to five digits", bool(near_one))
    _check_repaired_implication(steps)
    return steps.result()


def _check_volume_bounds(steps: Steps) -> None:
    n, unit, small, large = z3.Reals("n unit r^d R^d")
    r, delta = z3.Reals("r delta")
    steps.rests_on("a ball of radius r has volume unit * r^d; volume is monotone and subadditive")
    steps.check(
        "z3",
        "balls that cover: unit R^d <= n unit r^d gives n >= R^d / r^d",
        valid(n >= large / small, [unit > 0, small > 0, unit * large <= n * unit * small]),
    )
    steps.check(
        "z3",
        "balls that are disjoint inside: n unit r^d <= unit R^d gives n <= R^d / r^d",
        valid(n <= large / small, [unit > 0, small > 0, n * unit * small <= unit * large]),
    )
    steps.check(
        "z3",
        "(delta + r/2)/(r/2) <= 3 delta/r for r <= delta",
        valid((delta + r / 2) / (r / 2) <= 3 * delta / r, [r > 0, r <= delta]),
    )
    ball, picked = point_set("ball"), point_set("separated")
    x, y, z = z3.Consts("x y z", Point)
    apart = z3.ForAll(
        [x, y, z],
        z3.Implies(
            z3.And(picked(x), picked(y), dist(x, y) > r),
            z3.Not(z3.And(dist(x, z) <= r / 2, dist(y, z) <= r / 2)),
        ),
    )
    inside = z3.Implies(
        z3.And(dist(x, y) <= delta, dist(y, z) <= r / 2), dist(x, z) <= delta + r / 2
    )
    steps.check(
        "z3",
        "balls of radius r/2 around separated points are disjoint, and lie within delta + r/2",
        valid(z3.And(apart, inside), METRIC),
    )
    maximal = every(ball, lambda p: z3.Or(picked(p), some(picked, lambda q: dist(p, q) <= r)))
    steps.check(
        "z3",
        "a maximal separated set covers with radius r",
        valid(z3.Implies(maximal, directed(r, ball, picked)), [*METRIC, r > 0]),
    )


def _check_contradiction(steps: Steps) -> None:
    r, s, demanded, factor = sp.symbols("r s demanded factor", positive=True)
    # |d - t| = s: step 3 demands delta^d <= b r^s, step 4 demands a <= L (3 delta)^d r^s.
    steps.check(
        "sympy",
        "factor r^s tends to 0 with r and grows with r: the demand fails below some radius",
        sp.limit(factor * r**s, r, 0, "+") == 0 and positive(sp.diff(factor * r**s, r)),
    )
    radius = (demanded / (2 * factor)) ** (1 / s)
    steps.check(
        "sympy",
        "for instance at r^s = demanded / (2 factor), where it asks for demanded <= demanded / 2",
        vanishes(factor * radius**s - demanded / 2),
    )
    d, t, delta = sp.symbols("d t delta", positive=True)
    lower = (delta / r) ** d / r ** (-t)
    upper = (3 * delta / r) ** d / r ** (-t)
    steps.check(
        "sympy",
        "(delta/r)^d / r^-t = delta^d r^(t-d), the same with 3 delta: only |d - t| matters",
        vanishes(lower - delta**d * r ** (t - d))
        and vanishes(upper - (3 * delta) ** d * r ** (t - d)),
    )


def _check_exponent_that_is_the_dimension(steps: Steps) -> None:
    r, n = z3.Reals("r n")
    ceiling = [r > 0, r <= 250, n * r >= 125, (n - 1) * r < 125, z3.Or(n == 1, n >= 2)]
    steps.check(
        "z3",
        "n = ceil(125/r) has 250 <= 2 n r <= 500 on (0, 250], and 2 r is less than the gap 750",
        valid(z3.And(2 * n * r >= 250, 2 * n * r <= 500, 2 * r < 875 - 125), ceiling),
    )


def _check_repaired_implication(steps: Steps) -> None:
    prompt = point_set("P")
    r, delta = z3.Reals("r delta")
    n, wide = z3.Ints("n n_delta")

    def widened(x: Any) -> Any:
        return near(delta, x, prompt)

    given = [*METRIC, r > 0, delta > 0, is_covering_number(n, prompt, r)]
    steps.check(
        "z3",
        "N(P, r) <= N(P_delta, r): P lies in P_delta",
        valid(n <= wide, [*given, is_covering_number(wide, widened, r)]),
    )
    steps.check(
        "z3",
        "N(P_delta, r + delta) <= N(P, r): enlarged balls cover the neighbourhood",
        valid(wide <= n, [*given, is_covering_number(wide, widened, r + delta)]),
    )
    x = z3.Const("p0", Point)
    steps.check("z3", "N(P, r) >= 1", valid(n >= 1, [*given, NO_EMPTY_CENTRES, prompt(x)]))
    u, t = sp.symbols("u t", positive=True)
    steps.check(
        "sympy",
        "u^-t falls with u, so (r + delta)^-t >= (2 r)^-t for r >= delta, "
        "and (eps_0 - delta)^t r^-t <= 1 for r >= eps_0 - delta",
        positive(-sp.diff(u**-t, u)),
    )
    q = sp.Symbol("r", positive=True)
    steps.check("sympy", "(2 r)^-t = 2^-t r^-t", vanishes((2 * q) ** -t - 2**-t * q**-t))
