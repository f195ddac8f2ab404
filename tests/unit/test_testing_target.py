"""What can be a target: names, callables, objects with `select`, and what cannot."""

import functools
import sys
import textwrap

import numpy as np
import pytest

from mobtheory.testing import load_target
from mobtheory.testing.misbehaviour import Misbehaviour
from mobtheory.testing.rules import farthest_points
from mobtheory.testing.target import as_algorithm


def first_rows(visual, prompt, budget):
    return np.arange(budget)


class Pruner:
    guarantees = ("two-approximation", "ties")

    def __init__(self, start=0):
        self.start = start

    def select(self, visual, prompt, budget):
        return np.arange(self.start, self.start + budget)

    def __call__(self, anything):
        raise AssertionError("select is what counts")

    @staticmethod
    def rows(visual, prompt, budget):
        return np.arange(budget)


PRUNER = Pruner()


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Writes a module and returns its name; it can be imported while the test runs."""
    monkeypatch.syspath_prepend(tmp_path)
    names = []

    def write(name, text):
        (tmp_path / f"{name}.py").write_text(textwrap.dedent(text))
        names.append(name)
        return name

    yield write
    for name in names:
        sys.modules.pop(name, None)


def test_callables_and_objects():
    for target in (
        first_rows,
        lambda v, p, k: np.arange(k),
        lambda *arguments: np.arange(arguments[2]),
        functools.partial(lambda start, v, p, k: np.arange(start, start + k), 0),
        Pruner.rows,
        PRUNER.select,
        PRUNER,
        farthest_points,
    ):
        algorithm = as_algorithm(target)
        assert np.asarray(algorithm.select(np.eye(3), np.eye(3), 2)).shape == (2,)
        assert algorithm.name
        assert as_algorithm(algorithm) is algorithm


def test_names_of_reports_and_what_is_claimed():
    assert as_algorithm(PRUNER).name == "Pruner"
    assert as_algorithm(PRUNER).guarantees == ("two-approximation", "ties")
    assert as_algorithm(first_rows).name == "first_rows"
    assert as_algorithm(first_rows).guarantees == ()
    assert as_algorithm("mobtheory.testing.rules:mob").name == "mobtheory.testing.rules:mob"
    assert "two-approximation" in as_algorithm("mobtheory.testing.rules:mob").guarantees


def test_a_single_claim_may_stand_alone():
    def one(visual, prompt, budget):
        return range(budget)

    one.guarantees = "two-approximation"
    assert as_algorithm(one).guarantees == ("two-approximation",)
    one.guarantees = ["ties"]
    assert as_algorithm(one).guarantees == ("ties",)
    one.guarantees = None
    assert as_algorithm(one).guarantees == ()


def test_references_only_where_another_process_finds_the_same():
    assert as_algorithm(farthest_points).reference == "mobtheory.testing.rules:farthest_points"
    here = as_algorithm(first_rows).reference
    assert here is None or load_target(here) is first_rows

    def inner(visual, prompt, budget):
        return range(budget)

    for target in (inner, lambda v, p, k: range(k), PRUNER, PRUNER.select, Pruner(3).select):
        assert as_algorithm(target).reference is None
    wrapped = functools.wraps(farthest_points)(lambda v, p, k: range(k))
    assert as_algorithm(wrapped).reference is None
    assert as_algorithm(functools.partial(farthest_points)).reference is None


def test_dotted_names(module):
    name = module(
        "nested_targets",
        """
        class Outer:
            class Inner:
                @staticmethod
                def select_rows(visual, prompt, budget):
                    return list(range(budget))
            ready = None
        Outer.ready = type("Made", (), {"select": lambda self, v, p, k: [7]})()
        """,
    )
    found = as_algorithm(f"{name}:Outer.Inner.select_rows")
    assert found.select(None, None, 2) == [0, 1]
    assert found.reference == f"{name}:Outer.Inner.select_rows"
    assert as_algorithm(load_target(f"{name}:Outer.Inner.select_rows")).reference == found.reference
    assert as_algorithm(f"{name}:Outer.ready").select(None, None, 1) == [7]


@pytest.mark.parametrize(
    "text",
    [
        "raise ValueError('broken module')",
        "import sys; sys.exit(3)",
        "def wrong syntax",
        "import no_such_module_anywhere",
        "x = 1 / 0",
        "other = 5",
    ],
)
def test_modules_that_do_not_import(module, text):
    name = module("broken_targets", text)
    with pytest.raises(Misbehaviour, match="broken_targets:select") as caught:
        as_algorithm(f"{name}:select")
    assert caught.value.kind == "not-importable"


@pytest.mark.parametrize(
    "reference",
    ["no_such_module_here:select", "math", "math:", ":sqrt", "", "math:a..b", "math:sqrt.", "..:x"],
)
def test_names_of_nothing(reference):
    with pytest.raises(Misbehaviour) as caught:
        as_algorithm(reference)
    assert caught.value.kind == "not-importable"
    assert repr(reference) in str(caught.value) or reference in str(caught.value)


@pytest.mark.parametrize("target", [None, 5, [first_rows], {"select": first_rows}, np.eye(3)])
def test_what_cannot_be_called(target):
    with pytest.raises(Misbehaviour, match=type(target).__name__) as caught:
        as_algorithm(target)
    assert caught.value.kind == "not-callable"


def test_a_named_number_cannot_be_called():
    with pytest.raises(Misbehaviour) as caught:
        as_algorithm("math:pi")
    assert caught.value.kind == "not-callable"


@pytest.mark.parametrize(
    "target",
    [
        lambda: None,
        lambda visual, prompt: None,
        lambda visual, prompt, budget, more: None,
        lambda visual, prompt, budget, *, more: None,
        lambda *, visual, prompt, budget: None,
        Pruner,
        "math:sqrt",
    ],
)
def test_other_arguments_are_found_before_the_first_call(target):
    with pytest.raises(Misbehaviour, match=r"select\(visual, prompt, budget\)") as caught:
        as_algorithm(target)
    assert caught.value.kind == "wrong-arguments"


def test_defaults_and_stars_are_no_other_arguments():
    for target in (
        lambda visual, prompt, budget, more=3, *, most=4: range(budget),
        lambda *arguments, **options: range(arguments[2]),
        lambda visual, prompt=None, budget=1: range(budget),
    ):
        assert list(as_algorithm(target).select(None, None, 2)) == [0, 1]
