"""covering.union: both halves in one call, within 3 or 5 times the optimum.

Statement.    S_p the nearest neighbours of the prompt if these are at most K_p, else the repaired
              truncation with K_p picks; G farthest points seeded with S_p, K - |S_p| of them.  Then
              max{d_H(S_p, P), h(V -> S_p u G)} <= 3 U in the first case and <= 5 U in the second,
              for every U that some S*_p, S*_v within V with |S*_p| <= K_p, |S*_v| <= K - K_p reach:
              d_H(S*_p, P) <= U and h(V -> S*_p u S*_v) <= U.
Assumptions.  Any metric; V, P finite and not empty; 1 <= K_p <= K; covering.nn-optimal and
              covering.repaired-truncation.

Proof.  Let h(P -> S_p) <= t and k = K - K_p, and suppose some v* in V is farther than 2 U + t from
S_p and from k picks.  Write x_0 = v*, x_i = g_i.
  1. As in covering.seeded-fps, x_0, ..., x_k are pairwise farther than 2 U + t apart, and that far
     from S_p.
  2. A token within U of S*_p is within 2 U of the prompt, hence within 2 U + t of S_p.  So each
     x_i has a token of S*_v within U.
  3. None serves two, for these would be within 2 U of each other; k do not serve k + 1.  So
     h(V -> S_p u G) <= 2 U + t; more picks than k only help.
  4. Nearest neighbours: S*_p lies within V, so h(P -> V) <= U, and by covering.nn-optimal
     d_H(S_p, P) = h(P -> V) <= U: t = U gives 3 U.
  5. Truncation: S*_p covers P with K_p centres, so OPT_P(K_p) <= U, and by
     covering.repaired-truncation d_H(S_p, P) <= U + 2 U: t = 3 U gives 5 U.
  6. Cross-check with closed forms: all metrics on one prompt and four visual tokens, K_p = 1 and
     one pick.
"""

from fractions import Fraction
from itertools import product
from typing import Any

import sympy as sp

from mobtheory.claims.proving import ProofResult
from mobtheory.claims.symbols import OPT, K, K_p, P, S, S_p, V, d_H, h

from .farthest_picks import (
    apart,
    check_one_centre_each,
    check_pigeonhole,
    check_separation,
    each,
    far_from_seeds,
    k,
    reached,
    seeds,
    visual,
    within_a_centre,
    x,
)
from .metric_space import METRIC, directed, every, hausdorff, near, point_set, subset, union
from .registered import constants
from .small_metrics import SmallMetric, largest
from .solver import satisfiable, valid, z3
from .steps import Steps

_u, _t = z3.Reals("U t")
_prompt, _best_prompt = point_set("P"), point_set("S*_p")


def prove() -> ProofResult:
    steps = Steps()
    (factor,) = constants(
        "covering.union",
        lambda c: sp.Le(sp.Max(d_H(S_p, P), h(V, S)), c * OPT(K_p, K - K_p)),
    )
    check_separation(steps, 2 * _u + _t)
    _check_assignment(steps)
    check_pigeonhole(steps)
    _check_prompt_half(steps, factor)
    steps.check("z3", "closed forms on 5 points: one prompt token, K_p = 1, one pick", _small())
    return steps.result()


def _check_assignment(steps: Steps) -> None:
    way = z3.And(directed(_u, _best_prompt, _prompt), directed(_t, _prompt, seeds))
    served = every(visual, lambda v: z3.Implies(near(_u, v, _best_prompt), _near_seeds(v)))
    steps.check(
        "z3",
        "what S*_p serves is within 2 U + t of S_p, over the prompt; any metric, any sets",
        valid(served, [*METRIC, way]),
    )
    covered = every(visual, lambda v: z3.Or(near(_u, v, _best_prompt), within_a_centre(v, _u)))
    in_visual = each(0, k, lambda i: visual(x(i)))
    given = z3.And(served, covered, in_visual, far_from_seeds(2 * _u + _t))
    steps.check(
        "z3",
        "so each x_i is within U of some token c_j of S*_v",
        valid(z3.Implies(given, reached(_u))),
    )
    check_one_centre_each(steps, _u, z3.And(_t >= 0, apart(2 * _u + _t)), METRIC)
    picks, more = point_set("G"), point_set("F")
    steps.check(
        "z3",
        "more picks only help",
        valid(
            z3.Implies(
                directed(2 * _u + _t, visual, union(seeds, picks)),
                directed(2 * _u + _t, visual, union(union(seeds, picks), more)),
            )
        ),
    )


def _near_seeds(v: Any) -> Any:
    return near(2 * _u + _t, v, seeds)


def _check_prompt_half(steps: Steps, registered: Fraction) -> None:
    floor = directed(_u, _prompt, visual)
    steps.check(
        "z3",
        "h(P -> V) <= U, since S*_p lies within V",
        valid(
            z3.Implies(hausdorff(_u, _best_prompt, _prompt), floor),
            [subset(_best_prompt, visual)],
        ),
    )
    steps.check(
        "z3",
        "d_H(S_p, P) <= t covers the prompt within t",
        valid(z3.Implies(hausdorff(_t, seeds, _prompt), directed(_t, _prompt, seeds))),
    )
    prompt_radius, reach, bound = z3.Reals("d_H h OPT_P")
    both = z3.And(prompt_radius <= _t, reach <= 2 * _u + _t, _u >= 0)
    for factor, half, t in (
        (3, "nearest neighbours, t = h(P -> V) <= U", z3.And(_t <= _u)),
        (
            registered,
            "truncation, t = h(P -> V) + 2 OPT_P <= 3 U",
            z3.And(_t <= _u + 2 * bound, bound <= _u),
        ),
    ):
        within = z3.And(prompt_radius <= factor * _u, reach <= factor * _u)
        steps.check(
            "z3",
            f"{half}: both radii are at most {factor} U",
            valid(z3.Implies(z3.And(both, t), within)),
        )
        # The argument gives no less; whether the optimum needs it is another question.
        steps.check(
            "z3",
            f"{factor} is the least factor that these two bounds give",
            satisfiable([both, t, _u == 1, reach == factor]),
        )


def _small() -> bool | None:
    metric, prompt, visual_tokens = SmallMetric(5), [0], [1, 2, 3, 4]
    neighbour = [metric.dist(0, 1) <= metric.dist(0, v) for v in visual_tokens]
    greedy = metric.greedy(visual_tokens, [2], [1])

    def value(prompt_half: int, visual_half: int) -> Any:
        covered = metric.directed(visual_tokens, [prompt_half, visual_half])
        return largest([metric.hausdorff([prompt_half], prompt), covered])

    within = [value(1, 2) <= 3 * value(a, b) for a, b in product(visual_tokens, visual_tokens)]
    return valid(z3.And(within), [*metric.axioms, *neighbour, *greedy])
