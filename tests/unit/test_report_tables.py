"""The tables of the terminal: complete, and readable at 80 and at 120 columns."""

import io

import pytest
from rich.console import Console

import mobtheory as mob
from mobtheory.experiments import claim_reading
from mobtheory.report.claim_view import claim_view
from mobtheory.report.tables import WIDE, claims_table, findings_table, report_view
from mobtheory.report.wording import proof_name

from .sample_reports import sample_document


def _printed(view, width):
    out = io.StringIO()
    Console(file=out, width=width).print(view, highlight=False, markup=False)
    lines = out.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    assert "\x1b" not in out.getvalue()
    return lines


def _row_of(lines, id):
    start = next(i for i, line in enumerate(lines) if line.split()[:1] == [id])
    end = start + 1
    while end < len(lines) and lines[end].startswith(" "):
        end += 1
    return " ".join(" ".join(lines[start:end]).split())


@pytest.mark.parametrize("width", [80, 100, WIDE - 1, WIDE, 200])
@pytest.mark.parametrize("prose", ["", " (prose)"])
def test_every_finding_is_printed_without_a_cut(width, prose):
    findings = sample_document()["claims"]
    for finding in findings:
        if finding["verdict"] == "PROVED":
            finding["verdict_text"] = f"proved{prose}"
    lines = _printed(findings_table(findings, width), width)
    assert "…" not in "".join(lines)
    for finding in findings:
        row = _row_of(lines, finding["id"])
        assert finding["verdict_text"] in row
        assert str(finding["total"]["met"]) in row
        for other in (finding["dominated_by"], finding["repaired_by"]):
            assert other is None or other in row
        for evidence in finding["evidence"]:
            assert evidence["kind"] in row


@pytest.mark.parametrize("width", [80, 120])
def test_a_prose_proof_reads_otherwise_than_a_proof(width):
    finding = next(c for c in sample_document()["claims"] if c["verdict"] == "PROVED")
    plain = _printed(findings_table([{**finding, "verdict_text": "proved"}], width), width)
    prose = _printed(findings_table([{**finding, "verdict_text": "proved (prose)"}], width), width)
    assert "(prose)" not in "".join(plain)
    assert "proved (prose)" in "".join(prose)


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("outcome", ["contradicts", "too few", "not checked"])
def test_what_does_not_agree_is_marked_and_explained(width, outcome):
    document = sample_document()
    for finding in document["claims"]:
        finding["outcome"] = "agrees"
    document["claims"][0].update(outcome=outcome, outcome_reason="because of [this]")
    lines = _printed(report_view(document, width), width)
    assert sum(f"! {outcome}" in line for line in lines) == 1
    (told,) = [line for line in lines if line.startswith("! ")]
    assert told.startswith("! assumption-1")
    assert "because of [this]" in " ".join(" ".join(lines).split())


def test_an_undecided_claim_is_no_pass():
    document = sample_document()
    finding = document["claims"][0]
    finding.update(verdict="UNDECIDED", verdict_text="undecided", outcome="open")
    lines = _printed(report_view(document, 80), 80)
    assert "undecided" in _row_of(lines, finding["id"])
    assert "Everything that was found agrees" not in " ".join(lines)


@pytest.mark.parametrize("width", [80, 120])
def test_tokens_show_the_three_distances_and_the_share_with_its_interval(width):
    document = sample_document(tokens=True)
    lines = _printed(report_view(document, width), width)
    text = "\n".join(lines)
    for space in document["tokens"]["spaces"].values():
        for key in ("coupling", "visual_to_prompt", "prompt_to_visual"):
            assert f"{space[key]['median']:.3g} (" in text
    rows = [line for line in lines if line.split()[:1] == ["lemma-2"] and "%" in line]
    assert len(rows) == 6
    assert all("100 %" in row and "67.6 % to 100 %" in row for row in rows)


def test_claims_are_listed_and_shown_in_full():
    claims = [claim_reading(claim) for claim in mob.list_claims()]
    for width in (80, 120):
        lines = _printed(claims_table(claims, width), width)
        assert all(claim["id"] in "\n".join(lines) for claim in claims)
    for claim in claims:
        told = " ".join(" ".join(_printed(claim_view(claim, 80), 80)).split())
        for key in ("title", "source", "statement", "reason", "formula", "counterexample"):
            if claim[key]:
                assert " ".join(str(claim[key]).split()) in told, key
        for name in claim["proof"]:
            assert proof_name(name) in told
        for hypothesis in claim["hypotheses"]:
            assert hypothesis in told
