"""Token files: the arrays ``visual`` and ``prompt`` of a ``.npz`` or ``.safetensors`` file."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mobtheory.errors import InvalidProblem
from mobtheory.experiments.archives import Archive, Entry, Unreadable, open_archive

SUFFIXES = (".npz", ".safetensors")
_WHOLE = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
_DTYPES = ("float16", "bfloat16", "float32", "float64", *_WHOLE)
_MANY = 8
_FORMAT = (
    "Save visual (N, d) and prompt (L, d) with "
    "numpy.savez('tokens.npz', visual=visual, prompt=prompt), or as safetensors."
)


@dataclass(frozen=True)
class TokenArray:
    """Tokens, one to a row, and the dtype in which the file holds them."""

    points: NDArray[Any]
    dtype: str

    def to_dict(self) -> dict[str, Any]:
        """Shape and dtype, as plain data."""
        return {"shape": list(self.points.shape), "dtype": self.dtype}


@dataclass(frozen=True)
class TokenFile:
    """The tokens of one picture and its prompt, read from a file.

    Attributes
    ----------
    name : of the file, without its folder
    sha256 : of its bytes, in hexadecimal
    visual : (N, d)
    prompt : (L, d), or None where the file has none and none was asked for
    """

    name: str
    sha256: str
    visual: TokenArray
    prompt: TokenArray | None


def read_tokens(path: str | os.PathLike[str], *, prompt_needed: bool = True) -> TokenFile:
    """Read the arrays ``visual`` and ``prompt`` of a file, and nothing else of it.

    Parameters
    ----------
    path : of a ``.npz`` or ``.safetensors`` file. ``visual`` has shape (N, d) and ``prompt``
        (L, d); a leading batch axis of size 1 is dropped. Floats of 16 (also bfloat16), 32 and
        64 bits and integers are read, without rounding.
    prompt_needed : whether a file without ``prompt`` is refused

    Returns
    -------
    TokenFile

    Raises
    ------
    InvalidProblem
        If there is no such file, it is damaged, of another kind or a pickle, an array is missing,
        empty, not finite, of another dtype or of another shape. The message names the file and the
        arrays that it holds.
    MissingExtra
        If safetensors is needed and not installed.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.savez(f"{folder}/tokens.npz", visual=np.eye(3), prompt=np.ones((1, 2, 3)))
    ...     tokens = read_tokens(f"{folder}/tokens.npz")
    >>> tokens.name, tokens.visual.points.shape, tokens.prompt.to_dict()
    ('tokens.npz', (3, 3), {'shape': [2, 3], 'dtype': 'float64'})
    """
    file = Path(path)
    called = f"solve {os.fspath(path)}"
    if file.suffix.lower() not in SUFFIXES:
        raise InvalidProblem(
            called,
            f"a file with the suffix {file.suffix!r}",
            f"a token file ends in {' or '.join(SUFFIXES)}",
            _FORMAT,
        )
    try:
        with open_archive(called, file) as archive:
            visual = _tokens(called, archive, "visual")
            wanted = prompt_needed or "prompt" in archive.entries
            prompt = _tokens(called, archive, "prompt") if wanted else None
            _require_one_dimension(called, archive, visual, prompt)
        with file.open("rb") as handle:
            sha256 = hashlib.file_digest(handle, "sha256").hexdigest()
    except Unreadable as error:
        raise InvalidProblem(
            called,
            f"a file that cannot be read ({error})",
            f"it must be a complete {file.suffix.lower()} file without pickled objects",
            _FORMAT,
        ) from error
    except OSError as error:
        raise InvalidProblem(
            called,
            f"no readable file ({error.strerror or error})",
            "the tokens are read from a file",
            "Check the path and the permissions.",
        ) from error
    return TokenFile(file.name, sha256, visual, prompt)


def _tokens(called: str, archive: Archive, name: str) -> TokenArray:
    received = _listed(archive.entries)
    if name not in archive.entries:
        near = _near(name, archive.entries)
        raise InvalidProblem(
            called,
            received,
            f"an array named {name!r} is needed",
            f"Rename {near} to {name!r}." if near else _FORMAT,
        )
    entry = archive.entries[name]
    shape = entry.shape[1:] if len(entry.shape) == 3 and entry.shape[0] == 1 else entry.shape
    if entry.dtype not in _DTYPES:
        raise InvalidProblem(
            called,
            received,
            f"{name!r} must hold floats of 16, 32 or 64 bits or integers",
            "Convert it to float32 before saving.",
        )
    if len(shape) != 2:
        raise InvalidProblem(
            called,
            received,
            f"{name!r} must have one row for each token",
            "Save one picture to a file, with shape (tokens, d) or (1, tokens, d).",
        )
    if 0 in shape:
        raise InvalidProblem(
            called, received, f"{name!r} must hold at least one number", "Save the tokens again."
        )
    points = archive.load(name).reshape(shape)
    wrong = ~np.isfinite(points)
    if wrong.any():
        row = int(np.argmax(wrong.any(axis=1)))
        raise InvalidProblem(
            called,
            f"{received}; {int(wrong.sum())} entries of {name!r} are NaN or infinite, "
            f"first in row {row}",
            "tokens must be finite",
            "Remove such tokens, or find out where they arose.",
        )
    return TokenArray(points, entry.dtype)


def _require_one_dimension(
    called: str, archive: Archive, visual: TokenArray, prompt: TokenArray | None
) -> None:
    if prompt is not None and visual.points.shape[1] != prompt.points.shape[1]:
        raise InvalidProblem(
            called,
            _listed(archive.entries),
            "visual and prompt tokens must have the same dimension",
            "Save both as they enter the same layer.",
        )


def _listed(entries: Mapping[str, Entry]) -> str:
    """What the file holds, for a message."""
    told = [f"{name} {entry}" for name, entry in list(entries.items())[:_MANY]]
    if len(entries) > _MANY:
        told.append(f"{len(entries) - _MANY} more")
    return f"a file with {'the arrays ' + ', '.join(told) if told else 'no arrays'}"


def _near(name: str, entries: Mapping[str, Entry]) -> str:
    """The names that may have been meant, quoted."""
    lowered = {other.lower(): other for other in entries}
    near = [lowered[key] for key in lowered if name in key]
    near += [lowered[key] for key in get_close_matches(name, lowered, n=2)]
    return " or ".join(repr(other) for other in dict.fromkeys(near))
