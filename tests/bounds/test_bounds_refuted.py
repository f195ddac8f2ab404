"""Refuted claims: the stored counterexample, checked again in rational arithmetic, and a search."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import find, settings

from mobtheory.claims import Claim, Margin, claim
from mobtheory.claims.clouds import FAMILIES
from mobtheory.claims.instances import GreedyRun
from mobtheory.claims.interval_union import IntervalUnion
from mobtheory.claims.set_functions import DistancesToProbes
from mobtheory.covering import CoveringProblem
from mobtheory.strategies import instances

from . import exact_line as line
from .confrontation import REFUTED_CLAIMS, Tally, claim_id, seeded

pytestmark = pytest.mark.bounds


def stored(claim_id: str) -> Any:
    counterexample = claim(claim_id).counterexample
    assert counterexample is not None
    return counterexample.instance


@pytest.mark.parametrize("refuted", REFUTED_CLAIMS, ids=claim_id)
def test_stored_counterexample_meets_every_hypothesis_and_violates(refuted: Claim) -> None:
    instance = stored(refuted.id)
    assert refuted.hypotheses
    assert refuted.unmet(instance) == ()
    margin = refuted.check(instance)
    assert margin.holds is False
    # One head divides by a sum of exponentials; everything else is exact.
    assert margin.rounding <= (1e-12 if refuted.id == "assumption-1" else 0)


class OnTheLine:
    """The data of a stored counterexample as fractions."""

    def __init__(self, claim_id: str) -> None:
        instance = stored(claim_id)
        problem, selection = instance.problem, instance.selection
        self.instance = instance
        self.visual, self.prompt = line.numbers(problem.visual), line.numbers(problem.prompt)
        self.budget = problem.budget
        self.prompt_rows = [int(row) for row in selection.prompt_centers]
        self.visual_rows = [int(row) for row in selection.visual_centers]
        assert not set(self.prompt_rows) & set(self.visual_rows)
        assert len(self.prompt_rows) + len(self.visual_rows) <= self.budget
        self.prompt_half = line.taken(self.visual, self.prompt_rows)
        self.visual_half = line.taken(self.visual, self.visual_rows)
        self.kept = self.prompt_half + self.visual_half

    @property
    def eta(self) -> Fraction:
        return line.hausdorff(self.visual, self.prompt)

    @property
    def radii(self) -> tuple[Fraction, Fraction]:
        return (
            line.hausdorff(self.prompt_half, self.prompt),
            line.hausdorff(self.visual_half, self.visual),
        )

    def level(self) -> Fraction | None:
        return line.best_level(self.visual, self.prompt, self.budget, Fraction(self.instance.low))

    def squared_budget_term(self) -> Fraction:
        """(sqrt(D_1) K^(-1/d))^2 for d = 1, that is 4 a a' / K^2."""
        assert self.instance.exponent == 1
        low, high = Fraction(self.instance.low), Fraction(self.instance.high)
        a, a_prime = (line.lower_constant(x, low, high) for x in (self.prompt, self.visual))
        return 4 * a * a_prime / self.budget**2


def verify_assumption_1() -> None:
    """Equal tokens: no distance between the sets, yet the mean of all tokens moves."""
    data = OnTheLine("assumption-1")
    head = data.instance.map
    assert not head.key_query.any()
    assert head.values.tolist() == [[1.0]]
    everything, kept = data.visual + data.prompt, data.kept + data.prompt
    assert line.hausdorff(everything, kept) == 0
    gap = sum(everything) / len(everything) - sum(kept) / len(kept)
    assert gap == Fraction(1, 6)


def verify_eta_bound_product() -> None:
    data = OnTheLine("theorem-1.eta-bound-product")
    low, (eps_p, eps_v) = Fraction(data.instance.low), data.radii
    assert data.level() is not None
    # Every admissible eta/z exceeds delta, and delta^2 is too much already.
    assert eps_p * eps_v < low**2


def test_the_best_z_refutes_the_product_with_both_radii_in_range() -> None:
    """The other reading: every admissible z, radii within (delta, eps_0]."""
    tokens = stored("theorem-1.eta-bound-product")
    low = 0.25
    in_range = replace(tokens, low=low)
    data = OnTheLine("theorem-1.eta-bound-product")
    level = line.best_level(data.visual, data.prompt, data.budget, Fraction(low))
    assert in_range.in_range
    assert not tokens.in_range
    assert in_range.best_level == level == 5050
    eps_p, eps_v = data.radii
    assert Margin(float(level**2), float(eps_p * eps_v)) == Margin(25502500, 10**4)
    # With some z of the reader's choice, radii in range make it trivially true.
    assert claim("theorem-1.eta-bound-product").check(in_range).holds is True


def halves(rows: range, budget: int) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """All pairs of disjoint nonempty halves of at most `budget` rows together."""
    for size in range(2, budget + 1):
        for kept in combinations(rows, size):
            for cut in range(1, size):
                for first in combinations(kept, cut):
                    yield first, tuple(row for row in kept if row not in first)


def verify_attainment() -> None:
    """No selection at all has both radii at most eps*."""
    data = OnTheLine("theorem-1.attainment")
    level = data.level()
    assert level is not None
    squared_level = max(level**2, data.squared_budget_term())
    tried = 0
    for first, second in halves(range(len(data.visual)), data.budget):
        eps_p = line.hausdorff(line.taken(data.visual, first), data.prompt)
        eps_v = line.hausdorff(line.taken(data.visual, second), data.visual)
        assert max(eps_p, eps_v) ** 2 > squared_level
        tried += 1
    assert tried > 1000


def verify_coupling_term() -> None:
    data = OnTheLine("theorem-1.coupling-term")
    assert data.budget == 2
    level = data.level()
    assert level is not None
    assert level <= data.eta
    assert data.squared_budget_term() > data.eta**2
    # Printed in Lemma 3: a = min{a_delta / 2, eps_0 - delta}, a_delta the best for P_delta.
    low, high = Fraction(data.instance.low), Fraction(data.instance.high)
    unions = (IntervalUnion.around(np.array(x)[:, None], low) for x in (data.visual, data.prompt))
    a, a_prime = (min(u.constants(high)[0] / 2, high - low) for u in unions)
    assert (data.squared_budget_term(), 4 * a * a_prime / data.budget**2) == (1156, 650.25)


def verify_truncation() -> None:
    data = OnTheLine("theorem-2.truncation")
    run = data.instance
    chosen = line.algorithm_1(data.visual, data.prompt, data.budget, run.prompt_budget, run.fold)
    assert chosen == (data.prompt_rows, data.visual_rows)
    candidates = run.fold * len(data.prompt)
    assert 1 <= run.prompt_budget < candidates
    assert len(data.prompt_half) == run.prompt_budget
    assert run.exponent == 1
    low, high = (Fraction(end) for end in run.prompt_range)
    a = line.lower_constant(data.prompt, low, high)
    b = line.upper_constant(data.prompt, low, high)
    assert low < b / run.prompt_budget <= high
    alpha_term = data.eta * b * candidates / (a * run.prompt_budget)
    assert data.radii[0] > 10 * alpha_term


def verify_fps() -> None:
    data = OnTheLine("theorem-2.fps")
    run = data.instance
    chosen = line.algorithm_1(data.visual, data.prompt, data.budget, run.prompt_budget, run.fold)
    assert chosen == (data.prompt_rows, data.visual_rows)
    optimum = line.best_radius(data.visual, data.budget - run.prompt_budget)
    assert data.radii[1] > 10 * 2 * optimum
    # With the prompt half among the centres the bound is kept.
    assert line.directed(data.visual, data.kept) <= 2 * optimum


def verify_omega() -> None:
    """Both radii are at least eps*, and the distance to a probe moves by far more."""
    data = OnTheLine("remark.omega")
    level = data.level()
    assert level is not None
    squared_level = max(level**2, data.squared_budget_term())
    assert min(data.radii) ** 2 >= squared_level
    probe = line.numbers(data.instance.map.probes)
    assert len(probe) == 1

    def output(tokens: list[Fraction]) -> Fraction:
        return line.directed(probe, tokens)

    error = abs(output(data.visual + data.prompt) - output(data.kept + data.prompt))
    assert error**2 > squared_level


VERIFIED: dict[str, Callable[[], None]] = {
    "assumption-1": verify_assumption_1,
    "theorem-1.eta-bound-product": verify_eta_bound_product,
    "theorem-1.attainment": verify_attainment,
    "theorem-1.coupling-term": verify_coupling_term,
    "theorem-2.truncation": verify_truncation,
    "theorem-2.fps": verify_fps,
    "remark.omega": verify_omega,
}


@pytest.mark.parametrize("claim_id", VERIFIED)
def test_counterexample_in_rational_arithmetic(claim_id: str) -> None:
    VERIFIED[claim_id]()


def test_every_refuted_claim_is_verified_and_searched() -> None:
    ids = {refuted.id for refuted in REFUTED_CLAIMS}
    assert set(VERIFIED) == set(SEARCHES) == ids


# Where to search, how many of 200 instances must meet the hypotheses, and violate.
SEARCHES = {
    "assumption-1": ("coincident", 20, 10),
    "theorem-1.eta-bound-product": ("duplicates", 15, 3),
    "theorem-1.attainment": ("shifted", 20, 15),
    "theorem-1.coupling-term": ("shifted", 15, 3),
    "theorem-2.truncation": ("shifted", 40, 15),
    "theorem-2.fps": ("duplicates", 50, 8),
    "remark.omega": ("token-like", 20, 2),
}


@pytest.mark.parametrize("refuted", REFUTED_CLAIMS, ids=claim_id)
def test_search_finds_a_violation(refuted: Claim) -> None:
    family, met, violated = SEARCHES[refuted.id]
    tally = Tally(refuted)
    tally.add_all(seeded(FAMILIES[family], refuted, 200))
    tally.demand(met)
    assert sum(margin.holds is False for margin in tally.margins) >= violated


# The claims whose violations Hypothesis finds and shrinks within seconds, and how far at least.
@pytest.mark.parametrize(
    ("claim_id", "visual_tokens"),
    [
        ("assumption-1", 4),
        ("theorem-1.eta-bound-product", 2),
        ("theorem-1.attainment", 2),
        ("theorem-2.fps", 6),
    ],
)
def test_hypothesis_finds_a_small_violation(claim_id: str, visual_tokens: int) -> None:
    refuted = claim(claim_id)
    smallest = find(
        instances(claim_id, lane="exact"),
        lambda drawn: refuted.applies(drawn) and refuted.check(drawn).holds is False,
        settings=settings(max_examples=2000, database=None),
    )
    assert smallest.problem.visual_count <= visual_tokens


@pytest.mark.parametrize(
    "refuted", [c for c in REFUTED_CLAIMS if c.id.startswith("theorem-1")], ids=claim_id
)
def test_the_repair_holds_where_the_claim_fails(refuted: Claim) -> None:
    assert refuted.repaired_by is not None
    repair = claim(refuted.repaired_by)
    instance = stored(refuted.id)
    assert repair.applies(instance)
    assert repair.check(instance).holds is True


def test_truncation_ratio_grows_without_bound() -> None:
    """P = {0, M}, V = {1, 2, M+10, M+20}: eta = 20 for every M, but eps_p = M - 2 (theory 7.2)."""
    refuted = claim("theorem-2.truncation")
    ratios: list[float] = []
    for far in (100, 1000, 10000):
        visual, prompt = np.array([[1], [2], [far + 10], [far + 20]]), np.array([[0], [far]])
        run = GreedyRun.of(
            CoveringProblem(visual, prompt, 3),
            prompt_budget=2,
            fold=2,
            map=DistancesToProbes(np.zeros((1, 1))),
            prompt_range=(far / 8, far / 4),
        )
        assert run.problem.coupling == 20
        assert refuted.applies(run)
        ratios.append(refuted.check(run).ratio)
    assert ratios[0] > 1
    assert all(later > 5 * earlier for earlier, later in pairwise(ratios))
