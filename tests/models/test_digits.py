"""The digits that ship with the package are scikit-learn's handwritten ones."""

from importlib.resources import files

import numpy as np
import pytest

pytestmark = pytest.mark.models


def test_digits_are_scikit_learns() -> None:
    from sklearn.datasets import load_digits

    bunch = load_digits()
    with (files("mobtheory.models.embedded") / "data" / "digits.npz").open("rb") as handle:
        stored = np.load(handle, allow_pickle=False)
        assert np.array_equal(stored["images"], bunch.images)
        assert np.array_equal(stored["labels"], bunch.target)


def test_training_and_held_out_digits_are_disjoint() -> None:
    from mobtheory.models.embedded.scenes import _digits  # pyright: ignore[reportPrivateUsage]

    images, labels, members = _digits()
    assert not set(members["train"]) & set(members["test"])
    assert len(members["train"]) + len(members["test"]) == len(labels) == len(images)
