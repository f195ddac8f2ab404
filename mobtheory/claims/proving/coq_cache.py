"""Compiled Coq files, kept from one run to the next.

What was compiled is found again by its key: the hash of coqc, of the text, and of the keys and
compiled files of what the text requires.  Theorems are asked about anew in every run.
"""

import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile

CHOSEN = "MOBTHEORY_COQ_CACHE"  # the folder as an absolute path; anything else, such as off: none
_MOST = 400  # files that are kept; the proofs are about 60


class CoqCache:
    """The folder of compiled files, each behind its own hash.

    Parameters
    ----------
    version : of coqc, which is known besides by its place, size and time
    """

    def __init__(self, version: str) -> None:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
        folder = os.environ.get(CHOSEN, os.path.join(base, "mobtheory", "coq"))
        self._folder = Path(folder) if os.path.isabs(folder) else None
        self._coqc = version
        if found := shutil.which("coqc"):
            about = os.stat(found)
            self._coqc += f" {os.path.realpath(found)} {about.st_size} {about.st_mtime_ns}"

    def key(self, source: Path, required: Iterable[tuple[str, Path]]) -> str:
        """The key of a file, from those that it requires: their keys and compiled files."""
        parts = [self._coqc, source.name, _hash(source.read_bytes())]
        for key, compiled in sorted(required):
            parts += [key, _hash(compiled.read_bytes())]
        return _hash("\n".join(parts).encode())

    def take(self, key: str, target: Path) -> bool:
        """Copy a compiled file to `target`, if it is there and whole."""
        if self._folder is None:
            return False
        try:
            told, _, compiled = (self._folder / key).read_bytes().partition(b"\n")
        except OSError:
            return False
        if told != _hash(compiled).encode():
            return False
        target.write_bytes(compiled)
        with suppress(OSError):
            os.utime(self._folder / key)
        return True

    def keep(self, key: str, compiled: Path) -> None:
        """Keep a compiled file; others see all of it or nothing."""
        if self._folder is None:
            return
        content = compiled.read_bytes()
        with suppress(OSError):  # no room, or no right to write there
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with (
                NamedTemporaryFile(dir=self._folder, buffering=0, delete=False) as part,
                suppress(OSError),  # half a file is found out by its hash, and written again
            ):
                part.write(f"{_hash(content)}\n".encode() + content)
            os.replace(part.name, self._folder / key)
            by_age = sorted(self._folder.iterdir(), key=lambda path: path.stat().st_mtime)
            for old in by_age[:-_MOST]:
                old.unlink(missing_ok=True)


def _hash(content: bytes) -> str:
    return sha256(content).hexdigest()
