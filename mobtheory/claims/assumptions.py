"""Assumption 1 (Lipschitz in the Hausdorff distance) and Assumption 2 (bounded coupling)."""

import numpy as np
import sympy as sp

from mobtheory.claims.claim import Claim, Counterexample, Evidence, Hypothesis, Statement
from mobtheory.claims.instances import EPS, MapPruning, Pruning
from mobtheory.claims.margin import Margin
from mobtheory.claims.set_functions import SoftmaxAttention
from mobtheory.claims.symbols import C, P, V, X, X_s, d_H, delta_y, eta
from mobtheory.claims.verdict import Verdict
from mobtheory.covering import CoveringProblem, Selection
from mobtheory.geometry import coupling


def _is_attention(instance: MapPruning) -> bool:
    return isinstance(instance.map, SoftmaxAttention)


def _head_moves_within_lipschitz(instance: MapPruning) -> Margin:
    head = instance.map
    constant = (
        head.repaired_constant(instance.all_points)
        if isinstance(head, SoftmaxAttention)
        else head.constant
    )
    if constant is None:
        constant = 1.0
    rounding = 2 * head.rounding(instance.all_points) + constant * instance.rounding()
    return Margin(instance.error, constant * instance.covering.pruning_distance, rounding)


def _two_equal_tokens() -> MapPruning:
    flat_head = SoftmaxAttention(key_query=np.zeros(1), values=np.ones((1, 1)))
    problem = CoveringProblem(np.array([[1], [1]]), np.array([[0]]), 1)
    return MapPruning(problem, Selection([], [0]), flat_head)


def _normalised_coupling(instance: Pruning) -> Margin:
    visual, prompt = (
        np.asarray(x, dtype=np.float64) for x in (instance.problem.visual, instance.problem.prompt)
    )
    return Margin(coupling(visual, prompt).hausdorff, 2.0, 8 * (visual.shape[1] + 4) * EPS)


def _no_zero_token(instance: Pruning) -> bool:
    tokens = (instance.problem.visual, instance.problem.prompt)
    return all(bool(np.all(np.any(np.asarray(t) != 0, axis=1))) for t in tokens)


CLAIMS = (
    Claim(
        id="assumption-1",
        title="The model is Lipschitz in the Hausdorff distance",
        source="Assumption 1",
        statement=Statement(
            "There is a finite C_l with |F(X) - F(X_s)| <= C_l d_H(X, X_s) for every X = V + P, "
            "X_s = S + P, S within V.",
            sp.Le(delta_y, C * d_H(X, X_s)),
        ),
        hypotheses=(Hypothesis("F is a softmax attention head", _is_attention),),
        verdict=Verdict.REFUTED,
        reason=(
            "d_H sees which tokens occur and not how often: dropping one of two equal tokens has "
            "d_H = 0 and moves the output of every non-constant softmax head, so no finite C "
            "works. Adding log-counts to the kept logits restores the statement for one layer on "
            "bounded tokens (theory 4.4c). On instances the check uses that repaired constant "
            "|W_V| + A r_U for plain pruning."
        ),
        instance_type=MapPruning,
        margin=_head_moves_within_lipschitz,
        repaired_by="attention.log-count",
        counterexample=Counterexample(
            _two_equal_tokens(),
            "V = {1, 1}, P = {0}, S = {1}, one flat head with value 1: d_H(X, X_s) = 0, "
            "but the output falls from 2/3 to 1/2.",
        ),
        proof=(
            "assumption_1.py",
            "coq/HeadFails.v:head_not_lipschitz",
            "coq/HeadFails.v:head_not_lipschitz_distinct",
        ),
        evidence=(
            Evidence(
                "coq",
                "any head that is not constant, at d_H = 0; for every C, distinct tokens too",
            ),
            Evidence("rational", "the gap 1/6 at d_H = 0, recomputed with fractions"),
            Evidence(
                "sympy",
                "gap 1/6 + e/3 for V = {1, 1 + e}: the ratio to d_H is unbounded; the gap at "
                "d_H = 0 of any head that is not constant",
            ),
            Evidence("property", "violations found by search on clouds with duplicates"),
        ),
    ),
    Claim(
        id="assumption-2",
        title="The coupling is bounded",
        source="Assumption 2",
        statement=Statement(
            "There is an eta with d_H(V, P) <= eta; on L2-normalised tokens eta = 2 always works.",
            sp.Le(d_H(V, P), eta),
        ),
        hypotheses=(Hypothesis("no token is the zero vector", _no_zero_token),),
        verdict=Verdict.VACUOUS,
        reason=(
            "Per input eta = d_H(V, P) satisfies it, and after normalisation eta = 2 does for "
            "every input. Only the value h(V -> P) carries information."
        ),
        instance_type=Pruning,
        margin=_normalised_coupling,
        tight=True,
        proof=("assumption_2.py", "coq/Coupling.v:coupling_bounded"),
        evidence=(
            Evidence("sympy", "|u - v|^2 + |u + v|^2 = 2 |u|^2 + 2 |v|^2, in any dimension"),
            Evidence("z3", "hence |u - v| <= 2 for unit vectors, and d_H(V, P) <= 2"),
            Evidence("coq", "the bound 2 in R^d, and that some eta always exists"),
            Evidence("rational", "antipodal tokens reach 2", general=False),
            Evidence("property", "no normalised pair beyond 2; antipodal tokens reach it"),
        ),
    ),
)
