"""Otsu's split, the tests of two clusters and the AUC: by definition, and their rates of error."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import norm

from mobtheory.errors import InvalidProblem
from mobtheory.experiments.coupling import chosen_layers, two_clusters
from mobtheory.experiments.coupling.auc import area_under_curve
from mobtheory.experiments.coupling.excess_mass import LEVELS, excess_mass_difference
from mobtheory.experiments.coupling.otsu import otsu_split
from mobtheory.experiments.coupling.summary import holm, summarise_measure, two_labels
from mobtheory.experiments.coupling.two_clusters import LEVEL, enough_nulls

numbers = st.lists(st.integers(-20, 20).map(float), min_size=1, max_size=9)


def best_split(values):
    """Otsu's criterion over every threshold between two different values."""
    total, best = np.var(values), (0.0, None)
    for low, high in zip(np.unique(values)[:-1], np.unique(values)[1:], strict=True):
        sides = values[values <= low], values[values >= high]
        within = sum(len(side) * np.var(side) for side in sides) / len(values)
        share = 1 - within / total
        if share > best[0] + 1e-12:
            best = (share, (low + high) / 2)
    return best


@given(numbers)
def test_otsu_is_the_split_with_least_variance_on_its_sides(values):
    sample = np.array(values)
    share, threshold = best_split(sample)
    found = otsu_split(sample[None])
    assert found.separability[0] == pytest.approx(share, abs=1e-9)
    if threshold is None:
        assert found.threshold[0] == sample[0]
    else:  # where two splits are as good, rounding chooses
        sides = sample[sample <= found.threshold[0]], sample[sample > found.threshold[0]]
        within = sum(len(side) * np.var(side) for side in sides) / len(sample)
        assert 1 - within / np.var(sample) == pytest.approx(share, abs=1e-9)


def test_otsu_of_a_gaussian_and_of_a_uniform_distribution():
    quantiles = (np.arange(20_000) + 0.5) / 20_000
    found = otsu_split(np.array([norm.ppf(quantiles), quantiles])).separability
    assert found == pytest.approx([2 / np.pi, 3 / 4], abs=1e-3)


def excess(values, level, intervals):
    """E_m by trying every set of at most `intervals` disjoint intervals with ends among values."""
    points = np.sort(values)
    n = len(points)
    spread = np.subtract(*np.quantile(points, [0.75, 0.25]))
    scale = spread if spread > 0 else points[-1] - points[0]
    one = {
        (i, j): (j - i + 1) / n - level / 2 * (points[j] - points[i]) / scale
        for i in range(n)
        for j in range(i, n)
    }
    best = max(one.values())
    if intervals == 2:
        pairs = combinations(one.items(), 2)
        apart = [a + b for ((_, j), a), ((k, _), b) in pairs if j < k]
        best = max([best, *apart])
    return best


@given(st.lists(st.integers(-9, 9).map(float), min_size=2, max_size=6))
def test_the_excess_mass_is_the_gain_of_two_intervals_over_one(values):
    sample = np.array(values)
    found = excess_mass_difference(sample[None])[0]
    if np.ptp(sample) == 0:
        assert found == 0
        return
    gains = [excess(sample, level, 2) - excess(sample, level, 1) for level in LEVELS]
    assert found == pytest.approx(max(gains), abs=1e-12)


def test_twice_the_dip_of_uniform_samples_has_its_published_quantiles():
    # Hartigan and Hartigan (1985), table 1: 95 % quantiles of the dip of uniform samples
    rng = np.random.default_rng(0)
    for n, dip in ((50, 0.0645), (100, 0.0471)):
        found = np.quantile(excess_mass_difference(rng.random((2000, n))), 0.95)
        assert 1.9 * dip < found < 2.15 * dip


@given(st.integers(0, 99), st.floats(0.01, 100), st.floats(-50, 50))
def test_both_statistics_depend_on_neither_location_nor_scale(seed, scale, shift):
    sample = np.random.default_rng(seed).normal(size=(1, 30))
    moved = sample * scale + shift
    assert otsu_split(moved).separability == pytest.approx(otsu_split(sample).separability)
    assert excess_mass_difference(moved) == pytest.approx(excess_mass_difference(sample))


@pytest.mark.parametrize("n", [12, 60, 200])
@pytest.mark.parametrize("shape", ["normal", "uniform", "exponential", "t3", "beta", "peak"])
def test_one_mode_raises_an_alarm_no_more_often_than_the_level_allows(shape, n):
    draw = {
        "normal": lambda rng: rng.normal(size=n),
        "uniform": lambda rng: rng.random(n),
        "exponential": lambda rng: rng.exponential(size=n),
        "t3": lambda rng: rng.standard_t(3, n),
        "beta": lambda rng: rng.beta(2, 5, n),
        "peak": lambda rng: rng.random(n) * rng.choice([0.001, 1.0], n, p=[0.2, 0.8]),
    }[shape]
    runs = 100
    found = [two_clusters(draw(np.random.default_rng([s, n])), resamples=199) for s in range(runs)]
    # 5 % would be 5 alarms of 100; 12 or more of them have a chance below 0.5 %
    assert sum(clusters.found for clusters in found) <= 11
    if shape == "normal":
        assert sum(clusters.gaussian_p <= 0.05 for clusters in found) <= 11


def test_two_gaussians_are_found_the_more_often_the_farther_apart_they_are():
    def share(gap, n):
        return np.mean(
            [
                two_clusters(
                    np.random.default_rng([seed, n]).normal(size=n) + gap * (np.arange(n) % 2),
                    resamples=199,
                ).found
                for seed in range(40)
            ]
        )

    assert share(8.0, 100) == 1.0
    assert share(5.0, 100) > 0.85
    assert 0.25 < share(4.0, 100) < 0.85
    assert share(1.0, 100) < 0.1


def test_the_threshold_lies_in_the_gap_and_in_its_interval():
    rng = np.random.default_rng(1)
    found = two_clusters(np.append(rng.normal(0, 1, 30), rng.normal(10, 1, 60)))
    low, high = found.threshold_interval
    assert found.found
    assert 3 < low <= found.threshold <= high < 7
    assert found.separability > 0.9
    assert found.gaussian_p == found.unimodal_p == 0.001


def test_a_uniform_distribution_is_no_gaussian():
    runs = [two_clusters(np.random.default_rng(s).random(100), resamples=199) for s in range(40)]
    assert np.mean([found.gaussian_p <= 0.05 for found in runs]) > 0.8


def test_95_of_100_bootstrap_thresholds_lie_in_the_interval():
    rng = np.random.default_rng(0)
    values = rng.normal(size=400)
    low, high = two_clusters(values, resamples=2000, nulls=1).threshold_interval
    again = otsu_split(values[rng.integers(0, 400, (2000, 400))]).threshold
    assert 0.93 < np.mean((low <= again) & (again <= high)) < 0.97


def test_more_draws_of_the_nulls_allow_smaller_p_values():
    values = np.append(np.linspace(0, 1, 30), np.linspace(10, 11, 30))
    found = two_clusters(values, resamples=19, nulls=1999)
    assert found.gaussian_p == found.unimodal_p == 1 / 2000
    assert found.threshold_interval == two_clusters(values, resamples=19).threshold_interval
    with pytest.raises(InvalidProblem, match="nulls=0"):
        two_clusters(values, nulls=0)


@pytest.mark.parametrize("tests", [1, 60, 333])
def test_that_many_draws_are_enough_for_holm(tests):
    smallest = 1 / (enough_nulls(tests, 99) + 1)
    assert max(holm([smallest] * tests)) <= LEVEL / 4


@pytest.mark.parametrize("values", [[1.0], [2.0] * 40])
def test_equal_values_are_no_two_clusters(values):
    found = two_clusters(values)
    assert not found.found
    assert found.threshold == values[0]
    assert (found.separability, found.excess_mass) == (0.0, 0.0)
    assert found.gaussian_p == found.unimodal_p == 1.0


def test_the_same_seed_gives_the_same_result():
    values = np.random.default_rng(0).normal(size=50)
    assert two_clusters(values, seed=3) == two_clusters(values, seed=3)
    assert two_clusters(values, seed=3) != two_clusters(values, seed=4)


@pytest.mark.parametrize(
    ("values", "options"),
    [
        ([], {}),
        ([1.0, float("nan")], {}),
        ([[1.0, 2.0]], {}),
        ([1.0, 2.0], {"resamples": 0}),
        ([1.0, 2.0], {"seed": -1}),
    ],
)
def test_bad_values_are_refused(values, options):
    with pytest.raises(InvalidProblem, match="two_clusters"):
        two_clusters(values, **options)


@given(numbers, numbers)
def test_the_auc_is_the_share_of_pairs_in_order(above, below):
    found = area_under_curve(np.array(above), np.array(below), names=("a", "b"))
    pairs = [(x > y) + (x == y) / 2 for x in above for y in below]
    assert found.auc == pytest.approx(np.mean(pairs))
    low, high = found.interval
    assert 0 <= low <= found.auc <= high <= 1
    turned = area_under_curve(np.array(below), np.array(above), names=("b", "a"))
    assert turned.interval == pytest.approx((1 - high, 1 - low))


@pytest.mark.parametrize(("gap", "m", "n"), [(0.0, 20, 20), (1.5, 20, 40), (2.5, 10, 30)])
def test_the_interval_of_the_auc_holds_the_truth_in_95_of_100(gap, m, n):
    truth, rng = norm.cdf(gap / np.sqrt(2)), np.random.default_rng(0)
    hits = 0
    for _ in range(400):
        above, below = rng.normal(gap, 1, m), rng.normal(size=n)
        low, high = area_under_curve(above, below, names=("a", "b")).interval
        hits += low <= truth <= high
    assert 0.92 < hits / 400 < 0.99


@pytest.mark.parametrize(("m", "n"), [(2, 2), (3, 2), (4, 9)])
def test_the_interval_of_the_auc_is_newcombes_fifth(m, n):
    """Its ends solve |A - auc| = z sqrt(A (1-A) (1 + N (1-A)/(2-A) + N A/(1+A)) / (m n))."""

    def beyond(area, auc, others):
        spread = 1 + others * ((1 - area) / (2 - area) + area / (1 + area))
        error = norm.ppf(0.975) * np.sqrt(area * (1 - area) * spread / (m * n))
        return abs(area - auc) - error

    above, below = np.arange(m) + 0.5, np.append(np.zeros(n - 1), 1.0)
    found = area_under_curve(above, below, names=("a", "b"))
    auc, (low, high) = found.auc, found.interval
    others = (m + n) / 2 - 1
    assert low == pytest.approx(brentq(beyond, 1e-9, auc - 1e-9, args=(auc, others)), abs=1e-7)
    assert high == pytest.approx(brentq(beyond, auc + 1e-9, 1 - 1e-9, args=(auc, others)), abs=1e-7)


def test_fine_is_asked_against_coarse_whatever_the_sign():
    values = np.array([1.0, 2.0, 3.0, 4.0])
    labels = two_labels(["fine", "fine", "coarse", "coarse"], ["a", "b", "c", "d"])
    found = summarise_measure(
        values, (0, "raw", "hausdorff"), ["a", "b", "c", "a"], labels, seed=0, resamples=9
    )
    assert (found.auc.above, found.auc.below, found.auc.auc) == ("fine", "coarse", 0.0)
    assert {kind: group["n"] for kind, group in found.groups.items()} == {"a": 2, "b": 1, "c": 1}
    assert found.groups["a"]["mean"] == 2.5


def test_without_two_groups_there_is_no_auc():
    labels = two_labels([None, None], ["a", "a"])
    found = summarise_measure(
        np.array([1.0, 2.0]), (0, "raw", "hausdorff"), ["a", "a"], labels, seed=0, resamples=9
    )
    assert found.auc is None


def test_kinds_that_are_as_many_as_the_samples_are_no_groups():
    values, kinds = np.arange(51.0), [str(n) for n in range(51)]
    place = (0, "raw", "hausdorff")
    for n, groups in ((51, 0), (50, 50)):
        found = summarise_measure(values[:n], place, kinds[:n], kinds[:n], seed=0, resamples=9)
        assert len(found.groups) == groups


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_rejects_what_its_steps_reject(p_values):
    corrected = holm(p_values)
    for level in (0.01, 0.05, 0.3):
        stepped, left = set(), len(p_values)
        for number in sorted(range(len(p_values)), key=p_values.__getitem__):
            if p_values[number] * left > level:
                break
            stepped.add(number)
            left -= 1
        assert {i for i, p in enumerate(corrected) if p <= level} == stepped


@pytest.mark.parametrize("text", ["", "2,", "3-1", "-1", "a", "1.5", "²", "99999"])
def test_layers_that_are_none_are_refused(text):
    with pytest.raises(InvalidProblem, match="numbers and ranges"):
        chosen_layers(text)
