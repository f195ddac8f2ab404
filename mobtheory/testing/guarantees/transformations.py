"""Change an input without changing what a good selection is, and compare before with after."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mobtheory.strategies.inputs import CoveringInput
from mobtheory.testing.answers import Kept
from mobtheory.testing.calls import Calls, fresh, like
from mobtheory.testing.finding import KEPT_IT, Finding
from mobtheory.testing.lengths import Length, exceeds
from mobtheory.testing.misbehaviour import Misbehaviour
from mobtheory.testing.ruler import Radii

Arrays = tuple[NDArray[Any], NDArray[Any]]
_FINE = 1 << 14
"""Copies off ties differ by so small a part of the extent of the tokens."""
_ULPS, _SMALL = 64, 16
"""So many units in the last place are surely seen; more than a 16th of the extent is not small."""


@dataclass(frozen=True)
class Change:
    """A change of the input.

    Attributes
    ----------
    told : what it is, in words
    apply : makes new arrays of (visual, prompt)
    rows : row i of the new visual tokens is row `rows[i]` of the old ones; None: the same
    stretch : by which factor it stretches every length
    allowance : how much rounding of the new coordinates can change a length, in new units
    coarse : how large a part of the extent copies off ties must differ by, and how many of them
        are needed: more where arithmetic is coarse
    """

    told: str
    apply: Callable[[NDArray[Any], NDArray[Any]], tuple[Any, Any]]
    rows: NDArray[np.int64] | None = None
    stretch: float = 1.0
    allowance: float = 0.0
    coarse: tuple[int, int] = (_FINE, 2)


def compare(calls: Calls, given: CoveringInput, change: Change) -> Finding:
    """Compare the radii of what is kept before and after a change of the input.

    Parameters
    ----------
    calls, given : the algorithm, and what it is called with
    change : the change

    Returns
    -------
    Finding
        A difference counts only off ties: neither selection may move when the tokens do by a
        little. A correct algorithm may break ties, and what rounding makes of ties, as it likes.
        Of two tokens both are equally far from their middle wherever they are: such ties no move
        breaks, so that radii are compared and not rows.
    """
    before = calls.keep(given)
    after = _after(calls, given, change)
    if after.sets == before.sets:
        return KEPT_IT
    finding = _radii(calls, given, change, before, after)
    if not finding.broken:
        return finding
    fineness, copies = change.coarse
    for number in range(copies):
        moved = off_ties(given, number, fineness)
        if moved is None or not _stays(calls, moved, change, before, after):
            return replace(finding, broken=None)
    return finding


def _stays(calls: Calls, moved: CoveringInput, change: Change, before: Kept, after: Kept) -> bool:
    """Whether both selections are the same for a copy off ties."""
    try:
        first = calls.select(*fresh(moved), moved.budget)
        return first.sets == before.sets and _after(calls, moved, change).sets == after.sets
    except Misbehaviour:
        return False  # which is no failure on the input itself


def off_ties(given: CoveringInput, number: int, fineness: int) -> CoveringInput | None:
    """The same input with every token moved by a small part of the extent of all.

    None where the dtype holds no such tokens: all coincide, or lie so far out that a move by some
    units in the last place is no small one.
    """
    rng = np.random.default_rng([given.seed, number])
    both = np.concatenate([given.visual, given.prompt]).astype(np.float64)
    extent = float(np.ptp(both, axis=0).max())
    ulps = _ULPS * float(np.finfo(given.visual.dtype).eps) * float(np.abs(both).max())
    step = max(extent / fineness, ulps)
    if not extent or (step > extent / _SMALL and step > extent / fineness):
        return None
    unit = 2.0 ** np.floor(np.log2(step)) / 16
    moved = both + unit * rng.integers(-16, 17, both.shape)
    count = len(given.visual)
    return replace(
        given, visual=like(moved[:count], given.visual), prompt=like(moved[count:], given.prompt)
    )


def _after(calls: Calls, given: CoveringInput, change: Change) -> Kept:
    """What is kept after the change, in rows of the input before it."""
    kept = calls.select(*change.apply(*fresh(given)), given.budget)
    if change.rows is None:
        return kept
    rows = change.rows.tolist()
    return replace(
        kept,
        prompt_centers=tuple(rows[row] for row in kept.prompt_centers),
        visual_centers=tuple(rows[row] for row in kept.visual_centers),
    )


def _radii(
    calls: Calls, given: CoveringInput, change: Change, before: Kept, after: Kept
) -> Finding:
    """Radii of the selection before and after, both measured on the input before.

    Lengths after the change are those before, up to the stretch, so nothing else need be measured.
    """
    ruler = calls.ruler(given)
    undecided = False
    first, second = ruler.radii(before), ruler.radii(after)
    for name, one, two in _pairs(first, second, before.halves and after.halves):
        larger = exceeds(one, two), exceeds(two, one)
        if True in larger and abs(float(one) - float(two)) > change.allowance / change.stretch:
            sides = sorted(
                [(float(two), f"{name} {change.told}"), (float(one), f"{name} before")],
                reverse=True,
            )
            return Finding(
                True,
                sides[0][1],
                sides[1][1],
                sides[0][0],
                sides[1][0],
                exact=one.rational and two.rational,
                detail=f"it kept rows {_told(before)}, and {change.told} rows {_told(after)} of "
                "the same tokens; no tie: both selections stay when the tokens move a little",
            )
        undecided = undecided or larger != (False, False)
    return Finding(None) if undecided else KEPT_IT


def _pairs(a: Radii, b: Radii, halves: bool) -> list[tuple[str, Length, Length]]:
    pairs = [("h(V -> S)", a.union, b.union)]
    if halves:
        pairs += [("d_H(S_v, V)", a.visual, b.visual), ("d_H(S_p, P)", a.prompt, b.prompt)]
    return pairs


def _told(kept: Kept) -> str:
    if kept.halves:
        return f"{list(kept.prompt_centers)} and {list(kept.visual_centers)}"
    return str(list(kept.rows))
