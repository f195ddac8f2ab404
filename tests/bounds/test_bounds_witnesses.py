"""The stored witnesses: each returns, gives its sides again, and says what its claim deserves."""

import math
from fractions import Fraction
from itertools import pairwise

import pytest

from mobtheory.claims import Claim, Verdict
from mobtheory.experiments import stored_witnesses, witness_summary
from mobtheory.experiments.adversary import agreement, label_of
from mobtheory.experiments.draws import Trial
from mobtheory.experiments.instance_fields import plain_fields
from mobtheory.experiments.slack import excess_of
from mobtheory.experiments.witnesses import STORED, Witness, witnesses_text

from .confrontation import CLAIMS, REFUTED_CLAIMS, TIGHT_CLAIMS, TRUE_CLAIMS, claim_id

pytestmark = pytest.mark.bounds

REFRESH = "run `mobtheory adversary --write`"
WITNESSES = stored_witnesses()
SATISFIABLE = tuple(c for c in CLAIMS if c.verdict is not Verdict.UNSATISFIABLE)

# Equality holds in the limit of many points: with n equal tokens dropped and one prompt token that
# stays, a flat head moves by n/(n + 1) of the bound. A witness has some thousand tokens at most.
IN_THE_LIMIT = {"attention.log-count": 0.998}


def of(claim: Claim) -> tuple[Witness, Trial]:
    witness = WITNESSES[claim.id]
    return witness, Trial.of(claim, witness.draw)


def test_every_claim_has_a_witness_and_no_other_has() -> None:
    assert set(WITNESSES) == {claim.id for claim in CLAIMS}, REFRESH


def test_the_file_is_written_as_it_is_always_written() -> None:
    assert STORED.read_text("utf-8") == witnesses_text(WITNESSES, {})


@pytest.mark.parametrize("claim", CLAIMS, ids=claim_id)
def test_witness_agrees_with_what_is_registered(claim: Claim) -> None:
    assert agreement(claim, WITNESSES[claim.id]) == "agrees"


@pytest.mark.parametrize("claim", SATISFIABLE, ids=claim_id)
def test_witness_meets_every_hypothesis_and_gives_its_sides_again(claim: Claim) -> None:
    witness, trial = of(claim)
    assert witness.reproduces(claim), REFRESH
    assert trial.unmet == 0
    assert trial.margin is not None
    if witness.rounding == 0:
        assert trial.margin == witness.margin
    assert label_of(claim, trial).split()[0] == witness.label.split()[0]
    assert plain_shape(plain_fields(witness.draw.instance(claim))) == plain_shape(witness.fields)


def plain_shape(fields: object) -> object:
    """Plain data without its floats, which another processor may round otherwise."""
    if isinstance(fields, dict):
        return {name: plain_shape(value) for name, value in fields.items()}
    if isinstance(fields, list):
        return [plain_shape(value) for value in fields]
    return None if isinstance(fields, float) else fields


@pytest.mark.parametrize("claim", TRUE_CLAIMS, ids=claim_id)
def test_no_witness_violates_a_true_claim(claim: Claim) -> None:
    margin = of(claim)[1].margin
    assert margin is not None
    assert margin.holds is not False
    if margin.rounding == 0 and math.isfinite(margin.lhs) and math.isfinite(margin.rhs):
        assert Fraction(margin.lhs) <= Fraction(margin.rhs)


@pytest.mark.parametrize("claim", TIGHT_CLAIMS, ids=claim_id)
def test_a_tight_claim_is_reached_with_a_left_side_above_0(claim: Claim) -> None:
    witness, trial = of(claim)
    if witness.label == "identity":
        assert trial.margin is not None
        assert trial.margin.rhs in {0, trial.margin.lhs}
        return
    assert trial.has_ratio
    assert witness.margin.ratio >= IN_THE_LIMIT.get(claim.id, 0.999)


@pytest.mark.parametrize("claim", REFUTED_CLAIMS, ids=claim_id)
def test_a_refuted_claim_is_violated_exactly_and_by_no_more_points_than_registered(
    claim: Claim,
) -> None:
    witness, trial = of(claim)
    assert trial.exact
    assert witness.lane == "exact"
    assert trial.margin is not None
    assert trial.margin.holds is False
    # One head divides by a number of tokens, in fractions for this; everything else is exact.
    assert trial.margin.rounding == 0 or claim.id == "assumption-1"
    registered = witness.registered
    assert registered is not None
    assert witness.draw.size[0:3:2] <= (registered["points"], registered["largest"])


@pytest.mark.parametrize("claim", TRUE_CLAIMS, ids=claim_id)
def test_slack_is_measured_again(claim: Claim) -> None:
    slack = WITNESSES[claim.id].slack
    if slack is None:
        assert WITNESSES[claim.id].ratio is None  # a difference, not a ratio
        return
    measured = excess_of(claim, slack)
    assert measured == pytest.approx(slack["excess"], rel=1e-6)
    if slack["label"] == "unbounded slack":
        assert len(measured) == 4
        least = 1.5 if slack["family"].startswith("more points") else 3
        assert all(b >= 0.999 * least * a for a, b in pairwise(measured))


def test_a_summary_tells_what_a_reader_asks() -> None:
    for claim in CLAIMS:
        summary = witness_summary(claim.id)
        assert summary is not None
        assert summary["label"] == WITNESSES[claim.id].label
        assert summary["points"] == WITNESSES[claim.id].points
    assert witness_summary("no-such-claim") is None
