"""Rows a block at a time, so that memory stays linear in the number of points."""

from collections.abc import Iterator

from mobtheory.geometry.points import Array

_BLOCK_ENTRIES = 2**22


def row_blocks(array: Array, entries_per_row: int) -> Iterator[tuple[int, Array]]:
    """Yield the first index and the rows of blocks whose temporaries stay below 32 MiB."""
    count = array.shape[0]
    rows = max(1, _BLOCK_ENTRIES // entries_per_row)
    for start in range(0, count, rows):
        yield start, array[start : min(start + rows, count), :]
