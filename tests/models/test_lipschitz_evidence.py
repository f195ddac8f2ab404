"""Assumption 1 on the embedded model: what refutes it, what repairs it, what is never claimed."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from mobtheory.errors import InvalidProblem, UnsupportedModel
from mobtheory.geometry import hausdorff, set_distances
from mobtheory.models import load, load_witness, measure_lipschitz, rest_of_network
from mobtheory.models.embedded import held_out_scene
from mobtheory.models.embedded.held_out import held_out_question
from mobtheory.models.lipschitz import (
    FamilyRatios,
    LipschitzEvidence,
    Witness,
    measuring,
    multiplicity,
)
from mobtheory.models.lipschitz.blindness import _check_same_set
from mobtheory.models.lipschitz.moving import RADII, ascend, check_distance, radii_for
from mobtheory.models.lipschitz.multiplicity import head_gaps, head_gaps_summed
from mobtheory.models.lipschitz.outputs import (
    NetworkFunction,
    every_token,
    pruned,
    repeated,
    weighted,
)
from mobtheory.models.lipschitz.pairs import measure_moves, measure_prunings
from mobtheory.models.lipschitz.repair import repair, repair_ground, repaired_families
from mobtheory.models.lipschitz.sample import read_samples

from .random_llava import SHORT, fresh_llava, inputs_for

pytestmark = pytest.mark.models

QUICK = {"draws": 1, "rounds": 1, "width": 4, "steps": 1}


@pytest.fixture(scope="module")
def model():
    return load("embedded", device="cpu")


def inputs_of(model, *numbers):
    scenes = [(held_out_scene(number), number) for number in numbers]
    return [model.inputs(s.image, held_out_question(n, s).prompt) for s, n in scenes]


def hooks_on(model):
    """How many hooks there are; Transformers has some of its own."""
    return sum(len(m._forward_pre_hooks) + len(m._forward_hooks) for m in model.model.modules())


@pytest.fixture(scope="module")
def evidence(model):
    return measure_lipschitz(model, inputs_of(model, 1, 4), 2, rounds=2)


@pytest.fixture
def function(model):
    return NetworkFunction(rest_of_network(model, 2))


@pytest.fixture
def sample(model):
    return read_samples(model, inputs_of(model, 4), 2, "tests")[0]


def test_the_assumption_fails_at_distance_zero(evidence):
    assert evidence.refuted
    rows = {(row.experiment, row.size): row for row in evidence.blindness}
    growing = [rows["most attended token", more].changes["last"].median for more in (1, 16, 64)]
    assert growing == sorted(growing)
    assert growing[0] > 0.01
    assert rows["positions", 0].changes["last"].median > 0.1
    assert all(row.to_dict()["hausdorff"] == 0 for row in rows.values())


def test_the_log_count_bias_repairs_copies_exactly(evidence):
    """M copies are log(1 + m) on the column of their token: two ways to compute one output."""
    repaired = [row.repaired for row in evidence.blindness if row.repaired is not None]
    assert len(repaired) == 11
    assert max(repaired) < 1e-5


def test_copies_equal_a_column_of_the_mask_in_float64():
    model = fresh_llava(torch.float64)
    (sample,) = read_samples(model, inputs_for(model, SHORT), 2, "tests")
    function = NetworkFunction(rest_of_network(model, 2))
    times = np.random.default_rng(0).integers(1, 5, sample.count)
    copied, biased, single = function(
        sample, [repeated(sample, times), weighted(sample, times), every_token(sample)]
    )
    assert (copied.change(biased) < 1e-6 * copied.norms).all()
    assert (copied.change(single) > 1e-2).all()


def test_the_gap_of_a_head_stays_below_the_tanh(evidence):
    assert [row.kappa for row in evidence.heads] == [3.0, 4.5, 9.0]
    for row in evidence.heads:
        assert row.above == 0
        assert 0.02 < row.largest <= 1 + 1e-9
        assert row.largest_gap > 0.01


def test_the_repaired_statement_holds_and_the_harness_agrees_with_the_layer(evidence):
    assert {row.family for row in evidence.repaired} == {"random", "cover", "mob", "attention"}
    for row in evidence.repaired:
        assert row.above == 0
        assert 0.01 < row.tightest <= 1
        assert row.residual < 1e-5
    cover = next(row for row in evidence.repaired if row.family == "cover")
    assert cover.layer_gain.median > 1.5


def test_covers_show_larger_ratios_than_random_subsets(evidence):
    rows = [row for row in evidence.covers_against_random if row.reading == "last"]
    assert [row.size for row in rows] == [16, 32, 48, 96, 132]
    assert rows[-1].factor > 2
    families = {row.family: row.ratios["last"].largest for row in evidence.families}
    assert families["adversarial"] >= max(families[f] for f in ("random", "cover", "mob")) - 1e-4
    assert evidence.lower_bounds["last"] == pytest.approx(evidence.lower_bound, rel=1e-4)
    assert evidence.lower_bound < max(families[f] for f in families if f != "moved") + 1e-4


def test_a_gap_above_the_tanh_is_counted(sample, monkeypatch):
    """With a hundredth of the limit of the theory there are gaps above it."""
    (true, *_) = head_gaps_summed([head_gaps(sample)])
    monkeypatch.setattr(multiplicity, "multiplicity_gap", lambda kappa: 0.01 * np.tanh(0.25))
    (wrong, *_) = head_gaps_summed([head_gaps(sample), head_gaps(sample)])
    assert true.above == 0 < wrong.above <= wrong.count == 2 * true.count
    assert wrong.largest > 1


def test_the_figures_of_a_repair_count_what_is_above_its_bound(sample, function):
    (full,) = function(sample, [every_token(sample)])
    (pair,) = measure_prunings(function, sample, full, [("cover", np.arange(0, 144, 3))])
    (true,) = repair(function, repair_ground(sample), full, [(pair, np.arange(0, 144, 3))])
    errors, plain = true.errors.copy(), np.minimum(true.plain, true.bounds)
    errors[0, 0] = 1.01 * true.bounds[0, 0]
    plain[0, :2] = 1.01 * true.bounds[0, :2]
    (row,) = repaired_families([replace(true, errors=errors, plain=plain)], 0)
    assert (row.above, row.plain_above) == (1, 2)
    assert row.tightest == pytest.approx(1.01)


def test_only_the_best_pairs_keep_their_tokens(model, monkeypatch):
    """Else every move of every input stays on the device, and every pass of the layer in memory."""
    kept, samples = [], []

    def summed(pairs, seed, *, by_size):
        kept.extend(pairs)
        return ()

    def read(*args):
        samples.extend(read_samples(*args))
        return tuple(samples)

    monkeypatch.setattr(measuring, "_families", summed)
    monkeypatch.setattr(measuring, "read_samples", read)
    found = measure_lipschitz(model, inputs_of(model, 0, 1), 2, **QUICK)
    assert found.moved_witness.moved is not None
    assert {pair.family for pair in kept} >= {"moved", "adversarial"}
    assert all(pair.variant is None for pair in kept)
    assert not any({"whole", "distances"} & set(vars(sample)) for sample in samples)


def test_distances_are_measured_once_for_each_move_and_never_for_copies(model, monkeypatch):
    """Between thousands of tokens of a large model one takes half a minute."""
    calls = []
    whole = set_distances._both_ways
    monkeypatch.setattr(set_distances, "_both_ways", lambda *a: calls.append(a[0]) or whole(*a))
    measure_lipschitz(model, inputs_of(model, 0), 2, **QUICK)
    assert calls == ["hausdorff"] * (len(RADII) + 2)  # both witnesses are measured again


def test_copies_elsewhere_are_no_copies(sample):
    times = np.full(sample.count, 2)
    _check_same_set(sample, repeated(sample, times))
    moved = replace(repeated(sample, times), hidden=sample.hidden + 1)
    for other in (moved, pruned(sample, np.arange(5))):
        with pytest.raises(UnsupportedModel, match="copies"):
            _check_same_set(sample, other)


def test_near_copies_have_a_ratio_without_limit(evidence):
    ratios = [row.ratios["last"].median for row in evidence.near_copies]
    assert ratios[1] > 5 * ratios[0] > 0
    assert ratios[2] > 5 * ratios[1]


def test_a_ratio_is_read_off_the_network(sample, function, model):
    """One pair by hand: keep a third, run the network on it, divide."""
    kept = np.arange(0, 144, 3)
    places = pruned(sample, kept).places
    with torch.no_grad():
        rest = rest_of_network(model, 2)
        whole = rest(sample.hidden[None], sample.positions[None])[0, -1]
        part = rest(sample.hidden[None, places], sample.positions[None, places])[0, -1]
    (full,) = function(sample, [every_token(sample)])
    (pair,) = measure_prunings(function, sample, full, [("cover", kept)])
    assert pair.changes[0] == pytest.approx(float((whole - part).norm()), rel=1e-4)
    visual, prompt = sample.points[:144], sample.points[144:]
    distance = hausdorff(np.concatenate([visual, prompt]), np.concatenate([visual[kept], prompt]))
    assert pair.distance == pytest.approx(distance, rel=1e-12)


def test_moved_tokens_keep_the_distance_and_the_ascent_helps(sample, function):
    radii = radii_for(sample)
    rng = np.random.default_rng(0)
    found = ascend(function, sample, radii, rng, reading="last", steps=0)
    better = ascend(function, sample, radii, np.random.default_rng(0), reading="last", steps=4)
    (full,) = function(sample, [every_token(sample)])
    drawn, climbed = (
        measure_moves(function, sample, full, moves, "moved") for moves in (found, better)
    )
    for radius, one, two in zip(radii, drawn, climbed, strict=True):
        for pair in (one, two):
            assert pair.distance == pytest.approx(radius, rel=1e-3)
        assert two.ratio("last") > 2 * one.ratio("last")
    text = np.setdiff1d(np.arange(len(sample.hidden)), sample.visual)
    assert all(torch.equal(tokens[text], sample.hidden[text]) for _, tokens in better)


def test_a_wrong_distance_after_a_move_is_an_error(sample):
    with pytest.raises(UnsupportedModel, match="Hausdorff distance"):
        check_distance(sample, sample.hidden, 0.1)


def test_nothing_can_be_read_as_a_bound_from_above(evidence):
    for kind in (LipschitzEvidence, Witness, FamilyRatios):
        names = [name for name in dir(kind) if not name.startswith("_")]
        fields = getattr(kind, "__dataclass_fields__", {})
        for name in {*names, *fields}:
            assert not any(word in name for word in ("upper", "constant", "maximum"))
            assert "bound" not in name or name.startswith("lower_bound")
    assert "at least" in repr(evidence)
    assert "at least" in repr(evidence.witness)
    assert evidence.exceeds(evidence.lower_bound / 2)
    assert not evidence.exceeds(evidence.lower_bound * 2)


def test_the_witness_comes_back_and_is_measured_again(evidence, model, tmp_path):
    path = evidence.witness.save(tmp_path / "new folder" / "witness.npz")
    found = load_witness(path, model)
    assert found.lower_bound == evidence.witness.lower_bound == evidence.lower_bound
    moved = load_witness(evidence.moved_witness.save(tmp_path / "moved.npz"), model)
    assert moved.moved is not None
    assert moved.family == "moved"
    assert [file.name for file in path.parent.iterdir()] == ["witness.npz"]


@pytest.mark.parametrize("name", ["changes", "distance", "tokens", "places"])
def test_an_altered_witness_is_refused(evidence, model, tmp_path, name):
    arrays = dict(np.load(evidence.witness.save(tmp_path / "witness.npz")))
    arrays[name] = arrays[name][1:] if name == "places" else arrays[name] * 1.05
    np.savez(tmp_path / "altered.npz", **arrays)
    with pytest.raises(UnsupportedModel, match="the witness of embedded at layer 2 says"):
        load_witness(tmp_path / "altered.npz", model)


def test_the_witness_of_another_model_is_refused(evidence, tmp_path):
    other = fresh_llava(torch.float32)
    with pytest.raises(UnsupportedModel, match="Load the model that it was measured on"):
        load_witness(evidence.witness.save(tmp_path / "witness.npz"), other)


@pytest.mark.parametrize(
    "content",
    [b"", b"no archive", b"\x80\x04N.", np.arange(3).tobytes()],
)
def test_a_file_that_is_no_witness_is_refused(content, tmp_path):
    (tmp_path / "witness.npz").write_bytes(content)
    with pytest.raises(InvalidProblem, match="no file that"):
        load_witness(tmp_path / "witness.npz")


def test_a_witness_with_other_arrays_is_refused(evidence, tmp_path):
    arrays = dict(np.load(evidence.witness.save(tmp_path / "witness.npz")))
    for change in (
        {"extra": np.ones(1)},
        {"positions": arrays["positions"] * 1.0},
        {"places": arrays["places"] + 10**6},
        {"reading": np.array("all")},
        {"distance": np.array(0.0)},
        {"tokens": np.array([{}], dtype=object)},
    ):
        np.savez(tmp_path / "other.npz", allow_pickle=True, **{**arrays, **change})
        with pytest.raises(InvalidProblem, match="no file that"):
            load_witness(tmp_path / "other.npz")


def test_a_save_that_fails_leaves_the_old_file(evidence, tmp_path, monkeypatch):
    path = evidence.witness.save(tmp_path / "witness.npz")
    before = path.read_bytes()
    monkeypatch.setattr(np, "savez_compressed", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        evidence.witness.save(path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["witness.npz"]


def test_the_same_seed_gives_the_same_evidence_and_changes_nothing(model):
    weights = {name: value.clone() for name, value in model.model.state_dict().items()}
    inputs = inputs_of(model, 5)
    model.model(**inputs[0])
    hooks = hooks_on(model)
    one, two, other = (
        measure_lipschitz(model, inputs, 3, seed=seed, **QUICK).to_dict() for seed in (7, 7, 8)
    )
    assert json.dumps(one) == json.dumps(two)
    assert one["families"][0] != other["families"][0]
    after = model.model.state_dict()
    assert all(torch.equal(value, after[name]) for name, value in weights.items())
    assert hooks_on(model) == hooks


@pytest.mark.parametrize("reading", ["prompt", "logits"])
def test_other_readings_are_searched(model, reading):
    found = measure_lipschitz(model, inputs_of(model, 0), 2, reading=reading, **QUICK)
    assert found.witness.reading == reading
    assert found.lower_bound == pytest.approx(found.lower_bounds[reading], rel=1e-4)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"reading": "mean"}, "one of three ways"),
        ({"draws": 0}, "draws"),
        ({"rounds": -1}, "rounds"),
        ({"steps": True}, "steps"),
    ],
)
def test_bad_arguments_are_refused(model, change, words):
    with pytest.raises(InvalidProblem, match=words):
        measure_lipschitz(model, inputs_of(model, 0), 2, **change)


def test_no_inputs_are_refused(model):
    with pytest.raises(UnsupportedModel, match="no inputs"):
        measure_lipschitz(model, [], 2)


def test_where_memory_runs_out_it_says_so(model, monkeypatch):
    calls = []
    whole = NetworkFunction.states

    def short(self, sample, variants):
        if len(variants) > 3:
            calls.append(len(variants))
            raise torch.OutOfMemoryError("CUDA out of memory")
        return whole(self, sample, variants)

    monkeypatch.setattr(NetworkFunction, "states", short)
    found = measure_lipschitz(model, inputs_of(model, 0), 2, **QUICK)
    assert calls
    assert any("halved to" in note for note in found.notes)


def test_experiments_too_large_for_the_memory_are_left_out_and_told(model, monkeypatch):
    whole = NetworkFunction.states

    def short(self, sample, variants):
        if torch.is_grad_enabled() or len(variants[0].places) > 1000:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return whole(self, sample, variants)

    monkeypatch.setattr(NetworkFunction, "states", short)
    found = measure_lipschitz(model, inputs_of(model, 0), 2, **QUICK)
    told = [note for note in found.notes if "left out" in note]
    assert len(told) == 2
    assert found.moved_witness is None
    assert "all tokens" not in {row.experiment for row in found.blindness}
    assert found.refuted
