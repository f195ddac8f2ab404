"""The state of a campaign: one line of JSON after another, each on the disk before the next."""

import json
import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from mobtheory.errors import InvalidProblem
from mobtheory.testing.campaign.plan import Plan

_FORMAT = "mobtheory fuzz 1"
_FIELDS = {"round", "seed", "whole", "elapsed", "notes", "result"}
FOLDER = Path(".mobtheory")


def default_path(target: str) -> Path:
    """Where the state of a campaign goes if nobody says where.

    Examples
    --------
    >>> default_path("my.module:select").as_posix()
    '.mobtheory/fuzz-my.module-select.jsonl'
    """
    name = "".join(c if c.isalnum() or c in "._-" else "-" for c in target)
    return FOLDER / f"fuzz-{name[:120]}.jsonl"


def header(plan: Plan, sources: Mapping[str, str], version: str | None) -> dict[str, Any]:
    """The first line of a state.

    Parameters
    ----------
    plan : of the campaign
    sources : SHA-256 of each source file of the target
    version : of mobtheory
    """
    return {
        "format": _FORMAT,
        "plan": plan.to_dict(),
        "sources": dict(sources),
        "version": version,
    }


class State:
    """A state that was begun or is gone on with; nobody else can open it meanwhile.

    Parameters
    ----------
    path : of the file
    head : its first line, as `header` gives it
    resume : whether to go on with what is there, which must have the same first line; otherwise
        what is there is kept beside it as ``.old``

    Attributes
    ----------
    records : what was appended so far, in order

    Raises
    ------
    InvalidProblem
        If the file is of another campaign, is no state, is in use or cannot be written.
    """

    def __init__(self, path: Path, head: Mapping[str, Any], *, resume: bool) -> None:
        self.path = path
        self.records: list[dict[str, Any]] = []
        with _explained(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.parent == FOLDER:
                _keep_out_of_git(FOLDER)
            if not resume and path.exists():
                self._require_unused()
                os.replace(path, path.with_name(path.name + ".old"))
            self._file = path.open("a+b")
        try:
            _lock(self._file, path)
            self._file.seek(0)
            if content := self._file.read():
                self._read(content, head)
            else:
                self._write(head)
        except BaseException:
            self.close()
            raise

    def append(self, record: Mapping[str, Any]) -> None:
        """Add a record; it is on the disk when this returns."""
        self._write(record)
        self.records.append(dict(record))

    def close(self) -> None:
        """Let others open it."""
        with suppress(OSError):  # a full disk was told when the record was written
            self._file.close()

    def _write(self, record: Mapping[str, Any]) -> None:
        with _explained(self.path):
            self._file.write(json.dumps(record, allow_nan=False).encode() + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())

    def _require_unused(self) -> None:
        with self.path.open("rb") as file:
            _lock(file, self.path)

    def _read(self, content: bytes, head: Mapping[str, Any]) -> None:
        *whole, torn = content.split(b"\n")
        records = [_parsed(line) for line in whole]
        if len(records) > 1 and records[-1] is None:  # a disk may fill up what it lost
            torn = whole.pop() + b"\n" + torn
            records.pop()
        if not records and json.dumps(head).encode().startswith(torn):
            self._file.truncate(0)  # killed in the middle of the first line
            return self._write(head)
        if not records or (records[0] or {}).get("format") != _FORMAT:
            raise _refused(self.path, f"its first line is not that of a {_FORMAT} state")
        _require_same(self.path, records[0] or {}, head)
        if torn:
            self._file.truncate(len(content) - len(torn))
        for number, record in enumerate(records[1:], 2):
            if record is None or not record.keys() >= _FIELDS:
                raise _refused(self.path, f"line {number} is damaged")
            self.records.append(record)


def _parsed(line: bytes) -> dict[str, Any] | None:
    with suppress(ValueError):
        record = json.loads(line)
        return record if isinstance(record, dict) else None
    return None


def _require_same(path: Path, found: Mapping[str, Any], asked: Mapping[str, Any]) -> None:
    old, new = found.get("plan", {}), asked["plan"]
    for name in new:
        if old.get(name) != new[name]:
            raise _refused(path, f"its {name} is {old.get(name)!r}, asked is {new[name]!r}")
    if found.get("sources") != asked["sources"]:
        raise _refused(path, f"{_changed(found, asked)} changed since then")
    if found.get("version") != asked["version"]:
        told = f"it was made by mobtheory {found.get('version')}, this is {asked['version']}"
        raise _refused(path, told)


def _changed(found: Mapping[str, Any], asked: Mapping[str, Any]) -> str:
    old, new = found.get("sources") or {}, asked["sources"]
    names = sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
    return f"the source of the target ({', '.join(names)})"


def _refused(path: Path, why: str) -> InvalidProblem:
    return InvalidProblem(
        "fuzz",
        f"state file {str(path)!r}",
        f"it cannot be resumed: {why}",
        "Repeat the command that made it (only --minutes may differ), or begin another file.",
    )


@contextmanager
def _explained(path: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise InvalidProblem(
            "fuzz",
            f"state file {str(path)!r} ({type(error).__name__}: {error})",
            "a campaign needs a file that can be written",
            "Make room, or name another file with --resume; what it holds so far is complete.",
        ) from error


def _lock(file: Any, path: Path) -> None:
    """Keep a second campaign out, where the system knows locks; a kill releases them."""
    try:
        fcntl: Any = import_module("fcntl")
    except ImportError:
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise InvalidProblem(
            "fuzz",
            f"state file {str(path)!r}",
            "another campaign is writing to it",
            "Wait for it to end, or name another file with --resume.",
        ) from None


def _keep_out_of_git(folder: Path) -> None:
    ignore = folder / ".gitignore"
    if not ignore.exists():
        ignore.write_text("# Made by mobtheory.\n*\n")
