"""The proofs about softmax heads that need analysis: wrong constants fail, no step is prose."""

import math
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import sympy as sp

import mobtheory as mob
from mobtheory.attention.norms import SILU_SLOPE
from mobtheory.claims import ProofResult
from mobtheory.claims.proving import load_proof

pytestmark = pytest.mark.proofs

RIGHT = {
    "w1": (1, 1, 1),
    "winf": (1, 1),
    "log-count": (1, 1),
    "minimal-metric": (1,),
    "tanh": (1, 1, Fraction(1, 2), 1, 1, Fraction(1, 4)),
    "layer": (1, 1, 2, Fraction(1, 2), 1, 1, Fraction(1, 2), Fraction(1, 2)),
    "stack": (1,),
}
NAMES = tuple(RIGHT)
WRONG = [
    (name, place, factor)
    for name, right in RIGHT.items()
    for place in range(len(right))
    for factor in (Fraction(9, 10), Fraction(11, 10))
]


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
    assert {"sympy", "z3"} <= set(result.engine.split("+"))


def _prove_with(
    name: str, numbers: Sequence[Fraction | int], monkeypatch: pytest.MonkeyPatch
) -> ProofResult:
    proof = load_proof(_file(name))
    monkeypatch.setattr(proof, "constants", lambda id, form: tuple(map(Fraction, numbers)))
    return proof.prove()


@pytest.mark.parametrize("name", NAMES)
def test_the_registered_constants_are_proved(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[tuple[Fraction, ...]] = []
    proof = load_proof(_file(name))
    constants = proof.constants
    monkeypatch.setattr(proof, "constants", lambda *a: found.append(constants(*a)) or found[-1])
    assert proof.prove().ok is True
    assert found == [RIGHT[name]]


@pytest.mark.parametrize(("name", "place", "factor"), WRONG)
def test_wrong_registered_constants_are_refuted(
    name: str, place: int, factor: Fraction, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Smaller and larger: what is reached leaves no room."""
    numbers = list(map(Fraction, RIGHT[name]))
    numbers[place] *= factor
    assert _prove_with(name, numbers, monkeypatch).ok is False


def _turned(formula: Any) -> list[Any]:
    """One inequality in the other direction."""
    if isinstance(formula, sp.And):
        return [formula.subs(part, other) for part in formula.args for other in _turned(part)]
    return [sp.Ge(*formula.args)]


@pytest.mark.parametrize("name", NAMES)
def test_the_other_direction_proves_nothing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    proof, registered = load_proof(_file(name)), _helper("registered")
    claim = mob.claim(f"attention.{name}")
    turned = _turned(claim.statement.formula)
    assert turned
    for formula in turned:
        assert formula != claim.statement.formula
        changed = replace(claim, statement=replace(claim.statement, formula=formula))
        monkeypatch.setattr(registered, "claim", lambda _, changed=changed: changed)
        with pytest.raises(ValueError, match=claim.id):
            proof.prove()


@pytest.mark.parametrize(
    ("helper", "constant", "wrong", "broken"),
    [
        ("softmax_shift", "PER_RANGE", Fraction(1, 5), ("winf", "log-count", "tanh", "stack")),
        ("softmax_shift", "PER_RANGE", Fraction(1, 3), ("winf", "log-count", "tanh", "stack")),
        ("moved_tokens", "RANGE_PER_CHANGE", 1, ("winf", "log-count", "tanh", "stack")),
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
        assert load_proof(_file(name)).prove().ok is False, name


@pytest.mark.parametrize("changed", ["longer_than", "moves_by"])
def test_a_layer_needs_what_was_proved_before(
    changed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A conclusion of an earlier step is a premise of a later one, and it is used."""
    proof = load_proof(_file("layer"))
    truth = _helper("solver").z3.BoolVal(True)
    monkeypatch.setattr(proof, changed, lambda *_: truth)
    assert proof.prove().ok is False


def test_a_moved_head_is_a_premise_of_the_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    proof = load_proof(_file("stack"))
    truth = _helper("solver").z3.BoolVal(True)
    monkeypatch.setattr(proof, "head_moves_by", lambda *_: truth)
    assert proof.prove().ok is False


@pytest.mark.parametrize("least", [0, 5])
def test_greedy_is_proved_for_every_number_of_picks(
    least: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From 5 on would leave out 1 to 4; with 0 the step from gap to gap is wrong."""
    proof = load_proof("attention_greedy.py")
    monkeypatch.setattr(proof, "_some", lambda k: k >= least)
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


# --- the package computes what is proved ----------------------------------------------------------


def test_the_slopes_of_a_layer_are_those_that_are_proved() -> None:
    norms, attention = _helper("pre_norm"), mob.attention
    gain = np.array([0.5, -1.5])
    rho = math.sqrt(2) * 1.5
    assert attention.rms_norm_slope(gain, 0.75) == pytest.approx(norms.norm_slope(rho, 0.75))
    gate, up, down = np.diag([3.0, 4.0]), np.diag([5.0, 2.0]), np.diag([1.5, 0.5])
    gate, up = gate + 1.0, up - 1.0  # a norm is not a row norm
    expected = norms.swiglu_slope(
        *(float(np.linalg.norm(w, 2)) for w in (down, gate, up)),
        *(float(np.linalg.norm(w, axis=1).max()) for w in (gate, up)),
        rho,
    )
    assert attention.swiglu_lipschitz(gate, up, down, gain) == pytest.approx(float(expected))
    proof, state, bound, epsilon = load_proof(_file("layer")), np.array([3.0, 4.0]), 2.0, 0.5
    length, last = math.sqrt(25 + 2 * epsilon), math.sqrt(2 * epsilon)
    whole = proof._whole(1, 2, 1, bound, 7 * rho, length, max(length - bound, last))
    shipped = attention.layer_bound(bound, state, mlp_lipschitz=7.0, gain=gain, epsilon=epsilon)
    assert shipped == pytest.approx(whole)


def test_the_growth_of_a_stack_is_the_one_that_is_proved() -> None:
    proof = load_proof(_file("stack"))
    rng = np.random.default_rng(0)
    output, value, key, query = (rng.normal(size=(3, 2, 2)) for _ in range(4))
    radius, key_radius, longest = rng.uniform(1, 2, size=(3, 3))
    heads = 0.0
    for h in range(3):
        o, v, k, q = (float(np.linalg.norm(w[h], 2)) for w in (output, value, key, query))
        logit = proof.logit_slope(k, q, longest[h], key_radius[h], math.sqrt(2))
        heads += o * proof.head_slope(v, radius[h], logit)
    shipped = mob.attention.stack_factor(
        attention_slope=0.25,
        mlp_lipschitz=3.0,
        mlp_slope=0.5,
        output=output,
        value=value,
        key=key,
        query=query,
        value_radius=radius,
        key_radius=key_radius,
        query_length=longest,
    )
    assert shipped == pytest.approx(proof.growth(0.25, heads, 3.0, 0.5))


def test_one_slope_of_silu_is_proved_registered_and_shipped() -> None:
    assert float(_helper("pre_norm").SILU_SLOPE) == SILU_SLOPE
