"""attention.greedy: Phi is supermodular, so greedy reaches 1 - 1/e of the best reduction.

Statement.    Phi(S) = sum over query rows q and heads h of l_qh sum_v w_v dist_h(v, S u Z) does not
              rise with S, and the gain Phi(S) - Phi(S + x) does not rise with S either.  If greedy
              adds a token of the largest gain K times, then for every S* of at most K tokens
              Phi(0) - Phi(greedy) >= (1 - (1 - 1/K)^K) (Phi(0) - Phi(S*))
                                   >= (1 - 1/e) (Phi(0) - Phi(S*)).
Assumptions.  Weights l, w >= 0; Z any fixed seeds, not empty; any distances to candidate tokens;
              any number of tokens, rows and heads; K >= 1; ties broken in any way.  (If greedy runs
              out of candidates it holds S*, and Phi(greedy) <= Phi(S*).)

Proof.
  1. dist(v, S u Z + x) = min{dist(v, S u Z), dist(v, x)}, and it does not rise with S.
  2. For one token: a - min{a, d} >= 0, and >= b - min{b, d} for a >= b.  Summed with weights >= 0:
     Phi does not rise, and gains do not rise.  Capped distances min{a, cap} are no different.
  3. Phi(S) - Phi(S u S*) is at most the sum of the gains of the tokens of S* at S, one after the
     other, so at most K times the largest gain.
  4. With gap_i = Phi(S_i) - Phi(S*): gap_i <= K (gap_i - gap_{i+1}), so
     gap_{i+1} <= (1 - 1/K) gap_i and, by induction, gap_K <= (1 - 1/K)^K gap_0, for every whole
     number K >= 1.
  5. e^-s >= 1 - s for s >= 0: at 0 both sides and their slopes agree, and the second derivative of
     the difference is e^-s > 0.  So (1 - 1/K)^K <= e^(-1/K K) = 1/e, which is the limit.
  6. The factor 1 - (1 - 1/K)^K is reached: distances 1 and 2, the tokens a K times K + 1 grid, the
     optimum takes its columns, greedy its rows; K = 1, 2, 3, 4 in fractions.
  7. Cross-check with closed forms: 3 tokens, 3 candidates, any weights and distances, K = 2: 3/4.
"""

from fractions import Fraction
from itertools import combinations, product
from typing import Any

import sympy as sp

from mobtheory.claims.proving import ProofResult
from mobtheory.claims.symbols import G, K, Phi, S_star, empty

from .algebra import positive, vanishes
from .finite_sums import check_totals, rest_on_induction
from .metric_space import Point, dist, near, point_set, subset, union
from .registered import constants
from .small_metrics import smallest
from .solver import valid, z3
from .steps import Steps

_of_budget = 1 - (1 - 1 / K) ** K


def prove() -> ProofResult:
    steps = Steps()
    whole, part, power = map(sp.Rational, constants("attention.greedy", _form))
    _check_distances(steps)
    _check_supermodular(steps)
    _check_best_gain(steps)
    _check_recursion(steps)
    _check_factor(steps, whole - part * sp.exp(-power))
    _check_attainment(steps)
    steps.check("z3", "closed forms: 3 tokens, 3 candidates, K = 2", _small())
    return steps.result()


def _form(whole: sp.Expr, part: sp.Expr, power: sp.Expr) -> sp.Basic:
    best = Phi(empty) - Phi(S_star)
    return sp.Ge(Phi(empty) - Phi(G), (whole - part * sp.exp(-power)) * best)


def _check_distances(steps: Steps) -> None:
    fewer, more = point_set("S"), point_set("T")
    v, x = z3.Consts("v x", Point)
    r = z3.Real("r")
    with_x = union(fewer, lambda s: s == x)
    steps.check(
        "z3",
        "dist(v, S + x) <= r iff dist(v, S) <= r or dist(v, x) <= r",
        valid(near(r, v, with_x) == z3.Or(near(r, v, fewer), dist(v, x) <= r)),
    )
    steps.check(
        "z3",
        "dist(v, .) does not rise with the set",
        valid(z3.Implies(near(r, v, fewer), near(r, v, more)), [subset(fewer, more)]),
    )


def _gain(a: Any, d: Any) -> Any:
    """What a candidate at distance d saves a token at distance a."""
    return a - smallest([a, d])


def _check_supermodular(steps: Steps) -> None:
    a, b, d, cap, weight = z3.Reals("a b d cap l*w")
    at_seed = z3.Implies(d >= a, _gain(a, d) == 0)
    falls = z3.Implies(a >= b, _gain(a, d) >= _gain(b, d))
    steps.check("z3", "gains are >= 0, and 0 if d >= a", valid(z3.And(_gain(a, d) >= 0, at_seed)))
    steps.check("z3", "the gain at a is at least that at b if a >= b", valid(falls))
    capped = [smallest([distance, cap]) for distance in (a, b, d)]
    steps.check(
        "z3",
        "capped distances too",
        valid(z3.Implies(a >= b, _gain(capped[0], capped[2]) >= _gain(capped[1], capped[2]))),
    )
    here, further = z3.Reals("gain_S gain_T")
    check_totals(
        steps,
        "sum l w gain_S >= sum l w gain_T >= 0 over tokens, rows and heads, S within T",
        lambda at_fewer, at_more: z3.And(at_fewer >= at_more, at_more >= 0),
        [weight * here, weight * further],
        [weight >= 0, here >= further, further >= 0],
    )
    rest_on_induction(steps)


def _some(k: Any) -> Any:
    """What the steps suppose of the number of picks."""
    return k >= 1


def _closes(gap: Any, drop: Any, k: Any) -> Any:
    """One greedy pick closes at least the K-th part of the gap to the best."""
    return gap <= k * drop


def _check_best_gain(steps: Steps) -> None:
    here, later, best = z3.Reals("gain_S(x) gain_later(x) best_gain")
    check_totals(
        steps,
        "Phi(S) - Phi(S u S*) <= sum over S* of gains at S <= |S*| times the largest",
        lambda drop, gains, number: z3.And(drop <= gains, gains <= number * best),
        [later, here, z3.RealVal(1)],
        [later <= here, here <= best],
    )
    phi, both, optimum, number, k = z3.Reals("Phi(S) Phi(SuS*) Phi(S*) |S*| K")
    steps.check(
        "z3",
        "so Phi(S) - Phi(S*) <= K times the largest gain",
        valid(
            _closes(phi - optimum, best, k),
            [both <= optimum, phi - both <= number * best, number <= k, best >= 0],
        ),
    )


def _check_recursion(steps: Steps) -> None:
    gap, following, first, power, k = z3.Reals("gap_i gap_{i+1} gap_0 power K")
    number = z3.Int("K")
    steps.check(
        "z3",
        "every whole number K > 0 of picks is covered",
        valid(_some(z3.ToReal(number)), [number > 0]),
    )
    steps.check(
        "z3",
        "gap_i <= (1 - 1/K)^i gap_0 gives gap_{i+1} <= (1 - 1/K) (1 - 1/K)^i gap_0",
        valid(
            following <= (1 - 1 / k) * (power * first),
            [_some(k), gap <= power * first, _closes(gap, gap - following, k)],
        ),
    )
    steps.rests_on("induction on the number of picks, from gap_0 = (1 - 1/K)^0 gap_0")
    start, greedy, optimum, left = z3.Reals("Phi(0) Phi(greedy) Phi(S*) (1-1/K)^K")
    limit = z3.Real("1/e")
    steps.check(
        "z3",
        "so the reduction is at least 1 - (1 - 1/K)^K, at least 1 - 1/e, of the best",
        valid(
            z3.And(
                start - greedy >= (1 - left) * (start - optimum),
                (1 - left) * (start - optimum) >= (1 - limit) * (start - optimum),
            ),
            [greedy - optimum <= left * (start - optimum), start >= optimum, left <= limit],
        ),
    )


def _check_factor(steps: Steps, factor: sp.Expr) -> None:
    s = sp.Symbol("s", positive=True)
    difference = sp.exp(-s) - (1 - s)
    slope = sp.diff(difference, s)
    steps.check(
        "sympy",
        "e^-s - (1 - s) and its slope are 0 at 0, its second derivative is positive",
        difference.subs(s, 0) == slope.subs(s, 0) == 0 and positive(sp.diff(slope, s)),
    )
    steps.rests_on("a function whose derivative is >= 0 does not fall")
    k, p, q, lower, upper = z3.Reals("K 1-1/K e^(-1/K) p^i q^i")
    steps.check(
        "z3",
        "p = 1 - 1/K <= q = e^(-1/K) gives 0 <= p^i <= q^i, from i to i + 1",
        valid(
            z3.And(p * lower >= 0, p * lower <= q * upper),
            [_some(k), p == 1 - 1 / k, p <= q, lower >= 0, lower <= upper],
        ),
    )
    steps.rests_on("induction on the exponent")
    steps.check(
        "sympy",
        f"so 1 - (1 - 1/K)^K >= 1 - (e^(-1/K))^K = {factor}",
        vanishes(1 - sp.exp(-1 / K) ** K - factor),
    )
    limit = sp.limit(_of_budget, K, sp.oo)
    steps.check("sympy", "and for large K it is no more", vanishes(limit - factor))


def _check_attainment(steps: Steps) -> None:
    reached = [_rows_against_columns(k) for k in range(1, 5)]
    exact = [_of_budget.subs(K, k) for k in range(1, 5)]
    same = all(sp.Rational(r) == e for r, e in zip(reached, exact, strict=True))
    steps.check("rational", "K = 1, 2, 3, 4: the factor 1 - (1 - 1/K)^K is reached", same)


def _rows_against_columns(k: int) -> Fraction:
    """The reduction of greedy over the best one, -1 if these are not greedy's picks.

    Tokens (i, j), i <= k, j < k; candidates are k rows and k columns, at distance 1 from
    their tokens and 2 from the others and the seed (a metric); candidates have weight 0.
    """
    shrink = 1 - Fraction(1, k)
    weight = [shrink**i / k for i in range(k)] + [shrink**k]
    tokens = list(product(range(k + 1), range(k)))
    rows = [{t for t in tokens if t[0] == i} for i in range(k)]
    columns = [{t for t in tokens if t[1] == j} for j in range(k)]
    candidates = [*rows, *columns]

    def reduction(chosen: list[set[tuple[int, int]]]) -> Fraction:
        return sum((weight[i] for i, _ in set[tuple[int, int]]().union(*chosen)), Fraction(0))

    for i in range(k):  # the next row is a largest gain, or greedy would not take it
        if any(reduction([*rows[:i], c]) > reduction(rows[: i + 1]) for c in candidates):
            return Fraction(-1)
    best = max(reduction(list(choice)) for choice in combinations(candidates, k))
    return reduction(rows) / best


def _small() -> bool | None:
    """Distances times weights are any numbers >= 0: rows are tokens, columns candidates."""
    start = [z3.Real(f"a{v}") for v in range(3)]
    reach = {(v, x): z3.Real(f"c{v}{x}") for v in range(3) for x in range(3)}

    def phi(*chosen: int) -> Any:
        return z3.Sum([smallest([start[v], *(reach[v, x] for x in chosen)]) for v in range(3)])

    signs = [number >= 0 for number in (*start, *reach.values())]
    greedy = [phi(0) <= phi(x) for x in range(3)] + [phi(0, 1) <= phi(0, 2)]
    factor = z3.RealVal(str(_of_budget.subs(K, 2)))
    within = [
        phi() - phi(0, 1) >= factor * (phi() - phi(*best)) for best in combinations(range(3), 2)
    ]
    return valid(z3.And(within), [*signs, *greedy])
