"""The proofs about softmax heads that need analysis: wrong constants fail, no step is prose."""

import math
import sys
import time
from dataclasses import replace
from fractions import Fraction
from types import ModuleType
from typing import Any

import pytest
import sympy as sp

import mobtheory as mob
from mobtheory.claims import ProofResult
from mobtheory.claims.claim import Statement
from mobtheory.claims.proving import load_proof

pytestmark = pytest.mark.proofs

NAMES = ("w1", "winf", "log-count", "minimal-metric", "tanh", "layer", "stack")


def _file(name: str) -> str:
    return f"attention_{name.replace('-', '_')}.py"


def _helper(name: str) -> ModuleType:
    load_proof(_file("stack"))  # brings every helper with it
    load_proof(_file("tanh"))
    return sys.modules[f"mobtheory_proofs.{name}"]


def _failed(result: ProofResult) -> list[str]:
    return [line for line in result.detail.splitlines() if "FAILED" in line]


@pytest.mark.parametrize("name", NAMES)
def test_every_step_is_checked(name: str) -> None:
    started = time.perf_counter()
    result = load_proof(_file(name)).prove()
    assert time.perf_counter() - started < 10
    assert result.ok is True, _failed(result)
    assert "prose:" not in result.detail
    assert "registered is what was derived" in result.detail
    assert {"sympy", "z3"} <= set(result.engine.split("+"))


@pytest.mark.parametrize("name", NAMES)
def test_statement_is_the_registered_one(name: str) -> None:
    statement = load_proof(_file(name)).STATEMENT
    assert statement == mob.claim(f"attention.{name}").statement.formula


def _other_formulas(formula: Any) -> list[Any]:
    """Both sides exchanged, and the right side of one inequality halved or doubled."""
    if isinstance(formula, sp.And):
        parts = list(formula.args)
        return [
            sp.And(other, *(p for p in parts if p is not part))
            for part in parts
            for other in _other_formulas(part)
        ]
    lhs, rhs = formula.args
    return [sp.Le(rhs, lhs), sp.Le(lhs, rhs / 2), sp.Le(lhs, 2 * rhs)]


@pytest.mark.parametrize("name", NAMES)
def test_no_other_formula_passes_as_registered(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    proof, derived = load_proof(_file(name)), _helper("derived_statement")
    registered = mob.claim(f"attention.{name}")
    formula = registered.statement.formula
    for other in [formula, *_other_formulas(formula)]:
        changed = replace(registered, statement=Statement("", other))
        monkeypatch.setattr(derived, "claim", lambda _, changed=changed: changed)
        steps = _helper("steps").Steps()
        derived.check_registered(steps, registered.id, proof.STATEMENT)
        assert steps.result().ok is (other == formula)


@pytest.mark.parametrize(
    ("helper", "constant", "wrong", "broken"),
    [
        ("softmax_shift", "PER_RANGE", Fraction(1, 5), ("winf", "log-count", "tanh", "stack")),
        ("softmax_shift", "PER_RANGE", Fraction(1, 3), ("winf", "log-count", "tanh", "stack")),
        ("moved_tokens", "RANGE_PER_CHANGE", 1, ("winf", "log-count", "tanh", "stack")),
        ("moved_tokens", "RADIUS_FACTOR", Fraction(9, 10), ("winf", "log-count", "stack")),
        ("projections", "DIAMETER_PER_RADIUS", Fraction(19, 10), ("winf", "log-count", "stack")),
        ("pre_norm", "NORM_FACTOR", Fraction(19, 10), ("layer", "stack")),
        ("pre_norm", "SILU_SLOPE", Fraction(10998, 10000), ("layer", "stack")),
        ("pre_norm", "SILU_SLOPE", Fraction(11000, 10000), ("layer", "stack")),
    ],
)
def test_wrong_constants_fail(
    helper: str,
    constant: str,
    wrong: Fraction | int,
    broken: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert getattr(_helper(helper), constant) != wrong
    monkeypatch.setattr(_helper(helper), constant, wrong)
    if constant == "DIAMETER_PER_RADIUS":  # taken over by name
        monkeypatch.setattr(_helper("moved_tokens"), constant, wrong)
    for name in broken:
        result = load_proof(_file(name)).prove()
        assert result.ok is False, name
        assert any("registered" not in line for line in _failed(result))


def test_less_growth_than_the_exponential_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    proof = load_proof(_file("w1"))
    for growth in (sp.exp(proof.Delta / 2), sp.exp(2 * proof.Delta), 1 + proof.Delta):
        monkeypatch.setattr(proof, "GROWTH", growth)
        assert proof.prove().ok is False


def test_totals_tell_right_from_wrong() -> None:
    """|sum a v| <= range(v) TV needs the weights to have equal totals, and TV the odds."""
    sums, solver = _helper("finite_sums"), _helper("solver")
    z3 = solver.z3
    a, b, v = z3.Reals("a b v")
    steps = _helper("steps").Steps()
    sums.check_totals(
        steps,
        "false: sum a v <= sum a, although v may exceed 1",
        lambda moved, mass: moved <= mass,
        [a * v, a],
        [a >= 0, v <= 2],
    )
    assert steps.result().ok is False
    root, up = z3.Reals("root up")
    odds = [a >= 0, a <= 1, b >= 0, b <= 1, up == a - b, root >= 1]
    held = a * (1 - b) <= root * root * b * (1 - a)
    assert solver.valid(up * (root + 1) <= root - 1, [*odds, held]) is True
    assert solver.valid(up * (root + 1) <= (root - 1) * 9 / 10, [*odds, held]) is False


# --- interval arithmetic ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bound", "answer"),
    [(Fraction(1, 10**6), True), (Fraction(-1, 10**6), False), (Fraction(0), None)],
)
def test_branch_and_bound_decides_or_says_that_it_cannot(
    bound: Fraction, answer: bool | None
) -> None:
    t = sp.Symbol("t", real=True)
    touches_at_root_of_two = -((t**2 - 2) ** 2)
    intervals = _helper("intervals")
    found = intervals.is_below(touches_at_root_of_two, t, bound, Fraction(1), Fraction(2))
    assert found is answer


def test_enclosures_hold_the_values() -> None:
    intervals = _helper("intervals")
    t = sp.Symbol("t", real=True)
    slope = sp.diff(t / (1 + sp.exp(-t)), t)
    on_interval, at_point = intervals.enclosure(slope, t), sp.lambdify(t, slope, "math")
    for i in range(-40, 40):
        low, high = Fraction(i, 8), Fraction(i + 1, 8)
        enclosed = on_interval(intervals.interval(low, high))
        for j in range(5):
            value = at_point(float(low + j * (high - low) / 4))
            assert float(enclosed.a) - 1e-12 <= value <= float(enclosed.b) + 1e-12


def test_intervals_round_outwards() -> None:
    intervals = _helper("intervals")
    third = intervals.interval(Fraction(1, 3))
    low, high = Fraction(float(third.a)), Fraction(float(third.b))
    assert low < Fraction(1, 3) < high
    assert intervals.lies_between(sp.sqrt(2), Fraction(14142, 10000), Fraction(14143, 10000))
    assert not intervals.lies_between(sp.sqrt(2), Fraction(14143, 10000), Fraction(2))
    assert not intervals.lies_between(sp.Integer(1), Fraction(1), Fraction(2))
    tenth = intervals.enclosure(sp.Rational(1, 10) + sp.exp(0) - 1)()  # .1 is no float
    assert Fraction(float(tenth.a)) < Fraction(1, 10) < Fraction(float(tenth.b))
    with pytest.raises(TypeError, match="sin"):
        intervals.enclosure(sp.sin(1))()


def test_slope_of_silu_is_the_largest_one_found_by_hand() -> None:
    slope = float(_helper("pre_norm").SILU_SLOPE)

    def silu_slope(t: float) -> float:
        sigma = 1 / (1 + math.exp(-t))
        return sigma * (1 + t * (1 - sigma))

    largest = max(silu_slope(i / 1000) for i in range(20_000))
    assert slope - 1e-4 < largest < slope
