"""True about approximate solvers: the bottleneck method, and both halves in one call."""

import sympy as sp

from mobtheory.claims.claim import Claim, Evidence, Statement
from mobtheory.claims.instances import SeededRun, SplitRun
from mobtheory.claims.margin import Margin
from mobtheory.claims.optimal_radii import best_radius
from mobtheory.claims.symbols import OPT, K, K_p, P, S, S_p, V, d_H, h, k
from mobtheory.claims.verdict import Verdict
from mobtheory.covering.approximate import hochbaum_shmoys


def _hochbaum_shmoys(run: SeededRun) -> Margin:
    """Without the seeds of the run."""
    distances = run.distances
    chosen = hochbaum_shmoys(distances, run.picks)
    radius = float(distances[chosen].min(axis=0).max())
    low, high = best_radius(distances, run.picks)
    return Margin.from_brackets((radius, radius), (2 * low, 2 * high), run.rounding)


def _union(run: SplitRun) -> Margin:
    factor = 3 if run.keeps_neighbours else 5
    return Margin(run.greedy.upper, factor * run.optimum, run.rounding)


CLAIMS = (
    Claim(
        id="covering.hochbaum-shmoys",
        title="The bottleneck method is a 2-approximation",
        source="extension; Hochbaum and Shmoys 1985",
        statement=Statement(
            "Take the least distance r such that no k + 1 tokens are pairwise without a common "
            "token within r; a maximal set S of tokens pairwise without a common token within r "
            "gives h(V -> S) <= 2 OPT(k), centres among V.",
            sp.Le(h(V, S), 2 * OPT(k)),
        ),
        verdict=Verdict.PROVED,
        reason=(
            "What is refuted lies below OPT(k), in any distances. Every token shares one with S, "
            "so over it S is within twice the radius. The factor 2 is tight: V = {0, 1, 2}, one "
            "centre."
        ),
        instance_type=SeededRun,
        margin=_hochbaum_shmoys,
        tight=True,
        proof=(
            "covering_hochbaum_shmoys.py",
            "coq/Bottleneck.v:bottleneck",
            "coq/Bottleneck.v:bottleneck_certified",
        ),
        evidence=(
            Evidence(
                "z3",
                "any metric, any k; the pigeonhole principle by induction, whose base and step z3 "
                "checks",
            ),
            Evidence("z3", "closed forms on all metrics on 4 points: two centres", general=False),
            Evidence(
                "coq",
                "finite sets in any metric space; r and S exist; the bound too for what a search "
                "finds: any r whose next smaller distance is refuted, S filled up",
            ),
            Evidence(
                "rational", "V = {0, 1, 2} with one centre reaches the factor 2", general=False
            ),
            Evidence("property", "against enumeration of all choices"),
        ),
    ),
    Claim(
        id="covering.union",
        title="Prompt and picture together within a constant factor",
        source="extension",
        statement=Statement(
            "S_p the nearest neighbours of the prompt, or the repaired truncation if these are "
            "more than K_p, then K - |S_p| farthest points seeded with S_p: max{d_H(S_p, P), "
            "h(V -> S)} is at most 5 times, with all nearest neighbours at most 3 times, its least "
            "value over |S_p| <= K_p and |S_v| <= K - K_p.",
            sp.Le(sp.Max(d_H(S_p, P), h(V, S)), 5 * OPT(K_p, K - K_p)),
        ),
        verdict=Verdict.PROVED,
        reason=(
            "What the best prompt half serves is near the prompt, hence near S_p; what is far from "
            "S_p is served by the K - K_p others, and so many farthest points reach it."
        ),
        instance_type=SplitRun,
        margin=_union,
        uses=("covering.seeded-fps", "covering.nn-optimal", "covering.repaired-truncation"),
        proof=("covering_union.py", "coq/UnionCover.v:union_cover"),
        evidence=(
            Evidence(
                "z3",
                "any metric, any finite sets, any K_p and K, given the claims about the prompt "
                "half",
            ),
            Evidence(
                "z3",
                "closed forms on all metrics on 5 points: one prompt token, one pick",
                general=False,
            ),
            Evidence("coq", "finite sets in any metric space, against every pair of halves"),
            Evidence("property", "against enumeration of all pairs of halves"),
        ),
    ),
)
