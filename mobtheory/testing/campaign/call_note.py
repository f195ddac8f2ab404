"""The last call of a target, noted where it outlives the process that made it."""

import mmap
import os
import pickle
import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mobtheory.strategies.inputs import CoveringInput
from mobtheory.strategies.layouts import laid_out
from mobtheory.testing.target import Algorithm

_HEAD = struct.Struct("<QQQ")  # signs of life, whether a call is under way, bytes of the input
_ROOM = 32 << 20


@dataclass(frozen=True)
class Life:
    """What a look at the note tells.

    Attributes
    ----------
    signs : grows with the beginning and the end of every call
    calling : whether a call is under way
    """

    signs: int
    calling: bool


class CallNote:
    """A file mapped into memory by both processes: a note costs a copy of the input, no more.

    Parameters
    ----------
    path : of the file; made if it is not there
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        with self.path.open("a+b") as file:
            file.truncate(_ROOM)  # a hole until something is written
            self._map = mmap.mmap(file.fileno(), _ROOM)

    def begin(self, visual: Any, prompt: Any, budget: int) -> None:
        """A call begins."""
        signs, _, _ = _HEAD.unpack_from(self._map)
        _HEAD.pack_into(self._map, 0, signs + 1, 0, 0)
        data = b""
        with suppress(Exception):  # what cannot be noted is not noted
            data = pickle.dumps((_described(visual), _described(prompt), int(budget)))
        if len(data) > _ROOM - _HEAD.size:
            data = b""
        self._map[_HEAD.size : _HEAD.size + len(data)] = data
        _HEAD.pack_into(self._map, 0, signs + 1, 1, len(data))

    def end(self) -> None:
        """The call ended, one way or the other."""
        signs, _, length = _HEAD.unpack_from(self._map)
        _HEAD.pack_into(self._map, 0, signs + 1, 0, length)

    def look(self) -> Life:
        """See whether anything happened."""
        signs, calling, _ = _HEAD.unpack_from(self._map)
        return Life(signs, bool(calling))

    def last_input(self) -> CoveringInput | None:
        """Return the input of the last call, laid out as it was; None where it was not noted."""
        _, _, length = _HEAD.unpack_from(self._map)
        with suppress(Exception):
            visual, prompt, budget = pickle.loads(self._map[_HEAD.size : _HEAD.size + length])
            return CoveringInput(_restored(*visual), _restored(*prompt), budget)
        return None

    def close(self) -> None:
        """Let go of the file, which stays."""
        self._map.close()


def noting(algorithm: Algorithm, note: CallNote) -> Algorithm:
    """Return the same algorithm, whose calls are noted before they are made."""

    def select(visual: Any, prompt: Any, budget: int) -> Any:
        note.begin(visual, prompt, budget)
        try:
            return inner(visual, prompt, budget)
        finally:
            note.end()

    inner: Callable[..., Any] = algorithm.select
    return replace(algorithm, select=select)


def _described(points: Any) -> tuple[NDArray[Any], str, bool]:
    """Values in C order, layout, and whether they may be written to."""
    if not isinstance(points, np.ndarray):  # a torch tensor: at least its values
        return np.array(points.tolist(), dtype=np.float64), "C", True
    if points.flags.c_contiguous:
        layout = "C"
    elif points.flags.f_contiguous:
        layout = "Fortran"
    else:
        layout = "reversed" if min(points.strides) < 0 else "strided"
    return np.ascontiguousarray(points), layout, points.flags.writeable


def _restored(values: NDArray[Any], layout: str, writable: bool) -> NDArray[Any]:
    return laid_out(values, layout, writable)
