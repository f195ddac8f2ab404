"""Which tokens to keep when the prompt matters: the greedy choice, and the split of the budget."""

import math

import numpy as np
import sympy as sp

from mobtheory.attention import (
    TailFit,
    attention_tail,
    budget_split,
    greedy_weighted_covering,
    weighted_covering_cost,
)
from mobtheory.claims.claim import Claim, Evidence, Hypothesis, Statement
from mobtheory.claims.instances import EPS, BudgetRun, WeightedSeededRun
from mobtheory.claims.margin import Margin
from mobtheory.claims.settled_margin import margin_if_equal
from mobtheory.claims.symbols import G, K, K_p, Phi, S_star, d, empty, gamma
from mobtheory.claims.verdict import Verdict
from mobtheory.errors import InvalidProblem

_SEEDED = Hypothesis("Z is not empty", lambda run: len(run.seeds) > 0)


def _greedy(run: WeightedSeededRun) -> Margin:
    """The reduction of Phi; also that no gain grows as more is kept."""
    if len(run.seeds) == 0:
        raise InvalidProblem(
            "check",
            "a run without seeds",
            "Phi of the empty set is infinite without them",
            "Ask claim.applies(instance) first.",
        )
    count = len(run.points)
    seeds = np.arange(len(run.weights.T)) >= count
    chosen = greedy_weighted_covering(
        run.weights,
        run.all_distances,
        run.picks,
        seeds,
        importance=run.importance,
        candidates=~seeds,
    )
    nothing, kept = run.cost([]), run.cost(chosen)
    everything = np.concatenate([chosen, np.flatnonzero(seeds)])
    shipped = weighted_covering_cost(
        run.weights, run.all_distances, everything, importance=run.importance
    )
    gained = [nothing - run.cost([x]) for x in range(count)]
    fewer = chosen[: run.picks // 2]
    gained_later = [run.cost(fewer) - run.cost([*fewer, x]) for x in range(count)]
    growth = max(later - now for later, now in zip(gained_later, gained, strict=True))
    rounding = 4 * run.cost_rounding
    reduction = (1 - math.exp(-1)) * (nothing - run.least_cost)
    return margin_if_equal(
        max(abs(float(shipped) - kept), growth, 0.0),
        rounding,
        Margin(reduction, nothing - kept, rounding),
    )


def _budget_split(run: BudgetRun) -> Margin:
    """The product law on the tokens; both closed forms, as shipped, against another split."""
    cost, reach = float(run.weights @ run.to_kept), float(run.to_kept.max())
    margins = [_power_law(run), _exponential_law(run)]
    if cost > 0:  # else everything is kept, exactly
        margins.append(Margin(cost, run.tail * reach, run.rounding))
    if cost > 0 and run.covering.picks:
        margins.append(Margin(reach, 2 * run.covering.optimal_radius, run.rounding))
    row = np.append(run.weights, max(0.0, 1.0 - run.weights.sum()))
    tails = attention_tail(row, visual=np.arange(len(run.weights)))
    gap = abs(float(tails[run.prompt_budget]) - run.tail)
    return margin_if_equal(gap, 8 * (len(row) + 4) * EPS, Margin.worst(margins))


def _power_law(run: BudgetRun) -> Margin:
    """K gamma d/(1 + gamma d) against another split of K; at most K - 1 of it is shipped."""
    product = run.decay * run.dimension
    best = run.total * product / (1 + product), run.total / (1 + product)
    other = run.total * run.share, run.total * (1 - run.share)
    shipped = budget_split(run.total, tail=run.decay, dimension=run.dimension).interior
    gap = abs(shipped - min(best[0], run.total - 1))

    def log_bound(prompt: float, visual: float) -> float:
        return -run.decay * math.log(prompt) - math.log(visual) / run.dimension

    # Both parts are off by some units of themselves; a logarithm adds one of its own.
    units = sum(
        run.decay * (2 + abs(math.log(prompt))) + (2 + abs(math.log(visual))) / run.dimension
        for prompt, visual in (best, other)
    )
    margin = _no_better(log_bound(*best), log_bound(*other), units)
    return margin_if_equal(gap, 8 * run.total * EPS, margin)


def _exponential_law(run: BudgetRun) -> Margin:
    """K_v = tau/d, but at least 1 and at most K, against another split of K - 1."""
    law = TailFit("exponential", 1 / run.scale, 1.0, (1, run.total))
    shipped = budget_split(run.total, tail=law, dimension=run.dimension).interior
    visual = min(max(run.scale / run.dimension, 1.0), float(run.total))
    other = (run.total - 1) * run.share
    gap = abs(shipped - (run.total - visual))

    def log_bound(prompt: float, visual: float) -> float:
        return -prompt / run.scale - math.log(visual) / run.dimension

    # What K - K_p loses is a unit of K, relative to what it is.
    units = (2 + run.total / (run.total - other) + 2 * math.log(run.total)) / run.dimension
    units += 4 * run.total / run.scale
    best = log_bound(run.total - visual, visual)
    margin = _no_better(best, log_bound(other, run.total - other), units)
    return margin_if_equal(gap, 8 * run.total * EPS, margin)


def _no_better(best: float, other: float, units: float) -> Margin:
    """The bound at the best split as a share of that at another, from their logarithms."""
    ratio = float(np.exp(min(best - other, 1.0)))
    return Margin(ratio, 1.0, 4 * EPS * (1 + units) * ratio)


CLAIMS = (
    Claim(
        id="attention.greedy",
        title="The greedy choice reduces Phi nearly as much as the best",
        source="extension; theory 9.7, after Nemhauser, Wolsey and Fisher 1978",
        statement=Statement(
            "Phi(S), the attention-weighted sum of distances to S + Z over all queries and heads, "
            "Z fixed and not empty, never grows with S and is supermodular; so k greedy picks G "
            "reduce it by at least 1 - 1/e of what the best k tokens S* do.",
            sp.Ge(Phi(empty) - Phi(G), (1 - sp.exp(-1)) * (Phi(empty) - Phi(S_star))),
        ),
        hypotheses=(_SEEDED,),
        verdict=Verdict.PROVED,
        reason=(
            "The gain of a token is the sum of what it saves, max(0, distance now - distance to "
            "it), and distances only fall. Each pick closes at least the k-th part of what is "
            "left to the best."
        ),
        instance_type=WeightedSeededRun,
        margin=_greedy,
        proof=(
            "attention_greedy.py",
            "coq/Greedy.v:greedy_guarantee",
            "coq/Greedy.v:phi_antitone",
            "coq/Greedy.v:phi_supermodular",
        ),
        evidence=(
            Evidence("z3", "supermodularity term by term; the recursion of the gaps"),
            Evidence("sympy", "(1 - 1/k)^k is at most 1/e, and tends to it"),
            Evidence("rational", "the factor 1 - (1 - 1/k)^k is reached for k <= 4", general=False),
            Evidence(
                "coq",
                "all three parts, any rows, heads and distances, ties broken in any way",
            ),
            Evidence("property", "against enumeration of all choices"),
        ),
    ),
    Claim(
        id="attention.budget-split",
        title="The best split of the budget in closed form",
        source="extension; theory 9.8",
        statement=Statement(
            "K_p heaviest tokens, then farthest points: Phi(S) <= m(D) h(V -> S) <= tail(K_p) 2 "
            "OPT(K_v | S_p). If the tail falls as K_p^-gamma and the radius as K_v^(-1/d), the "
            "product is least at K_p = K gamma d/(1 + gamma d), among 0 < K_p < K; with the tail "
            "e^(-K_p/tau) at K_v = tau/d, but at least 1 and at most K.",
            sp.Eq(K_p, K * gamma * d / (1 + gamma * d)),
        ),
        verdict=Verdict.PROVED,
        reason=(
            "The logarithmic derivative vanishes where gamma/K_p = 1/(d (K - K_p)), and the "
            "logarithm of the bound is convex. Only the tail of the prompt's own attention "
            "enters, not eta; it optimises a bound, and K_p = 0 must be compared separately."
        ),
        instance_type=BudgetRun,
        margin=_budget_split,
        tight=True,
        uses=("covering.seeded-fps",),
        proof=(
            "attention_budget_split.py",
            "coq/ProductLaw.v:budget_split_law",
        ),
        evidence=(
            Evidence("z3", "the product law, by induction; both ends of the exponential law"),
            Evidence("sympy", "the only zero of the logarithm's derivative, and its sign"),
            Evidence(
                "rational",
                "c = 30, gamma = d = 1, K = 48: 1/24 by the formula, 1/48 at K_p = 0",
                general=False,
            ),
            Evidence(
                "coq",
                "finite sets in any metric space; the strict minima of both laws over real K_p",
            ),
            Evidence("property", "against other splits, and the product law on small clouds"),
        ),
    ),
)
