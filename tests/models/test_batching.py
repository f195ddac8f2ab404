"""Batches that do not fit are halved, and it is said."""

import pytest
import torch

from mobtheory.errors import UnsupportedModel
from mobtheory.models.batching import in_batches

pytestmark = pytest.mark.models


def fits(most, error):
    def run(batch):
        if len(batch) > most:
            raise error
        return [2 * item for item in batch]

    return run


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory"),
        MemoryError(),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"),
    ],
)
@pytest.mark.parametrize(("most", "halvings"), [(16, []), (3, [8, 4, 2]), (1, [8, 4, 2, 1])])
def test_batches_are_halved_until_they_fit(error, most, halvings):
    told = []
    items = list(range(21))
    assert in_batches(fits(most, error), items, 16, on_halved=told.append) == [2 * i for i in items]
    assert told == halvings


def test_the_last_batch_is_short():
    sizes = []

    def run(batch):
        sizes.append(len(batch))
        return batch

    rows = torch.arange(7)
    assert torch.equal(torch.stack(in_batches(run, rows, 3, on_halved=pytest.fail)), rows)
    assert sizes == [3, 3, 1]


def test_one_item_that_does_not_fit_is_an_error():
    with pytest.raises(UnsupportedModel, match="one item must fit"):
        in_batches(fits(0, MemoryError()), [1, 2], 4, on_halved=lambda size: None)


def test_other_errors_pass():
    with pytest.raises(RuntimeError, match="shapes"):
        in_batches(fits(0, RuntimeError("shapes differ")), [1], 4, on_halved=pytest.fail)


@pytest.mark.parametrize("size", [0, -1, True, 2.5])
def test_a_size_that_is_none_is_refused(size):
    with pytest.raises(UnsupportedModel, match="a batch holds an item"):
        in_batches(list, [1], size, on_halved=pytest.fail)


def test_missing_results_are_refused():
    with pytest.raises(UnsupportedModel, match="one result an item"):
        in_batches(lambda batch: batch[1:], [1, 2], 2, on_halved=pytest.fail)
