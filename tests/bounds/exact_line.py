"""Points on a line in rational arithmetic: an oracle that shares no code with the package."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import combinations, pairwise
from typing import Any

Numbers = Sequence[Fraction]


def numbers(points: Any) -> list[Fraction]:
    """The coordinates of an (n, 1) array."""
    return [Fraction(float(row[0])) for row in points]


def taken(points: Numbers, rows: Iterable[Any]) -> list[Fraction]:
    return [points[int(row)] for row in rows]


def directed(a: Numbers, b: Numbers) -> Fraction:
    """h(a -> b) for nonempty sets."""
    return max(min(abs(x - y) for y in b) for x in a)


def hausdorff(a: Numbers, b: Numbers) -> Fraction:
    return max(directed(a, b), directed(b, a))


def covering_number(points: Numbers, radius: Fraction) -> int:
    """Fewest closed intervals of half-length `radius`; placing them from the left is optimal."""
    count, end = 0, None
    for x in sorted(points):
        if end is None or x > end:
            count, end = count + 1, x + 2 * radius
    return count


def best_radius(points: Numbers, centres: int) -> Fraction:
    """Smallest radius of `centres` balls around points of the set."""
    return min(directed(points, chosen) for chosen in combinations(points, centres))


def radii_where_it_drops(points: Numbers) -> set[Fraction]:
    return {abs(x - y) / 2 for x, y in combinations(points, 2)}


def lower_constant(points: Numbers, low: Fraction, high: Fraction) -> Fraction:
    """The largest a with ``a / r <= N(points, r)`` on (low, high]."""
    radii = {low, *(r for r in radii_where_it_drops(points) if low < r <= high)}
    return min(covering_number(points, r) * r for r in radii)


def upper_constant(points: Numbers, low: Fraction, high: Fraction) -> Fraction:
    """The smallest b with ``N(points, r) <= b / r`` on (low, high]."""
    ends = sorted({low, high, *(r for r in radii_where_it_drops(points) if low < r < high)})
    steps = [covering_number(points, r) * s for r, s in pairwise(ends)]
    return max([*steps, covering_number(points, high) * high])


def best_level(visual: Numbers, prompt: Numbers, budget: int, low: Fraction) -> Fraction | None:
    """Sup eta/z over the admissible z; None where there is none."""
    eta = hausdorff(visual, prompt)
    drops = radii_where_it_drops(visual) | radii_where_it_drops(prompt)
    ends = sorted({low, eta, *(r for r in drops if low < r < eta)})
    level = None
    if low >= eta:
        return level
    for left, right in pairwise(ends):
        inside = (left + right) / 2
        if covering_number(visual, inside) + covering_number(prompt, inside) > budget:
            level = right
    return level


def algorithm_1(
    visual: Numbers, prompt: Numbers, budget: int, prompt_budget: int, fold: int
) -> tuple[list[int], list[int]]:
    """The rows of S_p and S_v that the paper's Algorithm 1 keeps."""
    ranking: dict[int, Fraction] = {}
    for p in prompt:
        nearest = sorted(range(len(visual)), key=lambda row: abs(visual[row] - p))
        for row in nearest[:fold]:
            ranking[row] = min(ranking.get(row, abs(visual[row] - p)), abs(visual[row] - p))
    kept = sorted(ranking, key=lambda row: (ranking[row], row))[:prompt_budget]
    first = list(kept)
    while len(kept) < budget:
        left = [row for row in range(len(visual)) if row not in kept]
        kept.append(
            max(left, key=lambda row: min(abs(visual[row] - visual[other]) for other in kept))
        )
    return first, kept[len(first) :]
