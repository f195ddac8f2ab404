"""``docs/conformance.md`` and the kit in the README: in step with the code; every example runs."""

import doctest
import os
import re
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from mobtheory.report.guarantee_table import BEGIN, END, every_guarantee, guarantee_table, placed
from mobtheory.testing import GUARANTEES
from mobtheory.testing.guarantees.comparisons import PARAMETERS
from mobtheory.testing.misbehaviour import Kind

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "conformance.md").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")
FENCED = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)


def fenced(language: str, *pages: str) -> list[str]:
    return [text for page in pages for kind, text in FENCED.findall(page) if kind == language]


CONSOLES = [found for text in fenced("console", PAGE, README) for found in COMMAND.findall(text)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Holds the files that the pages show: blocks that begin with the name of one."""
    made = tmp_path_factory.mktemp("reader")
    for text in fenced("python", PAGE, README):
        if name := re.match(r"# (\w+\.py)\n", text):
            file = made / name[1]
            assert not file.exists() or file.read_text() == text, f"two versions of {file.name}"
            file.write_text(text)
    return made


@cache
def printed(command: str, folder: Path) -> str:
    """What a command prints on an ordinary terminal, apart from its progress."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    run = subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env={**ours, "PATH": path, "COLUMNS": "80"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return "".join(f"{line.rstrip()}\n" for line in run.stdout.splitlines())


@pytest.mark.slow
@pytest.mark.parametrize(("command", "shown"), CONSOLES, ids=[found[0] for found in CONSOLES])
def test_commands_print_what_is_shown(command: str, shown: str, folder: Path) -> None:
    found = printed(command, folder)
    assert shown.strip()
    assert doctest.OutputChecker().check_output(shown, found, doctest.ELLIPSIS), found


@pytest.mark.slow
def test_the_examples_of_the_page_run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(folder)
    page = str(ROOT / "docs" / "conformance.md")
    failed, run = doctest.testfile(page, module_relative=False, optionflags=doctest.ELLIPSIS)
    for name in ("my_pruner", "mended"):
        monkeypatch.delitem(sys.modules, name)
    assert (failed, run >= 20) == (0, True)


def test_every_way_in_is_run() -> None:
    for door in ("mobtheory fuzz", "--pyargs mobtheory.conformance", "python -m pytest -v"):
        assert any(door in command for command, _ in CONSOLES)
    assert any("mobtheory fuzz" in text for text in fenced("console", README))


def test_the_table_of_guarantees_is_not_stale() -> None:
    text = placed(PAGE, guarantee_table(every_guarantee()))
    told = "run `python -m mobtheory.report.guarantee_table docs/conformance.md`"
    assert text == PAGE, told


def test_the_table_names_every_guarantee_and_every_parameter() -> None:
    table = guarantee_table(every_guarantee())
    for one in GUARANTEES.values():
        assert f"| `{one.id}` | {one.statement} | `{one.claim}` |" in table
    for name in PARAMETERS:
        assert f"| `{name}=" in table
    first = replace(next(iter(GUARANTEES.values())), statement="Another.")
    assert "| Another. |" in guarantee_table([first])


@pytest.mark.parametrize("page", ["", BEGIN, BEGIN + END + END])
def test_a_page_without_its_markers_is_refused(page: str) -> None:
    with pytest.raises(ValueError, match="once each"):
        placed(page, "text")


def test_every_kind_of_bad_target_has_a_row() -> None:
    rows = re.findall(r"^\| `([\w-]+)` \|", PAGE.split("\n## Bad targets\n")[1], re.MULTILINE)
    assert rows == list(get_args(Kind))


@pytest.mark.parametrize("page", ["docs/conformance.md", "README.md"])
def test_links_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", h).lower().replace(" ", "-") for h in headings}
    for target in re.findall(r"\]\(([^)]+)\)", text):
        file, _, anchor = target.partition("#")
        if file:
            assert (ROOT / page).parent.joinpath(file).exists(), target
        else:
            assert anchor in anchors, target
