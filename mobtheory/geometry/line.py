"""Covering and packing on the line, where the greedy sweep is exact for any number of points.

A difference of two floats is correctly rounded, so its comparison with a length needs no margin.
"""

from bisect import bisect_right


def intervals_needed(coordinates: list[float], length: float) -> int:
    """Count the closed intervals of this length that cover ascending coordinates.

    It is also the largest number of coordinates pairwise farther apart than the length: the left
    ends of the intervals are such a set.
    """
    count = first = 0
    while first < len(coordinates):
        first = _after_reach(coordinates, first, length)
        count += 1
    return count


def intervals_around_members(coordinates: list[float], radius: float) -> int:
    """Count the closed intervals of this radius, centred at members, that cover them all."""
    count = first = 0
    while first < len(coordinates):
        center = _after_reach(coordinates, first, radius) - 1
        first = _after_reach(coordinates, center, radius)
        count += 1
    return count


def _after_reach(coordinates: list[float], start: int, length: float) -> int:
    """Find the first index whose coordinate lies beyond the length from the start."""
    left = coordinates[start]
    return bisect_right(coordinates, False, lo=start, key=lambda right: right - left > length)
