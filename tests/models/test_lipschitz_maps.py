"""The sampler on set functions whose constant is known: never above it, and near it."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mobtheory.claims.set_functions import DistancesToProbes, MeanPooling
from mobtheory.geometry import hausdorff
from mobtheory.models.lipschitz.blindness import blind_gaps, blindness, set_gaps
from mobtheory.models.lipschitz.measuring import (
    covers_against_random,
    family_ratios,
    sample_prunings,
)
from mobtheory.models.lipschitz.near_copies import near_copies
from mobtheory.models.lipschitz.outputs import Outputs, every_token, pruned
from mobtheory.models.lipschitz.pairs import measure_moves, measure_prunings
from mobtheory.models.lipschitz.sample import sample_of
from mobtheory.models.lipschitz.searching import search_subset
from mobtheory.models.lipschitz.spread import quotient_of_medians, spread_of
from mobtheory.models.lipschitz.subsets import budgets_for, subsets
from mobtheory.strategies import control_maps, lipschitz_maps, point_clouds

pytestmark = pytest.mark.models

PROMPT = np.array([[9.0, 9.0], [-9.0, 9.0]])


@dataclass
class Toy:
    """F as a set function on visual and prompt tokens; a bias of log n counts a token n times."""

    map: object

    def __call__(self, sample, variants):
        outputs = []
        for variant in variants:
            tokens = sample.hidden if variant.hidden is None else variant.hidden
            times = np.ones(len(variant.places), dtype=int)
            if variant.bias is not None:
                times = np.rint(np.exp(variant.bias)).astype(int)
            value = self.map(np.repeat(tokens.double().numpy()[variant.places], times, axis=0))
            outputs.append(Outputs(value[None], value))
        return outputs


def toy_sample(visual, prompt=PROMPT):
    tokens = torch.as_tensor(np.concatenate([visual, prompt]), dtype=torch.float64)
    count = len(visual)
    places = np.arange(len(tokens))
    return sample_of(0, tokens, torch.as_tensor(places), places[:count], places[count:])


def visual_clouds(least):
    """Visual tokens in the plane, away from the origin: MoB normalises them."""
    drawn = point_clouds(dimension=2, min_points=least, max_points=14)
    return drawn.map(lambda points: points + 30.0)


@settings(max_examples=30)
@given(st.data())
def test_no_sampled_ratio_exceeds_a_known_constant(data):
    visual = data.draw(visual_clouds(4))
    chosen = data.draw(lipschitz_maps(2))
    sample, function = toy_sample(visual), Toy(chosen)
    (full,) = function(sample, [every_token(sample)])
    rng = np.random.default_rng(0)
    pairs, kept = sample_prunings(function, sample, full, 3, rng)
    search = {"reading": "last", "rounds": 2, "width": 8}
    pairs.append(search_subset(function, sample, full, kept[-1], rng, **search))
    shifted = sample.hidden.clone()
    shifted[:3] += 0.25
    pairs += measure_moves(
        function, sample, full, [(sample.moved_distance(shifted), shifted)], "moved"
    )
    pairs += [pair for _, pair in near_copies(function, sample, full, rng)]
    rounding = chosen.rounding(sample.points) + chosen.constant * 1e-12
    for pair in pairs:
        assert pair.changes[0] <= chosen.constant * pair.distance * (1 + 1e-9) + rounding


def test_the_search_reaches_the_constant_of_a_map_that_attains_it():
    """Dropping the token nearest to the probe moves the distance by d_H, if all else is dense."""
    rng = np.random.default_rng(4)
    sample = toy_sample(np.vstack([rng.normal(size=(10, 2)) + 5, [[-20.0, -20.0]]]))
    function = Toy(DistancesToProbes(np.array([[-20.0, -20.0]])))
    (full,) = function(sample, [every_token(sample)])
    start = np.array([0, 1, 10])
    search = {"reading": "last", "rounds": 12, "width": 24}
    found = search_subset(function, sample, full, start, rng, **search)
    assert 0.7 < found.ratio("last") <= 1
    assert 10 not in found.variant.places


@settings(max_examples=30)
@given(visual_clouds(2), st.data())
def test_the_distance_of_a_pruning_is_the_hausdorff_distance(visual, data):
    sample, count = toy_sample(visual), len(visual)
    kept = np.flatnonzero(data.draw(st.lists(st.booleans(), min_size=count, max_size=count)))
    left = sample.points[pruned(sample, kept).places]
    assert sample.pruned_distance(kept) == pytest.approx(hausdorff(sample.points, left), abs=1e-12)


@given(lipschitz_maps(2))
def test_copies_do_not_move_a_map_that_fulfils_the_assumption(chosen):
    gaps = toy_gaps(chosen)
    assert all(gap.changes[0] == 0 for gap in gaps)


def test_copies_refute_mean_pooling_and_the_bias_repairs_it():
    rows = blindness(toy_gaps(MeanPooling()), seed=0)
    moved = {(row.experiment, row.size): row.changes["last"].largest for row in rows}
    assert moved["random token", 64] > moved["random token", 1] > 0
    assert moved["all tokens", 9.0] > 0
    assert max(row.repaired for row in rows if row.repaired is not None) < 1e-12


@settings(max_examples=10)
@given(control_maps(2, kinds=["attention"]))
def test_the_log_count_bias_is_the_multiset_for_attention(chosen):
    rows = blindness(toy_gaps(chosen), seed=0)
    assert max(row.repaired for row in rows if row.repaired is not None) < 1e-9


def toy_gaps(chosen):
    sample, function = toy_sample(np.random.default_rng(1).normal(size=(8, 2))), Toy(chosen)
    (full,) = function(sample, [every_token(sample)])
    gaps = blind_gaps(function, sample, full, np.random.default_rng(2), copies=(1, 64))
    return gaps + set_gaps(function, sample, full)


def test_near_copies_of_mean_pooling_have_a_ratio_without_limit():
    sample, function = toy_sample(np.random.default_rng(1).normal(size=(8, 2))), Toy(MeanPooling())
    (full,) = function(sample, [every_token(sample)])
    found = near_copies(function, sample, full, np.random.default_rng(2))
    ratios = [pair.ratio("last") for _, pair in found]
    assert ratios[1] > 5 * ratios[0]
    assert ratios[2] > 5 * ratios[1]


def test_every_family_offers_every_budget():
    sample = toy_sample(np.random.default_rng(0).normal(size=(18, 2)))
    budgets = budgets_for(18)
    assert budgets == (2, 4, 6, 12, 16)
    assert budgets_for(1) == ()
    seen = {}
    for family, kept in subsets(sample, budgets, 3, np.random.default_rng(0)):
        assert (np.diff(kept) > 0).all()
        seen.setdefault(family, set()).add(len(kept))
    assert set(seen) == {"random", "cover", "mob"}  # attention needs a layer
    assert all(sizes == set(budgets) for sizes in seen.values())


def test_pairs_at_distance_zero_have_no_ratio_and_are_counted():
    visual = np.repeat(np.random.default_rng(0).normal(size=(5, 2)), 2, axis=0)
    sample, function = toy_sample(visual), Toy(MeanPooling())
    (full,) = function(sample, [every_token(sample)])
    kept = np.array([0, 2, 4, 6, 8, 9])
    pairs = measure_prunings(function, sample, full, [("cover", kept), ("cover", kept[:3])])
    assert pairs[0].distance == 0 < pairs[0].changes[0]
    assert pairs[0].ratio("last") == np.inf
    row = family_ratios("cover", None, pairs, 0)
    assert (row.pairs, row.blind, row.ratios["last"].count) == (2, 1, 1)
    assert covers_against_random(pairs, 0) == ()


def test_the_bootstrap_draws_whole_inputs():
    """Within an input all numbers agree: the interval is that of a few inputs, not of many."""
    owners = np.repeat(np.arange(6), 50)
    spread = spread_of(owners.astype(float), owners, seed=0)
    assert spread.low <= 1
    assert spread.up >= 3
    assert (spread.count, spread.median, spread.largest) == (300, 2.0, 5.0)
    alone = spread_of([3.0, np.inf, np.nan], [0, 0, 1], seed=0)
    assert (alone.count, alone.low, alone.median, alone.up) == (1, 3.0, 3.0, 3.0)
    assert spread_of([np.inf], [0], seed=0) is None


def test_the_bootstrap_agrees_with_resampling_by_hand():
    rng = np.random.default_rng(5)
    owners = rng.integers(8, size=90)
    values = rng.normal(size=90) + owners
    spread = spread_of(values, owners, seed=3)
    drawn = rng.integers(8, size=(4000, 8))
    medians = [
        np.quantile(np.concatenate([values[owners == o] for o in row]), 0.5, method="inverted_cdf")
        for row in drawn
    ]
    low, up = np.quantile(medians, [0.025, 0.975])
    assert spread.low == pytest.approx(low, abs=0.5)
    assert spread.up == pytest.approx(up, abs=0.5)
    factor, low, up = quotient_of_medians((3 * values + 99, owners), (values + 33, owners), 0)
    assert (factor, low, up) == pytest.approx((3, 3, 3))
