"""Checkpoints of every family load bit for bit, or say what is wrong with them."""

import importlib.util
import json
import shutil
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForImageTextToText

from mobtheory.errors import MissingExtra, UnsupportedModel
from mobtheory.models import capture, embedded, load, loading, prune_at_layer
from mobtheory.models.adapters import adapter_for

from .tiny_families import FAMILIES, IMAGE, fresh, tiny, tiny_inputs
from .tiny_processors import llava_next_processor, save_qwen2_vl_processor

pytestmark = pytest.mark.models


@pytest.fixture
def no_processor(monkeypatch):
    """For what is about weights alone."""
    made = SimpleNamespace(tokenizer=SimpleNamespace())
    stub = SimpleNamespace(from_pretrained=lambda *_, **__: made)
    monkeypatch.setattr(loading, "AutoProcessor", stub)


@pytest.mark.usefixtures("no_processor")
@pytest.mark.parametrize("family", FAMILIES)
def test_weights_come_back_bit_for_bit(family, tmp_path):
    original = tiny(family, torch.float32)
    original.save_pretrained(tmp_path)
    loaded = load(tmp_path, device="cpu")
    assert type(loaded.model) is adapter_for(family, "tests").model_class
    assert not loaded.model.training
    assert not any(parameter.requires_grad for parameter in loaded.model.parameters())
    inputs = tiny_inputs(original, "two images", 2)
    assert torch.equal(original(**inputs).logits, loaded.model(**inputs).logits)
    double = load(tmp_path, device="cpu", dtype="float64", attention="eager")
    assert double.model.dtype == torch.float64
    assert double.model.get_decoder().config._attn_implementation == "eager"


@pytest.mark.usefixtures("no_processor")
@pytest.mark.parametrize("kind", ["missing", "unexpected", "wrongly shaped"])
@pytest.mark.parametrize("family", FAMILIES)
def test_weights_that_do_not_fit(family, kind, tmp_path):
    tiny(family, torch.float32).save_pretrained(tmp_path)
    weights = tmp_path / "model.safetensors"
    tensors = load_file(weights)
    name = next(name for name in tensors if name.endswith("layers.1.mlp.up_proj.weight"))
    if kind == "missing":
        del tensors[name]
    elif kind == "unexpected":
        tensors[name.replace("up_proj", "side_proj")] = torch.zeros(2)
    else:
        tensors[name] = tensors[name][:-1].contiguous()
    save_file(tensors, weights, {"format": "pt"})
    with pytest.raises(UnsupportedModel, match=f"1 {kind}.*proj"):
        load(tmp_path)


def test_the_loader_of_transformers_knows_every_family():
    known = {cls.__name__ for cls in AutoModelForImageTextToText._model_mapping.values()}
    assert {adapter_for(family, "tests").model_class.__name__ for family in FAMILIES} <= known


@pytest.fixture(scope="module")
def saved_next(tmp_path_factory):
    folder = tmp_path_factory.mktemp("next")
    tiny("llava_next", torch.float32).save_pretrained(folder)
    llava_next_processor().save_pretrained(folder)
    return folder


def test_llava_next_with_its_processor(saved_next):
    model = load(saved_next, device="cpu")
    rng = np.random.default_rng(0)
    images = [rng.integers(0, 256, (20, 40, 3), dtype=np.uint8) for _ in range(2)]
    prompts = ["USER: <image> what digit ? ASSISTANT:", "USER: <image> which shape is ? ASSISTANT:"]
    inputs = model.inputs(images, prompts)
    assert inputs["pixel_values"].shape[1] == 3  # the whole picture and two tiles
    assert inputs["attention_mask"][0, 0] == 0  # padded at the left
    visual = int((inputs["input_ids"][0] == IMAGE).sum())
    cloud = capture(model, inputs, 2)
    assert cloud.visual.shape == (2, visual, 32)
    assert [len(tokens) for tokens in cloud.prompt] == [4, 5]
    kept = np.tile(np.arange(0, visual, 2), (2, 1))
    with prune_at_layer(model, 2, lambda cloud: kept, bias="log-count") as pruning:
        model.model.generate(**inputs, max_new_tokens=2)
    assert pruning.kept.tolist() == kept.tolist()


def test_a_newline_token_that_is_missing(saved_next, tmp_path):
    folder = shutil.copytree(saved_next, tmp_path / "checkpoint")
    tensors = load_file(folder / "model.safetensors")
    name = next(name for name in tensors if name.endswith("image_newline"))
    del tensors[name]
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})
    with pytest.raises(UnsupportedModel, match=r"1 missing.*image_newline"):
        load(folder)


def test_a_processor_that_reads_videos_needs_torchvision(tmp_path):
    fresh("qwen2_vl", torch.float32).save_pretrained(tmp_path)
    save_qwen2_vl_processor(tmp_path)
    if importlib.util.find_spec("torchvision") is None:
        with pytest.raises(MissingExtra, match="pip install torchvision"):
            load(tmp_path)
        return
    model = load(tmp_path, device="cpu")
    image = np.random.default_rng(0).integers(0, 256, (24, 32, 3), dtype=np.uint8)
    inputs = model.inputs(image, "<|vision_start|> <image> <|vision_end|> what digit ?")
    assert capture(model, inputs, 2).positions.shape == (3, *inputs["input_ids"].shape)
    with pytest.raises(UnsupportedModel, match="no chat template"):
        model.prompt("what digit ?")


def test_weights_in_pickle_are_not_read(saved_next, tmp_path):
    folder = shutil.copytree(saved_next, tmp_path / "checkpoint")
    (folder / "model.safetensors").unlink()
    torch.save(tiny("llava_next", torch.float32).state_dict(), folder / "pytorch_model.bin")
    with pytest.raises(UnsupportedModel, match="weights cannot be loaded"):
        load(folder)


@pytest.mark.parametrize("model_type", ["llava_next", "abacus"])
def test_code_in_a_checkpoint_is_not_run(saved_next, tmp_path, model_type):
    folder = shutil.copytree(saved_next, tmp_path / "checkpoint")
    mark = tmp_path / "was run"
    (folder / "own.py").write_text(f"open({str(mark)!r}, 'w').close()\nclass Own: pass\n")
    config = json.loads((folder / "config.json").read_text())
    own = {"AutoConfig": "own.Own", "AutoModelForImageTextToText": "own.Own"}
    config |= {"model_type": model_type, "auto_map": own}
    (folder / "config.json").write_text(json.dumps(config))
    try:
        load(folder, device="cpu")
        refused = False
    except UnsupportedModel:
        refused = True
    assert refused == (model_type == "abacus")
    assert not mark.exists()


def test_a_device_map_takes_the_place_of_a_device():
    with pytest.raises(UnsupportedModel, match="Pass one of them"):
        load("embedded", device="cpu", device_map="auto")


def test_a_device_map_needs_accelerate(monkeypatch):
    monkeypatch.setattr(loading, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match="pip install accelerate"):
        load("embedded", device_map="auto")


@pytest.mark.skipif(
    importlib.util.find_spec("accelerate") is None, reason="Accelerate is not installed"
)
def test_a_device_map_is_passed_on():
    model = load("embedded", device_map={"": "cpu"})
    assert str(model.model.device) == "cpu"


@pytest.mark.parametrize("attention", ["abacus", "", 3, "flex_attention"])
def test_unknown_attention_kernels(attention):
    with pytest.raises(UnsupportedModel, match="attention"):
        load(embedded.checkpoint_folder(), attention=attention)


@pytest.mark.skipif(
    importlib.util.find_spec("flash_attn") is not None, reason="flash-attn is installed"
)
def test_a_kernel_that_is_not_installed():
    with pytest.raises(MissingExtra, match="pip install flash-attn"):
        load("embedded", attention="flash_attention_2")
