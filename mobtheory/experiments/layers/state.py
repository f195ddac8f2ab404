"""The state of a run: what was measured so far, so that a killed run goes on where it was."""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from mobtheory.errors import InvalidProblem

_FORMAT = "mobtheory layers 1"
Key = tuple[str, int]


class State:
    """A file with one line of JSON for each sample and layer, on the disk before the next is begun.

    Parameters
    ----------
    path : of the file; None keeps nothing
    asked : what identifies the run, as plain data: its first line
    records : what the file held

    Raises
    ------
    InvalidProblem
        If the file is of another run, is none of this command, or cannot be written.

    Notes
    -----
    A last line that was cut off is measured again; any other damage is refused.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "run.jsonl")
    ...     State(path, {"seed": 0}).add("a", 1, {"cases": []})
    ...     State(path, {"seed": 0}).records
    {('a', 1): {'cases': []}}
    """

    def __init__(self, path: Path | None, asked: Mapping[str, Any]) -> None:
        self.path = path
        self.records: dict[Key, dict[str, Any]] = {}
        if path is None:
            return
        head = {"format": _FORMAT, "asked": dict(asked)}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            content = path.read_bytes() if path.exists() else b""
            self._read(content, head)
        except OSError as error:
            raise _refused(path, f"it cannot be used ({error.strerror or error})") from error

    def add(self, sample: str, layer: int, record: Mapping[str, Any]) -> None:
        """Append what was measured of a sample at a layer."""
        if self.path is not None:
            self._append(self.path, {"sample": sample, "layer": layer, "record": dict(record)})

    def _read(self, content: bytes, head: Mapping[str, Any]) -> None:
        assert self.path is not None
        *whole, torn = content.split(b"\n")
        lines = [_parsed(line) for line in whole]
        if not lines and (not torn or json.dumps(head).encode().startswith(torn)):
            self.path.write_bytes(b"")  # new, or killed in the middle of the first line
            return self._append(self.path, head)
        if not lines or (lines[0] or {}).get("format") != _FORMAT:
            raise _refused(self.path, "it is no state of this command")
        _require_same(self.path, (lines[0] or {}).get("asked", {}), head["asked"])
        for number, line in enumerate(lines[1:], 2):
            if line is None or line.keys() != {"sample", "layer", "record"}:
                raise _refused(self.path, f"line {number} is damaged")
            self.records[line["sample"], line["layer"]] = line["record"]
        if torn:
            os.truncate(self.path, len(content) - len(torn))

    def _append(self, path: Path, line: Mapping[str, Any]) -> None:
        try:
            with path.open("ab") as file:
                file.write(json.dumps(line, allow_nan=False).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise _refused(path, f"it cannot be written ({error.strerror or error})") from error


def _parsed(line: bytes) -> dict[str, Any] | None:
    with suppress(ValueError):
        found = json.loads(line)
        return found if isinstance(found, dict) else None
    return None


def _require_same(path: Path, found: Mapping[str, Any], asked: Mapping[str, Any]) -> None:
    for name, value in asked.items():
        if found.get(name) != value:
            told = f"its {name} is {found.get(name)!r:.80}, asked is {value!r:.80}"
            raise _refused(path, told)


def _refused(path: Path, why: str) -> InvalidProblem:
    return InvalidProblem(
        "model layers",
        f"the state {path}",
        why,
        "Name another file with --resume, or the model, samples, budgets and seed it was made for.",
    )
