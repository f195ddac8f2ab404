"""The published right sides on tokens, recomputed from their printed formulas."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from scipy.stats import binomtest

import mobtheory as mob
from mobtheory.claims.instances import GreedyRun
from mobtheory.claims.set_functions import DistancesToProbes
from mobtheory.experiments import PublishedBounds, TokenSample, published_bounds, summarise
from mobtheory.experiments.real_tokens import REMOVED, wilson

from .sample_reports import token_samples


def _d_h(a, b):
    distances = cdist(a, b)
    return max(distances.min(axis=1).max(), distances.min(axis=0).max())


def _unit(points):
    return points / np.linalg.norm(points, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def samples():
    return token_samples(4)


@pytest.fixture(scope="module")
def rows(samples):
    return published_bounds(samples)


def _settings(row):
    prompt_budget = row.budget // 2
    return prompt_budget, max(1, round(prompt_budget / 8))


def _clouds(sample, space):
    clouds = sample.visual, sample.prompt
    return clouds if space == "raw" else tuple(map(_unit, clouds))


def test_each_input_is_measured_in_both_spaces_at_each_rate(samples, rows):
    assert len(rows) == 2 * len(REMOVED) * len(samples)
    for number, row in enumerate(rows):
        assert row.space == ("raw", "normalised")[number // 3 % 2]
        assert row.removed == REMOVED[number % 3]
        assert row.budget == round(24 * (1 - row.removed))
        assert row.kind == samples[number // 6].kind


def test_distances_between_the_modalities(samples, rows):
    for number, row in enumerate(rows):
        visual, prompt = _clouds(samples[number // 6], row.space)
        distances = cdist(visual, prompt)
        assert row.visual_to_prompt == pytest.approx(distances.min(axis=1).max(), rel=1e-12)
        assert row.prompt_to_visual == pytest.approx(distances.min(axis=0).max(), rel=1e-12)
        assert row.coupling == max(row.visual_to_prompt, row.prompt_to_visual)
        assert row.keeping_nothing == row.visual_to_prompt


def test_right_sides_of_the_lemmas_follow_their_formulas(samples, rows):
    for number, row in enumerate(rows):
        visual, prompt = _clouds(samples[number // 6], row.space)
        prompt_budget, fold = _settings(row)
        problem = mob.CoveringProblem(visual, prompt, row.budget)
        chosen = mob.mob_select(problem, prompt_budget=prompt_budget, fold=fold)
        half_p, half_v = visual[chosen.prompt_centers], visual[chosen.visual_centers]
        kept = visual[chosen.indices]
        eta = _d_h(visual, prompt)
        lemma_1 = max(min(_d_h(kept, visual), eta), min(_d_h(kept, visual), _d_h(kept, prompt)))
        lemma_2 = max(_d_h(half_p, prompt), _d_h(half_v, visual)) + eta
        assert row.bounds["lemma-1"] == pytest.approx(lemma_1, rel=1e-9)
        assert row.bounds["lemma-2"] == pytest.approx(lemma_2, rel=1e-9)
        everything, pruned = (np.concatenate([x, prompt]) for x in (visual, kept))
        assert row.truth == pytest.approx(_d_h(everything, pruned), rel=1e-9)


def test_right_side_of_theorem_2_follows_its_formula(samples, rows):
    """Alpha = eta (b k L / a)^(1/d), beta = 2 b'^(1/d), with the constants of both sets."""
    checked = 0
    for number, row in enumerate(rows):
        if "theorem-2.bound" not in row.bounds:
            continue
        checked += 1
        visual, prompt = _clouds(samples[number // 6], row.space)
        prompt_budget, fold = _settings(row)
        exponent = mob.effective_dimension(visual).dimension
        run = GreedyRun.of(
            mob.CoveringProblem(visual, prompt, row.budget),
            prompt_budget,
            fold,
            DistancesToProbes(visual[:1]),
            exponent=exponent,
        )
        p, v = run.prompt_regularity, run.visual_regularity
        assert p.exponent == v.exponent == exponent
        eta = _d_h(visual, prompt)
        alpha = eta * (p.upper * fold * len(prompt) / p.lower) ** (1 / exponent)
        beta = 2 * v.upper ** (1 / exponent)
        terms = (
            alpha * prompt_budget ** (-1 / exponent),
            beta * (row.budget - prompt_budget) ** (-1 / exponent),
        )
        assert row.bounds["theorem-2.bound"] == pytest.approx(max(terms) + eta, rel=1e-9)
    assert checked == len(rows)


def test_bounds_with_the_coupling_are_never_better_than_keeping_nothing(rows):
    for row in rows:
        assert row.truth <= row.keeping_nothing
        assert row.bounds["lemma-1"] >= row.truth
        assert row.bounds["lemma-2"] >= row.keeping_nothing
        assert row.bounds["theorem-2.bound"] >= row.keeping_nothing


def test_equal_visual_tokens_have_no_dimension_and_no_theorem_2():
    visual = np.tile([1.0, 2.0], (9, 1))
    rows = published_bounds([TokenSample(visual, np.array([[0.0, 1.0]]), "kind", "coarse")])
    assert all(set(row.bounds) == {"lemma-1", "lemma-2"} for row in rows)


def _row(*, removed, nothing, lemma_1, space="raw"):
    return PublishedBounds(
        space=space,
        kind="kind",
        family="coarse",
        removed=removed,
        budget=8,
        coupling=nothing,
        visual_to_prompt=nothing,
        prompt_to_visual=nothing / 2,
        truth=lemma_1 / 2,
        bounds={"lemma-1": lemma_1},
    )


def test_summary_counts_each_input_once_at_each_rate():
    """Four inputs; Lemma 1 is no better than nothing on 1, 2 and 4 of them."""
    useless = dict(zip(REMOVED, (1, 2, 4), strict=True))
    rows = [
        _row(removed=removed, nothing=10.0, lemma_1=10.0 + i if i < count else 1.0)
        for i in range(4)
        for removed, count in useless.items()
    ]
    raw = summarise(rows)["raw"]
    assert raw["inputs"] == 4
    assert [rate["removed"] for rate in raw["rates"]] == list(REMOVED)
    for rate, count in zip(raw["rates"], useless.values(), strict=True):
        bound = rate["bounds"]["lemma-1"]
        assert bound["inputs"] == 4
        assert bound["no_better_than_nothing"] == count / 4
        interval = binomtest(count, 4).proportion_ci(method="wilson")
        assert bound["no_better_than_nothing_interval"] == pytest.approx(list(interval))
        assert "lemma-2" not in rate["bounds"]


def test_summary_ranges_are_quantiles_over_inputs():
    values = np.random.default_rng(0).normal(size=41) ** 2 + 1
    rows = [_row(removed=r, nothing=v, lemma_1=v / 2) for v in values for r in REMOVED]
    raw = summarise(rows)["raw"]
    low, median, high = np.quantile(values, [0.05, 0.5, 0.95])
    assert raw["coupling"] == pytest.approx({"median": median, "low": low, "high": high})
    assert raw["prompt_to_visual"]["median"] == pytest.approx(median / 2)
    side = raw["rates"][0]["bounds"]["lemma-1"]["right_side"]
    assert side == pytest.approx({"median": median / 2, "low": low / 2, "high": high / 2})
    assert raw["rates"][0]["pruning_distance"]["median"] == pytest.approx(median / 4)


def test_spaces_are_summarised_apart():
    rows = [
        _row(removed=r, nothing=n, lemma_1=1.0, space=space)
        for space, n in (("raw", 5.0), ("normalised", 0.5))
        for r in REMOVED
    ]
    summary = summarise(rows)
    assert summary["raw"]["visual_to_prompt"]["median"] == 5.0
    assert summary["normalised"]["visual_to_prompt"]["median"] == 0.5
    shares = [
        summary[space]["rates"][0]["bounds"]["lemma-1"]["no_better_than_nothing"]
        for space in ("raw", "normalised")
    ]
    assert shares == [0.0, 1.0]


@pytest.mark.parametrize("trials", [1, 2, 7, 36, 500])
def test_wilson_is_scipys_interval(trials):
    for successes in range(0, trials + 1, max(1, trials // 7)):
        expected = binomtest(successes, trials).proportion_ci(0.95, method="wilson")
        assert wilson(successes, trials) == pytest.approx(
            (expected.low, expected.high), rel=1e-12, abs=1e-12
        )


def test_wilson_of_no_trials_knows_nothing():
    assert wilson(0, 0) == (0.0, 1.0)
