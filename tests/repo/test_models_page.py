"""``docs/models.md``: in step with the code; every example and every command of it runs."""

import doctest
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mobtheory.cli import app
from mobtheory.cli.model.application import model as commands
from mobtheory.models import adapters

pytestmark = pytest.mark.models

ROOT = Path(__file__).resolve().parents[2]
PATH = ROOT / "docs" / "models.md"
PAGE = PATH.read_text("utf-8")
FENCED = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = FENCED.findall(PAGE)
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE  # sentences wrap as their numbers are long
CONSOLES = [text.partition("\n") for kind, text in BLOCKS if kind == "console"]


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which the script of the page was run; it is the current one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(adapters, "_registered", {})  # the page registers a family
    (script,) = [text for kind, text in BLOCKS if text.startswith("# scenes.py\n")]
    exec(compile(script, "scenes.py", "exec"), {})
    return tmp_path


@pytest.mark.slow
@pytest.mark.usefixtures("reader")
def test_the_commands_and_then_the_examples_run() -> None:
    for command, _, shown in CONSOLES:
        dollar, program, *words = shlex.split(command)
        assert (dollar, program) == ("$", "mobtheory")
        done = CliRunner().invoke(app, words, env={"COLUMNS": "80"})
        assert done.exit_code == 0, done.output
        found = "".join(f"{line.rstrip()}\n" for line in done.stdout.splitlines())
        assert doctest.OutputChecker().check_output(shown, found, FLAGS), found
    failed, tried = doctest.testfile(str(PATH), module_relative=False, optionflags=FLAGS)
    assert (failed, tried >= 25) == (0, True)


def test_every_command_is_told() -> None:
    for command in commands.registered_commands:
        assert command.callback is not None
        assert f"mobtheory model {command.callback.__name__}" in PAGE


def test_every_family_has_a_row_and_no_other() -> None:
    table = PAGE.split("| `model_type` |")[1].split("\n\n")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == set(adapters.families())


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", PAGE):
        assert (PATH.parent / target).exists(), target
