"""Small integer points and a budget drawn as one string of bytes.

A coordinate drawn by itself costs Hypothesis tens of microseconds, and a point several of them;
a byte costs a few, and bytes shrink one by one as well.
"""

from hypothesis import strategies as st

Row = tuple[int, ...]

LARGEST_COORDINATE = 12
_COORDINATES = [0] + [sign * size for size in range(1, LARGEST_COORDINATE + 1) for sign in (1, -1)]
"""0, 1, -1, 2, -2, ...: low bytes are small integers."""
_VALUES = len(_COORDINATES)


def rows_of(data: bytes, dimension: int) -> tuple[list[Row], int]:
    """Points, `dimension` bytes to each, and how many of them are marked.

    The lowest five bits of a point's first byte are 0 if the point is left out: to delete its
    bytes would shift those behind it into other coordinates, so this is how the shrinker loses a
    point. The next bit marks the point. With a budget of as many as are marked, a marked point goes
    together with its share of the budget, and each can go alone. The origin stands for no points.

    Examples
    --------
    >>> from mobtheory.strategies.byte_rows import rows_of
    >>> rows_of(bytes([1, 0, 0, 7, 32 + 2, 4]), 2)
    ([(0, 0), (1, -2)], 1)
    """
    rows: list[Row] = []
    marked = 0
    for start in range(0, len(data) - dimension + 1, dimension):
        first = data[start]
        if first & 31:
            others = data[start + 1 : start + dimension]
            rows.append(
                (
                    _COORDINATES[((first & 31) - 1) % _VALUES],
                    *[_COORDINATES[byte % _VALUES] for byte in others],
                )
            )
            marked += first >> 5 & 1
    return rows or [(0,) * dimension], marked


def byte_rows(dimension: int, most: int) -> st.SearchStrategy[tuple[list[Row], int]]:
    """One to `most` points, and how many of them are marked."""
    # Hypothesis makes strings little longer than their least length on average.
    fewest = dimension * (2 if most > 4 else 1)
    data = st.binary(min_size=fewest, max_size=most * dimension)
    return data.map(lambda drawn: rows_of(drawn, dimension))
