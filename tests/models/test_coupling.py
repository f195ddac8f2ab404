"""Coupling measured on models: what is measured, what is left out, killed runs, calibrations."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from jsonschema import Draft202012Validator
from PIL import Image
from typer.testing import CliRunner

import mobtheory as mob
from mobtheory.cli import app
from mobtheory.errors import InvalidProblem, UnsupportedModel
from mobtheory.experiments.coupling import experiment, measure_coupling, measuring, recorded
from mobtheory.experiments.coupling.measuring import SPACES, measure_batch
from mobtheory.experiments.samples import Sample, embedded_samples
from mobtheory.experiments.token_capture import capture_tokens
from mobtheory.experiments.token_file import read_tokens
from mobtheory.models import capture, load, weights_fingerprint
from mobtheory.models.capturing_layers import see_layers
from mobtheory.pruning import MEASURES, read_calibration
from mobtheory.report import to_json
from mobtheory.report.coupling_view import coupling_view
from mobtheory.report.coupling_writing import write_coupling
from mobtheory.report.figures.model_coupling import coupling_figure
from mobtheory.report.schema import schema_of, violations

from .random_llava import LONG, SHORT, inputs_for, random_llava
from .tiny_llava_next import LAYERS, tiny_llava_next

pytestmark = pytest.mark.models


@cache
def embedded():
    return load("embedded", device="cpu")


def document(report):
    """What JSON holds, without what a clock says."""
    return {k: v for k, v in json.loads(to_json(report.to_dict())).items() if k != "seconds"}


def run(samples, **options):
    options = {"layers": [0, 2], "resamples": 19, "batch": 4, **options}
    return measure_coupling(embedded(), samples=samples, **options)


def rows(folder, *lines, header="image,question,kind"):
    path = folder / "rows.csv"
    path.write_text("\n".join((header, *lines)) + "\n")
    return path


def test_all_layers_in_one_pass_are_what_capture_sees_at_each():
    model = random_llava(torch.float32)
    inputs = inputs_for(model, SHORT, LONG)
    seen = {}
    see_layers(model, inputs, [4, 0, 2, 0], lambda layer, cloud: seen.update({layer: cloud}))
    assert list(seen) == [0, 2, 4]
    for layer, cloud in seen.items():
        alone = capture(model, inputs, layer)
        assert torch.equal(cloud.hidden, alone.hidden)
        assert torch.equal(cloud.positions, alone.positions)
        assert cloud.spans == alone.spans


def test_a_reader_that_raises_leaves_no_hook():
    model = random_llava(torch.float32)
    inputs = inputs_for(model, SHORT)
    with pytest.raises(ZeroDivisionError):
        see_layers(model, inputs, [1], lambda *_: 1 / 0)
    assert capture(model, inputs, 1).visual.shape[0] == 1
    assert not any(module._forward_pre_hooks for module in model.model.modules())


def test_every_number_is_that_of_the_captured_tokens():
    samples = embedded_samples(1)
    found = run(samples, layers=[0, 3], batch=3)
    for sample, measured in zip(samples, found.measured, strict=True):
        assert (measured.id, measured.kind, measured.family) == (
            sample.id,
            sample.kind,
            sample.family,
        )
        inputs = embedded().inputs([sample.image], [embedded().prompt(sample.question)])
        for layer, spaces in zip((0, 3), measured.values, strict=True):
            visual, prompt = capture(embedded(), inputs, layer).sample(0)
            assert (measured.visual_tokens, measured.prompt_tokens) == (len(visual), len(prompt))
            for (_, unit), numbers in zip(SPACES.items(), spaces, strict=True):
                exact = mob.coupling(visual, prompt, normalize=unit)
                told = dict(zip(MEASURES, numbers, strict=True))
                # the batch is padded, so float32 sums differ in their last bits
                assert told["hausdorff"] == pytest.approx(exact.hausdorff, rel=1e-5)
                assert told["visual_to_prompt"] == pytest.approx(exact.visual_to_prompt, rel=1e-5)
                assert told["prompt_to_visual"] == pytest.approx(exact.prompt_to_visual, rel=1e-5)


def test_the_document_follows_its_schema_and_the_view_says_what_was_found():
    found = run(embedded_samples(3))
    read = json.loads(to_json(found.to_dict()))
    Draft202012Validator.check_schema(schema_of("coupling"))
    assert list(Draft202012Validator(schema_of("coupling")).iter_errors(read)) == []
    assert list(violations(read, schema_of("coupling"))) == []
    assert list(violations(read["calibration"], schema_of("calibration"))) == []
    assert len(read["summaries"]) == 2 * len(SPACES) * len(MEASURES)
    assert sum(read["chosen"]["histogram"]["counts"]) == 18
    for width in (80, 130):
        text = printed(coupling_view(read, width), width)
        assert "18 of 18 samples" in text
        assert "two clusters are not found" in text
        assert text.count("← tau") == 1
        assert max(map(len, text.splitlines())) <= width


def printed(view, width):
    from io import StringIO

    from rich.console import Console

    console = Console(file=StringIO(), width=width, force_terminal=False)
    console.print(view, highlight=False, markup=False)
    return console.file.getvalue()


def test_a_bad_row_is_told_counted_and_left_out(tmp_path):
    for name in ("a.png", "b.png"):
        embedded_samples(1)[0].image.save(tmp_path / name)
    (tmp_path / "cut.png").write_bytes((tmp_path / "a.png").read_bytes()[:500])
    (tmp_path / "text.png").write_text("no picture")
    Image.new("RGBA", (96, 96)).save(tmp_path / "clear.png")
    question = "which shape is most common ?"
    path = rows(
        tmp_path,
        f"a.png,{question},x",
        f"cut.png,{question},x",
        f"missing.png,{question},x",
        "a.png,,x",
        f"text.png,{question},y",
        f"clear.png,{question},y",
        f"b.png,{question},y",
        "b.png,look <image> there,y",
    )
    found = run(path)
    assert [m.id for m in found.measured] == ["a.png, line 2", "b.png, line 8"]
    assert [found.samples[name] for name in ("asked", "measured", "refused")] == [8, 2, 6]
    told = {refused.id: refused.reason for refused in found.refused}
    assert set(told) == {
        "line 4",
        "line 5",
        "cut.png, line 3",
        "text.png, line 6",
        "clear.png, line 7",
        "b.png, line 9",
    }
    assert "truncated" in told["cut.png, line 3"]
    assert "transparent" in told["clear.png, line 7"]
    assert "the processor refused" in told["b.png, line 9"]
    assert found.chosen.auc.auc == 0.5  # one picture, one question: equal values of both kinds
    text = printed(coupling_view(found.to_dict(), 100), 100)
    assert "6 refused and left out" in text
    assert "2 of 8 samples" in text


def test_questions_that_share_pictures_are_told_to_depend_on_each_other(tmp_path):
    for number, sample in enumerate(embedded_samples(1)[:2]):
        sample.image.save(tmp_path / f"{number}.png")
    questions = ("which shape is most common ?", "which colour is most common ?")
    lines = [f"{number}.png,{question},{question}" for number in (0, 1) for question in questions]
    (note,) = run(rows(tmp_path, *lines)).notes
    assert note.startswith("4 questions are about 2 pictures: they are not independent")
    Path(tmp_path, "same.png").symlink_to(tmp_path / "0.png")
    (note,) = run(rows(tmp_path, lines[0], lines[1].replace("0.png", "./same.png"))).notes
    assert note.startswith("2 questions are about 1 pictures")
    assert run(rows(tmp_path, *lines[::2])).notes == run(embedded_samples(1)).notes == ()


def test_tied_values_are_told():
    one = embedded_samples(1)[0]
    twice = [replace(one, id=str(number), source=str(number)) for number in (0, 1)]
    (note,) = run([*twice, *embedded_samples(1)[1:]], batch=1).notes
    assert note.startswith("2 of 7 values are equal to another")


def test_without_one_good_sample_there_is_an_error(tmp_path):
    (tmp_path / "a.png").write_text("no picture")
    with pytest.raises(InvalidProblem, match=r"1 were refused; a\.png, line 2: .*cannot identify"):
        run(rows(tmp_path, "a.png,What?,x"))


def test_pictures_with_other_numbers_of_visual_tokens_share_a_batch():
    sizes = [(16, 32), (33, 21), (16, 32), (40, 20)]
    samples = [
        Sample(str(n), "which shape is most common ?", None, None, None, str(n), image_of(size, n))
        for n, size in enumerate(sizes)
    ]
    together = measure_batch(tiny_llava_next(), samples, range(LAYERS))
    alone = [measure_batch(tiny_llava_next(), [one], range(LAYERS))[0] for one in samples]
    assert [m.id for m in together] == ["0", "1", "2", "3"]
    assert [m.visual_tokens for m in together] == [56, 70, 56, 52]
    for a, b in zip(together, alone, strict=True):
        assert np.array(a.values) == pytest.approx(np.array(b.values), rel=1e-4)


def image_of(size, seed):
    pixels = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    return lambda: Image.fromarray(pixels)


class Killed(BaseException):
    pass


@pytest.mark.parametrize("torn", [b"", b'{"outcomes": [{"id": "scene'])
def test_a_killed_run_goes_on_and_gives_the_same_document(tmp_path, torn):
    samples = [*embedded_samples(2), unreadable("broken")]
    whole = document(run(samples))
    state = tmp_path / "coupling.jsonl"

    def killed(stage, done, _):
        if stage == "samples" and done >= 8:
            raise Killed

    with pytest.raises(Killed):
        run(samples, resume=state, progress=killed)
    state.write_bytes(state.read_bytes() + torn)
    measured = []
    again = run(samples, resume=state, progress=lambda stage, done, _: measured.append(done))
    assert measured[0] == 8
    assert document(again) == whole
    assert document(run(samples, resume=state)) == whole
    assert [refused.id for refused in again.refused] == ["broken"]


def unreadable(id):
    from mobtheory.experiments.samples import open_picture

    return Sample(id, "What?", None, None, None, id, lambda: open_picture(f"no-{id}.png"))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"layers": [0]}, "layers"),
        ({"batch": 2}, "batch"),
        ({"samples": embedded_samples(1, seed=1)}, "samples"),
    ],
)
def test_the_state_of_another_run_is_refused(tmp_path, change, told):
    state = tmp_path / "coupling.jsonl"
    options = {"samples": embedded_samples(1), "resume": state}
    run(**options)
    with pytest.raises(InvalidProblem, match=f"its {told} is"):
        run(**{**options, **change})


def test_the_state_of_another_model_is_refused(tmp_path):
    state = tmp_path / "coupling.jsonl"
    run(embedded_samples(1), resume=state)
    with pytest.raises(InvalidProblem, match="its weights is"):
        measure_coupling(
            random_llava(torch.float32),
            samples=embedded_samples(1),
            layers=[0, 2],
            resamples=19,
            batch=4,
            resume=state,
        )


def test_a_record_of_other_samples_is_refused(tmp_path):
    state = tmp_path / "coupling.jsonl"
    run(embedded_samples(2), resume=state)
    lines = state.read_bytes().splitlines(keepends=True)
    state.write_bytes(b"".join([lines[0], lines[2]]))
    with pytest.raises(InvalidProblem, match="not of the samples that are its turn"):
        run(embedded_samples(2), resume=state)


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("values",), [[[0.5] * 5] * 2]),
        (("values", 0), 0.5),
        (("values", 1, 1, 4), None),
        (("values", 1, 1, 4), "0.5"),
        (("values", 0, 0, 0), True),
        (("values", 0, 0, 0), -0.5),
        (("values", 0, 0, 0), float("nan")),
        (("values", 0, 0), [0.5] * 4),
        (("visual_tokens",), 0),
        (("prompt_tokens",), "9"),
        (("kind",), "another"),
        (("family",), ["fine"]),
        (("reason",), "both refused and measured"),
        ((), "text"),
    ],
)
def test_a_damaged_record_is_refused(tmp_path, where, value):
    state = tmp_path / "coupling.jsonl"
    run(embedded_samples(1), resume=state)
    head, first, *rest = state.read_text().splitlines()
    record = json.loads(first)
    place, path = record["outcomes"], (1, *where)
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    state.write_text("\n".join([head, json.dumps(record), *rest, ""]))
    with pytest.raises(InvalidProblem, match=r"coupling\.jsonl.*cannot go on with it"):
        run(embedded_samples(1), resume=state)


@pytest.mark.parametrize("fits", [None, 0, 5, True, 2.0])
def test_a_damaged_size_of_batch_is_refused(tmp_path, fits):
    state = tmp_path / "coupling.jsonl"
    run(embedded_samples(1), resume=state)
    lines = state.read_text().splitlines()
    record = {**json.loads(lines[-1]), "fits": fits}
    state.write_text("\n".join([*lines[:-1], json.dumps(record), ""]))
    with pytest.raises(InvalidProblem, match=r"coupling\.jsonl.*cannot go on with it"):
        run(embedded_samples(1), resume=state)


def folder_of_one(folder, sample):
    folder.mkdir()
    sample.image.save(folder / "x.png")
    return rows(folder, f"x.png,{sample.question},x")


def test_the_same_rows_beside_other_pictures_are_another_run(tmp_path):
    state, (one, other, *_) = tmp_path / "coupling.jsonl", embedded_samples(1)
    first = folder_of_one(tmp_path / "a", one)
    folder_of_one(tmp_path / "b", other)
    (tmp_path / "b" / "rows.csv").write_text(first.read_text())
    found = run(first, resume=state)
    with pytest.raises(InvalidProblem, match="its samples is"):
        run(tmp_path / "b" / "rows.csv", resume=state)
    other.image.save(tmp_path / "a" / "x.png")
    with pytest.raises(InvalidProblem, match="its samples is"):
        run(first, resume=state)
    copied = folder_of_one(tmp_path / "c", one)  # the same bytes in another folder
    assert document(run(copied, resume=state)) == document(found)


@pytest.mark.parametrize("name", ["torch", "transformers", "mobtheory"])
def test_the_state_of_another_version_is_refused(tmp_path, monkeypatch, name):
    state, genuine = tmp_path / "coupling.jsonl", recorded.versions
    run(embedded_samples(1), resume=state)
    monkeypatch.setattr(recorded, "versions", lambda *of: {**genuine(*of), name: "0.0"})
    with pytest.raises(InvalidProblem, match=f"its {name} is"):
        run(embedded_samples(1), resume=state)


def test_the_state_of_another_prompt_is_refused(tmp_path, monkeypatch):
    state = tmp_path / "coupling.jsonl"
    run(embedded_samples(1), resume=state)
    written = "<image> {}"
    monkeypatch.setattr(
        type(embedded()), "prompt", lambda _, question, **__: written.format(question)
    )
    with pytest.raises(InvalidProblem, match="its prompt is"):
        run(embedded_samples(1), resume=state)


def test_where_memory_runs_out_the_batch_is_halved_and_that_is_told(tmp_path, monkeypatch):
    samples = embedded_samples(2)
    whole = run(samples)
    genuine = measuring.see_layers

    def small(model, inputs, *rest):
        if len(inputs["input_ids"]) > 2:
            raise torch.OutOfMemoryError("no room")
        genuine(model, inputs, *rest)

    monkeypatch.setattr(measuring, "see_layers", small)
    told = []
    state = tmp_path / "coupling.jsonl"
    found = run(samples, tell=told.append, resume=state)
    assert told == list(found.notes) == ["memory ran out: batches of 2 instead of 4"]
    assert document(run(samples, resume=state)) == document(found)
    for a, b in zip(found.measured, whole.measured, strict=True):
        assert np.array(a.values) == pytest.approx(np.array(b.values), rel=1e-5)


NO_ROOM = [
    torch.OutOfMemoryError("no room"),
    RuntimeError("[enforce fail at alloc_cpu.cpp:124] . DefaultCPUAllocator: can't allocate"),
    MemoryError(),
]


@pytest.mark.parametrize("error", NO_ROOM, ids=lambda error: type(error).__name__)
def test_a_sample_that_never_fits_is_refused_and_the_run_goes_on(tmp_path, monkeypatch, error):
    samples, state = embedded_samples(2), tmp_path / "coupling.jsonl"
    whole, genuine, sizes = run(samples), recorded.measure_batch, []

    def large(model, some, layers):
        sizes.append(len(some))
        if samples[5] in some:
            raise error
        return genuine(model, some, layers)

    monkeypatch.setattr(recorded, "measure_batch", large)
    found = run(samples, resume=state)
    assert [(one.id, one.reason) for one in found.refused] == [
        (samples[5].id, "memory ran out for this sample alone")
    ]
    assert found.samples["measured"] == 11
    assert sizes[-1] == 4  # the others are still measured in batches of four
    assert found.notes == ()
    kept = [one for one in whole.measured if one.id != samples[5].id]
    for a, b in zip(found.measured, kept, strict=True):
        assert np.array(a.values) == pytest.approx(np.array(b.values), rel=1e-5)
    assert document(run(samples, resume=state)) == document(found)


def test_where_no_sample_fits_there_is_an_error(monkeypatch):
    def never(*_):
        raise torch.OutOfMemoryError("no room")

    monkeypatch.setattr(measuring, "see_layers", never)
    with pytest.raises(InvalidProblem, match=r"6 were refused.*memory ran out for this sample"):
        run(embedded_samples(1))


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"layers": [6]}, UnsupportedModel),
        ({"layers": []}, InvalidProblem),
        ({"layer": 1}, InvalidProblem),
        ({"metric": "cosine"}, InvalidProblem),
        ({"batch": 0}, InvalidProblem),
        ({"seed": -1}, InvalidProblem),
        ({"samples": embedded_samples(1) * 2}, InvalidProblem),
        ({"samples": 5}, InvalidProblem),
        ({"samples": ["a"]}, InvalidProblem),
        ({"layers": 2}, InvalidProblem),
        ({"layer": True}, UnsupportedModel),
        ({"layer": 2.0}, UnsupportedModel),
        ({"metric": []}, InvalidProblem),
    ],
)
def test_bad_options_are_refused(options, error):
    with pytest.raises(error):
        run(**{"samples": embedded_samples(1), **options})


def apart(samples, gap=None):
    """Couplings of which every second sample's are moved: by a gap, or to the other end."""
    genuine, calls = measuring.couplings, []

    def divided(visual, prompt, *, normalize):
        calls.append(normalize)
        sample = (len(calls) - 1) // len(SPACES) % samples
        found = genuine(visual, prompt, normalize=normalize)
        by = 100.0 * max(found.values()) if gap is None else gap
        return {name: value + by * (sample % 2) for name, value in found.items()}

    return divided


def test_questions_that_really_divide_the_inputs_are_found_to(monkeypatch):
    """The whole chain finds two clusters where the tokens of half of the samples are moved."""
    monkeypatch.setattr(measuring, "couplings", apart(24, 1.0))
    found = measure_coupling(
        embedded(), samples=embedded_samples(4), layers=[2], batch=24, resamples=199
    )
    calibration = found.calibration
    assert calibration.clusters
    regimes = [calibration.regime(value) for value in found.values(2, "normalised", "hausdorff")]
    assert regimes == ["strong", "weak"] * 12


def test_inputs_that_are_divided_everywhere_stay_so_after_the_correction(monkeypatch):
    """With 60 tests and 999 draws of each null no p value could be as small as 0.05 / 60."""
    monkeypatch.setattr(measuring, "couplings", apart(24))
    samples, layers = embedded_samples(4), range(6)
    found = measure_coupling(embedded(), samples=samples, layers=layers, batch=24, resamples=99)
    assert len(found.summaries) == 60
    assert max(summary.holm_p for summary in found.summaries) <= 0.05


def test_a_calibration_is_known_by_its_weights_and_not_by_its_name():
    found = run(embedded_samples(1)).calibration
    found.require(weights=weights_fingerprint(embedded()), layer=2)
    found.require(weights=weights_fingerprint(load("embedded", dtype="bfloat16")), layer=2)
    other = weights_fingerprint(random_llava(torch.float32))
    with pytest.raises(InvalidProblem, match="another model"):
        found.require(weights=other, layer=2)


def test_one_changed_tensor_changes_the_fingerprint():
    model = load("embedded", device="cpu")
    before = weights_fingerprint(model)
    with torch.no_grad():
        model.model.lm_head.weight.add_(0.01)
    assert weights_fingerprint(model) != before
    model.model.lm_head.to("meta")
    with pytest.raises(UnsupportedModel, match="not in memory"):
        weights_fingerprint(model)


def command(*words):
    return CliRunner().invoke(app, ["model", *map(str, words)])


def test_the_command_writes_a_calibration_that_reads_back(tmp_path):
    path = tmp_path / "calibration.json"
    options = ("--per-kind", 1, "--layers", "1-2", "--metric", "mean_prompt_to_visual")
    done = command("coupling", "embedded", *options, "--calibration", path, "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert list(violations(told, schema_of("coupling"))) == []
    assert read_calibration(path).to_dict() == told["calibration"]
    assert told["layers"] == [1, 2]
    assert told["calibration"]["metric"] == "mean_prompt_to_visual"


def test_the_report_is_written_with_a_figure_of_every_value(tmp_path):
    done = command("coupling", "embedded", "--per-kind", 3, "--layers", 2, "--output", tmp_path)
    assert done.exit_code == 0, done.output
    written = json.loads((tmp_path / "coupling.json").read_text())
    assert list(violations(written, schema_of("coupling"))) == []
    drawn = (tmp_path / "coupling.svg").read_text()
    assert "coarse: 9 samples; fine: 9 samples" in drawn
    (tmp_path / "coupling.svg").write_text("")
    again = CliRunner().invoke(app, ["report", str(tmp_path), "--json"])
    assert (again.exit_code, json.loads(again.stdout)) == (0, written)
    assert (tmp_path / "coupling.svg").read_text() == drawn
    shown = CliRunner().invoke(app, ["report", str(tmp_path)])
    assert "two clusters are not found" in shown.stdout
    named = coupling_figure(unlabelled(written, None))
    assert "all samples: 18 samples" in named
    some = coupling_figure(unlabelled(written, "fine"))
    assert "coarse: 9 samples; fine: 6 samples; others: 3 samples" in some
    with pytest.raises(InvalidProblem, match="coupling report"):
        write_coupling({**written, "rows": []}, tmp_path)


def unlabelled(written, family):
    """The document with three rows of a family, or all rows, without one."""
    changed = json.loads(json.dumps(written))
    left = [row for row in changed["rows"] if family in (None, row["family"])]
    for row in left if family is None else left[:3]:
        row["family"] = None
    for summary in changed["summaries"] if family is None else ():
        summary["auc"] = None
    return changed


@pytest.mark.parametrize("name", ["", ".", "folder", "file/calibration.json"])
def test_a_place_without_a_calibration_is_refused_before_the_measurement(
    tmp_path, monkeypatch, name
):
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    Path("file").touch()
    monkeypatch.setattr(measuring, "see_layers", None)  # a measurement would fail
    done = command("coupling", "embedded", "--calibration", name)
    assert done.exit_code == 2
    assert repr(str(Path(name))) in done.stderr
    assert "--calibration" in done.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--samples", "none.csv"), "none.csv"),
        (("--layers", "9"), "layer 9"),
        (("--layers", "x"), "numbers and ranges"),
        (("--layer", "1", "--layers", "2"), "layer 1"),
        (("--metric", "x"), "metric 'x'"),
        (("--per-kind", "0"), "per_kind"),
    ],
)
def test_the_command_refuses_bad_input_in_one_message(words, told):
    done = command("coupling", "embedded", *words)
    assert done.exit_code == 2
    assert told in done.stderr
    assert "Traceback" not in done.output


def test_captured_tokens_are_saved_exactly_and_solved(tmp_path):
    sample = embedded_samples(1)[4]
    sample.image.save(tmp_path / "scene.png")
    output = tmp_path / "new" / "tokens.npz"
    words = ("--image", tmp_path / "scene.png", "--question", sample.question, "--layer", 3)
    done = command("capture", "embedded", *words, "--output", output, "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    Draft202012Validator.check_schema(schema_of("capture"))
    assert list(Draft202012Validator(schema_of("capture")).iter_errors(told)) == []
    assert list(violations(told, schema_of("capture"))) == []
    tokens = read_tokens(output)
    prompt = embedded().prompt(sample.question)
    cloud = capture(embedded(), embedded().inputs([sample.image], [prompt]), 3)
    assert np.array_equal(tokens.visual.points, cloud.visual[0].numpy())
    assert np.array_equal(tokens.prompt.points, cloud.prompt[0].numpy())
    assert (told["sha256"], told["prompt"]) == (tokens.sha256, prompt)
    solved = CliRunner().invoke(
        app,
        [
            *("solve", str(output), "--budget=2", "--objective=k-center", "--time-limit=5"),
            f"--output={tmp_path / 'solution'}",
        ],
    )
    assert solved.exit_code == 0, solved.output
    (tmp_path / "plain").touch()
    assert output.stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_bfloat16_tokens_are_saved_without_rounding(tmp_path):
    model = load("embedded", device="cpu", dtype="bfloat16")
    embedded_samples(1)[0].image.save(tmp_path / "scene.png")
    question = "which shape is most common ?"
    found = capture_tokens(model, [tmp_path / "scene.png"], question, 2, tmp_path / "t.npz")
    image = embedded_samples(1)[0].image
    cloud = capture(model, model.inputs([image], [model.prompt(question)]), 2)
    assert found.tokens.visual.dtype == "float32"
    assert torch.equal(torch.from_numpy(found.tokens.visual.points).bfloat16(), cloud.visual[0])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"--image": "none.png"}, "none.png"),
        ({"--question": " "}, "a question is asked"),
        ({"--output": "tokens.txt"}, "tokens.txt"),
        ({"--layer": "6"}, "layer 6"),
        ({"--output": "scene.png/tokens.npz"}, "--output"),
    ],
)
def test_capture_refuses_bad_input_and_leaves_no_file(tmp_path, monkeypatch, change, told):
    monkeypatch.chdir(tmp_path)
    embedded_samples(1)[0].image.save("scene.png")
    options = {"--image": "scene.png", "--question": "what is the background colour ?"}
    words = [word for pair in {**options, **change}.items() for word in pair]
    done = command("capture", "embedded", *words)
    assert done.exit_code == 2
    assert told in done.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["scene.png"]


def test_the_command_asks_as_many_scenes_as_the_function():
    from inspect import signature

    from mobtheory.cli.model.coupling import coupling

    for name in ("per_kind", "metric", "normalize", "batch", "seed", "layer"):
        defaults = [signature(of).parameters[name].default for of in (coupling, measure_coupling)]
        assert defaults[0] == defaults[1], name
    assert measure_coupling.__kwdefaults__["per_kind"] == experiment.PER_KIND
