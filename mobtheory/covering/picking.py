"""The greedy loops of farthest-point sampling.

Both take rows that count as picked first, then always the row farthest from the picks, the lowest
of them at a tie.
"""

from collections.abc import Callable
from math import inf
from typing import Any

import array_api_compat as api
import numpy as np
from numpy.typing import NDArray

from mobtheory.geometry.points import Array

# A narrower block costs no less to find; a wider one spends more on products than it saves.
_NARROWEST, _WIDEST = 64, 256
# So many picks change the nearest distance of most rows.
_FIRST_STEPS = 8
# In fewer dimensions a pass over the rows costs no more than finding the farthest ones.
_WORTH_A_BLOCK = 32
# Points whose whole Gram matrix is made: 64 MiB of float32.
_MOST_POINTS_OF_GRAM = 4096
# A matrix of so few columns is slower than its columns.
_FEW_PICKS = 6


def pick_in_steps(
    distances_to: Callable[[Array], Array],
    nearest: Array,
    total: int,
    given: Array,
    counts: Array | None = None,
) -> tuple[Array, Array]:
    """Pick one row at a time in every set of a batch, without a word to the host.

    Parameters
    ----------
    distances_to : for picks of shape (B,) the distances (B, n) of all rows to them
    nearest : (B, n), the distance of every row to its nearest seed outside, or inf
    total : how many rows to pick, at most n
    given : (B, g) int64, the rows that are picked first
    counts : (B,) int64, how many of the given rows count in each set; all by default

    Returns
    -------
    The picks (B, total), the given ones first, and the value of `nearest` at each of them when it
    was picked: inf for a given row.
    """
    xp, device = api.array_namespace(nearest), api.device(nearest)
    rows = xp.arange(nearest.shape[1], dtype=xp.int64, device=device)[None, :]
    picks: list[Array] = []
    values: list[Array] = []
    for step in range(total):
        pick, value = xp.argmax(nearest, axis=1), xp.max(nearest, axis=1)
        if step < given.shape[1]:
            counted = xp.full_like(pick, given.shape[1]) if counts is None else counts
            pick = xp.where(step < counted, given[:, step], pick)
            value = xp.where(step < counted, xp.full_like(value, inf), value)
        picks.append(pick)
        values.append(value)
        if step + 1 < total:
            nearest = xp.minimum(nearest, distances_to(pick))
            # Below every distance, so that a picked row stays behind even duplicates of it.
            nearest = xp.where(rows == pick[:, None], xp.full_like(nearest, -inf), nearest)
    if not picks:
        return given[:, :0], nearest[:, :0]
    return xp.stack(picks, axis=1), xp.stack(values, axis=1)


def pick_in_rounds(
    rows: NDArray[Any],
    squares: NDArray[Any],
    nearest: NDArray[Any],
    given: list[int],
    total: int,
    floor: float,
) -> list[int]:
    """Pick several rows for each pass over the set, by products.

    Distances to the picks only fall. So a row of the block of currently farthest rows that beats
    all rows outside, as they were, is the farthest of all, and the products within the block say
    which one is next: the picks are those of one step at a time. Only when a row outside might win
    are the distances of all rows brought up to date, by one product for all picks of the round.
    A block of every row is the whole Gram matrix.

    Parameters
    ----------
    rows, squares : (n, d) and (n,), as `ProductRows` holds them
    nearest : (n,), the squared distance to the nearest seed outside, or inf; it is overwritten
    given : the rows that are picked first
    total : how many rows to pick, at most n
    floor : picking stops where the farthest squared distance is below

    Returns
    -------
    The picks, the given ones first; fewer than `total` if the floor was met.
    """
    picks = [*given]
    _approach(rows, squares, nearest, picks)
    width = _first_width(rows.shape[0], rows.shape[1], total)
    while len(picks) < total:
        # The first picks change all distances too much for a block to hold the next ones.
        first = len(picks) < _FIRST_STEPS and width < len(rows)
        wanted = 1 if first else total - len(picks)
        new = _best_of_block(rows, squares, nearest, width, wanted, floor)
        if not new:
            break
        picks += new
        if len(picks) < total:
            _approach(rows, squares, nearest, new)
        if 2 * len(new) >= width > 1:
            width = min(2 * width, _WIDEST)
        elif 4 * len(new) < width and not first:
            width = max(width // 2, _NARROWEST)
    return picks


def _first_width(count: int, dimension: int, total: int) -> int:
    if 4 * total >= count and count <= _MOST_POINTS_OF_GRAM:
        return count
    return 1 if dimension < _WORTH_A_BLOCK else _NARROWEST


def _best_of_block(
    rows: NDArray[Any],
    squares: NDArray[Any],
    nearest: NDArray[Any],
    width: int,
    wanted: int,
    floor: float,
) -> list[int]:
    count = len(nearest)
    first = int(nearest.argmax())
    if not nearest[first] >= floor:
        return []
    if width == 1 or wanted == 1:
        return [first]
    block, outside = slice(None), -inf
    if width < count:
        order = nearest.argpartition(count - width - 1)
        outside = nearest[order[count - width - 1]]
        if not nearest[first] > outside:
            return [first]
        # Ascending, so that the lowest row wins a tie.
        block = np.sort(order[count - width :])
    block_rows, block_squares, values = rows[block], squares[block], nearest[block].copy()
    between = block_rows @ block_rows.T
    between *= -2
    between += block_squares
    between += block_squares[:, None]
    new: list[int] = []
    for _ in range(min(wanted, len(values))):
        best = int(values.argmax())
        if not (values[best] > outside and values[best] >= floor):
            break
        new.append(best)
        np.minimum(values, between[best], out=values)
        values[best] = -inf
    return new if isinstance(block, slice) else block[new].tolist()


def _approach(
    rows: NDArray[Any], squares: NDArray[Any], nearest: NDArray[Any], new: list[int]
) -> None:
    """Lower the distances to the nearest pick by the new picks, and put these behind all."""
    if len(new) <= _FEW_PICKS:
        to_pick = np.empty_like(nearest)
        for row in new:
            np.dot(rows, rows[row], out=to_pick)
            to_pick *= -2
            to_pick += squares[row]
            to_pick += squares
            np.minimum(nearest, to_pick, out=nearest)
    else:
        to_picks = rows @ rows[new].T
        to_picks *= -2
        to_picks += squares[new]
        np.minimum(nearest, to_picks.min(axis=1) + squares, out=nearest)
    nearest[new] = -inf
