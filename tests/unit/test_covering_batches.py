"""Batches that do not fit together are refused, and what a batch answers."""

import numpy as np
import pytest
import torch

from mobtheory.covering import (
    CoveringProblem,
    farthest_point_sampling,
    mob_select,
    mob_select_batch,
)
from mobtheory.errors import InvalidProblem, InvalidSelection

LINES = np.asarray([[[0.0], [1.0], [5.0], [9.0]], [[9.0], [2.0], [0.0], [4.0]]])
TOKENS = {"visual": LINES, "prompt": LINES[:, :2], "budget": 3, "prompt_budget": 1, "fold": 1}


def test_each_set_of_a_batch_is_sampled_for_itself():
    assert farthest_point_sampling(LINES, 3).tolist() == [[0, 3, 2], [0, 2, 3]]
    assert farthest_point_sampling(torch.as_tensor(LINES), 0).shape == (2, 0)
    assert farthest_point_sampling(LINES, 1, seeds=[1]).tolist() == [[3], [0]]
    seeds = np.asarray([[3], [2]])
    assert farthest_point_sampling(LINES, 2, seeds=seeds).tolist() == [[0, 2], [0, 3]]
    outside = np.asarray([[[10.0]], [[3.0]]])
    assert farthest_point_sampling(LINES, 2, external_seeds=outside).tolist() == [[0, 2], [0, 2]]


@pytest.mark.parametrize(
    "arguments",
    [
        {"points": LINES[:0]},
        {"points": LINES[:, :0]},
        {"points": LINES * np.nan},
        {"points": LINES.astype(complex)},
        {"k": 5},
        {"k": -1},
        {"k": 4, "seeds": [0]},
        {"metric": "hamming"},
        {"metric": "cosine"},
        {"external_seeds": LINES[0]},
        {"external_seeds": LINES[:1]},
        {"external_seeds": torch.as_tensor(LINES)},
        {"external_seeds": np.ones((2, 1, 2))},
    ],
)
def test_bad_batches_are_refused(arguments):
    arguments = {"points": LINES, "k": 2, **arguments}
    with pytest.raises(InvalidProblem) as caught:
        farthest_point_sampling(**arguments)
    assert caught.value.called == "farthest_point_sampling"


@pytest.mark.parametrize(
    "seeds", [[4], np.zeros((3, 1), int), np.zeros((2, 2), int), np.ones((2, 1)), [[0], [1]]]
)
def test_bad_seeds_of_a_batch_are_refused(seeds):
    with pytest.raises(InvalidSelection, match="seeds"):
        farthest_point_sampling(LINES, 1, seeds=seeds)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"visual": LINES[0]}, r"shape \(4, 1\)"),
        ({"visual": LINES.tolist()}, "list"),
        ({"visual": LINES[:0]}, "none of them 0"),
        ({"visual": LINES + np.inf}, "finite"),
        ({"prompt": LINES[:1]}, "as many images"),
        ({"prompt": np.ones((2, 3, 4))}, "same dimension"),
        ({"prompt": torch.ones((2, 3, 1))}, "one library"),
        ({"prompt": LINES[:, :0]}, "none of them 0"),
        ({"budget": 0}, "budget"),
        ({"budget": 5}, "budget"),
        ({"prompt_budget": 4}, "prompt_budget"),
        ({"fold": 0}, "fold"),
        ({"duplicates": "sum"}, "duplicates"),
        ({"metric": "hamming"}, "metric"),
        ({"prompt_mask": np.ones((2, 3), bool)}, "prompt_mask"),
        ({"prompt_mask": np.ones((2, 2))}, "prompt_mask"),
        ({"prompt_mask": [[True, True]] * 2}, "prompt_mask"),
        ({"prompt_mask": torch.ones((2, 2), dtype=torch.bool)}, "prompt_mask"),
        ({"prompt_mask": np.asarray([[True, True], [False, False]])}, "needs a prompt token"),
        ({"normalize": True}, "image 0: .*row 0 is zero"),
        ({"prompt_budget": 3, "shortfall": "raise"}, "image 0: .*2 distinct candidates"),
    ],
)
def test_bad_batches_of_tokens_are_refused(arguments, words):
    with pytest.raises(InvalidProblem, match=words) as caught:
        mob_select_batch(**{**TOKENS, "normalize": False, **arguments})
    assert caught.value.called == "mob_select_batch"


def test_without_a_prompt_half_every_image_starts_where_it_is_told():
    options = {"prompt_budget": 0, "fold": 1, "start": "farthest-mean"}
    batch = mob_select_batch(LINES, LINES[:, :1], 2, normalize=False, **options)
    assert batch.picks.tolist() == [
        mob_select(CoveringProblem(line, line[:1], 2), **options).visual_centers.tolist()
        for line in LINES
    ]
    assert batch.prompt_counts.tolist() == [0, 0]
