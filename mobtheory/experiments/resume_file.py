"""A file with which a run goes on after a kill: lines of JSON, each on the disk before the next."""

import json
import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any, Self

from mobtheory.errors import InvalidProblem


class ResumeFile:
    """The records of one run, begun or gone on with; nobody else can open it meanwhile.

    Parameters
    ----------
    path : of the file, which is made if it is not there
    head : what the run is of, as plain data; a file whose first line differs is refused
    called : how messages name the run

    Attributes
    ----------
    records : what was appended so far, in order; a line that a kill tore off is forgotten

    Raises
    ------
    InvalidProblem
        If the file is of another run, is damaged, is in use or cannot be read or written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "run.jsonl")
    ...     with ResumeFile(path, {"seed": 0}, called="run") as first:
    ...         first.append({"batch": 0})
    ...     with ResumeFile(path, {"seed": 0}, called="run") as again:
    ...         print(again.records)
    [{'batch': 0}]
    """

    def __init__(self, path: str | os.PathLike[str], head: Mapping[str, Any], *, called: str):
        self.path, self._called = Path(path), called
        self.records: list[dict[str, Any]] = []
        if self.path.exists() and not self.path.is_file():  # a pipe or a device may never end
            raise self._refused("it is no regular file")
        with self._explained():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("a+b")
        try:
            self._lock()
            with self._explained():
                self._file.seek(0)
                content = self._file.read()
            self._read(content, _line(head))
        except BaseException:
            self.close()
            raise

    def append(self, record: Mapping[str, Any]) -> None:
        """Add a record; it is on the disk when this returns."""
        self._write(_line(record))
        self.records.append(dict(record))

    def close(self) -> None:
        """Let others open it."""
        with suppress(OSError):  # a full disk was told when the record was written
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read(self, content: bytes, head: bytes) -> None:
        *whole, torn = content.split(b"\n")
        if not whole and head.startswith(torn):  # new, or killed in the middle of the first line
            with self._explained():
                self._file.truncate(0)
            return self._write(head)
        found, asked = _parsed(whole[0] if whole else torn), json.loads(head)
        if found is None:
            raise self._refused("its first line is not that of such a run")
        for key in {**asked, **found}:
            if found.get(key) != asked.get(key):
                told = f"its {key} is {_short(found.get(key))}, asked is {_short(asked.get(key))}"
                raise self._refused(told)
        records = [_parsed(line) for line in whole[1:]]
        if records and records[-1] is None:  # a disk may fill up what it lost
            records.pop()
            torn = whole.pop() + b"\n" + torn
        if None in records:
            raise self._refused(f"line {records.index(None) + 2} is damaged")
        if torn:
            with self._explained():
                self._file.truncate(len(content) - len(torn))
        self.records = [record for record in records if record is not None]

    def _write(self, line: bytes) -> None:
        with self._explained():
            self._file.write(line + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())

    def _lock(self) -> None:
        """Keep a second run out, where the system knows locks; a kill releases them."""
        try:
            fcntl: Any = import_module("fcntl")
        except ImportError:
            return
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InvalidProblem(
                self._called,
                f"file {str(self.path)!r}",
                "another run is writing to it",
                "Wait for it to end, or name another file with --resume.",
            ) from None
        except OSError:  # a file system without locks
            return

    def _refused(self, why: str) -> InvalidProblem:
        return InvalidProblem(
            self._called,
            f"file {str(self.path)!r}",
            f"the run cannot go on with it: {why}",
            "Repeat the command that made it, or name another file with --resume.",
        )

    @contextmanager
    def _explained(self) -> Generator[None]:
        try:
            yield
        except OSError as error:
            raise InvalidProblem(
                self._called,
                f"file {str(self.path)!r} ({type(error).__name__}: {error})",
                "the run needs a file that can be read and written to go on with",
                "Make room, or name another file with --resume; what it holds is complete.",
            ) from error


def _line(record: Mapping[str, Any]) -> bytes:
    return json.dumps(record, allow_nan=False).encode()


def _parsed(line: bytes) -> dict[str, Any] | None:
    with suppress(ValueError, RecursionError):
        record = json.loads(line)
        return record if isinstance(record, dict) else None
    return None


def _short(value: Any) -> str:
    told = repr(value)
    return told if len(told) <= 80 else f"{told[:77]}..."
