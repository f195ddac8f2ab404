"""The state of a run, records as columns, and what is typed at the command line."""

import json
import math

import numpy as np
import pytest

from mobtheory.cli.model.numbers import read_layers, read_shares
from mobtheory.errors import InvalidProblem
from mobtheory.experiments.layers.columns import Columns
from mobtheory.experiments.layers.state import State

ASKED = {"model": "embedded", "seed": 0}


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "folder" / "run.jsonl"
    state = State(path, ASKED)
    state.add("a", 1, {"cases": [1.5, None]})
    state.add("a", 2, {"cases": []})
    return path


def test_what_was_added_is_there_again(path):
    records = State(path, ASKED).records
    assert records == {("a", 1): {"cases": [1.5, None]}, ("a", 2): {"cases": []}}


def test_a_run_killed_while_it_wrote_goes_on_before_the_torn_line(path):
    whole = path.read_bytes()
    for cut in range(whole.rindex(b"\n", 0, -1) + 1, len(whole)):
        path.write_bytes(whole[:cut])
        state = State(path, ASKED)
        assert list(state.records) == [("a", 1)]
        state.add("a", 2, {"cases": []})
        assert path.read_bytes() == whole


def test_a_run_killed_in_its_first_line_starts_anew(path):
    first = path.read_bytes().partition(b"\n")[0]
    for cut in (0, 1, len(first) // 2, len(first)):
        path.write_bytes(first[:cut])
        assert State(path, ASKED).records == {}
        assert path.read_bytes() == first + b"\n"


@pytest.mark.parametrize(
    ("asked", "told"),
    [({**ASKED, "seed": 1}, "seed"), ({**ASKED, "model": "other"}, "model")],
)
def test_the_state_of_another_run_is_refused_and_left_alone(path, asked, told):
    before = path.read_bytes()
    with pytest.raises(InvalidProblem, match=told):
        State(path, asked)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"hello\n", b'{"format": "other"}\n', b"hello", b"\n\n"])
def test_a_file_of_another_kind_is_refused_and_left_alone(tmp_path, content):
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(InvalidProblem, match="no state"):
        State(path, ASKED)
    assert path.read_bytes() == content


def test_damage_in_the_middle_is_refused(path):
    lines = path.read_bytes().split(b"\n")
    lines[1] = lines[1][:-5]
    path.write_bytes(b"\n".join(lines))
    with pytest.raises(InvalidProblem, match="line 2"):
        State(path, ASKED)


def test_a_path_that_cannot_be_written_is_told(tmp_path):
    with pytest.raises(InvalidProblem):
        State(tmp_path, ASKED)


def test_no_path_keeps_nothing():
    state = State(None, {})
    state.add("a", 1, {})
    assert state.records == {}


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
