"""Read what a target returned: which tokens it keeps, in two halves or as one set."""

import inspect
from dataclasses import dataclass
from typing import Any

import array_api_compat
import numpy as np
from numpy.typing import NDArray

from mobtheory.covering import Covering, Selection
from mobtheory.testing.misbehaviour import Misbehaviour

_ASKED = "return a Selection, a pair (prompt_centers, visual_centers) or one array of row numbers"


@dataclass(frozen=True)
class Kept:
    """What a target keeps, exactly as many distinct rows as it may.

    Attributes
    ----------
    prompt_centers, visual_centers : row numbers; without halves all are visual centres
    halves : whether the target told them apart
    reported : the radii that it returned with its selection, or None
    """

    prompt_centers: tuple[int, ...]
    visual_centers: tuple[int, ...]
    halves: bool
    reported: Covering | None = None

    @property
    def rows(self) -> tuple[int, ...]:
        """All kept rows, the prompt half first."""
        return self.prompt_centers + self.visual_centers

    @property
    def sets(self) -> tuple[frozenset[int], frozenset[int]]:
        """Both halves whatever the order of their rows."""
        return frozenset(self.prompt_centers), frozenset(self.visual_centers)

    @property
    def selection(self) -> Selection:
        """The same as a selection of this project."""
        return Selection(list(self.prompt_centers), list(self.visual_centers))


def read_answer(answer: Any, count: int, budget: int, device: str = "cpu") -> Kept:
    """Read and check an answer for `count` visual tokens.

    Parameters
    ----------
    answer : what the target returned
    count : N
    budget : K
    device : where the target's input lay

    Returns
    -------
    Kept

    Raises
    ------
    Misbehaviour
        Of a kind that begins with "returned", or "invalid-indices".
    """
    reported = answer if isinstance(answer, Covering) else None
    selection = answer.selection if isinstance(answer, Covering) else answer
    if isinstance(selection, Selection):
        halves = (selection.prompt_centers, selection.visual_centers)
        kept = Kept(*(_rows(half, device) for half in halves), halves=True, reported=reported)
    elif _is_pair(selection):
        kept = Kept(*(_rows(half, device) for half in selection), halves=True)
    else:
        kept = Kept((), _rows(selection, device), halves=False)
    _require_valid(kept, count, budget)
    return kept


def _is_pair(answer: Any) -> bool:
    return isinstance(answer, tuple) and len(answer) == 2 and all(_is_sequence(h) for h in answer)


def _is_sequence(half: Any) -> bool:
    return isinstance(half, list | tuple | range) or getattr(half, "ndim", 0) > 0


def _rows(half: Any, device: str) -> tuple[int, ...]:
    if inspect.iscoroutine(half):
        half.close()  # or Python warns that nobody awaited it
        raise Misbehaviour("returned-other", f"it returned a coroutine; {_ASKED}")
    if half is None:
        raise Misbehaviour("returned-nothing", f"it returned None; {_ASKED}")
    if array_api_compat.is_torch_array(half):
        if str(half.device) != device:
            raise Misbehaviour(
                "returned-other-device",
                f"it returned a torch tensor on {half.device}; the tokens lay on {device}",
            )
        half = half.detach()
    if isinstance(half, list | tuple | range):
        _require_flat(half)
    try:
        rows = np.asarray(half)
    except Exception as error:
        raise Misbehaviour(
            "returned-other", f"it returned a {type(half).__name__} that is no array; {_ASKED}"
        ) from error
    return _integers(half, rows)


def _require_flat(half: Any) -> None:
    nested = next((item for item in half if _is_sequence(item)), None)
    if nested is not None:
        raise Misbehaviour(
            "returned-nested",
            f"it returned a nested {type(half).__name__} (it holds a {type(nested).__name__}); "
            f"{_ASKED}",
        )


def _integers(half: Any, rows: NDArray[Any]) -> tuple[int, ...]:
    told = f"{type(half).__name__} of shape {rows.shape}, dtype {rows.dtype}"
    if rows.size == 0 and rows.ndim == 1:
        return ()
    if rows.dtype.kind == "b":
        raise Misbehaviour(
            "returned-mask", f"it returned a mask ({told}); return np.flatnonzero(mask)"
        )
    if rows.dtype.kind == "f":
        raise Misbehaviour("returned-floats", f"it returned floats ({told}); {_ASKED}")
    if rows.dtype.kind not in "iu":
        raise Misbehaviour("returned-other", f"it returned {told}; {_ASKED}")
    if rows.ndim != 1:
        raise Misbehaviour("returned-nested", f"it returned {told}; {_ASKED}")
    return tuple(map(int, rows.tolist()))


def _require_valid(kept: Kept, count: int, budget: int) -> None:
    rows = kept.rows
    outside = [row for row in rows if not 0 <= row < count]
    twice = sorted({row for row in rows if rows.count(row) > 1}) if len(rows) < 2000 else []
    shared = sorted(set(kept.prompt_centers) & set(kept.visual_centers))
    if outside:
        broken = f"row {outside[0]} is outside 0..{count - 1}"
    elif shared:
        broken = f"row {shared[0]} is in both halves"
    elif twice or len(set(rows)) < len(rows):
        broken = f"row {twice[0]} is there twice" if twice else "rows are there twice"
    elif len(rows) != budget:
        broken = f"{len(rows)} rows for a budget of {budget}"
    else:
        return
    raise Misbehaviour("invalid-indices", f"it kept {_short(kept)}: {broken}")


def _short(kept: Kept) -> str:
    def told(rows: tuple[int, ...]) -> str:
        listed = ", ".join(map(str, rows[:12]))
        return f"[{listed}{', ...' if len(rows) > 12 else ''}]"

    if kept.halves:
        return f"{told(kept.prompt_centers)} and {told(kept.visual_centers)}"
    return told(kept.visual_centers)
