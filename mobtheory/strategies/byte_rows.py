"""Small integer points and a budget told by one string of bytes.

A coordinate drawn by itself costs Hypothesis tens of microseconds, and a point several of them;
a byte costs a few, and bytes shrink one by one as well.
"""

Row = tuple[int, ...]

MOST_ROWS, BYTES_A_POINT = 9, 3
LARGEST_COORDINATE = 12
_COORDINATES = [0] + [sign * size for size in range(1, LARGEST_COORDINATE + 1) for sign in (1, -1)]
"""0, 1, -1, 2, -2, ...: low bytes are small integers."""
_VALUES = len(_COORDINATES)


def rows_of(data: bytes, dimension: int) -> tuple[list[Row], int]:
    """Up to nine points in 1 to 3 dimensions, three bytes to each, and how many are marked.

    The lowest five bits of a point's first byte are one of 1 to 25 if the point is there: to delete
    the bytes of another would shift those behind it into other coordinates, so the shrinker loses a
    point by a zero. The next bit marks the point. With a budget of as many as are marked, a marked
    point goes together with its share of the budget, and each can go alone. Points take their last
    coordinates: the shrinker prefers zeros in the first ones, which can go then. The origin stands
    for no points.

    Examples
    --------
    >>> from mobtheory.strategies.byte_rows import rows_of
    >>> rows_of(bytes([1, 0, 0, 0, 1, 1, 32 + 7, 2, 4]), 3)
    ([(0, 0, 0), (-3, -1, -2)], 1)
    >>> rows_of(bytes([1, 0, 0, 0, 1, 1, 32 + 7, 2, 4]), 1)
    ([(0,), (-2,)], 1)
    """
    rows: list[Row] = []
    marked = 0
    for start in range(0, len(data) - BYTES_A_POINT + 1, BYTES_A_POINT):
        first, second, third = data[start : start + BYTES_A_POINT]
        code = first & 31
        if 1 <= code <= _VALUES and len(rows) < MOST_ROWS:
            point = (code - 1, second % _VALUES, third % _VALUES)[-dimension:]
            rows.append(tuple([_COORDINATES[place] for place in point]))
            marked += first >> 5 & 1
    return rows or [(0,) * dimension], marked
