"""Theorem 1: the trade-off, in every reading of its displayed formula."""

import math
from fractions import Fraction

import numpy as np
import sympy as sp

from mobtheory.claims.claim import Claim, Counterexample, Evidence, Hypothesis, Statement
from mobtheory.claims.error_bounds import BOTH_HALVES
from mobtheory.claims.instances import EPS, LinePruning
from mobtheory.claims.margin import Margin
from mobtheory.claims.symbols import D_1, D_2, K, P, V, covering, d, delta, eps_p, eps_v, eta, z
from mobtheory.claims.verdict import Verdict
from mobtheory.covering import CoveringProblem, Selection

Z_EXISTS = Hypothesis(
    "some z with eta/z in (delta, eta) and N(P, eta/z) + N(V, eta/z) > K exists",
    lambda instance: instance.best_level is not None,
)
_IN_RANGE = Hypothesis("both radii lie in (delta, eps_0]", lambda instance: instance.in_range)


def attainment_level(instance: LinePruning) -> float:
    """``eps* = max{sup eta/z, sqrt(D_1) K^(-1/d)}``."""
    a, a_prime = instance.constants
    k_term = (4 * a * a_prime) ** (1 / (2 * instance.exponent)) * instance.problem.budget ** (
        -1 / instance.exponent
    )
    return max(instance.best_level or 0.0, k_term)


def level_rounding(instance: LinePruning) -> float:
    """Allowance for the roots in `attainment_level`; 0 where the term without a root is larger."""
    level = attainment_level(instance)
    return 0.0 if level == instance.best_level else 16 * EPS * level


def _radii(instance: LinePruning) -> tuple[float, float]:
    return instance.covering.prompt_radius, instance.covering.visual_radius


def _exact_margin(instance: LinePruning, first: float, second: float) -> Margin:
    """``4 a a' <= K^2 (first second)^d``; rounding exact sides to floats keeps their order."""
    a, a_prime = (Fraction(constant) for constant in instance.constants)
    rhs = math.inf
    if math.isfinite(first) and math.isfinite(second):
        product = Fraction(first) * Fraction(second)
        rhs = float(instance.problem.budget**2 * product**instance.exponent)
    return Margin(float(4 * a * a_prime), rhs)


def _existence(instance: LinePruning) -> Margin:
    predicted = instance.low < instance.eta and instance.problem.budget < instance.total(
        instance.low
    )
    return Margin(float(predicted != (instance.best_level is not None)), 0.0)


def _k_bound(instance: LinePruning) -> Margin:
    """Raised to the power d, so that both sides stay exact."""
    return _exact_margin(instance, *_radii(instance))


def _eta_max(instance: LinePruning) -> Margin:
    return Margin((instance.best_level or 0.0) ** 2, max(_radii(instance)) ** 2)


def _eta_product(instance: LinePruning) -> Margin:
    """Some z, radii of any size: eta/z just above delta is the most charitable."""
    radii = _radii(instance)
    product = math.prod(radii) if all(math.isfinite(r) for r in radii) else math.inf
    return Margin(instance.low**2, product)


def _attainment(instance: LinePruning) -> Margin:
    """Best radius of any two halves (between two bounds) against eps*."""
    floor = max(instance.problem.prompt_to_visual, instance.optimal_radius)
    reached, level = max(_radii(instance)), attainment_level(instance)
    return Margin.from_brackets((floor, reached), (level, level), level_rounding(instance))


def _coupling_term(instance: LinePruning) -> Margin:
    """D_1 K^(-2/d) against sup (eta/z)^2, both raised to the power d and times K^2."""
    level = instance.best_level or 0.0
    return _exact_margin(instance, level, level)


def _line(visual: list[int], prompt: list[int], budget: int) -> CoveringProblem:
    return CoveringProblem(np.array(visual)[:, None], np.array(prompt)[:, None], budget)


_PRODUCT_COUNTEREXAMPLE = LinePruning(
    _line([0, 10000, 10100], [1], 2), Selection([0], [1]), low=200.0, high=20000.0, exponent=1
)
_ATTAINMENT_COUNTEREXAMPLE = LinePruning(
    _line([0, 2, 4, 6, 8, 10, 12, 14], [2000, 2003, 2006], 5),
    Selection([7], [0, 2, 4, 6]),
    low=0.25,
    high=4096.0,
    exponent=1,
)
_COUPLING_COUNTEREXAMPLE = LinePruning(
    _line(list(range(101)), list(range(2, 103)), 2),
    Selection([50], [49]),
    low=1.0,
    high=50.0,
    exponent=1,
)

CLAIMS = (
    Claim(
        id="theorem-1.existence",
        title="When a z exists",
        source="Theorem 1",
        statement=Statement(
            "Some z with eta/z in (delta, eta) and N(P, eta/z) + N(V, eta/z) > K exists if and "
            "only if delta < eta and K < N(P, delta) + N(V, delta).",
            sp.Equivalent(
                sp.Symbol("z_exists"),
                sp.And(sp.Lt(delta, eta), sp.Lt(K, covering(P, delta) + covering(V, delta))),
            ),
        ),
        verdict=Verdict.PROVED,
        reason=(
            "Covering numbers are non-increasing and right-continuous in the radius. z is only "
            "another name for a radius r = eta/z; it never exists when K >= N + L."
        ),
        instance_type=LinePruning,
        margin=_existence,
        proof=("theorem_1_existence.py", "coq/CouplingTerm.v:z_exists"),
        evidence=(
            Evidence(
                "z3",
                "both directions of the equivalence, from monotonicity and right-continuity "
                "of N; rests on the completeness of R^d and an induction over labellings",
            ),
            Evidence("sympy", "the midpoint identity behind the smallest enclosing ball"),
            Evidence(
                "coq", "both directions for finite sets in R^d, right-continuity of N included"
            ),
            Evidence("property", "a scan of all radii against the criterion, exactly"),
        ),
    ),
    Claim(
        id="theorem-1.k-bound",
        title="The budget term",
        source="Theorem 1, first term",
        statement=Statement(
            "If a r^-d <= N(P, r) and a' r^-d <= N(V, r) on (delta, eps_0] and both radii lie "
            "there, then D_1 K^(-2/d) <= eps_p eps_v with D_1 = (4 a a')^(1/d).",
            sp.Le(D_1 * K ** (-2 / d), eps_p * eps_v),
        ),
        hypotheses=(BOTH_HALVES, _IN_RANGE),
        verdict=Verdict.PROVED,
        reason=(
            "K >= |S_p| + |S_v| >= a eps_p^-d + a' eps_v^-d, then the inequality of the arithmetic "
            "and geometric means. Tight for the product; for the maximum a + a' replaces 2 sqrt(a "
            "a')."
        ),
        instance_type=LinePruning,
        margin=_k_bound,
        tight=True,
        uses=("definition-1",),
        proof=("theorem_1_k_bound.py", "coq/BudgetTerm.v:k_bound"),
        evidence=(
            Evidence("sympy", "the AM-GM step, the d-th root and the case of equality"),
            Evidence("z3", "the chain of inequalities in eps_p^d and eps_v^d, any d > 0"),
            Evidence("coq", "finite sets in any metric space, any real d > 0"),
            Evidence("property", "exact on lines of integers"),
        ),
    ),
    Claim(
        id="theorem-1.eta-bound-max",
        title="The coupling term, maximum form",
        source="Theorem 1, second term, max reading",
        statement=Statement(
            "For every admissible z: (eta/z)^2 <= max{eps_p^2, eps_v^2}.",
            sp.Le(D_2 * eta**2, sp.Max(eps_p**2, eps_v**2)),
        ),
        hypotheses=(BOTH_HALVES, Z_EXISTS),
        verdict=Verdict.PROVED,
        reason=(
            "If both radii were below r = eta/z, then K >= N(P, r) + N(V, r) > K. The supremum of "
            "eta/z is min(r*, eta), r* the optimal radius: where r* <= eta this is what r* is by "
            "definition and eta plays no part, where r* > eta it is weaker than that."
        ),
        instance_type=LinePruning,
        margin=_eta_max,
        tight=True,
        uses=("definition-1", "covering.tradeoff"),
        proof=("theorem_1_eta_bound_max.py", "coq/CouplingTerm.v:eta_bound_max"),
        evidence=(
            Evidence(
                "z3",
                "for any non-increasing covering numbers, and N is non-increasing in any metric",
            ),
            Evidence("coq", "finite sets in any metric space"),
            Evidence(
                "rational", "V = {0, 2, 2, 4}, P = {2} reaches it in the limit", general=False
            ),
            Evidence("property", "exact on lines of integers"),
        ),
    ),
    Claim(
        id="theorem-1.eta-bound-product",
        title="The coupling term, product form",
        source="Theorem 1, second term, product reading",
        statement=Statement(
            "For some admissible z and radii of any size, or for every admissible z and radii in "
            "(delta, eps_0]: (eta/z)^2 <= eps_p eps_v. False in both readings.",
            sp.Le(D_2 * eta**2, eps_p * eps_v),
        ),
        hypotheses=(BOTH_HALVES, Z_EXISTS),
        verdict=Verdict.REFUTED,
        reason=(
            "One of two radii being at least r does not make their product at least r^2: every "
            "admissible eta/z exceeds delta, and with radii of any size the product can be below "
            "delta^2. With both radii in range it fails at the best z: with delta = 1/4 the same "
            "tokens have the product 10^4 against (eta/z)^2 = 5050^2 = 25502500. What is left, "
            "some z and radii in range, is trivially true: take eta/z near delta."
        ),
        instance_type=LinePruning,
        margin=_eta_product,
        repaired_by="theorem-1.eta-bound-max",
        counterexample=Counterexample(
            _PRODUCT_COUNTEREXAMPLE,
            "V = {0, 10000, 10100}, P = {1}, S_p = {0}, S_v = {10000}, K = 2, delta = 200: "
            "eps_p eps_v = 10^4, but every admissible (eta/z)^2 exceeds 4 * 10^4.",
        ),
        proof=(
            "theorem_1_eta_bound_product.py",
            "coq/ProductFails.v:product_fails_for_some",
            "coq/ProductFails.v:product_fails_for_every",
        ),
        evidence=(
            Evidence("coq", "the registered counterexample, in either reading"),
            Evidence("rational", "the counterexample in either reading, in integers"),
            Evidence("property", "violations found by search"),
        ),
    ),
    Claim(
        id="theorem-1.attainment",
        title="The optimal attainment level is attained",
        source="remark after Theorem 1",
        statement=Statement(
            "Some S_p, S_v within V with |S_p| + |S_v| <= K have both radii at most "
            "eps* = max{eta/z, sqrt(D_1) K^(-1/d)}.",
            sp.Le(sp.Max(eps_p, eps_v), sp.Max(eta / z, sp.sqrt(D_1) * K ** (-1 / d))),
        ),
        hypotheses=(BOTH_HALVES, Z_EXISTS),
        verdict=Verdict.REFUTED,
        reason=(
            "eps_p is never below h(P -> V), whatever is selected, while eps* does not see how far "
            "the prompt is from the picture. Here eps* = 2, and eps_p is at least 1992 for every "
            "S_p."
        ),
        instance_type=LinePruning,
        margin=_attainment,
        repaired_by="covering.tradeoff",
        counterexample=Counterexample(
            _ATTAINMENT_COUNTEREXAMPLE,
            "V = {0, 2, ..., 14}, P = {2000, 2003, 2006}, K = 5: eps* = 2, but "
            "eps_p >= h(P -> V) = 1992 for every S_p.",
        ),
        proof=("theorem_1_attainment.py", "coq/AttainmentFails.v:attainment_fails"),
        evidence=(
            Evidence(
                "coq", "on the line, an instance beyond every factor; the constants stay the same"
            ),
            Evidence("rational", "the counterexample, in integers, against every S_p"),
            Evidence("property", "violations found by search"),
        ),
    ),
    Claim(
        id="theorem-1.coupling-term",
        title="The coupling term takes over as the budget falls",
        source="remark after Theorem 1",
        statement=Statement(
            "D_2 eta^2 quantifies the coupling and dominates for small K: at the smallest budget, "
            "K = 2, D_1 K^(-2/d) <= sup_z D_2 eta^2.",
            sp.Le(D_1 * K ** (-2 / d), D_2 * eta**2),
        ),
        hypotheses=(
            Z_EXISTS,
            Hypothesis("K = 2", lambda instance: instance.problem.budget == 2),
        ),
        verdict=Verdict.REFUTED,
        reason=(
            "sup_z D_2 eta^2 = min(r*, eta)^2, and r* grows as K falls, so under strong coupling "
            "the budget term binds for small K: the reverse of the remark. Nor does the term "
            "quantify coupling: moving P away changes eta by any factor and leaves it at r*^2. "
            "In the counterexample the budget term is 1156 with the best constants, and with those "
            "printed in Lemma 3, min{a_delta 2^-d, (eps_0 - delta)^d}, still 650.25 > 4."
        ),
        instance_type=LinePruning,
        margin=_coupling_term,
        repaired_by="covering.tradeoff",
        counterexample=Counterexample(
            _COUPLING_COUNTEREXAMPLE,
            "V = {0, ..., 100}, P = V + 2, delta = 1, eps_0 = 50, K = 2: the budget term is 1156 "
            "(650.25 with the constants printed in Lemma 3), the coupling term at most eta^2 = 4; "
            "times K^2 = 4 that is 4624 > 16.",
        ),
        proof=("theorem_1_coupling_term.py", "coq/CouplingTermFails.v:coupling_term_fails"),
        evidence=(
            Evidence("coq", "an instance on the line, with the supremum over all z"),
            Evidence(
                "rational",
                "the counterexample, in integers; P moved away leaves sup (eta/z)^2 as it was",
            ),
            Evidence("property", "violations found by search"),
        ),
    ),
)
