"""Certificates are never below what the layer does, on random and on trained layers."""

from contextlib import contextmanager
from functools import cache, partial
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mobtheory.attention import attention_weights, layer_bound
from mobtheory.errors import InvalidProblem, InvalidSelection, UnsupportedModel
from mobtheory.models import certify_pruning, load, prune_at_layer, read_layer
from mobtheory.models.arithmetic import attention_rounding, layer_rounding
from mobtheory.models.embedded import held_out_scene
from mobtheory.models.layer_pass import LayerPass

from .random_llava import LONG, SHORT, inputs_for, random_llava, random_third
from .tiny_families import FAMILIES, tiny, tiny_inputs

pytestmark = pytest.mark.models

PLAIN = ["attention", "hybrid", "minimax-plain", "tanh-plain"]
MERGED = ["attention", "hybrid", "tanh-log-count", "total-variation"]
DTYPES = {"float64": torch.float64, "float32": torch.float32, "bfloat16": torch.bfloat16}


def check(certificate):
    """Every bound is above the error, exact and measured; rounding explains their difference."""
    assert (np.abs(certificate.measured - certificate.error) <= certificate.rounding).all()
    for bound in certificate.bounds.values():
        assert (bound >= certificate.error).all()
        assert (bound >= certificate.measured).all()
    for bound in certificate.layer_bounds.values():
        assert (bound >= certificate.layer_error).all()


@cache
def random_calls(family, dtype, layer):
    model = tiny(family, DTYPES[dtype])
    return read_layer(model, tiny_inputs(model, "image", 2), layer)


@cache
def trained_calls(dtype, layer):
    model = load("embedded", dtype=dtype)
    prompts = ("what is the background colour ?", "what digit is in the red box ?")
    images = [held_out_scene(i).image for i in range(2)]
    return read_layer(model, model.inputs(images, [model.prompt(p) for p in prompts]), layer)


def subset(draw, count):
    """Any subset, the small and the large ones as often as the others."""
    size = draw(st.integers(0, count))
    seed = draw(st.integers(0, 2**16))
    return np.sort(np.random.default_rng(seed).permutation(count)[:size])


@st.composite
def cases(draw, calls):
    found = calls(draw)
    call = found[draw(st.integers(0, len(found) - 1))]
    method = draw(st.sampled_from(["plain", "log-count"]))
    return call, subset(draw, len(call.visual)), method


def on_random_layers(draw):
    dtype, layer = draw(st.sampled_from(sorted(DTYPES))), draw(st.integers(0, 4))
    return random_calls(draw(st.sampled_from(FAMILIES)), dtype, layer)


def on_trained_layers(draw):
    return trained_calls(draw(st.sampled_from(sorted(DTYPES))), draw(st.integers(0, 5)))


@settings(max_examples=150, deadline=None)
@given(cases(on_random_layers))
def test_bounds_hold_on_random_layers_of_every_family(case):
    call, kept, method = case
    check(certify_pruning(call, kept, method=method))


@settings(max_examples=60, deadline=None)
@given(cases(on_trained_layers))
def test_bounds_hold_on_trained_layers(case):
    call, kept, method = case
    check(certify_pruning(call, kept, method=method))


@pytest.mark.parametrize(("bias", "names"), [(None, PLAIN), ("log-count", MERGED)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_handle_certifies_what_the_pruned_model_computes(dtype, bias, names):
    model = random_llava(dtype)
    inputs = inputs_for(model, SHORT, LONG)
    layer, states = model.model.get_decoder().layers[2], {}

    def run(name):
        def between(module, args, kwargs):
            states[name] = args[0] if args else kwargs["hidden_states"]

        def behind(module, args, output):
            states[name, "layer"] = output

        handles = [
            layer.post_attention_layernorm.register_forward_pre_hook(between, with_kwargs=True),
            layer.register_forward_hook(behind),
        ]
        with torch.no_grad():
            model.model(**inputs)
        for handle in handles:
            handle.remove()

    run("full")
    kept = random_third(2)
    with prune_at_layer(model, 2, lambda cloud: kept, bias=bias, certify=True) as pruning:
        run("pruned")  # the last call of the layer is that of the pruned model
    assert len(pruning.certificate) == 2
    for row, certificate in enumerate(pruning.certificate):
        check(certificate)
        assert sorted(certificate.bounds) == names
        rows = len(certificate.rows)
        moved = (states["full"][row, -rows:] - states["pruned"][row, -rows:]).double()
        measured = moved.norm(dim=-1).numpy()
        assert np.abs(measured - certificate.measured).max() <= 1e-5 * measured.max()
        full, pruned = states["full", "layer"], states["pruned", "layer"]
        after = (full[row, -rows:] - pruned[row, -rows:]).double().norm(dim=-1).numpy()
        assert np.abs(after - certificate.layer_error).max() <= 1e-5 * after.max()
        length = int(inputs["attention_mask"][row].sum())
        assert certificate.rows.tolist() == list(range(length - rows, length))
        assert certificate.method == ("plain" if bias is None else "log-count")
        assert (certificate.error > 0.01).all()


def test_nothing_is_certified_unless_asked_for():
    model = random_llava()
    inputs = inputs_for(model, SHORT)
    with prune_at_layer(model, 2, lambda cloud: random_third(1)) as pruning:
        model.model(**inputs)
    assert pruning.certificate is None


def test_keeping_everything_leaves_nothing_but_rounding():
    for call in trained_calls("float32", 2):
        certificate = certify_pruning(call, np.arange(144))
        assert not certificate.measured.any()
        assert not certificate.error.any()
        for bound in certificate.bounds.values():
            assert (bound <= 1.01 * certificate.rounding).all()
            assert (bound < 0.01).all()


def test_the_attention_bound_is_near_the_error_of_the_trained_model():
    rng, ratios = np.random.default_rng(0), []
    for layer in range(1, 6):
        for call in trained_calls("float32", layer):
            for keep in (16, 48):
                kept = np.sort(rng.permutation(144)[:keep])
                certificate = certify_pruning(call, kept)
                ratios.append(certificate.bounds["attention"][-1] / certificate.error[-1])
    assert min(ratios) >= 1.0
    assert np.median(ratios) < 3.0  # measured 2.08 over these 20 cases


def test_rounding_is_small_beside_the_error_in_float32():
    for call in trained_calls("float32", 2):
        certificate = certify_pruning(call, np.arange(0, 144, 3))
        assert (certificate.rounding < 0.01 * certificate.error).all()


@pytest.mark.parametrize("family", ["llava", "qwen2_vl"])
def test_what_rounding_alone_changes_is_covered_too(family):
    """A token without weight is dropped: the error is next to 0, the states differ all the same."""
    model, moved = tiny(family, torch.float32), []
    for call in read_layer(model, tiny_inputs(model, "image", 2), 2):
        with scaled(call.module.self_attn.q_proj.weight, 30.0):
            logits = call.run().logits
            below = (logits - logits.max(-1, keepdims=True))[:, :, call.visual].max((0, 1))
            certificate = certify_pruning(call, np.delete(np.arange(len(below)), below.argmin()))
        assert certificate.error.max() < 1e-9
        assert not certificate.is_resolved.any()
        check(certificate)
        moved += [*certificate.measured, *certificate.layer_error]
    assert max(moved) > 1e-8  # otherwise nothing was tried


@pytest.mark.parametrize("dtype", sorted(DTYPES))
@pytest.mark.parametrize("method", ["plain", "log-count"])
@pytest.mark.parametrize("factor", [1e3, 1e4])
def test_weights_that_underflow_are_certified(factor, method, dtype):
    model = tiny("qwen2_vl", DTYPES[dtype])
    for call in read_layer(model, tiny_inputs(model, "image", 2), 2):
        with scaled(call.module.self_attn.q_proj.weight, factor):
            for kept in (np.arange(0, len(call.visual), 3), np.arange(len(call.visual))):
                check(certify_pruning(call, kept, method=method))


def test_the_rounding_of_the_mlp_is_bounded_and_not_nothing():
    """The same arithmetic in float32 and float64 differs, by no more than is said."""
    (single, *_), (double, *_) = trained_calls("float32", 3), trained_calls("float64", 3)
    run = single.run()
    bound = layer_rounding((run,), single.weights, torch.float32)
    exact = double.run(hidden=single.hidden.double())
    state = torch.from_numpy(run.after_attention)
    module = double.module
    widened = state + module.mlp(module.post_attention_layernorm(state))
    off = np.linalg.norm(widened.numpy() - run.after_layer, axis=-1)
    assert (off <= bound).all()
    assert (off > 0).any()
    assert (bound < 1e-2 * np.linalg.norm(exact.after_layer, axis=-1)).all()


def test_the_rounding_of_attention_is_bounded_and_not_nothing():
    (single, *_), (double, *_) = trained_calls("float32", 3), trained_calls("float64", 3)
    run, exact = single.run(), double.run(hidden=single.hidden.double())
    groups = len(run.queries) // len(run.values)
    heads = attention_weights(run.logits) @ np.repeat(run.values, groups, axis=0)
    state = run.before + np.einsum("hde,hre->rd", single.output, heads)
    off = np.linalg.norm(state - run.after_attention, axis=-1)
    bound = attention_rounding(run, single.weights, single.hidden)
    assert (off <= bound).all()
    assert (off > 0).any()
    assert (bound < 1e-3 * np.linalg.norm(exact.after_attention, axis=-1)).all()


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_layer_bounds_are_those_of_the_theorem_with_all_rounding(dtype):
    (call, *_), kept = trained_calls(dtype, 2), np.arange(0, 144, 3)
    certificate, before, after = certify_pruning(call, kept), call.run(), call.run(kept)
    weights = call.weights
    rounding = layer_rounding((before, after), weights, call.hidden.dtype)
    sizes = {
        "layer": certificate.bounds["attention"],
        "layer-exact": certificate.error + certificate.rounding,
    }
    assert sorted(certificate.layer_bounds) == sorted(sizes)
    for name, size in sizes.items():
        expected = [
            layer_bound(
                float(own),
                state,
                mlp_lipschitz=weights.mlp_lipschitz,
                gain=weights.gain,
                epsilon=weights.epsilon,
            )
            for own, state in zip(size, before.after_attention, strict=True)
        ]
        np.testing.assert_allclose(certificate.layer_bounds[name], np.array(expected) + rounding)
    assert (rounding > 1e-6).all()


def test_large_logits_that_nearly_agree_are_rounded_no_farther_than_is_said():
    """Logits of some 1e5 in float32 are off by some 1e-2: so are weights, and the bound says it."""
    generator, width, count = torch.Generator().manual_seed(0), 32, 40
    common = 300 * torch.randn(width, generator=generator)
    query, keys = common[None], common + 1e-3 * torch.randn(count, width, generator=generator)
    values = torch.randn(count, width, generator=generator)
    scaling = width**-0.5
    single = ((query @ keys.T) * scaling).softmax(-1) @ values
    logits = (query.double() @ keys.double().T).numpy()[None] * scaling
    exact = attention_weights(logits)[0] @ values.double().numpy()
    read = LayerPass(
        places=np.arange(count),
        queries=query.double().numpy()[None],
        keys=keys.double().numpy()[None],
        values=values.double().numpy()[None],
        logits=logits,
        before=np.zeros((1, width)),
        after_attention=single.double().numpy(),
        after_layer=np.zeros((1, width)),
        scaling=scaling,
        kernel="sdpa",
    )
    whole = SimpleNamespace(output=np.eye(width)[None], output_norms=np.ones(1))
    off = np.linalg.norm(single.double().numpy() - exact, axis=-1)
    bound = attention_rounding(read, whole, query)
    assert (off <= bound).all()
    assert (off > 100 * (4 * count + 40) * 2.0**-24).all()  # all but the logits explains less


@contextmanager
def scaled(weight, factor):
    before = weight.detach().clone()
    with torch.no_grad():
        weight.mul_(factor)
    try:
        yield
    finally:
        with torch.no_grad():
            weight.copy_(before)


def test_a_given_assignment_is_followed():
    (call, *_) = trained_calls("float32", 2)
    kept, far = np.asarray([0, 143]), np.zeros(144, dtype=np.int64)
    far[143] = 143
    near, other = (
        certify_pruning(call, kept, method="log-count", assignment=given) for given in (None, far)
    )
    check(other)
    assert np.abs(near.error - other.error).max() > 1e-3


def test_a_full_pass_that_is_known_changes_nothing():
    (call, *_) = trained_calls("float32", 2)
    kept = np.arange(0, 144, 3)
    first, second = certify_pruning(call, kept), certify_pruning(call, kept, full=call.run())
    assert np.array_equal(first.error, second.error)
    assert np.array_equal(first.bounds["hybrid"], second.bounds["hybrid"])


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_a_layer_that_is_no_softmax_attention_is_refused(dtype):
    model = random_llava(dtype)
    (call,) = read_layer(model, inputs_for(model, SHORT), 2)
    handle = call.module.self_attn.register_forward_hook(
        lambda module, args, output: (1.5 * output[0], *output[1:])
    )
    try:
        with pytest.raises(UnsupportedModel, match="rounding explains"):
            certify_pruning(call, np.arange(0, 144, 3))
    finally:
        handle.remove()


def test_a_module_whose_forward_was_replaced_on_the_instance_is_read():
    """As Accelerate does it where a model is spread over devices."""
    model = random_llava()
    (call,) = read_layer(model, inputs_for(model, SHORT), 2)
    attention, expected = call.module.self_attn, certify_pruning(call, np.arange(0, 144, 3))
    attention.forward = partial(type(attention).forward, attention)
    try:
        found = certify_pruning(call, np.arange(0, 144, 3))
    finally:
        del attention.forward
    assert np.array_equal(found.error, expected.error)


@pytest.mark.parametrize("kept", [[144], [-1], [0.5], [3, 2]], ids=repr)
@pytest.mark.parametrize("method", ["plain", "log-count"])
def test_selections_that_are_none_are_refused(method, kept):
    (call, *_) = trained_calls("float32", 2)
    with pytest.raises(InvalidSelection, match="kept counts visual tokens"):
        certify_pruning(call, kept, method=method)


@pytest.mark.parametrize("assignment", [np.zeros(3, int), np.full(144, 7), np.zeros(144)])
def test_assignments_that_are_none_are_refused(assignment):
    (call, *_) = trained_calls("float32", 2)
    for method in ("plain", "log-count"):
        with pytest.raises(InvalidSelection, match="goes to a kept one"):
            certify_pruning(call, [0, 5], method=method, assignment=assignment)


def test_a_method_that_is_unknown_is_refused():
    (call, *_) = trained_calls("float32", 2)
    with pytest.raises(InvalidProblem, match="certificates are known for"):
        certify_pruning(call, [0, 5], method="merge")


def test_a_picture_without_text_behind_it_is_refused():
    model = random_llava()
    inputs = inputs_for(model, "USER: what is this ? <image>")
    with pytest.raises(UnsupportedModel, match="without text after its last visual token"):
        read_layer(model, inputs, 2)


@pytest.mark.parametrize(
    "choice", [{"positions": "compact"}, {"bias": lambda cloud, kept: np.zeros((1, 48))}]
)
def test_what_has_no_closed_form_is_not_certified(choice):
    model = random_llava()
    with (
        pytest.raises(UnsupportedModel, match="certificates speak of"),
        prune_at_layer(model, 2, lambda cloud: random_third(1), certify=True, **choice),
    ):
        pass
