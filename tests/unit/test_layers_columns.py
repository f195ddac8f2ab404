"""Records as columns, and lists that are typed at the command line."""

import json
import math

import numpy as np
import pytest

from mobtheory.cli.model.numbers import read_layers, read_shares
from mobtheory.errors import InvalidProblem
from mobtheory.experiments.layers.columns import Columns


def test_columns_hold_what_the_records_held_in_the_order_of_the_records():
    columns = Columns()
    records = [{"a": {"b": 1, "c": None}}, {"a": {"b": 2.0}, "d": [True, "word"]}, {}]
    for record in json.loads(json.dumps(records)):
        columns.add(record)
    assert columns.below("a") == ["b", "c"]
    np.testing.assert_array_equal(columns["a/b"], [1, 2, math.nan])
    np.testing.assert_array_equal(columns["d/0"], [math.nan, 1, math.nan])
    np.testing.assert_array_equal(columns["d/1"], [math.nan] * 3)
    assert np.isnan(columns["no such name"]).all()


@pytest.mark.parametrize("text", ["", "1,", "one", "1.5", "1;2"])
def test_layers_that_are_no_integers_are_refused(text):
    with pytest.raises(InvalidProblem, match="--layers"):
        read_layers(text)


@pytest.mark.parametrize("text", ["", "a", "1/0", "4,,8", "nan"])
def test_budgets_that_are_no_numbers_are_refused(text):
    with pytest.raises(InvalidProblem, match="--budgets"):
        read_shares(text)
