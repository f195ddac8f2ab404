"""``mobtheory model bench``, on the CPU."""

import json

import pytest
import torch
from typer.testing import CliRunner

from mobtheory.cli import app
from mobtheory.report.schema import schema_of, violations

pytestmark = pytest.mark.models
QUICK = ("--ratio", "8/9", "--answers", "1,2", "--repeats", "2", "--warmup", "0")


@pytest.fixture(autouse=True)
def no_gpu(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)  # nobody waits for it


def bench(*arguments):
    return CliRunner().invoke(app, ["model", "bench", *arguments])


def test_json_is_one_document_and_all_else_goes_to_stderr(tmp_path):
    file = tmp_path / "speed.json"
    result = bench("llava-next-7b", *QUICK, "--select", "random", "--json", "--output", str(file))
    assert result.exit_code == 0, result.stderr
    document = json.loads(result.stdout)
    assert list(violations(document, schema_of("bench"))) == []
    assert document == json.loads(file.read_text())
    assert document["model"]["name"] == "embedded"
    assert "No CUDA device is at hand" in result.stderr
    assert "measuring: 2 of 2" in result.stderr


def test_the_tables_show_every_setting():
    result = bench("embedded", *QUICK, "--select", "mob", "--select", "fps")
    assert result.exit_code == 0, result.stderr
    for name in ("nothing pruned", "mob, 88.9 % dropped", "fps, 88.9 % dropped"):
        assert result.stdout.count(name) >= 2
    assert any("unpruned" in line.split() for line in result.stdout.splitlines())  # share of which
    assert "flash_attention_for_cpu (6), no explicit mask" in " ".join(result.stdout.split())


@pytest.mark.parametrize(
    "arguments",
    [
        ("embedded", "--ratio", "0"),
        ("embedded", "--ratio", "120"),
        ("embedded", "--answers", "none"),
        ("embedded", "--select", "best", "--repeats", "1"),
        ("embedded", "--layer", "6", "--repeats", "1"),
        ("embedded", "--dtype", "int8"),
        ("embedded", "--device", "nowhere"),
        ("llava-1.5-7b", "--device", "cuda"),
        ("llava-1.5-7b", "--device", "nowhere"),
        ("llava-1.5-7b", "--device", "meta"),
        ("llava-1.5-7b", "--device", "hpu"),
        ("llava-1.5-7b", "--device", "cpu", "--dtype", "float8_e4m3fn"),
        ("embedded", "--seed", "-1"),
        ("no-such-folder/at-all",),
    ],
)
def test_bad_input_is_told_in_one_message(arguments):
    result = bench(*arguments)
    assert result.exit_code == 2, result.exception
    assert result.stderr.count("mobtheory: ") == 1
    assert "Traceback" not in result.stderr


def test_a_folder_that_cannot_be_written_is_told_before_anything_is_measured(tmp_path):
    (tmp_path / "file").write_text("")
    result = bench("embedded", *QUICK, "--output", str(tmp_path / "file" / "speed.json"))
    assert result.exit_code == 2
    assert "measuring" not in result.stderr
