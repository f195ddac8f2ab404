"""Every kind of thing that a target can return: read, or told apart by name."""

from collections import namedtuple

import numpy as np
import pytest
import torch

from mobtheory.covering import CoveringProblem, Selection, evaluate_selection
from mobtheory.testing.answers import read_answer
from mobtheory.testing.misbehaviour import Misbehaviour

Halves = namedtuple("Halves", "prompt_centers visual_centers")
N, K = 6, 3


@pytest.mark.parametrize(
    "answer",
    [
        np.array([4, 0, 5]),
        np.array([4, 0, 5], dtype=np.uint8),
        np.array([4, 0, 5], dtype=np.int32),
        np.array([4, 0, 5], dtype=np.uint64),
        np.array([[4, 9], [0, 9], [5, 9]])[:, 0],
        [4, 0, 5],
        [np.int64(4), 0, np.uint8(5)],
        (4, 0, 5),
        torch.tensor([4, 0, 5]),
        torch.tensor([4, 0, 5], dtype=torch.int32),
        [torch.tensor(4), torch.tensor(0), torch.tensor(5)],
        memoryview(np.array([4, 0, 5])),
    ],
)
def test_one_set_of_rows(answer):
    kept = read_answer(answer, N, K)
    assert (kept.prompt_centers, kept.visual_centers) == ((), (4, 0, 5))
    assert kept.rows == (4, 0, 5)
    assert not kept.halves
    assert kept.reported is None
    assert all(type(row) is int for row in kept.rows)


@pytest.mark.parametrize(
    "answer",
    [
        Selection([4], [0, 5]),
        Selection(np.array([4]), np.array([0, 5])),
        (np.array([4]), np.array([0, 5])),
        ([4], (0, 5)),
        (torch.tensor([4]), [0, 5]),
        Halves([4], [0, 5]),
        (range(4, 5), np.array([0, 5], dtype=np.uint16)),
    ],
)
def test_two_halves(answer):
    kept = read_answer(answer, N, K)
    assert (kept.prompt_centers, kept.visual_centers) == ((4,), (0, 5))
    assert kept.halves
    assert kept.sets == (frozenset([4]), frozenset([0, 5]))
    assert kept.selection.prompt_centers.tolist() == [4]


@pytest.mark.parametrize("empty", [[], (), np.array([], dtype=np.int64), np.array([]), range(0)])
def test_one_half_may_be_empty(empty):
    assert read_answer((empty, [2, 1, 0]), N, K).visual_centers == (2, 1, 0)
    assert read_answer(([2, 1, 0], empty), N, K).prompt_centers == (2, 1, 0)
    with pytest.raises(Misbehaviour, match="0 rows for a budget of 3"):
        read_answer(empty, N, K)


def test_a_flat_pair_of_rows_is_no_pair_of_halves():
    for answer in ((3, 5), [3, 5], tuple(np.array([3, 5])), tuple(torch.tensor([3, 5]))):
        kept = read_answer(answer, N, 2)
        assert kept.rows == (3, 5)
        assert not kept.halves


def test_a_covering_reports_its_radii():
    visual = np.arange(6.0)[:, None]
    covering = evaluate_selection(CoveringProblem(visual, visual[:1], 3), Selection([4], [0, 5]))
    kept = read_answer(covering, N, K)
    assert kept.halves
    assert kept.rows == (4, 0, 5)
    assert kept.reported is covering


def _raising(*_):
    raise ValueError("no array here")


class NoArray:
    """Looks like an array, and is none."""

    __array__ = _raising


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("returned-nothing", None),
        ("returned-floats", [0.0, 1.0, 2.0]),
        ("returned-floats", np.array([0.0, 1.0, 2.0])),
        ("returned-floats", np.array([0, 1, 2], dtype=np.float16)),
        ("returned-floats", torch.tensor([0.0, 1.0, 2.0], requires_grad=True)),
        ("returned-floats", ([0], [1.0, 2.0])),
        ("returned-floats", [0, 1, float("nan")]),
        ("returned-mask", np.array([True, True, True, False, False, False])),
        ("returned-mask", [True, True, True, False, False, False]),
        ("returned-mask", torch.tensor([True, False, True])),
        ("returned-nested", [[0], [1, 2]]),
        ("returned-nested", [[0, 1, 2]]),
        ("returned-nested", [np.array([0]), np.array([1, 2])]),
        ("returned-nested", (np.array([0]), np.array([1]), np.array([2]))),
        ("returned-nested", ([[0]], [[1, 2]])),
        ("returned-nested", np.array([[0, 1, 2]])),
        ("returned-nested", torch.zeros((3, 1), dtype=torch.int64)),
        ("returned-other-device", torch.zeros(3, dtype=torch.int64, device="meta")),
        (
            "returned-other-device",
            (torch.tensor([0]), torch.zeros(2, dtype=torch.int64, device="meta")),
        ),
        ("returned-other", "012"),
        ("returned-other", ["0", "1", "2"]),
        ("returned-other", b"012"),
        ("returned-other", {0, 1, 2}),
        ("returned-other", {"visual_centers": [0, 1, 2]}),
        ("returned-other", (row for row in range(3))),
        ("returned-other", [0, 1, None]),
        ("returned-other", [0, 1, 10**30]),
        ("returned-other", np.array([0, 1, 2], dtype=object)),
        ("returned-other", np.array([0, 1, 2], dtype=complex)),
        ("returned-other", object()),
        ("returned-other", len),
        ("returned-other", NoArray()),
        (
            "returned-other",
            torch.sparse_coo_tensor(
                torch.tensor([[1]]), torch.tensor([1]), (3,), check_invariants=True
            ),
        ),
        ("returned-other", [torch.zeros((), device="meta")] * 3),
    ],
)
def test_what_is_no_selection_has_a_name(kind, answer):
    with pytest.raises(Misbehaviour) as caught:
        read_answer(answer, N, K)
    assert caught.value.kind == kind
    assert "it returned" in str(caught.value)


@pytest.mark.parametrize("answer", [2, np.int64(2), np.array(2), torch.tensor(2)])
def test_a_bare_number_is_no_array(answer):
    with pytest.raises(Misbehaviour, match="it returned") as caught:
        read_answer(answer, N, 1)
    assert caught.value.kind.startswith("returned-")


@pytest.mark.parametrize(
    ("rule", "answer"),
    [
        ("row -1 is outside 0..5", [0, -1, 2]),
        ("row 6 is outside 0..5", np.array([0, 6, 2])),
        ("row 255 is outside 0..5", np.array([0, 255, 2], dtype=np.uint8)),
        ("row 18446744073709551615 is outside", np.array([0, 1, 2**64 - 1], dtype=np.uint64)),
        ("row 6 is outside 0..5", ([6], [0, 1])),
        ("row 2 is there twice", [0, 2, 2]),
        ("row 1 is there twice", ([1, 1], [0])),
        ("row 2 is in both halves", ([2], [2, 0])),
        ("2 rows for a budget of 3", [0, 1]),
        ("4 rows for a budget of 3", [0, 1, 2, 3]),
        ("4 rows for a budget of 3", ([0, 1], [2, 3])),
    ],
)
def test_selections_that_are_none_are_told_what_breaks(rule, answer):
    with pytest.raises(Misbehaviour) as caught:
        read_answer(answer, N, K)
    assert caught.value.kind == "invalid-indices"
    assert rule in str(caught.value)


def test_long_selections_are_told_in_short():
    with pytest.raises(Misbehaviour) as caught:
        read_answer(np.zeros(5000, dtype=np.int64), 5000, 5000)
    assert "there twice" in str(caught.value)
    assert len(str(caught.value)) < 200


def test_the_device_of_the_input_is_the_right_one():
    with pytest.raises(Misbehaviour) as caught:
        read_answer(torch.tensor([0]), N, 1, device="cuda:0")
    assert caught.value.kind == "returned-other-device"
    assert "cuda:0" in str(caught.value)
