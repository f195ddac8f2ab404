"""`mobtheory model lipschitz`: its document, its exit status, its witness, samples of the user."""

import json

import pytest
from jsonschema import Draft202012Validator
from PIL import Image
from typer.testing import CliRunner

from mobtheory.cli import app
from mobtheory.models import load, load_witness
from mobtheory.models.embedded import held_out_scene
from mobtheory.report.schema import schema_of, violations

pytestmark = pytest.mark.models

QUICK = ("--count", "1", "--rounds", "1", "--steps", "1", "--draws", "1")


def run(*words):
    return CliRunner().invoke(app, ["model", "lipschitz", *map(str, words)])


def test_the_schema_is_a_schema():
    Draft202012Validator.check_schema(schema_of("lipschitz"))


def test_json_is_one_document_that_follows_its_schema(tmp_path):
    witness = tmp_path / "witness.npz"
    result = run("embedded", *QUICK, "--assume", "1e-3", "--witness", witness, "--json")
    assert result.exit_code == 1, result.stderr
    document = json.loads(result.stdout)
    assert list(Draft202012Validator(schema_of("lipschitz")).iter_errors(document)) == []
    assert list(violations(document, schema_of("lipschitz"))) == []
    assert document["assumed"] == {"constant": 1e-3, "exceeded": True}
    assert document["exit_status"] == 1
    assert document["refuted"]
    assert "inputs: 1 of 1" in result.stderr
    found = load_witness(witness, load("embedded", device="cpu"))
    assert found.lower_bound == document["lower_bound"]


def test_whatever_is_measured_the_status_is_zero_below_the_constant():
    result = run("embedded", *QUICK, "--assume", "1e6")
    assert result.exit_code == 0, result.stderr
    words = " ".join(result.stdout.split())
    assert "C is at least" in words
    assert "fails for every C on this model" in words
    assert "C = 1e+06: not exceeded here" in words
    assert "at most" not in words


def test_samples_of_the_user_and_a_picture_that_cannot_be_read(tmp_path):
    Image.fromarray(held_out_scene(0).image).save(tmp_path / "good.png")
    (tmp_path / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    (tmp_path / "rows.csv").write_text(
        "image,question\nbad.png,which shape is most common ?\n"
        "good.png,which shape is most common ?\nnone.png,what is it ?\n"
    )
    quick = ("--count", "5", *QUICK[2:])
    result = run("embedded", *quick, "--samples", tmp_path / "rows.csv", "--json")
    assert result.exit_code == 0, result.stderr
    document = json.loads(result.stdout)
    assert document["samples"] == 1
    assert len(document["refused"]) == 2
    assert result.stderr.count("Left out:") == 2


@pytest.mark.parametrize(
    "words",
    [
        ("no-such-folder/at-all", *QUICK),
        ("embedded", *QUICK, "--layer", "6"),
        ("embedded", *QUICK, "--reading", "mean"),
        ("embedded", *QUICK, "--assume", "-1"),
        ("embedded", *QUICK, "--assume", "nan"),
        ("embedded", "--count", "0"),
        ("embedded", *QUICK, "--samples", "no-such-file.csv"),
    ],
)
def test_bad_input_is_told_in_one_message(words):
    result = run(*words)
    assert result.exit_code == 2
    assert result.stderr.count("mobtheory:") == 1
