"""A selection is two disjoint sets of rows; everything else is refused."""

import numpy as np
import pytest
import torch

from mobtheory.covering import Selection
from mobtheory.errors import InvalidSelection, MobtheoryError


@pytest.mark.parametrize("make", [list, tuple, np.asarray, torch.tensor, iter])
def test_halves_are_kept_in_order_and_the_union_is_sorted(make):
    selection = Selection(make([5, 1]), make([3, 0]))
    assert selection.prompt_centers.tolist() == [5, 1]
    assert selection.visual_centers.tolist() == [3, 0]
    assert selection.indices.tolist() == [0, 1, 3, 5]


def test_indices_stay_in_the_callers_library_as_int64():
    assert Selection([1], [0]).indices.dtype == np.int64
    assert Selection(np.asarray([1], dtype=np.uint8), [0]).indices.dtype == np.int64
    mixed = Selection([], torch.tensor([2, 1], dtype=torch.int32))
    assert isinstance(mixed.prompt_centers, torch.Tensor)
    assert mixed.indices.dtype == torch.int64


@pytest.mark.parametrize("empty", [[], (), np.asarray([]), torch.tensor([])])
def test_empty_halves_are_allowed(empty):
    assert Selection(empty, empty).indices.tolist() == []
    assert Selection(empty, [2]).indices.tolist() == [2]


def test_later_changes_of_the_callers_array_do_not_reach_the_selection():
    rows = np.asarray([1, 2])
    selection = Selection(rows, [])
    rows[0] = 2
    assert selection.prompt_centers.tolist() == [1, 2]


def test_equality_is_that_of_the_two_sets():
    assert Selection([2, 1], [0]) == Selection(torch.tensor([1, 2]), torch.tensor([0]))
    assert hash(Selection([2, 1], [0])) == hash(Selection([1, 2], [0]))
    assert Selection([1], [0]) != Selection([0], [1])
    assert Selection([1], [0]) != ([1], [0])


@pytest.mark.parametrize(
    ("prompt", "visual"),
    [
        ([1, 1], []),
        ([], [2, 0, 2]),
        ([0, 1], [1]),
        ([-1], [0]),
        ([0.0], [1]),
        ([0], [1.5]),
        ([True], [2]),
        ([np.True_], [2]),
        ([torch.tensor(True)], [2]),
        ([[0]], [1]),
        ("01", [2]),
        (["0"], [2]),
        (None, [0]),
        (3, [0]),
        ([2**70], [0]),
        (np.asarray([[0]]), [1]),
        (np.asarray(0), [1]),
        (np.asarray([0.0]), [1]),
        (np.asarray([True, False]), [1]),
        (np.asarray(["0"]), [1]),
        (np.asarray([0], dtype=object), [1]),
        (np.asarray([2**63], dtype=np.uint64), [1]),
        (torch.tensor([[0]]), [1]),
        (torch.tensor([0.0]), [1]),
        (torch.tensor([True]), [1]),
        (torch.tensor([0]), np.asarray([1])),
        (torch.empty(1, dtype=torch.int64, device="meta"), torch.tensor([1])),
    ],
)
def test_everything_else_is_refused(prompt, visual):
    with pytest.raises(InvalidSelection) as caught:
        Selection(prompt, visual)
    assert isinstance(caught.value, MobtheoryError)
    assert caught.value.called == "Selection"
    assert caught.value.rule
    assert caught.value.mend
