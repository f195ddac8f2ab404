"""``mobtheory model certify``: both answers and the certificate, or why not."""

import json
from itertools import product

import pytest
from PIL import Image
from typer.testing import CliRunner

from mobtheory.cli import app
from mobtheory.models.embedded import held_out_scene
from mobtheory.report.schema import schema_of, violations

pytestmark = pytest.mark.models

QUESTION = "what digit is in the red box ?"


@pytest.fixture(scope="module")
def picture(tmp_path_factory):
    path = tmp_path_factory.mktemp("pictures") / "scene.png"
    Image.fromarray(held_out_scene(3).image).save(path)
    return str(path)


def certify(*arguments):
    return CliRunner().invoke(app, ["model", "certify", "embedded", *arguments])


def document(picture, *arguments):
    found = certify("--image", picture, "--question", QUESTION, "--json", *arguments)
    assert found.exit_code == 0, found.output
    return json.loads(found.stdout)


@pytest.mark.parametrize("select", ["mob", "attention", "fps", "random"])
@pytest.mark.parametrize("merged", [(), ("--log-count",)])
def test_bounds_are_above_the_error_for_every_selection(picture, select, merged):
    found = document(picture, "--keep", "48", "--select", select, *merged)
    assert not list(violations(found, schema_of("certify")))
    assert (found["kept"], found["visual_tokens"], found["select"]) == (48, 144, select)
    assert found["method"] == ("log-count" if merged else "plain")
    for part, error in (("attention", "error"), ("attention", "measured"), ("layer_output",) * 2):
        truth = found[part].get(error, found[part]["measured"])
        assert found[part]["bounds"]
        for bound, row in product(found[part]["bounds"].values(), ("answering", "largest")):
            assert bound[row] >= truth[row] > 0


def test_all_tokens_change_nothing_and_none_change_the_answer(picture):
    every, none = document(picture, "--keep", "144"), document(picture, "--keep", "0")
    assert every["same_answer"]
    assert every["divergence"] == every["attention"]["measured"]["largest"] == 0
    assert none["attention"]["error"]["answering"] > 1
    assert none["divergence"] > 0.1
    assert every["answer"] == every["pruned_answer"] == none["answer"] == "two"


def test_the_table_names_both_answers_and_every_bound(picture):
    found = certify("--image", picture, "--question", QUESTION, "--keep", "16")
    assert found.exit_code == 0
    for word in ("Answer with all tokens  two", "exact error", "minimax-plain", "layer-exact"):
        assert word in found.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--keep", "145"), "this input has 144 visual tokens"),
        (("--keep", "-1"), "Keep from 0 to 144"),
        (("--keep", "9", "--select", "best"), "this is no selection"),
        (("--keep", "9", "--layer", "0"), "layer is an integer from 1 to 5"),
        (("--keep", "9", "--layer", "6"), "layer is an integer from"),
        (("--keep", "9", "--image", "missing.png"), "no such file"),
    ],
)
def test_bad_input_is_told_in_one_message(picture, arguments, told):
    found = certify("--image", picture, "--question", QUESTION, *arguments)
    assert found.exit_code == 2
    assert told in " ".join(found.output.split())
