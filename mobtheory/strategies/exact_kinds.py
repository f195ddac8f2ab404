"""Kinds of small integer clouds, each a rearrangement of any points.

A kind takes rows of visual and of prompt points and a number from 0 to `MOST_TWIST`, which says
what else it needs to know. All kinds take the same, so a failure found in one can be told in
another: Hypothesis shrinks it to the first kind that shows it. No kind adds points or moves a
coordinate by more than 2700, so that squared distances stay exact in float32.
"""

from collections.abc import Callable
from itertools import accumulate

from mobtheory.strategies.byte_rows import Row

RowsPair = tuple[list[Row], list[Row]]
"""Visual and prompt points."""

MOST_TWIST = 511


def grid(visual: list[Row], prompt: list[Row], twist: int) -> RowsPair:
    """Any points: mostly in general position."""
    return visual, prompt


def lattice(visual: list[Row], prompt: list[Row], twist: int) -> RowsPair:
    """Points of the lattice {-1, 0, 1}^d: nearly all distances tie, and points recur."""
    near = [tuple((x + 1) % 3 - 1 for x in row) for row in visual]
    return near, [tuple((x + 1) % 3 - 1 for x in row) for row in prompt]


def line(visual: list[Row], prompt: list[Row], twist: int) -> RowsPair:
    """Integers on a line with large gaps and repetitions; the prompt lies near or anywhere."""
    gaps = (1, 2, 3, 300, 40, 0)  # for row entries 0, 1, 2, 3, -2, -1
    places = accumulate(gaps[row[0] % len(gaps)] for row in visual)
    reach = (1, 50)[twist & 1]
    return [(place,) for place in places], [(reach * row[0],) for row in prompt]


def duplicates(visual: list[Row], prompt: list[Row], twist: int) -> RowsPair:
    """Visual points of which some occur again."""
    rows = list(visual)
    for place in range(1, len(rows)):
        if (twist + 1) >> (place - 1) & 1:
            rows[place] = rows[place // 2]
    return rows, prompt


def coincident(visual: list[Row], prompt: list[Row], twist: int) -> RowsPair:
    """A prompt that is the picture itself in the reverse order, in place or moved by a step."""
    step = (0, 0, 1, 2)[twist & 3]
    few = visual[:4]
    return few, [tuple(x + step for x in row) for row in reversed(few)]


def inside(visual: list[Row], prompt: list[Row], twist: int) -> RowsPair:
    """A prompt of points of the picture."""
    return visual, [visual[row[0] % len(visual)] for row in prompt]


def one_point(visual: list[Row], prompt: list[Row], twist: int) -> RowsPair:
    """A picture whose points all coincide, with any prompt or one that coincides with it."""
    point = visual[:1]
    return point * len(visual), prompt if twist & 1 else point * len(prompt)


def equidistant(visual: list[Row], prompt: list[Row], twist: int) -> RowsPair:
    """Vertices of a regular tetrahedron: all distances are equal, from the centre too."""
    tetrahedron = ((1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1))
    size = 1 + (twist >> 1) % 6
    # Each vertex once: with a repetition distances would be of two lengths.
    vertices = dict.fromkeys(tetrahedron[row[0] % 4] for row in visual)
    return (
        [(size * x, size * y, size * z) for x, y, z in vertices],
        [(*row, 0, 0)[:3] if twist & 1 else (0, 0, 0) for row in prompt],
    )


def corners(visual: list[Row], prompt: list[Row], twist: int) -> RowsPair:
    """Corners of a cube and the prompt at its centre: every visual point is as near as the next."""
    cube = [tuple(1 if x >= 0 else -1 for x in row) for row in visual]
    return cube, [(0,) * len(row) for row in prompt]


def outlier(visual: list[Row], prompt: list[Row], twist: int) -> RowsPair:
    """One point far from all others, of the picture or of the prompt."""
    rows = list(prompt if twist & 1 else visual)
    distance = (1000, -100, 2000, -2000)[twist >> 1 & 3]
    place = (twist >> 3) % len(rows)
    first, *others = rows[place]
    rows[place] = (first + distance, *others)
    return (visual, rows) if twist & 1 else (rows, prompt)


EXACT_KINDS: dict[str, Callable[[list[Row], list[Row], int], RowsPair]] = {
    "grid": grid,
    "lattice": lattice,
    "line": line,
    "duplicates": duplicates,
    "coincident": coincident,
    "inside": inside,
    "one-point": one_point,
    "equidistant": equidistant,
    "corners": corners,
    "outlier": outlier,
}
"""The kinds of the exact lane, the one that failures shrink to first."""
