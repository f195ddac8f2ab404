"""The notebooks are in git as they were written: no outputs, no logic, and facts that can fail."""

import ast
import json
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def cells(notebook: Path, kind: str) -> list[dict]:
    document = json.loads(notebook.read_text("utf-8"))
    return [cell for cell in document["cells"] if cell["cell_type"] == kind]


def code(notebook: Path) -> ast.Module:
    return ast.parse("\n".join("".join(cell["source"]) for cell in cells(notebook, "code")))


def test_there_are_notebooks() -> None:
    assert {path.name[:2] for path in NOTEBOOKS} >= {"01", "03"}


def test_the_gate_executes_them() -> None:
    root = FOLDER.parent
    assert "--nbmake" in (root / "Makefile").read_text().split("\nnotebooks:")[1].split("\n\n")[0]
    assert "make notebooks" in (root / ".ci" / "run").read_text()


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.name)
class TestNotebook:
    def test_outputs_are_stripped(self, notebook: Path) -> None:
        for cell in cells(notebook, "code"):
            assert cell["outputs"] == []
            assert cell["execution_count"] is None
            assert cell["metadata"] == {}

    def test_nothing_in_it_names_the_machine_that_it_was_written_on(self, notebook: Path) -> None:
        document = json.loads(notebook.read_text("utf-8"))
        assert set(document["metadata"]) == {"kernelspec", "language_info"}
        assert document["metadata"]["kernelspec"]["name"] == "python3"
        assert document["metadata"]["language_info"] == {"name": "python"}

    def test_it_holds_no_logic_that_the_package_lacks(self, notebook: Path) -> None:
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Try, ast.While)
        assert not [node for node in ast.walk(code(notebook)) if isinstance(node, kinds)]

    def test_it_asserts_its_facts_and_draws(self, notebook: Path) -> None:
        sources = ["".join(cell["source"]) for cell in cells(notebook, "code")]
        assert sum("assert " in source for source in sources) >= len(sources) * 2 / 3
        assert sum("plt.subplots" in source for source in sources) >= 5

    def test_every_section_opens_with_words(self, notebook: Path) -> None:
        text = ["".join(cell["source"]) for cell in cells(notebook, "markdown")]
        assert text[0].startswith("# ")
        assert sum(words.startswith("## ") for words in text) >= 5
