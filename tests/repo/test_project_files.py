"""Constraints, rooms and texts that the two make commands and the gate rely on."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def _requirement_names(extra: str) -> list[str]:
    lines = PROJECT["optional-dependencies"][extra] if extra else PROJECT["dependencies"]
    return [re.split(r"[<>=\[]", line)[0].lower() for line in lines]


@pytest.mark.parametrize("extra", ["", *sorted(set(PROJECT["optional-dependencies"]) - {"all"})])
def test_every_dependency_is_pinned(extra: str) -> None:
    pins = {
        line.split("==")[0].lower().replace("_", "-")
        for line in (ROOT / "constraints.txt").read_text().splitlines()
        if "==" in line
    }
    assert set(_requirement_names(extra)) <= pins


def test_all_is_every_extra_but_the_peers() -> None:
    extras = PROJECT["optional-dependencies"]
    (everything,) = extras["all"]
    assert set(everything.removeprefix("mobtheory[").removesuffix("]").split(",")) == (
        set(extras) - {"all", "bench", "third-party", "conformance"}
    )
    assert set(extras["conformance"]) <= set(extras["test"])


def test_torch_is_the_pinned_build() -> None:
    assert "torch==2.13.0" in (ROOT / "constraints.txt").read_text().splitlines()


def test_every_room_is_in_the_contract() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (contract,) = config["contracts"]
    rows = (row.split(" | ") for row in contract["layers"])
    named = {layer.split(".")[1] for row in rows for layer in row}
    rooms = {p.stem for p in (ROOT / "mobtheory").iterdir() if not p.name.startswith("_")}
    rooms -= {"py"}  # the marker py.typed
    assert rooms == named


def test_readme_opens_with_the_two_commands() -> None:
    first_screen = (ROOT / "README.md").read_text().splitlines()[:40]
    assert "make audit" in first_screen
    assert "make test" in first_screen
