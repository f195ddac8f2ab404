"""True about covers: seeded farthest points, nearest neighbours, the repaired truncation."""

import numpy as np
import sympy as sp

from mobtheory.claims.claim import Claim, Evidence, Hypothesis, Statement
from mobtheory.claims.error_bounds import BOTH_HALVES
from mobtheory.claims.instances import GreedyRun, LinePruning, Pruning, SeededRun
from mobtheory.claims.margin import Margin
from mobtheory.claims.optimal_radii import best_radius
from mobtheory.claims.symbols import (
    OPT,
    OPT_P,
    G,
    K_p,
    P,
    S_p,
    V,
    Z,
    d_H,
    eps_p,
    eps_v,
    h,
    k,
    least,
    r_star,
    union,
)
from mobtheory.claims.verdict import Verdict
from mobtheory.covering import (
    Selection,
    evaluate_selection,
    nearest_neighbour_cover,
    repaired_truncation,
)


def _seeded_fps(run: SeededRun) -> Margin:
    optimum = run.external_optimum
    if optimum is None:
        optimum = run.optimal_radius
    return Margin(run.greedy_radius, 2 * optimum, run.rounding)


def _nearest_cover_radius(instance: Pruning) -> tuple[float, int]:
    """``d_H(S', P)`` of the nearest-neighbour cover S', and the size of S'."""
    everything = instance.problem.with_budget(instance.problem.visual_count)
    cover = nearest_neighbour_cover(everything)
    covering = evaluate_selection(everything, Selection(cover, []))
    return covering.prompt_radius, len(cover)


def _nn_optimal(instance: Pruning) -> Margin:
    radius, _ = _nearest_cover_radius(instance)
    return Margin(radius, instance.covering.prompt_radius)


def _saturation(instance: Pruning) -> Margin:
    radius, size = _nearest_cover_radius(instance)
    within_budget = size <= instance.problem.prompt_count
    return Margin(radius if within_budget else float("inf"), instance.problem.prompt_to_visual)


def _repaired_truncation(run: GreedyRun) -> Margin:
    problem = run.problem
    kept = repaired_truncation(problem, prompt_budget=run.prompt_budget)
    radius = evaluate_selection(problem, Selection(kept, [])).prompt_radius
    low, high = best_radius(np.asarray(problem.prompt_prompt), run.prompt_budget)
    floor = problem.prompt_to_visual
    return Margin.from_brackets(
        (radius, radius), (floor + 2 * low, floor + 2 * high), run.rounding(terms=3)
    )


def _tradeoff(instance: LinePruning) -> Margin:
    return Margin(instance.optimal_radius, instance.covering.radius)


_PROMPT_HALF = Hypothesis(
    "S_p is not empty", lambda instance: len(instance.selection.prompt_centers) > 0
)

CLAIMS = (
    Claim(
        id="covering.seeded-fps",
        title="Seeded farthest-point sampling is a 2-approximation",
        source="extension; theory 2.5",
        statement=Statement(
            "For any seeds Z, possibly none, k farthest points G give "
            "h(V -> Z + G) <= 2 OPT(k | Z) <= 2 OPT(k), centres anywhere.",
            sp.Le(h(V, union(Z, G)), 2 * OPT(k, Z)),
        ),
        verdict=Verdict.PROVED,
        reason=(
            "A token farther than twice the optimum from Z + G would give k + 1 points pairwise "
            "that far apart and from Z, two of which share an optimal centre. The factor 2 is "
            "tight: V = {-1, 1}, one pick."
        ),
        instance_type=SeededRun,
        margin=_seeded_fps,
        tight=True,
        proof=("covering_seeded_fps.py", "coq/SeededSampling.v:seeded_fps"),
        evidence=(
            Evidence(
                "z3",
                "any metric, any sets, any k; the pigeonhole principle by induction, whose "
                "base and step z3 checks",
            ),
            Evidence(
                "z3",
                "closed forms on all metrics on 5 points: one seed, two picks, two centres",
                general=False,
            ),
            Evidence(
                "coq", "finite sets in any metric space, ties broken in any way; such picks exist"
            ),
            Evidence("rational", "V = {-1, 1} with one pick reaches the factor 2", general=False),
            Evidence("property", "against enumeration; centres anywhere on lines of integers"),
        ),
    ),
    Claim(
        id="covering.nn-optimal",
        title="No selection is nearer to the prompt than the nearest neighbours",
        source="extension; theory 7.1",
        statement=Statement(
            "S' = {nn(p)} has d_H(S', P) = h(P -> V), the minimum of d_H(S, P) over all nonempty "
            "S within V.",
            sp.Le(h(P, V), d_H(S_p, P)),
        ),
        hypotheses=(_PROMPT_HALF,),
        verdict=Verdict.PROVED,
        reason=(
            "dist(p, S) >= dist(p, V) for every S within V; S' attains it in both directions, "
            "because each of its tokens is the nearest neighbour of some p."
        ),
        instance_type=Pruning,
        margin=_nn_optimal,
        tight=True,
        proof=("covering_nn_optimal.py", "coq/NearestNeighbours.v:nn_optimal"),
        evidence=(
            Evidence("z3", "d_H <= r on both sides for every r: any metric, any finite sets"),
            Evidence(
                "z3", "closed forms on all metrics on 3 visual and 2 prompt points", general=False
            ),
            Evidence("coq", "finite sets in any metric space, any of several nearest neighbours"),
            Evidence("property", "against every drawn selection"),
        ),
    ),
    Claim(
        id="covering.repaired-truncation",
        title="A truncation that covers",
        source="repair of step E5-2; theory 7.2'",
        statement=Statement(
            "Farthest-point sampling on P with K_p picks, then their nearest neighbours: "
            "d_H(S_p, P) <= h(P -> V) + 2 OPT_P(K_p).",
            sp.Le(d_H(S_p, P), h(P, V) + 2 * OPT_P(K_p)),
        ),
        hypotheses=(Hypothesis("K_p >= 1", lambda run: run.prompt_budget >= 1),),
        verdict=Verdict.PROVED,
        reason=(
            "Each prompt token reaches its pick within 2 OPT and from there a kept token within "
            "h(P -> V); each kept token has its pick within h(P -> V). For K_p >= L it is h(P -> "
            "V)."
        ),
        instance_type=GreedyRun,
        margin=_repaired_truncation,
        tight=True,
        uses=("covering.seeded-fps",),
        proof=("covering_repaired_truncation.py", "coq/RepairedTruncation.v:repaired_truncation"),
        evidence=(
            Evidence(
                "z3",
                "the way over the pick, any metric, any finite sets, given the seeded "
                "2-approximation",
            ),
            Evidence("coq", "finite sets in any metric space, ties broken in any way"),
            Evidence(
                "rational", "V = {-2, 0}, P = {-1, 0, 1}, K_p = 1 reaches the bound", general=False
            ),
            Evidence("property", "against enumeration of the optimum on P"),
        ),
    ),
    Claim(
        id="covering.tradeoff",
        title="What the trade-off really is",
        source="repair of Theorem 1; theory 6.1 (i)",
        statement=Statement(
            "r* = min{r : N(P, r) + N(V, r) <= K} exists and max{eps_p, eps_v} >= r*; centres "
            "anywhere attain it.",
            sp.Le(r_star, sp.Max(eps_p, eps_v)),
        ),
        hypotheses=(BOTH_HALVES,),
        verdict=Verdict.PROVED,
        reason=(
            "If both radii were below r*, then K >= N(P, eps_p) + N(V, eps_v) > K. Neither eta nor "
            "any exponent enters."
        ),
        instance_type=LinePruning,
        margin=_tradeoff,
        tight=True,
        uses=("definition-1",),
        proof=("covering_tradeoff.py", "coq/Tradeoff.v:tradeoff"),
        evidence=(
            Evidence(
                "z3",
                "covering numbers are non-increasing and right-continuous, so r* exists and "
                "bounds both radii; rests on the completeness of R^d and an induction over "
                "labellings",
            ),
            Evidence("sympy", "the midpoint identity behind the smallest enclosing ball"),
            Evidence(
                "coq", "finite sets in R^d, with existence of r* and of centres that attain it"
            ),
            Evidence(
                "rational",
                "P = {0, 1, 2}, V with a second 1, S_p = S_v = {1} reaches the bound",
                general=False,
            ),
            Evidence("property", "exact on lines of integers"),
        ),
    ),
    Claim(
        id="covering.saturation",
        title="Beyond L prompt tokens there is nothing left to trade",
        source="extension; theory 6",
        statement=Statement(
            "The smallest d_H(S_p, P) over |S_p| <= K_p is h(P -> V) for every K_p >= L: at most L "
            "tokens reach the floor.",
            sp.Eq(least(d_H(S_p, P)), h(P, V)),
        ),
        verdict=Verdict.PROVED,
        reason=(
            "The nearest neighbours of the prompt are at most L tokens and reach the floor; a "
            "larger prompt half cannot go below it."
        ),
        instance_type=Pruning,
        margin=_saturation,
        tight=True,
        uses=("covering.nn-optimal",),
        proof=("covering_saturation.py", "coq/NearestNeighbours.v:saturation"),
        evidence=(
            Evidence(
                "z3",
                "a list of K_p nearest neighbours reaches the floor: any metric, any L and K_p",
            ),
            Evidence("coq", "finite sets in any metric space"),
            Evidence("property", "size and radius of the nearest-neighbour cover on every cloud"),
        ),
    ),
)
