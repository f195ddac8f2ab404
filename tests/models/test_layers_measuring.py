"""What is measured of one sample at one layer, against other ways to the same number."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from mobtheory.experiments.layers.answering_row import AnsweringRow
from mobtheory.experiments.layers.case import ReadLayer
from mobtheory.experiments.layers.downstream import downstream
from mobtheory.experiments.layers.replacing_tokens import replace_tokens
from mobtheory.experiments.layers.sample_layer import measure_sample
from mobtheory.experiments.layers.space import Space
from mobtheory.models.certifying import certify_pruning
from mobtheory.models.layer_call import read_layer
from mobtheory.models.nearest import nearest_kept
from mobtheory.models.prune import prune_at_layer
from mobtheory.models.submodel import rest_of_network

from .random_llava import SHORT, inputs_for, random_llava
from .tiny_families import FAMILIES, tiny, tiny_inputs

pytestmark = pytest.mark.models
KEPT = np.arange(0, 144, 5)


@pytest.fixture(scope="module")
def read():
    model = random_llava()
    (call,) = read_layer(model, inputs_for(model, SHORT), 2)
    return ReadLayer.of(call)


def test_the_end_of_the_network_is_that_of_the_pruned_model(read):
    model = random_llava()
    inputs = inputs_for(model, SHORT)
    with torch.no_grad():
        whole = model.model(**inputs, output_hidden_states=True)
        with prune_at_layer(model, 2, lambda _: KEPT[None]):
            pruned = model.model(**inputs, output_hidden_states=True)
    full, other = (out.logits[0, -1].double().log_softmax(-1) for out in (whole, pruned))
    states = [out.hidden_states[-1][0, -1] for out in (whole, pruned)]
    ((state, kl),) = downstream(rest_of_network(model, 2), read.call, [KEPT])
    assert kl == pytest.approx(float((full.exp() * (full - other)).sum()), rel=1e-6)
    assert state == pytest.approx(float((states[0] - states[1]).norm()), rel=1e-6)


def test_where_memory_runs_out_fewer_subsets_go_at_once_and_it_is_told(read):
    rest = rest_of_network(random_llava(), 2)
    kept = [KEPT, KEPT + 1, KEPT + 2]

    class Small:
        logits = staticmethod(rest.logits)

        def __call__(self, hidden, positions):
            if len(hidden) > 1:
                raise torch.OutOfMemoryError("too many")
            return rest(hidden, positions)

    told = []
    found = downstream(Small(), read.call, kept, told.append)
    assert told == [1]
    np.testing.assert_allclose(found, downstream(rest, read.call, kept), rtol=1e-6)


def test_errors_in_closed_form_are_those_of_the_layer(read):
    certificate = certify_pruning(read.call, KEPT)
    nearest, _ = read.row.nearest_in_value(KEPT)
    assignment = read.raw.nearest_kept(KEPT)
    left = read.row.mended(KEPT, assignment, nearest)
    replaced = replace_tokens(read.call, read.full, read.raw, KEPT)
    plain, merged = (np.linalg.norm(left[name]) for name in ("plain", "log-count"))
    assert plain == pytest.approx(certificate.measured[-1], rel=1e-5)
    assert plain == pytest.approx(replaced["dropped"], rel=1e-5)
    assert merged == pytest.approx(replaced["log_count"], rel=1e-5)


def test_tokens_are_merged_as_the_model_merges_them(read):
    expected = nearest_kept(read.call.hidden[torch.as_tensor(read.call.visual)], KEPT)
    assert np.array_equal(read.raw.nearest_kept(KEPT), expected)


def test_phi_is_what_the_library_computes(read):
    from mobtheory.attention import weighted_covering_cost
    from mobtheory.geometry import pairwise_distances

    row = read.row
    tables = np.stack([pairwise_distances(values, values) for values in row.values])
    expected = weighted_covering_cost(row.weights, tables, row.mask(KEPT))
    nearest, distances = row.nearest_in_value(KEPT)
    np.testing.assert_allclose(row.phi(distances), expected, rtol=1e-9)
    # 9.3: what the oracle's bias leaves of the error of each head is at most its Phi
    left = np.linalg.norm(row.mended(KEPT, read.raw.nearest_kept(KEPT), nearest)["oracle"])
    assert left <= row.output_norms @ expected * (1 + 1e-9)


def test_duplicates_make_d_h_zero_and_only_dropping_them_moves_the_output(read):
    """4.3: every kept token stands for five equal ones, and no position tells them apart."""
    call, copies = read.call, KEPT[np.minimum(np.arange(144) // 5, len(KEPT) - 1)]
    hidden = call.hidden.clone()
    hidden[call.visual] = call.hidden[call.visual[copies]]
    rotary = tuple(part.clone() for part in call.rotary)
    for part, own in zip(rotary, call.rotary, strict=True):
        part[call.visual] = own[call.visual[0]]
    equal = replace(call, hidden=hidden, rotary=rotary)
    tokens = hidden.double().numpy()
    space = Space.of(tokens[call.visual], tokens[call.prompt])
    found = replace_tokens(equal, equal.run(), space, KEPT)
    assert found["distance"] == found["moved"] == 0
    assert found["dropped"] > 1e-2
    assert found["overwritten"] < 1e-9
    assert found["log_count"] < 1e-4 * found["dropped"]  # norms and softmax run in float32
    assert found["mass_lost"] == pytest.approx(found["mass_predicted"], rel=0.05)


def test_a_head_that_is_read_wrongly_ends_what_is_measured(read, monkeypatch):
    weights = read.call.weights
    broken = weights.output.copy()
    broken[1] = -broken[1]
    monkeypatch.setattr(weights, "output", broken)
    found = measure_sample(read.call, None, (20,), seed=0, name="a")
    assert {case["identity"]["outcome"] for case in found["cases"]} == {"fails"}
    assert all("errors" not in case for case in found["cases"])
    assert found["replaced"] == []


@pytest.mark.parametrize("attention", ["sdpa", "eager"])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16], ids=str)
def test_the_identity_holds_in_every_dtype_and_kernel(dtype, attention):
    model = random_llava(dtype, attention)
    (call,) = read_layer(model, inputs_for(model, SHORT), 3)
    read = ReadLayer.of(call)
    found = read.identity(call.run(KEPT))
    assert found.outcome == "holds"
    assert found.residual < {"float64": 1e-6, "float32": 1e-5, "bfloat16": 0.1}[read.dtype]


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_can_be_measured(family, dtype):
    model = tiny(family, dtype)
    layer = len(model.get_decoder().layers) - 1
    call = read_layer(model, tiny_inputs(model, "image"), layer)[-1]
    budget = max(1, len(call.visual) // 3)
    found = measure_sample(call, rest_of_network(model, layer), (budget,), seed=0, name="a")
    assert {case["identity"]["outcome"] for case in found["cases"]} == {"holds"}
    for case in found["cases"]:
        assert sum(bound["violations"] for bound in case["bounds"].values()) == 0
        assert set(case["errors"]) == {"attention", "layer", "state", "kl"}
        assert case["useless"]["raw"]["lemma-2"]
    assert found["steps"][0]["nearest_cover_optimal"]
    assert found["steps"][0]["union_twice"]


def test_the_row_that_answers_reads_grouped_keys():
    model = tiny("qwen2_vl")
    call = read_layer(model, tiny_inputs(model, "image"), 1)[-1]
    row = AnsweringRow.of(call, call.run())
    assert len(row.weights) > len(row.values)
    kept = np.arange(0, len(call.visual), 2)
    shared = np.repeat(row.values, len(row.weights) // len(row.values), axis=0)
    stays = row.mask(kept)
    pruned = np.where(stays, row.weights, 0)
    pruned /= pruned.sum(axis=1, keepdims=True)
    expected = np.einsum("hn,hnd->hd", row.weights - pruned, shared)
    np.testing.assert_allclose(row.plain(kept), expected, atol=1e-12)
    np.testing.assert_allclose(row.mass(kept), row.weights[:, ~stays].sum(axis=1))
