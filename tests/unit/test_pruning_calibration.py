"""A calibration file says what it was measured on, and is refused where it does not fit."""

import json
from dataclasses import replace

import pytest
from jsonschema import Draft202012Validator

from mobtheory.errors import InvalidProblem, ReportNotWritten
from mobtheory.pruning import MEASURES, CouplingCalibration, couplings, read_calibration
from mobtheory.report.calibration_file import write_calibration
from mobtheory.report.schema import schema_of, violations

TWO = CouplingCalibration(
    model="some/model",
    revision="abc",
    weights="0" * 64,
    layer=2,
    metric="mean_prompt_to_visual",
    normalize=False,
    tau=1.2,
    tau_interval=(1.1, 1.3),
    separability=0.9,
    gaussian_p=0.001,
    unimodal_p=0.05,
    level=0.05,
    clusters=True,
    n=100,
    samples="rows of a file",
    seed=0,
    versions={"mobtheory": "0", "python": "3", "torch": None},
)
ONE = replace(TWO, unimodal_p=0.3, clusters=False, revision=None)


@pytest.mark.parametrize("calibration", [ONE, TWO])
def test_what_is_written_is_read_and_follows_the_schema(tmp_path, calibration):
    path = write_calibration(calibration, tmp_path / "new" / "calibration.json")
    assert read_calibration(path) == calibration
    document = json.loads(path.read_text())
    Draft202012Validator.check_schema(schema_of("calibration"))
    assert list(Draft202012Validator(schema_of("calibration")).iter_errors(document)) == []
    assert list(violations(document, schema_of("calibration"))) == []
    assert [p.name for p in path.parent.iterdir()] == ["calibration.json"]


def test_the_schema_names_every_measure_and_field():
    schema = schema_of("calibration")
    assert schema["properties"]["metric"]["enum"] == list(MEASURES)
    assert schema["required"] == list(schema["properties"]) == list(TWO.to_dict())


def test_regimes():
    assert [TWO.regime(c) for c in (0.0, 1.2, 1.2000001)] == ["strong", "strong", "weak"]
    assert {ONE.regime(c) for c in (0.0, 1.2, 5.0)} == {"undivided"}


@pytest.mark.parametrize("calibration", [ONE, TWO])
@pytest.mark.parametrize("coupling", [float("nan"), float("inf"), -1.0])
def test_what_is_no_distance_has_no_regime(calibration, coupling):
    with pytest.raises(InvalidProblem, match="a coupling is a distance"):
        calibration.regime(coupling)


def test_it_measures_by_its_own_metric():
    visual, prompt = [[0.0, 1.0], [3.0, 4.0]], [[6.0, 8.0]]
    for name in MEASURES:
        for unit in (True, False):
            found = replace(TWO, metric=name, normalize=unit).measure(visual, prompt)
            assert found == couplings(visual, prompt, normalize=unit)[name]


def test_another_model_or_layer_is_refused():
    TWO.require(weights=TWO.weights, layer=2)
    with pytest.raises(InvalidProblem, match=r"of 'some/model' at layer 2.*of another model"):
        TWO.require(weights="1" * 64, layer=2)
    with pytest.raises(InvalidProblem, match=r"asked for layer 3"):
        TWO.require(weights=TWO.weights, layer=3)


def test_another_metric_or_scale_is_refused():
    TWO.require(weights=TWO.weights, layer=2, metric=TWO.metric, normalize=False)
    for change in ({"metric": "hausdorff"}, {"normalize": True}):
        (name,) = change
        with pytest.raises(InvalidProblem, match=f"asked for {name}={change[name]!r}"):
            TWO.require(weights=TWO.weights, layer=2, **change)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"format": "other"}, "another kind"),
        ({"schema": 2}, "schema 2"),
        ({"tau": None}, "tau None"),
        ({"tau": float("nan")}, "tau nan"),
        ({"tau": -1.0}, "tau -1.0"),
        ({"tau": True}, "tau True"),
        ({"tau_interval": [1.0]}, "tau_interval"),
        ({"tau_interval": [2.0, 1.0]}, "tau"),
        ({"separability": 1.5}, "no share"),
        ({"metric": "cosine"}, "metric 'cosine'"),
        ({"layer": -1}, "layer -1"),
        ({"layer": "2"}, "layer '2'"),
        ({"clusters": False}, "against the p values"),
        ({"gaussian_p": 0.5}, "against the p values"),
        ({"n": 0}, "n 0"),
        ({"versions": {"python": 3}}, "versions"),
        ({"extra": 1}, "unknown extra"),
    ],
)
def test_a_calibration_that_is_none_is_refused(tmp_path, change, told):
    path = tmp_path / "calibration.json"
    path.write_text(json.dumps({**TWO.to_dict(), **change}))
    with pytest.raises(InvalidProblem, match="no calibration of the coupling") as error:
        read_calibration(path)
    assert told in str(error.value)


@pytest.mark.parametrize("name", list(TWO.to_dict()))
def test_a_calibration_without_a_field_is_refused(tmp_path, name):
    document = TWO.to_dict()
    del document[name]
    (tmp_path / "c.json").write_text(json.dumps(document))
    with pytest.raises(InvalidProblem):
        read_calibration(tmp_path / "c.json")


@pytest.mark.parametrize("content", [None, b"", b"[]", b"\xff", b"[" * 100_000])
def test_a_file_that_is_no_json_object_is_refused(tmp_path, content):
    path = tmp_path / "c.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InvalidProblem, match="mobtheory model coupling MODEL --calibration"):
        read_calibration(path)


def test_a_folder_is_no_calibration_file(tmp_path):
    for path in (tmp_path, ""):
        with pytest.raises(ReportNotWritten, match=r"which is a folder.*--calibration"):
            write_calibration(TWO, path)


def test_a_file_that_cannot_be_written_is_told_and_the_old_one_stays(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ReportNotWritten, match="--calibration"):
        write_calibration(TWO, tmp_path / "file" / "c.json")
