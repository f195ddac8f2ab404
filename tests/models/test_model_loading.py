"""One loading path for the package, folders and the hub; bad checkpoints are told apart."""

import json
import shutil
import socket

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import CLIPVisionConfig, LlamaConfig, LlavaConfig, LlavaForConditionalGeneration

from mobtheory.errors import UnsupportedModel
from mobtheory.models import capture, embedded, load
from mobtheory.models.embedded import held_out_scene, shipped
from mobtheory.models.vision_language import parts_of

from .random_llava import LONG, SHORT, inputs_for, random_llava

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("saved")
    model = random_llava(torch.float32)
    model.model.save_pretrained(folder)
    model.processor.save_pretrained(folder)
    return folder


@pytest.fixture
def folder(saved, tmp_path):
    return shutil.copytree(saved, tmp_path / "checkpoint")


def test_a_round_trip_changes_no_bit(saved):
    original, restored = random_llava(torch.float32), load(saved, device="cpu")
    prompts = (SHORT, LONG)
    inputs = inputs_for(original, *prompts)
    again = inputs_for(restored, *prompts)
    assert inputs.keys() == again.keys()
    assert all(torch.equal(inputs[name], again[name]) for name in inputs)
    assert torch.equal(original.model(**inputs).logits, restored.model(**again).logits)
    assert torch.equal(capture(original, inputs, 3).hidden, capture(restored, again, 3).hidden)


def hub_name(key):
    """The name that llava-hf/llava-1.5-7b-hf gives to a tensor."""
    prefixes = {
        "model.language_model.": "language_model.model.",
        "lm_head.": "language_model.lm_head.",
        "model.multi_modal_projector.": "multi_modal_projector.",
        "model.vision_tower.": "vision_tower.vision_model.",
    }
    for own, hub in prefixes.items():
        if key.startswith(own):
            return hub + key.removeprefix(own)
    raise AssertionError(key)


def test_the_key_names_of_the_hub_load_bit_for_bit(folder):
    original = random_llava(torch.float32)
    tensors = {hub_name(key): value for key, value in original.model.state_dict().items()}
    assert {
        "language_model.model.layers.0.self_attn.q_proj.weight",
        "multi_modal_projector.linear_1.weight",
        "vision_tower.vision_model.encoder.layers.0.self_attn.q_proj.weight",
        "vision_tower.vision_model.embeddings.class_embedding",
    } <= tensors.keys()
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})
    inputs = inputs_for(original, SHORT, LONG)
    restored = load(folder, device="cpu")
    assert torch.equal(original.model(**inputs).logits, restored.model(**inputs).logits)


def test_the_adapter_finds_its_modules_in_the_7b_model():
    vision = CLIPVisionConfig(
        hidden_size=1024,
        intermediate_size=4096,
        num_hidden_layers=24,
        num_attention_heads=16,
        image_size=336,
        patch_size=14,
        projection_dim=768,
    )
    config = LlavaConfig(
        vision_config=vision,
        text_config=LlamaConfig(vocab_size=32064, rms_norm_eps=1e-5),
        image_token_index=32000,
    )
    with torch.device("meta"):
        model = LlavaForConditionalGeneration(config)
    parts = parts_of(model, "tests")
    assert sum(p.numel() for p in model.parameters()) == pytest.approx(7.06e9, rel=1e-3)
    assert len(parts.layers) == 32
    assert parts.layers is model.model.language_model.layers
    assert parts.trunk is model.model
    assert parts.visual_tokens == {"image": 32000}


def test_the_embedded_model_never_asks_the_network(monkeypatch):
    asked = []

    def refuse(*address, **_):
        asked.append(address)
        raise OSError("no network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    model = load("embedded", device="cpu")
    assert asked == []
    assert model.name == "embedded"


def test_the_embedded_model_is_ready_to_measure():
    model = load(device="cpu")
    assert model.model.dtype == torch.float32
    assert not model.model.training
    assert not any(p.requires_grad for p in model.model.parameters())
    stored = load_file(embedded.checkpoint_folder() / "model.safetensors")
    assert {tensor.dtype for tensor in stored.values()} == {torch.bfloat16}


def test_other_checkpoints_keep_their_dtype_unless_told():
    assert load(embedded.checkpoint_folder(), device="cpu").model.dtype == torch.bfloat16
    for dtype in ("float64", torch.float64):
        model = load("embedded", device="cpu", dtype=dtype)
        assert model.model.dtype == torch.float64
        assert model.inputs(held_out_scene(0).image, SHORT)["pixel_values"].dtype == torch.float64


def test_batches_are_padded_at_the_left(saved):
    inputs = inputs_for(load(saved, device="cpu"), SHORT, LONG)
    mask = inputs["attention_mask"]
    assert mask[0, 0] == 0
    assert (mask[:, -1] == 1).all()


@pytest.mark.parametrize("images", [[], [np.zeros((96, 96, 3), np.uint8)] * 3, "no picture"])
def test_pictures_that_do_not_fit_the_prompts(saved, images):
    with pytest.raises(UnsupportedModel):
        capture(model := load(saved, device="cpu"), model.inputs(images, [SHORT, LONG]), 1)


@pytest.mark.parametrize("device", ["abacus", "cuda:99", 3.5, None])
def test_unknown_devices(saved, device):
    with pytest.raises(UnsupportedModel, match="device"):
        load(saved, device=device)


@pytest.mark.parametrize("dtype", ["int8", "float", torch.int64, 32, None])
def test_unknown_dtypes(saved, dtype):
    with pytest.raises(UnsupportedModel, match="dtype"):
        load(saved, dtype=dtype)


@pytest.mark.parametrize("keep", [0, 5, 100, 1_000_000])
def test_truncated_weights(folder, keep):
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:keep])
    with pytest.raises(UnsupportedModel, match="weights cannot be loaded"):
        load(folder)


@pytest.mark.parametrize(
    ("missing", "part"),
    [
        ("config.json", "configuration"),
        ("model.safetensors", "weights"),
        ("tokenizer.json", "processor"),
        ("processor_config.json", "processor"),
    ],
)
def test_missing_files(folder, missing, part):
    (folder / missing).unlink()
    with pytest.raises(UnsupportedModel, match=part):
        load(folder)


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(UnsupportedModel, match="configuration"):
        load(tmp_path / "nowhere")


def test_a_configuration_that_is_no_json(folder):
    (folder / "config.json").write_text("{")
    with pytest.raises(UnsupportedModel, match="configuration"):
        load(folder)


def test_a_family_without_adapter(folder):
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "model_type": "blip-2"}))
    with pytest.raises(UnsupportedModel, match=r"no adapter.*llava"):
        load(folder)


def test_a_family_that_nobody_knows(folder):
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "model_type": "abacus"}))
    with pytest.raises(UnsupportedModel):
        load(folder)


def test_a_text_only_model(tmp_path):
    LlamaConfig(num_hidden_layers=1).save_pretrained(tmp_path)
    with pytest.raises(UnsupportedModel, match="'llama'"):
        load(tmp_path)


@pytest.mark.parametrize("kind", ["missing", "unexpected", "wrongly shaped"])
def test_weights_that_do_not_fit_the_configuration(folder, kind):
    weights = folder / "model.safetensors"
    tensors = load_file(weights)
    name = "multi_modal_projector.linear_1.weight"
    if kind == "missing":
        del tensors[name]
    elif kind == "unexpected":
        tensors["multi_modal_projector.linear_3.weight"] = torch.zeros(2)
    else:
        tensors[name] = tensors[name][:-1].contiguous()
    save_file(tensors, weights, {"format": "pt"})
    with pytest.raises(UnsupportedModel, match=f"1 {kind}.*linear_"):
        load(folder)


@pytest.fixture
def damaged(monkeypatch, tmp_path):
    copy = shutil.copytree(embedded.checkpoint_folder(), tmp_path / "checkpoint")
    shutil.copy(embedded.checkpoint_folder().parent / "manifest.json", tmp_path)
    monkeypatch.setattr(shipped, "checkpoint_folder", lambda: copy)
    return copy


def test_one_changed_byte_in_the_embedded_weights(damaged):
    load("embedded", device="cpu")
    weights = damaged / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-100] ^= 1
    weights.write_bytes(content)
    with pytest.raises(UnsupportedModel, match="SHA-256"):
        load("embedded")


@pytest.mark.parametrize("name", ["checkpoint/model.safetensors", "manifest.json"])
def test_an_incomplete_installation(damaged, name):
    (damaged.parent / name).unlink()
    with pytest.raises(UnsupportedModel, match="Install mobtheory again"):
        load("embedded")
