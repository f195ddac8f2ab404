"""JSON documents: written the same way every time, read back and checked against their schema."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mobtheory.errors import InvalidProblem
from mobtheory.report.schema import schema_of, violations


@dataclass(frozen=True)
class Kind:
    """A kind of document.

    Attributes
    ----------
    name : "audit" or "solution", which names its schema
    words : what it is called in messages
    function, command : what makes it
    """

    name: str
    words: str
    function: str
    command: str

    @property
    def file(self) -> str:
        """The file of a report folder that holds it."""
        return f"{self.name}.json"

    def require(self, called: str, document: Any) -> None:
        """Raise `InvalidProblem` unless `document` follows the schema of this kind."""
        first = next(violations(document, schema_of(self.name)), None)
        if first is not None:
            raise InvalidProblem(
                called,
                f"data that are no {self.words}",
                first,
                f"Pass what {self.function} returned, or run `{self.command}` again.",
            )

    def read(self, folder: str | os.PathLike[str]) -> dict[str, Any]:
        """Read the document of a folder, or raise `InvalidProblem`."""
        called, path = f"report {os.fspath(folder)}", Path(folder) / self.file
        try:
            document = json.loads(path.read_text("utf-8"), parse_constant=_no_such_number)
        except (OSError, ValueError) as error:
            raise InvalidProblem(
                called,
                f"{path} ({type(error).__name__}: {error})",
                f"it must be the JSON that `{self.command}` wrote",
                "Name the folder that was given to --output.",
            ) from error
        self.require(called, document)
        return document


AUDIT = Kind("audit", "audit report", "mobtheory.audit", "mobtheory audit")
SOLUTION = Kind("solution", "solution", "mobtheory.experiments.solve_tokens", "mobtheory solve")
LAYERS = Kind(
    "layers",
    "layer report",
    "mobtheory.experiments.layers.measure_layers",
    "mobtheory model layers",
)


def as_data(report: Any) -> Any:
    """A report as plain data, whichever way it arrived."""
    if isinstance(report, Mapping):
        return dict(report)
    return report.to_dict() if hasattr(report, "to_dict") else report


def to_json(document: Mapping[str, Any]) -> str:
    """The JSON text of a report: the same data always give the same bytes."""
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _no_such_number(word: str) -> float:
    raise ValueError(f"{word} is no number of JSON")
