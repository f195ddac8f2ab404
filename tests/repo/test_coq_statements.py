"""``proofs/coq/statements.md`` names what the registry names; `tests/proofs` asks Coq about it."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

import mobtheory as mob
from mobtheory.claims import ProofResult
from mobtheory.report.coq_statements import coq_statements

PAGE = Path(__file__).resolve().parents[2] / "proofs" / "coq" / "statements.md"
CLAIM = replace(
    mob.claim("covering.seeded-fps"), proof=("covering_seeded_fps.py", "coq/A.v:one", "coq/A.v:two")
)


def _results(told: str = "  forall x : R,\n    x <= x", ok: bool | None = True):
    detail = f"coq: MobTheory.A.one\n{told}\naxioms of Coq's library: none"
    names = ("coq/A.v:one", "coq/A.v:two")
    return {name: ProofResult("coq", ok, detail=detail, file=name) for name in names}


def test_the_page_has_every_theorem_that_a_claim_names_in_order():
    named = (name for claim in mob.list_claims() for name in claim.proof if ":" in name)
    expected = [tuple(name.removeprefix("coq/").split(":")) for name in dict.fromkeys(named)]
    found = re.findall(r"^## (\S+)\n\n\[(\S+)\]", PAGE.read_text("utf-8"), re.MULTILINE)
    assert [(file, theorem) for theorem, file in found] == expected, "run `make coq-statements`"


def test_statements_stand_as_coq_prints_them():
    page = coq_statements([CLAIM, replace(CLAIM, id="another")], _results())
    assert page.count("```coq\nforall x : R,\n  x <= x\n```\n") == 2
    assert page.count("for `covering.seeded-fps`, `another`\n") == 2


def test_a_weaker_theorem_of_the_same_name_gives_another_page():
    weaker = _results("  forall x : R,\n    x <= x + 1")
    assert coq_statements([CLAIM], weaker) != coq_statements([CLAIM], _results())


@pytest.mark.parametrize("ok", [False, None])
def test_what_coq_does_not_accept_is_not_written(ok: bool | None):
    with pytest.raises(ValueError, match=r"coq/A\.v:one is not proved"):
        coq_statements([CLAIM], _results(ok=ok))
