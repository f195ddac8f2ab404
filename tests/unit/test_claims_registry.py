"""Which claims there are, in which order, and how they are found."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

import mobtheory as mob
from mobtheory.claims import Claim, Evidence, Verdict, registry, select_claims
from mobtheory.errors import InvalidProblem, UnknownClaim

VERDICTS = {
    "assumption-1": "REFUTED",
    "assumption-2": "VACUOUS",
    "lemma-1": "DOMINATED",
    "lemma-2": "DOMINATED",
    "definition-1": "PROVED",
    "lemma-3": "UNSATISFIABLE",
    "theorem-1.existence": "PROVED",
    "theorem-1.k-bound": "PROVED",
    "theorem-1.eta-bound-max": "PROVED",
    "theorem-1.eta-bound-product": "REFUTED",
    "theorem-1.attainment": "REFUTED",
    "theorem-1.coupling-term": "REFUTED",
    "theorem-2.nn-cover": "PROVED",
    "theorem-2.truncation": "REFUTED",
    "theorem-2.fps": "REFUTED",
    "theorem-2.bound": "DOMINATED",
    "theorem-2.no-eta": "DOMINATED",
    "theorem-2.complexity": "PROVED",
    "remark.perfect-coupling": "VACUOUS",
    "remark.fold-cap": "PROVED",
    "remark.omega": "REFUTED",
    "geometry.hausdorff-identity": "PROVED",
    "geometry.domination": "PROVED",
    "geometry.anti-alignment": "PROVED",
    "covering.seeded-fps": "PROVED",
    "covering.nn-optimal": "PROVED",
    "covering.repaired-truncation": "PROVED",
    "covering.tradeoff": "PROVED",
    "covering.saturation": "PROVED",
    "covering.hochbaum-shmoys": "PROVED",
    "covering.union": "PROVED",
    "theorem-2.corrected": "PROVED",
    "lemma-3.vacuity": "PROVED",
    "attention.multiplicity-gap": "PROVED",
    "attention.w1": "PROVED",
    "attention.winf": "PROVED",
    "attention.log-count": "PROVED",
    "attention.minimal-metric": "PROVED",
    "attention.stack": "PROVED",
    "attention.identity": "PROVED",
    "attention.minimax-plain": "PROVED",
    "attention.minimax-reweighted": "PROVED",
    "attention.hybrid-identity": "PROVED",
    "attention.tanh": "PROVED",
    "attention.hybrid-bound": "PROVED",
    "attention.layer": "PROVED",
    "attention.greedy": "PROVED",
    "attention.budget-split": "PROVED",
}
CLAIMS = mob.list_claims()


def claim_id(claim: Claim) -> str:
    return claim.id


@pytest.fixture
def clean_registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Registrations end with the test."""
    monkeypatch.setattr(registry, "_CLAIMS", dict(registry._CLAIMS))
    registry._load_entry_points.cache_clear()
    yield
    registry._load_entry_points.cache_clear()


def test_every_claim_has_the_verdict_of_the_theory() -> None:
    assert {c.id: c.verdict.name for c in CLAIMS} == VERDICTS


def test_each_claim_comes_behind_those_that_it_uses() -> None:
    ids = [c.id for c in CLAIMS]
    assert len(ids) == len(set(ids))
    for claim in CLAIMS:
        for used in claim.uses:
            assert ids.index(used) < ids.index(claim.id)


@pytest.mark.parametrize("claim", CLAIMS, ids=claim_id)
def test_ids_that_a_claim_names_exist(claim: Claim) -> None:
    named = {claim.dominated_by, claim.repaired_by, *claim.uses} - {None}
    assert claim.id not in named
    assert named <= {c.id for c in CLAIMS}


@pytest.mark.parametrize("claim", CLAIMS, ids=claim_id)
def test_verdict_comes_with_what_it_takes(claim: Claim) -> None:
    assert (claim.counterexample is not None) == (claim.verdict is Verdict.REFUTED)
    assert (claim.domination is not None) == (claim.verdict is Verdict.DOMINATED)
    if claim.verdict is Verdict.REFUTED:
        assert claim.repaired_by is not None
        assert "rational" in claim.evidence_kinds
    if claim.verdict is Verdict.DOMINATED:
        assert claim.dominated_by is not None
    if claim.verdict.claims_truth:
        assert set(claim.evidence_kinds) & {"sympy", "z3", "coq", "exhaustive"}
    assert not claim.verdict_text.endswith("(prose)")


@pytest.mark.parametrize("claim", CLAIMS, ids=claim_id)
def test_claim_can_be_read(claim: Claim) -> None:
    assert claim.title
    assert claim.source
    assert claim.reason.endswith(".")
    assert claim.statement.words.endswith(".")
    assert claim.statement.words in claim.statement.text
    assert claim.statement.latex is not None
    # What LaTeX would not accept: unbalanced braces, Python's operators.
    assert claim.statement.latex.count("{") == claim.statement.latex.count("}")
    assert "**" not in claim.statement.latex
    assert str(claim.statement.formula) in claim.statement.text
    assert claim.evidence_kinds
    assert claim.proof


@pytest.mark.parametrize("claim", CLAIMS, ids=claim_id)
def test_claim_survives_json(claim: Claim) -> None:
    data = json.loads(json.dumps(claim.to_dict(), allow_nan=False))
    assert data == claim.to_dict()
    assert data["id"] == claim.id
    assert data["verdict"] == claim.verdict.name
    assert [e["kind"] for e in data["evidence"]] == [e.kind for e in claim.evidence]
    assert (data["counterexample"] is None) == (claim.counterexample is None)


def test_claim_is_found_by_its_id() -> None:
    for claim in CLAIMS:
        assert mob.claim(claim.id) is claim


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("theorem-2.truncatoin", "theorem-2.truncation"),
        ("lemma1", "lemma-1"),
        ("covering.seeded_fps", "covering.seeded-fps"),
        ("Theorem-1.K-bound", "theorem-1.k-bound"),
    ],
)
def test_unknown_id_names_the_nearest(typed: str, meant: str) -> None:
    with pytest.raises(UnknownClaim, match=re.escape(meant)) as caught:
        mob.claim(typed)
    assert repr(typed) in str(caught.value)
    assert isinstance(caught.value, LookupError)


def test_id_that_resembles_nothing_still_names_some() -> None:
    with pytest.raises(UnknownClaim, match=r"Nearest ids: assumption-1"):
        mob.claim("0")


def test_patterns_select_in_dependency_order() -> None:
    assert select_claims("*") == CLAIMS
    assert {c.id for c in select_claims("covering.*")} == {
        id for id in VERDICTS if id.startswith("covering.")
    }
    both = select_claims(["lemma-1", "geometry.hausdorff-identity", "lemma-1"])
    assert [c.id for c in both] == ["geometry.hausdorff-identity", "lemma-1"]
    with pytest.raises(UnknownClaim):
        select_claims("no-such-*")


@pytest.mark.usefixtures("clean_registry")
def test_third_parties_register_claims() -> None:
    mine = replace(mob.claim("lemma-1"), id="mine.lemma", uses=("lemma-1", "mine.other"))
    mob.register_claim(mine)
    assert mob.claim("mine.lemma") is mine
    assert mob.list_claims()[-1] is mine
    with pytest.raises(InvalidProblem, match="registered already"):
        mob.register_claim(mine)


@pytest.mark.usefixtures("clean_registry")
def test_built_in_claims_cannot_be_replaced() -> None:
    forged = replace(mob.claim("theorem-2.fps"), verdict=Verdict.PROVED)
    with pytest.raises(InvalidProblem, match=r"'theorem-2\.fps'; this id is registered already"):
        mob.register_claim(forged)
    assert mob.claim("theorem-2.fps").verdict is Verdict.REFUTED


def test_only_claims_can_be_registered() -> None:
    with pytest.raises(InvalidProblem, match="a str; a Claim is needed"):
        mob.register_claim("lemma-1")  # pyright: ignore[reportArgumentType]
    assert [c.id for c in mob.list_claims()] == [c.id for c in CLAIMS]


@pytest.mark.usefixtures("clean_registry")
def test_entry_points_are_loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = replace(mob.claim("lemma-1"), id="mine.lemma")
    loaded: list[str] = []

    class Entry:
        def load(self) -> Claim:
            loaded.append("mine")
            return mine

    def entry_points(*, group: str) -> list[Any]:
        assert group == "mobtheory.claims"
        return [Entry()]

    registry._load_entry_points.cache_clear()
    monkeypatch.setattr(registry, "entry_points", entry_points)
    assert mob.claim("mine.lemma") is mine
    assert mine in mob.list_claims()
    assert loaded == ["mine"]


def test_prose_shows_in_the_printed_verdict() -> None:
    proved = mob.claim("geometry.domination")
    in_prose = replace(proved, evidence=(Evidence("prose", "read"), Evidence("property", "tried")))
    assert in_prose.verdict_text == "proved (prose)"
    by_engine = replace(proved, evidence=(Evidence("z3", "every case"),))
    assert by_engine.verdict_text == "proved"
    refuted = replace(mob.claim("theorem-2.fps"), evidence=(Evidence("property", "found"),))
    assert refuted.verdict_text == "refuted"


def test_evidence_kinds_are_listed_once() -> None:
    repeated = (Evidence("z3", "a"), Evidence("property", "b"), Evidence("z3", "c"))
    assert replace(CLAIMS[0], evidence=repeated).evidence_kinds == ("z3", "property")


def test_verdicts_that_claim_truth() -> None:
    truths = {v for v in Verdict if v.claims_truth}
    assert truths == {Verdict.PROVED, Verdict.DOMINATED, Verdict.VACUOUS}
    assert all(v.meaning for v in Verdict)
