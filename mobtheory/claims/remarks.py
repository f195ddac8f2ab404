"""The remarks around the theorems: perfect coupling, the cap on the fold, the Omega."""

import numpy as np
import sympy as sp

from mobtheory.claims.claim import Claim, Counterexample, Evidence, Hypothesis, Statement
from mobtheory.claims.error_bounds import BOTH_HALVES, LIPSCHITZ
from mobtheory.claims.instances import GreedyRun, LinePruningMap, MapPruning
from mobtheory.claims.margin import Margin
from mobtheory.claims.set_functions import DistancesToProbes, lipschitz_constant
from mobtheory.claims.symbols import C, K_p, L, P, S_p, V, beta, d, delta_y, eps_p, eps_v, h, k
from mobtheory.claims.theorem_1 import Z_EXISTS, attainment_level, level_rounding
from mobtheory.claims.verdict import Verdict
from mobtheory.covering import CoveringProblem, Selection


def _error_of_keeping_nothing(instance: MapPruning) -> Margin:
    _, prompt = instance.measured_tokens
    moved = instance.map(instance.all_points) - instance.map(prompt)
    return Margin(float(np.linalg.norm(moved)), 0.0, 2 * instance.map.rounding(instance.all_points))


def _fold_cap(run: GreedyRun) -> Margin:
    return Margin(run.covering.prompt_to_selected, run.problem.prompt_to_visual)


def _omega(instance: LinePruningMap) -> Margin:
    constant = lipschitz_constant(instance.map)
    rounding = 2 * instance.map.rounding(instance.all_points) + constant * level_rounding(instance)
    return Margin(instance.error, constant * attainment_level(instance), rounding)


_OMEGA_COUNTEREXAMPLE = LinePruningMap(
    CoveringProblem(np.array([[0], [1], [2], [1000]]), np.array([[0]]), 3),
    Selection([1], [0]),
    low=0.25,
    high=2048.0,
    exponent=1,
    map=DistancesToProbes(np.array([[1000.0]])),
)

CLAIMS = (
    Claim(
        id="remark.perfect-coupling",
        title="Perfect coupling reduces to pure visual preservation",
        source="remark after Theorem 2",
        statement=Statement(
            "With eta = 0 the bound reads |dy| <= C beta (K - K_p)^(-1/d).",
            sp.Le(delta_y, C * beta * (sp.Symbol("K") - K_p) ** (-1 / d)),
        ),
        hypotheses=(
            LIPSCHITZ,
            Hypothesis("d_H(V, P) = 0", lambda i: i.problem.coupling == 0),
        ),
        verdict=Verdict.VACUOUS,
        reason=(
            "eta = 0 means that V and P are the same set, so under Assumption 1 the error is 0 "
            "even when no visual token is kept: any right side is a bound."
        ),
        instance_type=MapPruning,
        margin=_error_of_keeping_nothing,
        tight=True,
        dominated_by="geometry.domination",
        uses=("assumption-1", "geometry.domination"),
        proof=("remark_perfect_coupling.py", "coq/Coupling.v:perfect_coupling"),
        evidence=(
            Evidence(
                "z3", "d_H(V, P) = 0 gives d_H(X, X_s) = 0 for every S: any metric, any finite sets"
            ),
            Evidence("coq", "finite sets in any metric space, every S, also none: the error is 0"),
            Evidence("property", "the error of keeping nothing on clouds with V = P"),
        ),
    ),
    Claim(
        id="remark.fold-cap",
        title="A fold of at most K_p / L guarantees coverage",
        source="remark on the choice of k",
        statement=Statement(
            "If k <= K_p / L, then h(P -> S_p) = h(P -> V).",
            sp.Implies(sp.Le(k, K_p / L), sp.Eq(h(P, S_p), h(P, V))),
        ),
        hypotheses=(
            Hypothesis(
                "k L <= K_p", lambda run: run.fold * run.problem.prompt_count <= run.prompt_budget
            ),
        ),
        verdict=Verdict.PROVED,
        reason=(
            "k L <= K_p means that nothing is truncated, so every nearest neighbour is kept. The "
            "remark is weak: k = 1 with K_p >= L suffices; the paper's setting for weak coupling, "
            "k = K_p/8 with L = 10, breaks the cap."
        ),
        instance_type=GreedyRun,
        margin=_fold_cap,
        tight=True,
        uses=("covering.nn-optimal",),
        proof=("remark_fold_cap.py", "coq/FoldCap.v:fold_cap"),
        evidence=(
            Evidence(
                "z3",
                "nothing is truncated, so S_p holds every nearest neighbour: any metric, any "
                "finite sets",
            ),
            Evidence("coq", "finite sets in any metric space, ties broken in any way"),
            Evidence("property", "Algorithm 1 itself on every cloud"),
        ),
    ),
    Claim(
        id="remark.omega",
        title="From Omega to a guarantee",
        source="remark after Theorem 1",
        statement=Statement(
            "Since eps_p, eps_v = Omega(eps*), the error is guaranteed at that level: if both "
            "radii are at least eps*, then |dy| <= C eps*.",
            sp.Implies(
                sp.And(sp.Ge(eps_p, sp.Symbol("eps^*")), sp.Ge(eps_v, sp.Symbol("eps^*"))),
                sp.Le(delta_y, C * sp.Symbol("eps^*")),
            ),
        ),
        hypotheses=(
            LIPSCHITZ,
            BOTH_HALVES,
            Z_EXISTS,
            Hypothesis(
                "both radii are at least eps*",
                lambda i: (
                    min(i.covering.prompt_radius, i.covering.visual_radius) >= attainment_level(i)
                ),
            ),
        ),
        verdict=Verdict.REFUTED,
        reason=(
            "Omega is a lower bound on the radii; it cannot bound an error from above. A selection "
            "that covers badly satisfies it all the better."
        ),
        instance_type=LinePruningMap,
        margin=_omega,
        repaired_by="theorem-2.corrected",
        counterexample=Counterexample(
            _OMEGA_COUNTEREXAMPLE,
            "V = {0, 1, 2, 1000}, P = {0}, S_p = {1}, S_v = {0}, K = 3, F = distance to 1000: "
            "eps* = 1, radii 1 and 1000, error 999.",
        ),
        proof=("remark_omega.py", "coq/OmegaFails.v:omega_fails"),
        evidence=(
            Evidence(
                "coq", "on the line, an instance beyond every factor, with every admissible z"
            ),
            Evidence("rational", "the counterexample, in integers"),
            Evidence("z3", "the distance to a probe is 1-Lipschitz in d_H, in any metric"),
            Evidence("property", "violations found by search"),
        ),
    ),
)
