"""The audit as a whole: what it covers, that it repeats, and what it refuses."""

import json
from unittest.mock import patch

import numpy as np
import pytest

import mobtheory as mob
from mobtheory.claims import Claim, Evidence, Margin, ProofResult, Statement, Verdict
from mobtheory.claims.instances import Pruning
from mobtheory.errors import InvalidProblem, MissingExtra, UnknownClaim
from mobtheory.experiments import AuditReport, Finding, Tally

from .sample_reports import INSTANCES, passing_proofs, sample_report, token_samples

AUDIT = "mobtheory.experiments.audit"


def _finding(outcome: str) -> Finding:
    claim = Claim(
        id="planted",
        title="planted",
        source="planted",
        statement=Statement("0 <= 1"),
        reason="planted",
        verdict=Verdict.PROVED,
        instance_type=Pruning,
        margin=lambda _: Margin(0.0, 1.0),
        evidence=(Evidence("property", "planted"),),
    )
    return Finding(claim, {}, (), outcome, "planted")


def test_every_registered_claim_is_audited_in_dependency_order():
    assert [f.claim.id for f in sample_report().findings] == [c.id for c in mob.list_claims()]


def test_every_claim_meets_as_many_grids_and_clouds_as_asked():
    for finding in sample_report().findings:
        assert {lane: t.drawn for lane, t in finding.tallies.items()} == {
            "grids": INSTANCES,
            "clouds": INSTANCES,
        }


def test_no_claim_contradicts_the_registry_and_refuted_ones_are_refuted_again():
    outcomes = {f.claim.id: (f.claim.verdict, f.outcome) for f in sample_report().findings}
    assert "contradicts" not in {outcome for _, outcome in outcomes.values()}
    assert {o for v, o in outcomes.values() if v is Verdict.REFUTED} == {"agrees"}


def test_the_same_seed_gives_the_same_bytes_apart_from_seconds():
    def run(seed):
        with patch(f"{AUDIT}.iterate_proofs", passing_proofs):
            report = mob.audit(claims="lemma-*", instances=25, model="none", seed=seed)
        data = report.to_dict()
        assert data.pop("seconds")
        return json.dumps(data)

    first = run(3)
    assert run(3) == first
    assert run(4) != first


def test_a_claim_finds_the_same_alone_as_among_others():
    with patch(f"{AUDIT}.iterate_proofs", passing_proofs):
        alone = mob.audit(claims="lemma-2", instances=25, model="none")
        among = mob.audit(claims=["lemma-*", "theorem-2.*"], instances=25, model="none")
    (one,) = alone.findings
    assert one.to_dict() in [f.to_dict() for f in among.findings]


def test_patterns_choose_claims_and_their_real_proofs_run():
    report = mob.audit(claims="covering.nn-*", instances=40, model="none")
    (finding,) = report.findings
    assert finding.claim.id == "covering.nn-optimal"
    assert [p.file for p in finding.proofs] == list(finding.claim.proof)
    assert all(p.ok for p in finding.proofs if p.engine != "coq")  # which may be missing
    assert report.ok


@pytest.mark.parametrize(
    ("outcomes", "status"),
    [
        (["agrees"], 0),
        (["agrees", "open"], 0),
        (["agrees", "too few"], 3),
        (["not checked", "agrees"], 3),
        (["too few", "contradicts", "agrees"], 1),
    ],
)
def test_exit_status(outcomes, status):
    report = AuditReport(tuple(map(_finding, outcomes)), {"run": False, "why": ""}, "quick", 0)
    assert report.exit_status == status
    assert report.ok is (status == 0)


def test_a_failing_proof_fails_the_audit_and_a_missing_engine_leaves_it_open():
    def verdict_of(ok):
        def proofs(_):
            yield ProofResult(
                "z3",
                ok,
                detail="planted",
                file="geometry_domination.py",
                claims=("geometry.domination",),
            )

        with patch(f"{AUDIT}.iterate_proofs", proofs):
            return mob.audit(claims="geometry.domination", instances=20, model="none").exit_status

    assert [verdict_of(ok) for ok in (True, False, None)] == [0, 1, 3]


def test_real_tokens_are_a_third_lane_raw_and_normalised():
    seen = []

    def draw(visual, prompt, rng):
        seen.append(visual)
        return original(visual, prompt, rng)

    original = Pruning.from_clouds
    samples = token_samples(6)
    with (
        patch(f"{AUDIT}._loaded", lambda _: type("Model", (), {"name": "planted"})()),
        patch(f"{AUDIT}._model_samples", lambda *_: samples),
        patch(f"{AUDIT}.iterate_proofs", passing_proofs),
        patch.object(Pruning, "from_clouds", draw),
    ):
        report = mob.audit(claims="geometry.domination", instances=20, profile="quick")
    (finding,) = report.findings
    assert finding.tallies["tokens"].met == finding.tallies["tokens"].drawn == 2 * 2 * len(samples)
    assert report.tokens["run"]
    assert report.tokens["samples"] == len(samples)
    assert set(report.tokens["spaces"]) == {"raw", "normalised"}
    drawn = seen[40:]
    for sample in samples:
        unit = sample.visual / np.linalg.norm(sample.visual, axis=1, keepdims=True)
        assert any(np.array_equal(v, sample.visual) for v in drawn)
        assert any(v.shape == unit.shape and np.allclose(v, unit) for v in drawn)


def test_without_the_extra_the_token_part_says_how_to_get_it():
    def missing(_):
        raise MissingExtra("models.load", "no torch", "it is needed", 'pip install "x[models]"')

    with patch(f"{AUDIT}._loaded", missing):
        report = mob.audit(claims="geometry.domination", instances=20)
    assert report.ok
    assert report.tokens["run"] is False
    assert 'pip install "x[models]"' in report.tokens["why"]


def test_progress_is_told_stage_by_stage_up_to_the_end():
    calls = []
    mob.audit(
        claims="geometry.domination",
        instances=20,
        model="none",
        progress=lambda *call: calls.append(call),
    )
    last = {stage: (done, total) for stage, done, total in calls}
    proofs = len(mob.claim("geometry.domination").proof)
    assert last == {"grids": (20, 20), "clouds": (20, 20), "proofs": (proofs, proofs)}


@pytest.mark.parametrize(
    "wrong",
    [
        {"profile": "fast"},
        {"instances": 0},
        {"instances": -3},
        {"instances": 2.5},
        {"instances": True},
        {"seed": -1},
        {"seed": 0.5},
        {"claims": []},
    ],
)
def test_bad_arguments_are_refused(wrong):
    with pytest.raises(InvalidProblem, match="audit"):
        mob.audit(**{"model": "none", **wrong})


def test_an_unknown_claim_names_the_nearest():
    with pytest.raises(UnknownClaim, match=r"theorem-2\.truncation"):
        mob.audit(claims="theorem-2.truncations", model="none")


def test_tallies_of_the_lanes_add_up_to_the_total():
    for finding in sample_report().findings:
        total = finding.total
        assert isinstance(total, Tally)
        for count in ("drawn", "met", "held", "open", "violated"):
            assert getattr(total, count) == sum(getattr(t, count) for t in finding.tallies.values())
        assert total.met == total.held + total.open + total.violated


@pytest.mark.models
@pytest.mark.slow
def test_on_the_embedded_model_the_same_seed_gives_the_same_bytes():
    pytest.importorskip("torch")

    def run():
        data = mob.audit(claims="geometry.domination", instances=20, profile="quick").to_dict()
        data.pop("seconds")
        return data

    first = run()
    assert first["tokens"]["run"]
    assert first["tokens"]["model"] == "embedded"
    assert json.dumps(run()) == json.dumps(first)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"model": 3}, "model of type int"),
        ({"claims": [2]}, "claims are chosen"),
        ({"claims": 3}, "claims are chosen"),
        ({"profile": ["quick"]}, "profile"),
    ],
)
def test_arguments_of_another_type_are_refused(arguments, told):
    with pytest.raises(InvalidProblem, match=told):
        mob.audit(**{"claims": "geometry.domination", "instances": 20, "model": "none"} | arguments)
