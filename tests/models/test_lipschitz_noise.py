"""Rounding is no lower bound: low precision, forged witnesses, what refutes and what does not."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from mobtheory.errors import InvalidProblem, UnsupportedModel
from mobtheory.models import load, load_witness, measure_lipschitz, rest_of_network
from mobtheory.models.lipschitz import LipschitzEvidence
from mobtheory.models.lipschitz.blindness import Blindness
from mobtheory.models.lipschitz.measuring import family_ratios
from mobtheory.models.lipschitz.moving import radii_for
from mobtheory.models.lipschitz.noise import NOISE, noise_level
from mobtheory.models.lipschitz.outputs import NetworkFunction, Variant, every_token, pruned
from mobtheory.models.lipschitz.pairs import Pair
from mobtheory.models.lipschitz.sample import read_samples, sample_of
from mobtheory.models.lipschitz.spread import Spread
from mobtheory.models.lipschitz.witness import measured

from .test_lipschitz_evidence import inputs_of

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def low():
    return load("embedded", device="cpu", dtype="bfloat16")


@pytest.fixture(scope="module")
def evidence(low):
    return measure_lipschitz(low, inputs_of(low, 4), 2, rounds=1, width=4, draws=1, steps=1)


@pytest.fixture(scope="module")
def exact():
    """The weights of the model in bfloat16, and float32 arithmetic."""
    model = load("embedded", device="cpu", dtype="bfloat16")
    model.model.float()
    return model


def small_move(model):
    """A sample, F, and its visual tokens moved by a thousandth of what separates them."""
    (sample,) = read_samples(model, inputs_of(model, 4), 2, "tests")
    (radius,) = radii_for(sample, (1e-3,))
    shift = np.random.default_rng(0).standard_normal((sample.count, sample.hidden.shape[1]))
    shift *= radius / np.linalg.norm(shift, axis=1, keepdims=True)
    moved = sample.hidden.double().clone()
    moved[torch.as_tensor(sample.visual)] += torch.as_tensor(shift)
    return sample, moved.to(sample.hidden.dtype)


def test_a_lower_bound_of_low_precision_holds_in_exact_arithmetic(evidence, exact):
    for witness in (evidence.witness, evidence.moved_witness):
        assert witness.dtype == "bfloat16"
        again = measured(witness, exact)
        assert again.dtype == "float32"
        assert again.distance == witness.distance
        assert 0 < witness.lower_bound <= again.changes[0] / again.distance
    largest = max(f.ratios["last"].largest for f in evidence.families if f.is_pruning)
    assert evidence.lower_bound < largest


def test_rounding_alone_bounds_nothing(low, exact):
    """Moved by nearly nothing, the output in bfloat16 changes by far more than it does."""
    sample, moved = small_move(low)
    function = NetworkFunction(rest_of_network(low, 2))
    one, two = function(sample, [every_token(sample), Variant(every_token(sample).places, moved)])
    distance = sample.moved_distance(moved)
    noise = sample.noise * one.norms
    pair = Pair(0, "moved", sample.count, None, distance, one.change(two), noise, False)
    real = sample_of(0, sample.hidden.float(), sample.positions, sample.visual, sample.prompt)
    function = NetworkFunction(rest_of_network(exact, 2))
    variants = [every_token(real), Variant(every_token(real).places, moved.float())]
    a, b = function(real, variants)
    assert pair.ratio("last") > 2 * a.change(b)[0] / distance
    assert (pair.lower_bounds == 0).all()
    row = family_ratios("moved", None, [pair], 0)
    assert row.lower_bounds["last"] == 0 < row.ratios["last"].largest


def test_the_noise_is_above_what_rounding_does(low, exact):
    """Twice: half of it is for verifying on another machine."""
    (sample,) = read_samples(low, inputs_of(low, 1), 2, "tests")
    real = sample_of(0, sample.hidden.float(), sample.positions, sample.visual, sample.prompt)
    rng = np.random.default_rng(0)
    kept = [np.sort(rng.permutation(144)[:size]) for size in (16, 48, 96, 132, 140) for _ in "ab"]
    variants = [every_token(sample), *(pruned(sample, own) for own in kept)]
    full, *rough = NetworkFunction(rest_of_network(low, 2))(sample, variants)
    whole, *fine = NetworkFunction(rest_of_network(exact, 2))(real, variants)
    errors = [
        np.abs(full.change(one) - whole.change(two)) / full.norms
        for one, two in zip(rough, fine, strict=True)
    ]
    assert 1e-4 < np.max(errors) < NOISE["bfloat16"] / 2


def test_a_forged_witness_of_low_precision_is_refused(evidence, low, tmp_path):
    for witness in (evidence.witness, evidence.moved_witness):
        load_witness(witness.save(tmp_path / "true.npz"), low)
        for forged in (
            replace(witness, changes=3 * witness.changes),
            replace(witness, norms=witness.norms / 3),
            replace(witness, dtype="float32"),
        ):
            with pytest.raises(UnsupportedModel, match="the witness of embedded at layer 2 says"):
                load_witness(forged.save(tmp_path / "forged.npz"), low)


def test_a_change_within_the_noise_is_no_witness(low, evidence, tmp_path):
    sample, moved = small_move(low)
    blank = replace(
        evidence.moved_witness,
        tokens=sample.hidden.double().numpy(),
        moved=moved.double().numpy(),
        distance=sample.moved_distance(moved),
    )
    found = measured(blank, low)
    tiny = replace(blank, changes=found.changes, norms=found.norms)
    assert tiny.lower_bound == 0
    with pytest.raises(UnsupportedModel, match="rounding to bfloat16 alone"):
        tiny.verify(low)
    with pytest.raises(UnsupportedModel, match="witness of embedded"):
        replace(tiny, changes=tiny.changes + 2 * tiny.noise).verify(low)


def test_a_witness_of_an_unknown_dtype_or_a_move_by_another_name_is_refused(evidence, tmp_path):
    for change in ({"dtype": "float8"}, {"family": "cover"}, {"norms": np.full(3, np.nan)}):
        path = replace(evidence.moved_witness, **change).save(tmp_path / "forged.npz")
        with pytest.raises(InvalidProblem, match="no file that"):
            load_witness(path)
    with pytest.raises(UnsupportedModel, match="float8"):
        noise_level("float8")


def test_no_witness_where_nothing_is_above_the_noise(low, monkeypatch):
    monkeypatch.setitem(NOISE, "bfloat16", 10.0)
    found = measure_lipschitz(low, inputs_of(low, 4), 2, rounds=0, draws=1, steps=0)
    assert found.witness is None
    assert found.lower_bound == 0
    assert not found.exceeds(1e-9)
    assert not found.refuted


def row(experiment, relative, repaired):
    spread = Spread(1, relative, relative, relative, relative, relative)
    return Blindness(experiment, 1, 1, 0, {"last": spread}, {"last": spread}, repaired)


def evidence_of(*rows, dtype="float32"):
    """Evidence of a model of which only the experiments at d_H = 0 were made."""
    lists = dict.fromkeys(("families", "budgets", "covers_against_random", "near_copies"), ())
    return LipschitzEvidence(
        "map", 0, dtype, 1, (8, 8), (2, 2), "last", 0,
        witness=None, moved_witness=None, blindness=rows, heads=(), repaired=(), notes=(), **lists,
    )  # fmt: skip


def test_a_map_that_fulfils_the_assumption_is_not_refuted():
    still = evidence_of(row("random token", 0.0, 0.0), row("positions", 0.0, None))
    assert not still.refuted
    assert not still.positions_matter
    assert "measured" in repr(still)
    assert evidence_of(row("random token", 1e-3, 1e-6)).refuted


def test_rounding_of_the_dtype_refutes_nothing():
    rows = row("random token", 0.02, 1e-6), row("positions", 0.02, None)
    low, high = evidence_of(*rows, dtype="bfloat16"), evidence_of(*rows)
    assert (low.refuted, low.positions_matter) == (False, False)
    assert (high.refuted, high.positions_matter) == (True, True)
    assert not evidence_of(row("all tokens", 0.02, 0.01)).refuted


def test_permuted_positions_alone_refute_nothing():
    """They are no pruning of X to X_s."""
    found = evidence_of(row("random token", 0.0, 0.0), row("positions", 0.5, None))
    assert not found.refuted
    assert found.positions_matter
    assert found.to_dict()["positions_matter"] is True
