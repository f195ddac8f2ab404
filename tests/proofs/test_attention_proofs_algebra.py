"""Wrong constants, wrong forms and wrong facts about sums fail: the proofs on plain attention."""

import sys
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp

import mobtheory as mob
from mobtheory.claims.proving import load_proof

pytestmark = pytest.mark.proofs

RIGHT = {
    "attention.identity": (1,),
    "attention.minimax-plain": (2,),
    "attention.minimax-reweighted": (1,),
    "attention.hybrid-identity": (1, 1),
    "attention.hybrid-bound": (1, 1, 1, Fraction(1, 2)),
    "attention.greedy": (1, 1, 1),
    "attention.budget-split": (1, 1),
    "attention.multiplicity-gap": (1, 1, Fraction(1, 4)),
}
LOWER, HIGHER = Fraction(9, 10), Fraction(11, 10)
CASES = [
    (id, place, factor)
    for id, right in RIGHT.items()
    for place in range(len(right))
    for factor in (LOWER, HIGHER)
]


def _file(id: str) -> str:
    return id.replace(".", "_").replace("-", "_") + ".py"


def _prove_with(
    id: str, numbers: tuple[Fraction | int, ...], monkeypatch: pytest.MonkeyPatch
) -> bool | None:
    proof = load_proof(_file(id))
    registered = proof.constants  # those of claims that the proof uses stay
    monkeypatch.setattr(
        proof,
        "constants",
        lambda of, form: tuple(map(Fraction, numbers)) if of == id else registered(of, form),
    )
    return proof.prove().ok


@pytest.mark.parametrize("id", RIGHT)
def test_the_registered_constants_are_proved(id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_proof(_file(id)).prove().ok is True
    assert _prove_with(id, RIGHT[id], monkeypatch) is True


@pytest.mark.parametrize(("id", "place", "factor"), CASES)
def test_wrong_constants_are_refuted(
    id: str, place: int, factor: Fraction, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = list(map(Fraction, RIGHT[id]))
    numbers[place] *= factor
    assert _prove_with(id, tuple(numbers), monkeypatch) is False


@pytest.mark.parametrize("id", RIGHT)
def test_the_other_direction_proves_nothing(id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    proof, registered = load_proof(_file(id)), sys.modules["mobtheory_proofs.registered"]
    claim = mob.claim(id)
    formula = claim.statement.formula
    assert formula is not None
    turned = {sp.Le: sp.Ge, sp.Ge: sp.Le, sp.Eq: sp.Le}[formula.func](*formula.args)
    wrong = replace(claim, statement=replace(claim.statement, formula=turned))
    monkeypatch.setattr(registered, "claim", lambda id: wrong)
    with pytest.raises(ValueError, match=id):
        proof.prove()


# --- facts about sums --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("slope", "start", "ok"), [(3, 0, True), (2, 0, False), (3, 1, False), (4, 0, True)]
)
def test_sums_of_any_length_are_judged(slope: int, start: int, ok: bool) -> None:
    """A sum of numbers <= 3 is at most 3 n, not at most 2 n nor 3 n - 1."""
    sums, solver = load_proof("finite_sums.py"), load_proof("solver.py")
    z3, steps = solver.z3, load_proof("steps.py").Steps()
    f = z3.Real("f")
    sums.check_totals(
        steps,
        "sum f <= slope n - start",
        lambda total, number: total <= slope * number - start,
        [f, z3.RealVal(1)],
        [f <= 3],
    )
    assert steps.result().ok is ok


@pytest.mark.parametrize("axiom", ["TRIANGLE", "HOMOGENEOUS"])
def test_weighted_sums_need_the_axioms_of_a_norm(
    axiom: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    space, steps = load_proof("normed_space.py"), load_proof("steps.py").Steps()
    monkeypatch.setattr(sys.modules["mobtheory_proofs.solver"], "TIMEOUT_MS", 1000)
    remaining = [a for a in space.NORM if not a.eq(getattr(space, axiom))]
    assert len(remaining) == len(space.NORM) - 1
    monkeypatch.setattr(space, "NORM", remaining)
    space.check_weighted_sum(steps)
    assert steps.result().ok is not True


def test_greedy_reaches_no_more_than_its_factor() -> None:
    """For K = 2 it is 3/4, on all weights and distances and on rows against columns."""
    proof, k = load_proof("attention_greedy.py"), mob.claims.symbols.K
    assert proof._rows_against_columns(2) == Fraction(3, 4)
    assert proof._small() is True
    proof._of_budget = sp.Rational(76, 100) + 0 * k
    assert proof._small() is False


# --- exact arithmetic agrees with the package -------------------------------------------------


def test_exact_attention_is_attention() -> None:
    exact = load_proof("exact_attention.py")
    rng = np.random.default_rng(0)
    for _ in range(50):
        e, u = (rng.integers(low, 9, size=5).tolist() for low in (1, -9))
        for kept, dropped in exact.splits(5):
            weights = np.array(e) / sum(e)
            mask = np.isin(np.arange(5), kept)
            moved = exact.output(e, u, range(5)) - exact.output(e, u, kept)
            error = mob.attention.pruning_error(weights, np.array(u, dtype=float)[:, None], mask)
            assert float(error[0]) == pytest.approx(float(moved), abs=1e-13)
            assert float(exact.mass(e, dropped)) == pytest.approx(weights[~mask].sum(), abs=1e-15)
