"""``proofs/README.md`` is in step with the registry."""

from dataclasses import replace
from pathlib import Path

import pytest

import mobtheory as mob
from mobtheory.report.proof_index import BEGIN, END, placed, proof_index

README = Path(__file__).resolve().parents[2] / "proofs" / "README.md"


def test_the_index_is_not_stale():
    text = README.read_text("utf-8")
    assert text == placed(text, proof_index(mob.list_claims())), "run `make proof-index`"


def test_the_index_names_every_claim_proof_and_edge():
    index = proof_index(mob.list_claims())
    for claim in mob.list_claims():
        assert f"| `{claim.id}` | {claim.verdict_text} |" in index
        for name in claim.proof:
            file, _, theorem = name.partition(":")
            assert f"[{theorem or file}]({file})" in index
            assert (README.parent / file).is_file()
        for used in claim.uses:
            source, target = (id.replace(".", "_").replace("-", "_") for id in (used, claim.id))
            assert f"    {source} --> {target}\n" in index


def test_another_registry_gives_another_index():
    claims = mob.list_claims()
    changed = [replace(claims[0], verdict=mob.Verdict.UNDECIDED), *claims[1:]]
    assert proof_index(changed) != proof_index(claims)
    assert proof_index(claims[1:]) != proof_index(claims)


@pytest.mark.parametrize("page", ["", BEGIN, BEGIN + END + END])
def test_a_page_without_its_markers_is_refused(page):
    with pytest.raises(ValueError, match="once each"):
        placed(page, "text")
