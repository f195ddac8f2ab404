"""The committed outcomes of the mutants are complete, in step with the registry, and good enough.

They are made by ``make mutants``, which takes minutes; here a few mutants are judged again.
"""

from collections import Counter

import pytest

from mobtheory.claims import Verdict, list_claims

from .mutation.judging import ROOT, STORED, judge_all
from .mutation.survivors import REASONS
from .mutation.table import PAGE, all_mutants, page, saved

ROWS = saved()["mutants"]


def test_the_table_holds_every_mutant_of_the_registry_once() -> None:
    keys = Counter(row["mutant"] for row in ROWS)
    assert max(keys.values()) == 1
    assert set(keys) == {m.key for m in all_mutants()}, "run `make mutants`"


def test_enough_mutants_were_noticed() -> None:
    assert len(ROWS) >= 60
    assert sum(row["killed"] for row in ROWS) >= 0.95 * len(ROWS)
    assert all(row["by"] for row in ROWS)


def test_every_proved_claim_has_mutants() -> None:
    mutated = {row["mutant"].split(" ")[0] for row in ROWS}
    assert mutated == {c.id for c in list_claims() if c.verdict is Verdict.PROVED}


def test_the_tests_that_are_left_out_exist() -> None:
    """Under another name they would take part, and kill whatever is changed."""
    text = (ROOT / "tests" / "bounds" / "test_bounds_witnesses.py").read_text("utf-8")
    assert all(f"def {name}(" in text for name in STORED)


def test_survivors_have_reasons_and_reasons_have_survivors() -> None:
    assert {row["mutant"] for row in ROWS if not row["killed"]} == set(REASONS)
    assert all(REASONS.values())


def test_the_page_tells_the_table() -> None:
    rows = sorted(ROWS, key=lambda row: row["mutant"])
    assert PAGE.read_text("utf-8") == page(rows, saved()["seconds_in_all"])


@pytest.mark.parametrize("id", ["covering.seeded-fps", "theorem-2.nn-cover", "theorem-1.k-bound"])
def test_some_are_judged_again(id: str) -> None:
    expected = {row["mutant"]: row["killed"] for row in ROWS}
    mutants = [m for m in all_mutants(id) if m.part == "formula"]
    assert mutants
    for outcome in judge_all(mutants):
        assert outcome.killed is expected[outcome.mutant.key], outcome.by


def test_an_unchanged_statement_is_not_killed() -> None:
    """The judge is no constant: the claim as registered passes its proofs."""
    from dataclasses import replace

    (first, *_) = all_mutants("covering.seeded-fps")
    unchanged = next(c for c in list_claims() if c.id == first.claim)
    (outcome,) = judge_all([replace(first, make=lambda: unchanged)])
    assert outcome.killed is False
    assert "still pass" in outcome.by
