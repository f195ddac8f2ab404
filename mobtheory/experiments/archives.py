"""Arrays in a file: what is there, without loading it, and one of them at a time."""

import json
import math
import zipfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from mobtheory.errors import MissingExtra

_NPY = b"\x93NUMPY"
_SAFE_NAMES = {
    **{f"F{bits}": f"float{bits}" for bits in (16, 32, 64)},
    **{f"I{bits}": f"int{bits}" for bits in (8, 16, 32, 64)},
    **{f"U{bits}": f"uint{bits}" for bits in (8, 16, 32, 64)},
    "BF16": "bfloat16",
    "BOOL": "bool",
}


class Entry(NamedTuple):
    """An array of an archive, as its header describes it."""

    shape: tuple[int, ...]
    dtype: str

    def __str__(self) -> str:
        return f"{self.shape} {self.dtype}"


class Unreadable(Exception):
    """What is wrong with the contents of an archive."""


class Archive(Protocol):
    """An open file of named arrays."""

    @property
    def entries(self) -> Mapping[str, Entry]:
        """What the file holds, read from headers only."""
        ...

    def load(self, name: str) -> NDArray[Any]:
        """One array; bfloat16 comes as float32, which holds its values exactly."""
        ...


class _Npz:
    """An archive that ``numpy.savez`` or ``savez_compressed`` wrote."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._members = {name.removesuffix(".npy"): name for name in archive.namelist()}
        self.entries = {name: self._entry(member) for name, member in self._members.items()}

    def _entry(self, member: str) -> Entry:
        with _damage_explained(), self._archive.open(member) as file:
            if file.read(6) != _NPY:
                return Entry((), "no array")
            major, _ = file.read(2)
            read = np.lib.format.read_array_header_1_0
            if major > 1:  # version 3 differs only in the encoding of field names
                read = np.lib.format.read_array_header_2_0
            shape, _, dtype = read(file)
            size = file.tell() + dtype.itemsize * math.prod(shape)
        if not dtype.hasobject and size != self._archive.getinfo(member).file_size:
            raise Unreadable(f"{member} is shorter or longer than its header says")
        return Entry(shape, dtype.name)

    def load(self, name: str) -> NDArray[Any]:
        with _damage_explained(), self._archive.open(self._members[name]) as file:
            found = np.lib.format.read_array(file, allow_pickle=False)
        return found.astype(found.dtype.newbyteorder("="), copy=False)


class _Safetensors:
    """A file that the package safetensors wrote; its own reader checks the header."""

    def __init__(self, path: Path, archive: Any) -> None:
        self._path, self._archive = path, archive
        self.entries: dict[str, Entry] = {}
        for name in archive.keys():  # noqa: SIM118, it is no mapping
            tensor = archive.get_slice(name)
            kind = tensor.get_dtype()
            self.entries[name] = Entry(
                tuple(tensor.get_shape()), _SAFE_NAMES.get(str(kind)) or str(kind)
            )

    def load(self, name: str) -> NDArray[Any]:
        if self.entries[name].dtype == "bfloat16":
            return self._widened(name)
        with _damage_explained():
            return self._archive.get_tensor(name)

    def _widened(self, name: str) -> NDArray[np.float32]:
        """NumPy knows no bfloat16, which is the upper half of a float32."""
        with self._path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            start, stop = json.loads(file.read(length))[name]["data_offsets"]
            file.seek(8 + length + start)
            halves = np.frombuffer(file.read(stop - start), dtype="<u2")
        widened = (halves.astype(np.uint32) << 16).view(np.float32)
        return widened.reshape(self.entries[name].shape)


@contextmanager
def open_archive(called: str, path: Path) -> Generator[Archive]:
    """Open a ``.npz`` or ``.safetensors`` file for reading.

    Raises
    ------
    Unreadable
        If the contents are damaged or of another kind, here or while the file is in use.
    MissingExtra
        If safetensors is needed and not installed.
    OSError
        If the file itself cannot be read.
    """
    opened = _open_npz(path) if path.suffix.lower() == ".npz" else _open_safetensors(called, path)
    with opened as archive:
        yield archive


@contextmanager
def _open_npz(path: Path) -> Generator[Archive]:
    with path.open("rb") as file:
        start = file.read(6)
    if not start.startswith(b"PK"):
        raise Unreadable(_kind_of(start))
    with _damage_explained():
        archive = zipfile.ZipFile(path)
    with archive:
        yield _Npz(archive)


@contextmanager
def _open_safetensors(called: str, path: Path) -> Generator[Archive]:
    try:
        from safetensors import safe_open
    except ModuleNotFoundError as error:
        raise MissingExtra(
            called,
            "a .safetensors file without the package safetensors",
            "that format is read by the package, which the extra 'models' brings",
            'Run pip install "mobtheory[models]", or save the arrays with numpy.savez.',
        ) from error
    path.open("rb").close()  # a missing or forbidden file is no matter of the format
    with _damage_explained():
        opened: Any = safe_open(path, framework="numpy")
    with opened as archive:
        yield _Safetensors(path, archive)


@contextmanager
def _damage_explained() -> Generator[None]:
    """Name one kind of error for everything that parsers of damaged bytes raise.

    These are errors of zipfile, zlib, struct, tokenize, safetensors and NumPy; an error of the
    disk stays what it is.
    """
    try:
        yield
    except OSError:
        raise
    except Exception as error:
        first_line = str(error).strip().partition("\n")[0]
        raise Unreadable(f"{type(error).__name__}: {first_line}") from error


def _kind_of(start: bytes) -> str:
    if start == _NPY:
        return "it is a single array of numpy.save, without names"
    if start[:1] == b"\x80":
        return "it is a pickle, which could run code and is never loaded"
    return "it is empty" if not start else "it is no zip archive"
