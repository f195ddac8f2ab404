"""The exact value of d_H(X, X_s), what it dominates, and anti-alignment."""

import sympy as sp

from mobtheory.claims.claim import Claim, Evidence, Hypothesis, Statement
from mobtheory.claims.instances import Pruning, SeededRun
from mobtheory.claims.margin import Margin
from mobtheory.claims.symbols import OPT, K, P, S, V, X, X_s, d_H, h
from mobtheory.claims.verdict import Verdict
from mobtheory.geometry import hausdorff


def _identity(instance: Pruning) -> Margin:
    """Both directions at once: the difference of the two values against 0."""
    by_definition = hausdorff(
        instance.all_points, instance.kept_points, metric=instance.problem.metric
    )
    gap = abs(by_definition - instance.covering.pruning_distance)
    return Margin(gap, 0.0, instance.rounding())


def _domination(instance: Pruning) -> Margin:
    problem, covering = instance.problem, instance.covering
    return Margin(covering.pruning_distance, min(covering.union_radius, problem.visual_to_prompt))


def _prompt_seeded(instance: SeededRun) -> Margin:
    return Margin(instance.greedy_radius, 2 * instance.optimal_radius, instance.rounding)


CLAIMS = (
    Claim(
        id="geometry.hausdorff-identity",
        title="What d_H(X, X_s) is",
        source="extension; used against Lemma 1",
        statement=Statement(
            "If S is within V and P is not empty, then "
            "d_H(X, X_s) = max over v in V of min(dist(v, S), dist(v, P)).",
            sp.Eq(d_H(X, X_s), sp.Function("G")(S)),
        ),
        verdict=Verdict.PROVED,
        reason=(
            "X_s is a subset of X, so one direction is 0; a prompt token stays, so only visual "
            "tokens count, each with its distance to the nearer of S and P."
        ),
        instance_type=Pruning,
        margin=_identity,
        tight=True,
        proof=("geometry_hausdorff_identity.py", "coq/Hausdorff.v:hausdorff_identity"),
        evidence=(
            Evidence("z3", "d_H <= r on both sides for every r: any metric, any finite sets"),
            Evidence(
                "z3", "closed forms on all metrics on 3 visual and 2 prompt points", general=False
            ),
            Evidence("coq", "finite sets in any metric space, S empty included"),
            Evidence("property", "definition against identity on every cloud"),
        ),
    ),
    Claim(
        id="geometry.domination",
        title="Every bound with + C eta is dominated",
        source="extension; used against Lemma 2 and Theorem 2(a)",
        statement=Statement(
            "For every S within V, S empty included: "
            "d_H(X, X_s) <= min{h(V -> S), h(V -> P)} <= eta. "
            "Under Assumption 1 the error is at most C h(V -> P) whatever is kept.",
            sp.Le(d_H(X, X_s), sp.Min(h(V, S), h(V, P))),
        ),
        verdict=Verdict.PROVED,
        reason=(
            "A maximum of minima is at most the minimum of the maxima. A bound that contains "
            "+ C eta is therefore never better than the bound for keeping nothing."
        ),
        instance_type=Pruning,
        margin=_domination,
        tight=True,
        uses=("geometry.hausdorff-identity",),
        proof=("geometry_domination.py", "coq/Hausdorff.v:domination"),
        evidence=(
            Evidence(
                "z3", "from each of the two radii: any metric, any finite sets, S empty included"
            ),
            Evidence(
                "z3", "closed forms on all metrics on 3 visual and 2 prompt points", general=False
            ),
            Evidence(
                "coq",
                "finite sets in any metric space, S empty included; the error as well",
            ),
            Evidence("rational", "V = {0, 100}, P = {1}, S = {0}: 99 = 99", general=False),
            Evidence("property", "every cloud and every selection, S empty included"),
        ),
    ),
    Claim(
        id="geometry.anti-alignment",
        title="Prompt tokens are free centres",
        source="extension; theory 2.4",
        statement=Statement(
            "Farthest-point sampling seeded with P keeps d_H(X, X_s) within twice its minimum over "
            "all S of the same size; keeping the tokens nearest to the prompt has no such bound.",
            sp.Le(d_H(X, X_s), 2 * OPT(K, P)),
        ),
        hypotheses=(Hypothesis("there is a prompt token", lambda run: len(run.seeds) > 0),),
        verdict=Verdict.PROVED,
        reason=(
            "By the identity, tokens near the prompt are covered by the prompt itself. With "
            "V = {0, 10}, P = {0.1}, K = 1 prompt alignment keeps 0 and leaves 9.9, keeping 10 "
            "leaves 0.1: Assumption 1 recommends the reverse of prompt alignment."
        ),
        instance_type=SeededRun,
        margin=_prompt_seeded,
        tight=True,
        uses=("geometry.hausdorff-identity", "covering.seeded-fps"),
        proof=(
            "geometry_anti_alignment.py",
            "coq/AntiAlignment.v:prompt_seeded",
            "coq/AntiAlignment.v:alignment_unbounded",
        ),
        evidence=(
            Evidence(
                "z3",
                "identity, seeded 2-approximation with Z = P, identity: any metric, any "
                "finite sets",
            ),
            Evidence(
                "sympy",
                "V = {0, M}, P = {1/10}: keeping the nearest token is worse by an unbounded factor",
            ),
            Evidence(
                "coq",
                "finite sets in any metric space; on the line, an instance beyond every factor",
            ),
            Evidence("rational", "V = {0, 10}, P = {1/10}: 99/10 against 1/10", general=False),
            Evidence("property", "against enumeration of all subsets"),
        ),
    ),
)
