"""Planted contradictions must be found, and what agrees must not be called one."""

import dataclasses

import numpy as np
import pytest

from mobtheory.claims import (
    Claim,
    Counterexample,
    Hypothesis,
    Margin,
    ProofResult,
    Statement,
    Verdict,
    list_claims,
)
from mobtheory.claims.instances import Pruning
from mobtheory.covering import CoveringProblem, Selection
from mobtheory.experiments import Tally, judge

ONE_POINT = Pruning(CoveringProblem(np.array([[0.0]]), np.array([[1.0]]), 1), Selection([], [0]))
ENOUGH = {"drawn": 50, "met": 40}


def _claim(verdict, **changes):
    return Claim(
        **{
            "id": "planted",
            "title": "planted",
            "source": "planted",
            "statement": Statement("2 <= 1"),
            "reason": "planted",
            "verdict": verdict,
            "instance_type": Pruning,
            "margin": lambda _: Margin(2.0, 1.0),
            **changes,
        }
    )


def _proof(ok, file="planted.py"):
    engine = "coq" if file.startswith("coq/") else "z3"
    return ProofResult(engine, ok, detail="planted", file=file)


PROVED = (_proof(True),)
TRUE = (Verdict.PROVED, Verdict.DOMINATED, Verdict.VACUOUS)


@pytest.mark.parametrize("verdict", TRUE)
def test_a_violation_contradicts_a_claim_of_truth(verdict):
    clean = {"grids": Tally(**ENOUGH, held=40), "clouds": Tally(**ENOUGH, held=40)}
    assert judge(_claim(verdict), clean, PROVED).outcome == "agrees"
    one = {**clean, "clouds": Tally(**ENOUGH, held=39, violated=1)}
    finding = judge(_claim(verdict), one, PROVED)
    assert finding.outcome == "contradicts"
    assert "1 of 80" in finding.reason


def test_a_bound_that_beats_what_should_dominate_it_contradicts():
    tallies = {"grids": Tally(**ENOUGH, held=40, not_dominated=1)}
    assert judge(_claim(Verdict.DOMINATED), tallies, PROVED).outcome == "contradicts"


@pytest.mark.parametrize("verdict", TRUE)
@pytest.mark.parametrize(("met", "outcome"), [(0, "too few"), (19, "too few"), (20, "agrees")])
def test_the_floor_counts_inputs_of_all_kinds_that_met_the_hypotheses(verdict, met, outcome):
    tallies = {"grids": Tally(500, met // 2, met // 2), "clouds": Tally(500, met - met // 2)}
    assert judge(_claim(verdict), tallies, PROVED).outcome == outcome


def test_an_instance_contradicts_an_unsatisfiable_claim():
    claim = _claim(Verdict.UNSATISFIABLE)
    assert judge(claim, {"grids": Tally(drawn=50)}, PROVED).outcome == "agrees"
    one = {"grids": Tally(drawn=50, met=1, held=1)}
    assert judge(claim, one, PROVED).outcome == "contradicts"


def test_a_search_that_hardly_searched_shows_nothing():
    few = {"grids": Tally(drawn=19)}
    assert judge(_claim(Verdict.UNSATISFIABLE), few, PROVED).outcome == "too few"


@pytest.mark.parametrize(
    ("margin", "outcome"),
    [
        (Margin(2.0, 1.0), "agrees"),
        (Margin(1.0, 1.0), "contradicts"),
        (Margin(1.0, 2.0), "contradicts"),
        (Margin(1.0 + 1e-12, 1.0, rounding=1e-9), "contradicts"),
    ],
)
def test_a_refuted_claim_must_be_violated_by_its_stored_counterexample(margin, outcome):
    claim = _claim(
        Verdict.REFUTED,
        margin=lambda _: margin,
        counterexample=Counterexample(ONE_POINT, "planted"),
    )
    assert judge(claim, {"grids": Tally(**ENOUGH, violated=40)}).outcome == outcome


def test_a_counterexample_outside_the_hypotheses_refutes_nothing():
    claim = _claim(
        Verdict.REFUTED,
        hypotheses=(Hypothesis("never", lambda _: False),),
        counterexample=Counterexample(ONE_POINT, "planted"),
    )
    assert judge(claim, {}).outcome == "contradicts"


def test_a_refuted_claim_without_counterexample_contradicts():
    assert judge(_claim(Verdict.REFUTED), {}).outcome == "contradicts"


@pytest.mark.parametrize("verdict", [Verdict.UNDECIDED, Verdict.MEASURED])
def test_nothing_found_contradicts_a_verdict_that_claims_nothing_but_it_is_no_pass(verdict):
    assert judge(_claim(verdict), {"grids": Tally(**ENOUGH, violated=3)}).outcome == "open"


@pytest.mark.parametrize("claim", list_claims(), ids=lambda claim: claim.id)
def test_a_failing_proof_contradicts_whatever_the_inputs_say(claim):
    tallies = {"grids": Tally(**ENOUGH, held=40)}
    finding = judge(claim, tallies, (_proof(True), _proof(False)))
    assert finding.outcome == "contradicts"
    assert "planted.py" in finding.reason


def test_a_proof_that_could_not_run_leaves_an_agreement_unchecked_and_hides_no_contradiction():
    claim = _claim(Verdict.PROVED)
    fine, bad = Tally(**ENOUGH, held=40), Tally(**ENOUGH, held=39, violated=1)
    assert judge(claim, {"grids": fine}, (_proof(None),)).outcome == "not checked"
    assert judge(claim, {"grids": bad}, (_proof(None),)).outcome == "contradicts"
    assert judge(claim, {"grids": Tally(5, 5, 5)}, (_proof(None),)).outcome == "too few"


PYTHON, FIRST, SECOND = "planted.py", "coq/Planted.v:first", "coq/Planted.v:second"
FINE = {"grids": Tally(**ENOUGH, held=40)}


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        ({PYTHON: True, FIRST: None, SECOND: None}, "agrees"),
        ({PYTHON: None, FIRST: True, SECOND: True}, "agrees"),
        ({PYTHON: None, FIRST: True, SECOND: None}, "not checked"),
        ({PYTHON: None, FIRST: True}, "not checked"),
        ({FIRST: True}, "not checked"),
        ({PYTHON: True}, "agrees"),
        ({PYTHON: True, FIRST: False, SECOND: True}, "contradicts"),
        ({}, "not checked"),
    ],
)
def test_a_proof_counts_where_it_is_whole(answers, outcome):
    """Its Python file, or all of the Coq theorems that it names; the rest is named."""
    claim = _claim(Verdict.PROVED, proof=(PYTHON, FIRST, SECOND))
    results = tuple(_proof(ok, file) for file, ok in answers.items())
    for proofs in (results, results[::-1]):
        finding = judge(claim, FINE, proofs)
        assert finding.outcome == outcome
        if outcome != "contradicts":
            left = {name for name in claim.proof if not answers.get(name)}
            assert {name for name in claim.proof if name in finding.reason} == left


@pytest.mark.parametrize("verdict", [*TRUE, Verdict.UNSATISFIABLE])
def test_inputs_alone_check_no_claim_about_all(verdict):
    inputs = {"grids": Tally(drawn=50)} if verdict is Verdict.UNSATISFIABLE else FINE
    finding = judge(_claim(verdict), inputs)
    assert (finding.outcome, finding.reason) == ("not checked", "no proof is registered")


def test_a_registered_claim_turned_around_is_found_out():
    """A true claim registered as false, and a false one registered as true."""
    by_id = {claim.id: claim for claim in list_claims()}
    false = by_id["theorem-2.fps"]
    assert false.counterexample is not None
    tally = Tally()
    tally.add(false, false.counterexample.instance)
    as_true = dataclasses.replace(false, verdict=Verdict.PROVED)
    assert judge(as_true, {"grids": tally}).outcome == "contradicts"

    true = by_id["geometry.domination"]
    as_false = dataclasses.replace(
        true, verdict=Verdict.REFUTED, counterexample=Counterexample(ONE_POINT, "none")
    )
    assert judge(as_false, {"grids": Tally(**ENOUGH, held=40)}).outcome == "contradicts"
