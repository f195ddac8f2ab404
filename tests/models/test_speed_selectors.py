"""Selection on the device picks what the library picks."""

from math import inf

import numpy as np
import pytest
import torch

import mobtheory as mob
from mobtheory.errors import UnsupportedModel
from mobtheory.experiments.speed import SELECTORS, pick_farthest, selector
from mobtheory.experiments.speed.selectors import cosines
from mobtheory.models.tokens import Spans, TokenCloud

pytestmark = pytest.mark.models

COUNT, WIDTH = 60, 12
PROMPTS = (5, 9)


def cloud(dtype=torch.float64, seed=0):
    """Two rows with prompts of different lengths, the shorter padded at the left."""
    rng = np.random.default_rng(seed)
    length = 3 + COUNT + max(PROMPTS)
    hidden = torch.from_numpy(rng.normal(size=(2, length, WIDTH))).to(dtype)
    spans = []
    for prompt in PROMPTS:
        start = length - prompt - COUNT
        spans.append(Spans((slice(start, start + COUNT),), slice(start + COUNT, length)))
    return TokenCloud(hidden, torch.arange(length).expand(2, -1), tuple(spans))


def problem(tokens, row, keep):
    return mob.CoveringProblem(*tokens.sample(row), keep, normalize=True)


@pytest.mark.parametrize("keep", [1, 2, 7, 30, COUNT])
def test_mob_is_algorithm_1_with_half_of_the_budget_for_the_prompt(keep):
    tokens = cloud()
    chosen = selector("mob", keep)(tokens)
    for row in range(2):
        expected = mob.mob_select(
            problem(tokens, row, keep), prompt_budget=keep // 2, fold=max(keep // 2, 1)
        )
        assert chosen[row].tolist() == expected.indices.tolist()


@pytest.mark.parametrize("keep", [1, 8, COUNT])
def test_fps_is_farthest_point_sampling_of_the_directions(keep):
    tokens = cloud()
    expected = mob.farthest_point_sampling(tokens.visual, keep, metric="cosine")
    assert selector("fps", keep)(tokens).tolist() == expected.sort(1).values.tolist()


def test_nearest_are_the_tokens_most_similar_to_any_prompt_token():
    tokens = cloud()
    chosen = selector("nearest", 10)(tokens)
    for row in range(2):
        visual, prompt = (x / np.linalg.norm(x, axis=1)[:, None] for x in tokens.sample(row))
        best = (visual @ prompt.T).max(axis=1)
        assert chosen[row].tolist() == sorted(np.argsort(-best)[:10].tolist())


def test_random_draws_anew_each_time_and_the_same_with_the_same_seed():
    first, second = selector("random", 20, seed=3), selector("random", 20, seed=3)
    drawn = [[select(cloud()) for _ in range(5)] for select in (first, second)]
    assert all(map(torch.equal, *drawn))
    assert len({str(indices.tolist()) for indices in drawn[0]}) == 5
    assert not torch.equal(drawn[0][0][0], drawn[0][0][1])


@pytest.mark.parametrize("name", SELECTORS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_rows_are_sorted_and_unique_in_every_dtype(name, dtype):
    chosen = selector(name, 17)(cloud(dtype))
    assert chosen.shape == (2, 17)
    assert chosen.dtype == torch.int64
    assert bool((chosen[:, 1:] > chosen[:, :-1]).all())
    assert 0 <= int(chosen.min()) <= int(chosen.max()) < COUNT


def test_half_precision_rows_are_ranked_by_their_exact_cosines():
    rows = cloud(torch.bfloat16).visual
    found = cosines(rows, rows)
    wide = rows.double()
    exact = torch.nn.functional.normalize(wide, dim=2)
    assert found.dtype == torch.float32
    assert (found - exact @ exact.mT).abs().max() <= 1e-6


@pytest.mark.parametrize("count", [1, 2, 33])
@pytest.mark.parametrize("seeded", [False, True])
def test_picks_are_those_of_the_library(count, seeded):
    points = torch.from_numpy(np.random.default_rng(1).normal(size=(3, count + 4, 5)))
    between = (points[:, :, None] - points[:, None]).norm(dim=3)
    nearest = torch.full((3, count + 4), inf, dtype=torch.float64)
    seeds = np.asarray([2, 0]) if seeded else np.empty(0, dtype=np.int64)
    if seeded:
        nearest = between[:, seeds].amin(1)
        nearest[:, seeds] = -inf
    before = nearest.clone()
    found = pick_farthest(between, nearest, count)
    assert found.tolist() == mob.farthest_point_sampling(points, count, seeds=seeds).tolist()
    assert torch.equal(nearest, before)


def test_the_lowest_of_equals_is_picked_and_none_twice():
    between = (torch.ones(9, 9) - torch.eye(9))[None]
    assert pick_farthest(between, torch.full((1, 9), inf), 9)[0].tolist() == list(range(9))


def test_an_unknown_selection_is_refused_by_name():
    with pytest.raises(UnsupportedModel, match="'best'"):
        selector("best", 3)
