"""The checkpoint that ships answers, needs its visual tokens, and is what its manifest says."""

import json
from dataclasses import asdict

import numpy as np
import pytest
import torch

from mobtheory.errors import InvalidProblem, UnsupportedModel
from mobtheory.models import capture, embedded, load
from mobtheory.models.embedded import evaluate, held_out_scene, held_out_tokens, publish, shipped
from mobtheory.models.embedded.evaluate import ALL, NONE, accuracy, by_family
from mobtheory.models.embedded.questions import KINDS, questions_about
from mobtheory.models.embedded.recipe import Recipe
from mobtheory.models.embedded.share import Share

from .random_llava import fresh_llava, random_llava

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def model():
    return load("embedded", device="cpu")


def test_it_answers_held_out_scenes(model):
    families = by_family(accuracy(model, [held_out_scene(i) for i in range(60)]))
    assert families["coarse"].asked == 180
    assert families["coarse"].accuracy >= 0.98
    assert families["fine"].accuracy >= 0.92


def test_it_needs_its_visual_tokens_at_layer_two(model):
    scenes = [held_out_scene(i) for i in range(60)]
    families = by_family(accuracy(model, scenes, visual_tokens=False))
    assert families["coarse"].accuracy < 0.45
    assert families["fine"].accuracy < 0.35


def test_the_manifest_describes_the_file():
    manifest = embedded.read_manifest()
    weights = embedded.checkpoint_folder() / "model.safetensors"
    assert manifest["sha256"] == shipped.sha256_of(weights)
    assert manifest["bytes"] == weights.stat().st_size <= publish.MOST_BYTES
    assert manifest["recipe"] == asdict(Recipe())
    for lane in (ALL, NONE):
        for row in [*manifest[lane]["families"].values(), *manifest[lane]["kinds"].values()]:
            share = Share(row["right"], row["asked"])
            low, high = share.interval()
            assert row["accuracy"] == pytest.approx(share.accuracy, abs=1e-4)
            assert (row["low"], row["high"]) == pytest.approx((low, high), abs=1e-4)
        assert set(manifest[lane]["kinds"]) == set(KINDS)


def test_the_manifest_repeats(model):
    """Every answer that the manifest counts for its first scenes can be found again."""
    found = evaluate.manifest(embedded.checkpoint_folder(), scenes=2)
    asked = sum(len(questions_about(held_out_scene(i))) for i in range(2))
    for lane in (ALL, NONE):
        assert sum(row["asked"] for row in found[lane]["families"].values()) == asked
        assert sum(row["asked"] for row in found[lane]["kinds"].values()) == asked
    assert found["sha256"] == embedded.read_manifest()["sha256"]


def test_accuracy_counts_exact_answers():
    """A model that always says the same word is right exactly where that word is the answer."""
    model = random_llava(torch.float32)
    scenes = [held_out_scene(i) for i in range(2)]
    expected = dict.fromkeys(KINDS, Share(0, 0))
    for scene in scenes:
        for question in questions_about(scene):
            inputs = model.inputs(scene.image, question.prompt)
            with torch.no_grad():
                ids = model.model.generate(**inputs, max_new_tokens=2, do_sample=False)
            new = ids[0, inputs["input_ids"].shape[1] :]
            said = model.processor.tokenizer.decode(new, skip_special_tokens=True)
            expected[question.kind] += Share(int(said == question.answer), 1)
    assert accuracy(model, scenes, batch=5) == expected


@pytest.mark.parametrize(("right", "asked"), [(0, 10), (10, 10), (3, 7), (470, 500)])
def test_wilson_intervals_are_scipys(right, asked):
    from scipy.stats import binomtest

    expected = binomtest(right, asked).proportion_ci(0.95, method="wilson")
    assert Share(right, asked).interval() == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_held_out_tokens_are_those_of_capture(model):
    samples = list(held_out_tokens(model, count=8, layer=2, start=3))
    assert [sample.scene for sample in samples] == list(range(3, 11))
    assert [sample.kind for sample in samples] == [list(KINDS)[i % 6] for i in range(3, 11)]
    assert {sample.family for sample in samples} == {"coarse", "fine"}
    for sample in samples:
        asked = {q.text: q for q in questions_about(held_out_scene(sample.scene))}
        prompt = asked[sample.question].prompt
        assert KINDS[asked[sample.question].kind] == sample.family
        inputs = model.inputs(held_out_scene(sample.scene).image, prompt)
        visual, words = capture(model, inputs, 2).sample(0)
        assert np.array_equal(sample.visual, visual)
        assert np.array_equal(sample.prompt, words)
        assert sample.visual.shape == (144, 128)
        assert sample.visual.dtype == sample.prompt.dtype == np.float64


def test_a_sample_does_not_depend_on_where_one_starts(model):
    (alone,) = held_out_tokens(model, count=1, layer=2, start=5)
    among = list(held_out_tokens(model, count=6, layer=2))[5]
    assert np.array_equal(alone.visual, among.visual)
    assert np.array_equal(alone.prompt, among.prompt)


@pytest.mark.parametrize("value", [-1, 1.5, True, "3"])
@pytest.mark.parametrize("name", ["count", "start"])
def test_what_is_no_count(model, name, value):
    with pytest.raises(InvalidProblem, match=name):
        held_out_tokens(model, **{"count": 1, "layer": 2, name: value})


def test_a_layer_that_is_not_there(model):
    with pytest.raises(UnsupportedModel, match="layer"):
        next(held_out_tokens(model, count=1, layer=6))


@pytest.fixture
def package(tmp_path, monkeypatch):
    """The folder of a package with an earlier checkpoint."""
    home = tmp_path / "package" / "checkpoint"
    home.mkdir(parents=True)
    (home / "leftover").write_text("of an earlier checkpoint")
    for module in (publish, shipped):
        monkeypatch.setattr(module, "checkpoint_folder", lambda: home)
    return home.parent


def trained(run, dtype):
    """What the training script leaves, with random weights."""
    model = fresh_llava(dtype)
    model.model.save_pretrained(run / "checkpoint")
    model.processor.save_pretrained(run / "checkpoint")
    (run / "training_log.jsonl").write_text("{}\n")
    return run


def test_publishing_replaces_checkpoint_log_and_manifest(tmp_path, package):
    publish.publish(trained(tmp_path / "run", torch.bfloat16), scenes=1)
    names = sorted(path.name for path in package.iterdir())
    assert names == ["checkpoint", "manifest.json", "training_log.jsonl"]
    home = package / "checkpoint"
    assert not (home / "leftover").exists()
    manifest = json.loads((package / "manifest.json").read_text())
    assert manifest["sha256"] == shipped.sha256_of(home / "model.safetensors")
    assert load("embedded", device="cpu").model.dtype == torch.float32


@pytest.mark.parametrize(
    ("dtype", "most", "message"),
    [(torch.bfloat16, 1000, "at most 1000"), (torch.float32, publish.MOST_BYTES, "bfloat16")],
)
def test_weights_that_are_not_published(tmp_path, package, monkeypatch, dtype, most, message):
    monkeypatch.setattr(publish, "MOST_BYTES", most)
    with pytest.raises(SystemExit, match=message):
        publish.publish(trained(tmp_path / "run", dtype), scenes=1)
    assert [path.name for path in package.rglob("*")] == ["checkpoint", "leftover"]
