"""What the verdicts rest on, against rational arithmetic and brute force."""

from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from mobtheory.claims.clouds import FAMILIES
from mobtheory.claims.instances import GreedyRun, LinePruning, SeededRun
from mobtheory.claims.line import LineCover
from mobtheory.claims.optimal_radii import SMALL, best_radius, covering_profile
from mobtheory.claims.regularity import regularity, root
from mobtheory.claims.set_functions import DistancesToProbes, SoftmaxAttention
from mobtheory.covering import CoveringProblem, mob_select
from mobtheory.geometry import covering_number, hausdorff, pairwise_distances
from mobtheory.strategies import point_clouds

from . import exact_line as line

pytestmark = pytest.mark.bounds

INTEGERS = st.lists(st.integers(-30, 30), min_size=1, max_size=7)
QUARTERS = st.integers(0, 200).map(lambda quarters: quarters / 4)


def column(values: list[int]) -> NDArray[Any]:
    return np.array(values)[:, None]


def distances_within(points: NDArray[Any]) -> NDArray[np.float64]:
    return pairwise_distances(points, points)


def is_cover(points: list[int], starts: tuple[int, ...], radius: float) -> bool:
    return all(any(a <= x <= a + 2 * radius for a in starts) for x in points)


@given(INTEGERS, QUARTERS)
def test_covering_number_on_a_line_is_the_fewest_intervals(
    points: list[int], radius: float
) -> None:
    """An interval may as well begin at a point; every set of beginnings is tried."""
    number = LineCover.of(column(points)).number(radius)
    distinct = sorted(set(points))
    fewest = next(
        k
        for k in range(1, len(distinct) + 1)
        if any(is_cover(distinct, starts, radius) for starts in combinations(distinct, k))
    )
    assert number == fewest == line.covering_number([Fraction(x) for x in points], Fraction(radius))


@given(INTEGERS, QUARTERS, QUARTERS)
def test_covering_number_changes_only_at_breakpoints(
    points: list[int], one: float, other: float
) -> None:
    cover, (low, high) = LineCover.of(column(points)), sorted((one, other))
    if not any(low < r <= high for r in cover.breakpoints):
        assert cover.number(low) == cover.number(high)
    assert cover.number(high) <= cover.number(low)


def seeded_lines(count: int) -> list[LinePruning]:
    instances: list[LinePruning] = []
    families = list(FAMILIES.values())
    for seed in range(count):
        rng = np.random.default_rng(seed)
        instances.append(LinePruning.from_clouds(*families[seed % len(families)](rng), rng))
    return instances


def test_line_quantities_agree_with_rational_arithmetic() -> None:
    admissible = 0
    for instance in seeded_lines(120):
        problem = instance.problem
        visual, prompt = line.numbers(problem.visual), line.numbers(problem.prompt)
        low, high = Fraction(instance.low), Fraction(instance.high)
        level = line.best_level(visual, prompt, problem.budget, low)
        assert instance.best_level == level
        admissible += level is not None
        assert Fraction(instance.eta) == line.hausdorff(visual, prompt)
        drops = {Fraction(0), *line.radii_where_it_drops(visual + prompt)}
        fitting = [
            r
            for r in sorted(drops)
            if line.covering_number(visual, r) + line.covering_number(prompt, r) <= problem.budget
        ]
        if fitting:
            assert Fraction(instance.optimal_radius) == fitting[0]
        else:
            assert instance.optimal_radius == float("inf")
        if instance.exponent == 1:
            for points, constant in zip((prompt, visual), instance.constants, strict=True):
                assert Fraction(constant) == line.lower_constant(points, low, high)
    assert admissible >= 30


def test_algorithm_1_agrees_with_rational_arithmetic() -> None:
    for instance in seeded_lines(80):
        problem, rng = instance.problem, np.random.default_rng(instance.problem.budget)
        prompt_budget, fold = int(rng.integers(1, problem.budget + 1)), int(rng.integers(1, 4))
        kept = mob_select(problem, prompt_budget=prompt_budget, fold=fold)
        expected = line.algorithm_1(
            line.numbers(problem.visual),
            line.numbers(problem.prompt),
            problem.budget,
            prompt_budget,
            fold,
        )
        assert (kept.prompt_centers.tolist(), kept.visual_centers.tolist()) == expected


@given(INTEGERS, st.lists(st.integers(-30, 30), max_size=2), st.integers(1, 2))
def test_best_radius_with_centres_anywhere(points: list[int], seeds: list[int], picks: int) -> None:
    """Some optimal centre is a point or halfway between two; all choices are tried."""
    picks = min(picks, len(points))
    run = SeededRun(column(points), np.array(seeds, dtype=int).reshape(-1, 1), picks)
    halfway = {Fraction(a + b, 2) for a in points for b in points}

    def radius(centres: tuple[Fraction, ...]) -> Fraction:
        return max(min(abs(x - c) for c in (*centres, *seeds)) for x in points)

    anywhere = min(radius(c) for c in combinations(halfway, min(picks, len(halfway))))
    assert run.external_optimum == anywhere
    among = min(radius(c) for c in combinations([Fraction(x) for x in points], picks))
    assert Fraction(run.optimal_radius) == among
    assert anywhere <= among <= 2 * anywhere


def test_centres_anywhere_are_only_claimed_on_lines_of_integers() -> None:
    no_seeds = np.empty((0, 2))
    assert SeededRun(np.zeros((2, 2)), no_seeds, 1).external_optimum is None
    assert SeededRun(np.array([[0.5], [1.0]]), np.empty((0, 1)), 1).external_optimum is None


@given(st.data())
def test_best_radius_is_exact_for_few_points(data: st.DataObject) -> None:
    points = data.draw(point_clouds(max_points=7))
    centres = data.draw(st.integers(1, len(points)))
    distances = distances_within(points)
    exact = min(
        max(min(row[c] for c in chosen) for row in distances.tolist())
        for chosen in combinations(range(len(points)), centres)
    )
    assert best_radius(distances, centres) == (exact, exact)
    assert best_radius(distances, 0) == (float("inf"), float("inf"))
    assert best_radius(distances, len(points) + 3) == (0, 0)


@given(st.lists(st.integers(-60, 60), min_size=1, max_size=2 * SMALL), st.data())
def test_profile_brackets_the_best_radii(points: list[int], data: st.DataObject) -> None:
    """R_k / 2 <= OPT(k) <= R_k with centres anywhere, exact on a line; small and large sets."""
    profile = covering_profile(distances_within(column(points)))
    cover = LineCover.of(column(points))
    k = data.draw(st.integers(1, len(points)))
    optimum = next(r for r in cover.breakpoints if cover.number(r) <= k)
    assert profile[k - 1] / 2 <= optimum <= profile[k - 1]
    assert np.all(np.diff(profile) <= 0)
    assert profile[-1] == 0
    low, high = best_radius(distances_within(column(points)), k)
    assert low / 2 <= optimum <= high


EXPONENTS = st.sampled_from([0.5, 1.0, 2.0])


@given(point_clouds(min_points=2, max_points=7), EXPONENTS, st.data())
def test_constants_hold_on_their_whole_range(
    points: NDArray[Any], exponent: float, data: st.DataObject
) -> None:
    ends = sorted({data.draw(st.integers(1, 60)) / 4, data.draw(st.integers(61, 120)) / 4})
    limits = data.draw(st.sampled_from([None, (ends[0], ends[-1])]))
    found = regularity(points, distances_within(points), exponent, limits)
    if found is None:
        assert limits is None
        return
    share = data.draw(st.floats(0, 1, exclude_min=True))
    radius = found.low + share * (found.high - found.low)
    if not found.covers(radius):
        return
    number = covering_number(points, radius, centers="external")
    allowance = 1 + 1e-12
    assert found.lower * radius**-exponent <= number.upper * allowance
    assert number.lower <= found.upper * radius**-exponent * allowance


@given(INTEGERS, QUARTERS.filter(bool))
def test_constants_on_a_line_are_the_best(points: list[int], low: float) -> None:
    high = 2 * low
    found = regularity(column(points), distances_within(column(points)), 1.0, (low, high))
    assert found is not None
    exact = [Fraction(x) for x in points]
    assert found.lower == line.lower_constant(exact, Fraction(low), Fraction(high))
    assert found.upper == line.upper_constant(exact, Fraction(low), Fraction(high))


def test_a_set_with_a_single_distance_has_no_range_of_its_own() -> None:
    for points in ([[0]], [[0], [0]], [[0], [4]]):
        values = np.array(points)
        assert regularity(values, distances_within(values), 1.0) is None


def test_radius_for_a_number_of_balls() -> None:
    found = regularity(column([0, 8, 100]), distances_within(column([0, 8, 100])), 1.0, (5.0, 8.0))
    assert found is not None
    assert (found.lower, found.upper) == (10, 16)  # two balls for every radius in (5, 8]
    assert found.radius_for(2) == 8
    assert found.radius_for(0) == float("inf")
    assert [found.covers(r) for r in (5.0, 5.5, 8.0, 8.5)] == [False, True, True, False]
    assert root(2.0, 1e-9) == float("inf")


def test_a_run_measures_what_it_says() -> None:
    problem = CoveringProblem(column([0, 1, 100, 102]), column([-5]), 3)
    run = GreedyRun.of(problem, 1, 1, DistancesToProbes(np.zeros((1, 1))), exponent=1.0)
    assert run.visual_budget == 2
    assert run.prompt_regularity is None
    assert run.visual_regularity is not None
    assert (run.visual_regularity.low, run.visual_regularity.high) == (0.5, 51)


def log_count_attention(
    head: SoftmaxAttention, kept: NDArray[np.float64], counts: NDArray[np.float64]
) -> NDArray[np.float64]:
    logits = kept @ head.key_query + np.log(counts)
    weights = np.exp(logits - logits.max())
    return head.values @ (weights / weights.sum() @ kept)


def test_the_constant_used_against_assumption_1_holds_with_log_counts() -> None:
    """Theory 4.4 (c): the same constant that plain pruning breaks."""
    plain_broken = 0
    for seed in range(300):
        rng = np.random.default_rng(seed)
        d, count = int(rng.integers(1, 4)), int(rng.integers(2, 9))
        tokens = rng.normal(size=(count, d))
        kept = tokens[: int(rng.integers(1, count))]
        head = SoftmaxAttention(rng.normal(size=d), rng.normal(size=(2, d)))
        nearest = pairwise_distances(tokens, kept).argmin(axis=1)
        counts = np.bincount(nearest, minlength=len(kept)).astype(float)
        bound = head.repaired_constant(tokens) * hausdorff(tokens, kept)
        full = head(tokens)
        assert np.linalg.norm(full - log_count_attention(head, kept, counts)) <= bound + 1e-12
        plain_broken += bool(np.linalg.norm(full - head(kept)) > bound + 1e-9)
    assert plain_broken >= 1
