"""Claims that say that they are tight reach their bound: on chosen instances and by search."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from mobtheory.claims import Claim, Margin, claim
from mobtheory.claims.clouds import EXACT_FAMILIES
from mobtheory.claims.instances import (
    BudgetRun,
    GreedyRun,
    HeadPruning,
    LayerPruning,
    LinePruning,
    MapPruning,
    MultisetPair,
    Pruning,
    RepeatedPicture,
    RowPruning,
    SeededRun,
)
from mobtheory.claims.pre_norm import PreNormLayer
from mobtheory.claims.set_functions import DistancesToProbes, SoftmaxAttention
from mobtheory.covering import CoveringProblem, Selection
from mobtheory.geometry import hausdorff

from .confrontation import TIGHT_CLAIMS, Tally, claim_id, finite, seeded

pytestmark = pytest.mark.bounds


def column(*values: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.array(values)[:, None]


def problem(visual: tuple[int, ...], prompt: tuple[int, ...], budget: int) -> CoveringProblem:
    return CoveringProblem(column(*visual), column(*prompt), budget)


def probe(position: int) -> DistancesToProbes:
    return DistancesToProbes(column(position).astype(float))


def greedy(of: CoveringProblem, prompt_budget: int, fold: int = 1, at: int = 0) -> GreedyRun:
    return GreedyRun.of(of, prompt_budget, fold, probe(at))


def on_line(
    of: CoveringProblem, selection: Selection, low: float = 0.75, high: float = 1.0
) -> LinePruning:
    return LinePruning(of, selection, low=low, high=high, exponent=1)


def row(weights: tuple[float, ...], values: tuple[float, ...]) -> RowPruning:
    """Tokens 0 and 4 and the prompt token 8, of which 0 is dropped."""
    of = CoveringProblem(column(0, 4), column(8), 1, metric="manhattan")
    count = len(weights)
    return RowPruning(
        of,
        Selection([], [1]),
        weights=np.array(weights),
        values=np.array(values)[:, None],
        merged=np.zeros(count, dtype=bool),
        in_ball=np.zeros((count, 1)),
    )


def head(steepness: float = 0.0) -> SoftmaxAttention:
    return SoftmaxAttention(np.array([steepness]), np.array([[1.0]]))


def pair(first: tuple[int, ...], second: tuple[int, ...], steepness: float = 0.0) -> MultisetPair:
    points = (column(*tokens).astype(float) for tokens in (first, second))
    return MultisetPair(*points, head(steepness))


def layer() -> PreNormLayer:
    """One flat head that copies the normalised token, and no SwiGLU."""
    one, none = np.ones((1, 1, 1)), np.zeros((1, 1, 1))
    flat = np.zeros((1, 1))
    return PreNormLayer(
        none, none, one, one, flat, flat, flat, np.ones(1), np.ones(1), epsilon=1e-6
    )


NO_SEEDS = np.empty((0, 1), dtype=np.int64)
# One token that both halves use, hence twice: it covers 0, 1 and 2 with radius 1.
TWICE = problem((0, 1, 1, 2), (0, 1, 2), 2)

ATTAINED: dict[str, Callable[[], Any]] = {
    "assumption-2": lambda: Pruning(problem((3,), (-5,), 1), Selection([], [0])),
    # G = 99: the dropped token 100 is nearer to the prompt than to 0.
    "geometry.domination": lambda: Pruning(problem((0, 100), (1,), 1), Selection([], [0])),
    # From the seed -3 the first pick is 1, which leaves -1 at distance 2; the centre 0 reaches 1.
    "geometry.anti-alignment": lambda: SeededRun(column(-1, 0, 1), column(-3), 1),
    "covering.seeded-fps": lambda: SeededRun(column(-1, 1), NO_SEEDS, 1),
    "covering.nn-optimal": lambda: Pruning(problem((0, 9), (1,), 1), Selection([0], [])),
    # The pick -1 keeps -2, which is 3 away from 1; h(P -> V) = 1 and one centre reaches 1.
    "covering.repaired-truncation": lambda: greedy(problem((-2, 0), (-1, 0, 1), 1), 1),
    # All three share the token 1, so the method may keep 0 alone; the centre 1 reaches 1.
    "covering.hochbaum-shmoys": lambda: SeededRun(column(0, 1, 2), NO_SEEDS, 1),
    "covering.tradeoff": lambda: on_line(TWICE, Selection([1], [2])),
    "covering.saturation": lambda: Pruning(problem((0, 9), (5, 6), 1), Selection([0], [])),
    "definition-1": lambda: on_line(problem((0, 10, 20), (0, 10), 3), Selection([0, 1], [2])),
    "lemma-1": lambda: MapPruning(problem((0, 10), (100,), 1), Selection([], [0]), probe(10)),
    # a = a' = 1 on (3/4, 1], K = 2, both radii 1: 4 a a' = K^2 eps_p eps_v.
    "theorem-1.k-bound": lambda: on_line(TWICE, Selection([1], [2])),
    "theorem-1.eta-bound-max": lambda: on_line(
        problem((0, 1, 1, 2), (1,), 2), Selection([1], [2]), low=0.25, high=4.0
    ),
    "theorem-2.nn-cover": lambda: greedy(problem((0, 9), (1,), 1), 1),
    # Algorithm 1 keeps token 0; the distance to the dropped token 10 grows from 0 to 10.
    "theorem-2.corrected": lambda: greedy(problem((0, 10), (100,), 1), 0, at=10),
    "remark.fold-cap": lambda: greedy(problem((0, 9), (1,), 2), 1),
    # Nine copies of mass 1/12 against a prompt of 1/4: the visual mass falls from 3/4 to 1/4.
    "attention.multiplicity-gap": lambda: RepeatedPicture(
        np.ones(1), 3 * np.ones(1), np.ones((1, 1)), np.zeros((1, 1)), copies=9
    ),
    # A flat head whose tokens all move by 1.
    "attention.winf": lambda: pair((0, 4), (1, 5)),
    "attention.w1": lambda: pair((0, 4), (1, 5)),
    # One token each: the output is the token, whatever the head.
    "attention.minimal-metric": lambda: pair((0,), (2,), steepness=1.0),
    # Half the mass is dropped, and the values -1 and 1 are opposite.
    "attention.minimax-plain": lambda: row((0.5, 0.25, 0.25), (1, -1, -1)),
    # The mass 1/2 moves from 0 to 4.
    "attention.minimax-reweighted": lambda: row((0.5, 0.25, 0.25), (1, -1, -1)),
    # The dropped token weighs as much as the one that it goes to: no imbalance with log-counts.
    "attention.tanh": lambda: row((0.25, 0.25, 0.5), (1, 0, 0)),
    # One token is discarded: what is lost is its distance from the new output.
    "attention.hybrid-bound": lambda: row((0.5, 0.25, 0.25), (3, 1, -1)),
    "attention.layer": lambda: LayerPruning(problem((-3, 3), (3,), 1), Selection([], [1]), layer()),
    # K_p = 3/2 is compared with itself.
    "attention.budget-split": lambda: BudgetRun(
        column(0), np.ones(1), 1, 1, total=3, decay=1.0, dimension=1.0, scale=1.0, share=0.5
    ),
}
# A logarithm, and the root in a norm.
ROUNDED = {"attention.multiplicity-gap", "attention.layer"}
# An identity compares a difference with 0, perfect coupling an error of 0 with 0.
AGAINST_ZERO = {
    "geometry.hausdorff-identity",
    "remark.perfect-coupling",
    "attention.identity",
    "attention.hybrid-identity",
}
# Equality is only approached, with more and more tokens.
IN_THE_LIMIT: dict[str, Callable[[int], Any]] = {
    # A flat head: all tokens but one and the prompt are merged into a token at distance 1.
    "attention.log-count": lambda count: HeadPruning(
        problem((0,) + (1,) * count, (0,), 1), Selection([], [0]), head()
    ),
}


def test_every_tight_claim_is_covered() -> None:
    ids = {tight.id for tight in TIGHT_CLAIMS}
    assert set(ATTAINED) | AGAINST_ZERO | set(IN_THE_LIMIT) == ids


@pytest.mark.parametrize("claim_id", IN_THE_LIMIT)
def test_a_family_of_instances_approaches_the_bound(claim_id: str) -> None:
    tight, gaps = claim(claim_id), []
    for count in (10, 100, 1000):
        instance = IN_THE_LIMIT[claim_id](count)
        assert tight.applies(instance)
        margin = tight.check(instance)
        assert margin.holds is True
        gaps.append(1 - margin.ratio)
    assert gaps[0] > 10 * gaps[1] / 2 > 50 * gaps[2] / 2
    assert gaps[2] < 0.01


@pytest.mark.parametrize("claim_id", ATTAINED)
def test_a_chosen_instance_attains_the_bound(claim_id: str) -> None:
    tight, instance = claim(claim_id), ATTAINED[claim_id]()
    assert tight.unmet(instance) == ()
    margin = tight.check(instance)
    assert margin.holds is not False
    assert abs(margin.lhs - margin.rhs) <= (margin.rounding if claim_id in ROUNDED else 0)
    assert margin.rhs > 0


def test_factor_two_is_exact_with_centres_anywhere() -> None:
    """V = {-1, 1}, one pick: the pick leaves the other point at 2, the centre 0 reaches 1."""
    run = ATTAINED["covering.seeded-fps"]()
    assert run.external_optimum == 1
    assert run.greedy_radius == 2 * run.external_optimum
    assert claim("covering.seeded-fps").check(run).rounding == 0


def test_definition_1_looks_at_both_halves() -> None:
    """One half has a centre too many, the other exactly as many as it needs."""
    definition = claim("definition-1")
    picture_is_tight = on_line(problem((0, 10, 20), (0,), 3), Selection([0, 1], [2]))
    prompt_is_tight = on_line(problem((0, 10, 20, 30), (0, 10), 4), Selection([0, 1], [2, 3]))
    assert definition.check(picture_is_tight) == Margin(1, 1)
    assert definition.check(prompt_is_tight) == Margin(2, 2)


NOT_FOUND = {"theorem-1.k-bound", *AGAINST_ZERO, *IN_THE_LIMIT}
SEARCHED = [c for c in TIGHT_CLAIMS if c.id not in NOT_FOUND]


@pytest.mark.parametrize("tight", SEARCHED, ids=claim_id)
def test_search_reaches_the_bound(tight: Claim) -> None:
    """The k-bound is left out: random halves do not share a token twice, as equality needs."""
    tally = Tally(tight)
    for draw in EXACT_FAMILIES.values():
        tally.add_all(seeded(draw, tight, 60))
    tally.demand(10)
    ratios = [m.ratio for m in tally.margins if finite(m) and m.lhs > 0]
    assert max(ratios) >= 0.99


@pytest.mark.parametrize("family", EXACT_FAMILIES)
def test_identity_equates_values_that_are_not_zero(family: str) -> None:
    """Both sides are recomputed here: d_H by its definition, and the maximum of minima."""
    identity, different_from_zero = claim("geometry.hausdorff-identity"), 0
    for instance in seeded(EXACT_FAMILIES[family], identity, 60):
        by_definition = hausdorff(instance.all_points, instance.kept_points)
        to_centres = instance.problem.visual_prompt
        kept = instance.selection.indices
        if len(kept):
            to_kept = instance.problem.visual_visual[:, kept]
            to_centres = np.concatenate([to_kept, to_centres], axis=1)
        assert by_definition == to_centres.min(axis=1).max()
        assert identity.check(instance).lhs == 0
        different_from_zero += by_definition > 0
    # The prompt of a coincident cloud covers every token, so that the distance is 0 throughout.
    assert (different_from_zero == 0) if family == "coincident" else (different_from_zero >= 15)
