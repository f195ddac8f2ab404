"""`mobtheory model`: every command of the group says what it does, and nothing loads a model."""

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from mobtheory.cli import app
from mobtheory.cli.model.application import model

COMMANDS = [command.callback.__name__ for command in model.registered_commands]


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_every_command_shows_an_example_and_exit_statuses(command):
    result = CliRunner().invoke(app, ["model", command, "--help"])
    assert result.exit_code == 0
    examples = result.stdout[result.stdout.index("Example:") :].splitlines()[1:]
    lines = [line.strip() for line in examples if line.strip()]
    assert lines
    assert all(line.startswith(f"mobtheory model {command}") for line in lines)
    assert "--json" in result.stdout
    assert "Exit status: 0" in result.stdout


def test_the_group_lists_its_commands():
    result = CliRunner().invoke(app, ["model", "-h"])
    assert result.exit_code == 0
    assert "embedded" in result.stdout
    for command in COMMANDS:
        assert f"\n  {command} " in result.stdout


def test_the_helps_load_no_library_that_takes_long():
    heavy = ("numpy", "scipy", "torch", "transformers", "PIL", "matplotlib", "mobtheory.models")
    code = (
        "import json, sys\nfrom typer.testing import CliRunner\nfrom mobtheory.cli import app\n"
        f"for words in {[['model', '--help'], *(['model', c, '--help'] for c in COMMANDS)]}:\n"
        "    assert CliRunner().invoke(app, words).exit_code == 0\n"
        f"print(json.dumps([m for m in {heavy} if m in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


def test_a_place_that_cannot_be_written_is_refused_in_the_name_of_the_whole_command(tmp_path):
    pytest.importorskip("torch")
    (tmp_path / "file").touch()
    words = ["model", "coupling", "embedded", "--calibration", str(tmp_path / "file" / "c.json")]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("mobtheory: model coupling: ")
