"""`mobtheory model layers`: documents, figures, exit statuses, killed runs, bad input."""

import io
import json

import pytest
from jsonschema import Draft202012Validator
from PIL import Image
from typer.testing import CliRunner

from mobtheory.cli import app
from mobtheory.errors import InvalidProblem, UnsupportedModel
from mobtheory.experiments.layers import measure_layers
from mobtheory.experiments.samples import embedded_samples
from mobtheory.models import load
from mobtheory.models.embedded import held_out_scene
from mobtheory.models.layer_weights import LayerWeights
from mobtheory.report.layers_view import layers_view
from mobtheory.report.schema import schema_of, violations

pytestmark = pytest.mark.models
SHORT = ["--layers", "2,4", "--budgets", "1/3,8", "--per-kind", "1", "--replicates", "50"]


def _run(*words):
    return CliRunner().invoke(app, ["model", "layers", *map(str, words)])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("layers")


@pytest.fixture(scope="module")
def result(folder):
    return _run("embedded", *SHORT, "--resume", folder / "run.jsonl", "--output", folder, "--json")


@pytest.fixture(scope="module")
def document(result):
    return json.loads(result.stdout)


def test_the_embedded_model_agrees_with_the_theory(result, document):
    assert result.exit_code == document["exit_status"] == 0
    assert document["contradictions"] == []
    assert document["samples"]["pictures"] == 6
    for layer in document["layers"]:
        assert layer["cases"] == layer["identity"]["holds"] == 6 * 2 * 4
        assert layer["identity"]["worst_residual"] < 1e-4
        assert all(bound["violations"] == 0 for bound in layer["bounds"].values())
        assert all(bound["ratio"]["low"] >= 1 for bound in layer["bounds"].values())
        for name in ("lemma-2 (raw)", "lemma-2 (unit)", "theorem-2.bound (unit, MoB)"):
            assert layer["domination"][name]["share"] == 1
        for step in layer["proof_steps"]:
            assert step["holds"]["nearest_cover_optimal"]["share"] == 1
            assert step["holds"]["union_twice"]["share"] == 1
        truths = layer["ranking"]["truths"]
        assert set(truths) == {"attention", "layer", "state", "kl"}
        # B holds the exact error of each head: the geometry cannot beat it
        assert truths["attention"]["falsifier"]["outcome"] == "not falsified"


def test_the_document_follows_its_schema(document):
    schema = schema_of("layers")
    Draft202012Validator.check_schema(schema)
    assert list(Draft202012Validator(schema).iter_errors(document)) == []
    assert list(violations(document, schema)) == []


def test_the_folder_holds_the_same_document_and_its_figures(folder, document):
    assert json.loads((folder / "layers.json").read_text()) == document
    names = {path.name for path in folder.glob("*.svg")}
    assert names == {
        f"layers-{name}.svg"
        for name in ("ranking", "assumption-1", "bounds", "bounds-log-count", "laws")
    }


def test_a_run_that_goes_on_gives_the_same_bytes_and_measures_nothing_twice(
    folder, result, tmp_path, monkeypatch
):
    """All that the first run measured is in its state; half of it is cut off here."""
    whole = (folder / "run.jsonl").read_bytes().splitlines(keepends=True)
    state = tmp_path / "run.jsonl"
    state.write_bytes(b"".join(whole[:-1]) + whole[-1][:40])
    measured = []
    from mobtheory.experiments.layers import running

    real = running.measure_sample

    def counting(call, *args, **kwargs):
        measured.append(call.layer)
        return real(call, *args, **kwargs)

    monkeypatch.setattr(running, "measure_sample", counting)
    again = _run("embedded", *SHORT, "--resume", state, "--output", tmp_path, "--json")
    assert again.stdout == result.stdout
    assert measured == [4]
    for path in folder.glob("layers*"):
        assert path.read_bytes() == (tmp_path / path.name).read_bytes()
    assert state.read_bytes() == (folder / "run.jsonl").read_bytes()


def test_a_saved_report_is_drawn_again(folder, document):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    (folder / "layers-laws.svg").unlink()
    result = CliRunner().invoke(app, ["report", str(folder), "--json"])
    assert result.exit_code == 0
    assert json.loads(result.stdout) == document
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    shown = CliRunner().invoke(app, ["report", str(folder)])
    assert "Identity 9.6: holds in 96 of 96 cases" in shown.stdout


@pytest.mark.parametrize("width", [80, 140])
def test_the_tables_fit_the_terminal(document, width):
    from rich.console import Console

    console = Console(width=width, record=True, file=io.StringIO())
    console.print(layers_view(document, width))
    text = console.export_text()
    assert "Identity 9.6: holds in 96 of 96 cases" in text
    for told in ("B (9.6)", "Lemma 2's right side", "Anti-alignment", "Covering dimension"):
        assert told in text
    assert max(map(len, text.splitlines())) <= width


def test_another_seed_or_budget_is_refused_by_the_state(folder, result, tmp_path):
    asked = ["--layers", "2", "--per-kind", "1", "--output", tmp_path]
    refused = _run("embedded", *asked, "--budgets", "8", "--resume", folder / "run.jsonl")
    assert refused.exit_code == 2
    assert "budgets" in refused.stderr


def test_other_pictures_under_the_same_names_are_refused_by_the_state(tmp_path):
    rows = tmp_path / "rows.csv"
    rows.write_text("image,question\na.png,what is the background colour ?\n")
    asked = ["--layers", "2", "--budgets", "16", "--samples", rows, "--replicates", "5"]
    asked += ["--resume", tmp_path / "run.jsonl"]
    for number, expected in ((0, 0), (0, 0), (1, 2)):
        Image.fromarray(held_out_scene(number).image).save(tmp_path / "a.png")
        found = _run("embedded", *asked, "--output", tmp_path / "out")
        assert found.exit_code == expected, found.output
    assert "samples" in found.stderr


def test_one_head_that_is_read_wrongly_is_a_contradiction(tmp_path, monkeypatch):
    real = LayerWeights.output.func

    def broken(self):
        output = real(self).copy()
        output[0] *= 1.01
        return output

    found = property(broken)
    monkeypatch.setattr(LayerWeights, "output", found)
    asked = ["--layers", "3", "--per-kind", "1", "--budgets", "16", "--output", tmp_path]
    result = _run("embedded", *asked, "--json")
    document = json.loads(result.stdout)
    assert result.exit_code == document["exit_status"] == 1
    assert "identity 9.6 fails" in document["contradictions"][0]
    assert document["layers"][0]["ranking"] is None
    assert list(violations(document, schema_of("layers"))) == []
    assert _run("embedded", *asked).exit_code == 1


def test_the_seed_draws_the_random_subsets():
    model, samples = load("embedded"), embedded_samples(1)[:1]

    def errors(seed):
        found = measure_layers(model, samples, layers=[2], budgets=[8], seed=seed).to_dict()
        return found["layers"][0]["treatments"]["random"]["plain"]["error"]["median"]

    assert errors(0) == errors(0)
    assert errors(0) != errors(1)


def test_pictures_that_cannot_be_read_are_left_out_and_told(tmp_path):
    samples = embedded_samples(1)[:2]
    for sample in samples:
        sample.image.save(tmp_path / f"{sample.id}.png")
    (tmp_path / "broken.png").write_bytes(b"\x89PNG no picture")
    rows = [f"{sample.id}.png,{sample.question}" for sample in samples]
    rows[1:1] = ["broken.png,what is it ?", "missing.png,where is it ?"]
    (tmp_path / "rows.csv").write_text("\n".join(["image,question", *rows]))
    asked = ["--samples", tmp_path / "rows.csv", "--layers", "1", "--budgets", "8"]
    result = _run("embedded", *asked, "--output", tmp_path, "--json")
    assert result.exit_code == 0
    found = json.loads(result.stdout)["samples"]
    assert (found["measured"], found["pictures"]) == (2, 2)
    assert [one["id"] for one in found["refused"]] == ["line 4", "broken.png, line 3"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--layers", "0"], "layer 0"),
        (["--layers", "6"], "layer 6"),
        (["--layers", "two"], "integers"),
        (["--budgets", "144"], "leaves some token out"),
        (["--budgets", "0"], "budget"),
        (["--budgets", "-1/2"], "budget"),
        (["--budgets", "8.5"], "budget"),
        (["--seed", "-1"], "seed"),
        (["--samples", "nowhere.csv"], "nowhere.csv"),
    ],
)
def test_bad_input_is_refused_before_anything_is_written(tmp_path, words, told):
    result = _run("embedded", "--output", tmp_path / "out", "--per-kind", "1", *words)
    assert result.exit_code == 2
    assert told in result.stderr
    assert not (tmp_path / "out").exists()


def test_nothing_to_measure_is_no_agreement():
    model = load("embedded")
    found = measure_layers(model, [], layers=[2])
    assert found.exit_status == 3
    assert list(violations(found.to_dict(), schema_of("layers"))) == []
    with pytest.raises(UnsupportedModel):
        measure_layers(model, [], layers=[])
    with pytest.raises(InvalidProblem):
        measure_layers(model, [], budgets=[])
