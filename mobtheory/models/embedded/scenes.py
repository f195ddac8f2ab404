"""Scenes with handwritten digits, big shapes and small shapes on a 4 x 4 grid.

Every scene holds three digits in boxes of distinct colours, two or three small shapes
(distinct shapes, distinct colours, each inside one 8 x 8 patch) and seven to ten big shapes
with one majority shape and one majority colour.  Several small shapes and several digits
are present on purpose: no attribute of the picture as a whole gives a fine answer away.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

import numpy as np
from numpy.typing import NDArray

BACKGROUNDS = {
    "white": (235, 235, 235),
    "black": (20, 20, 20),
    "gray": (128, 128, 128),
    "pink": (240, 170, 190),
    "brown": (110, 70, 40),
    "purple": (110, 50, 140),
}
COLOURS = {
    "red": (220, 30, 30),
    "green": (30, 170, 50),
    "blue": (40, 70, 230),
    "yellow": (240, 220, 40),
    "orange": (250, 140, 20),
    "cyan": (40, 210, 220),
}
SHAPES = ("circle", "square", "triangle", "cross")
DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")

GRID = 4
CELL = 24
PATCH = 8
IMAGE_SIZE = GRID * CELL
BIG, SMALL, BOX = 18, PATCH, 20
TRAIN_DIGITS = 1400
PIXEL_NOISE = 6.0

# What a cell holds: 0 nothing, 1-4 a big shape, 5-8 a small shape, 9 a digit in a box.
EMPTY, FIRST_BIG, FIRST_SMALL, DIGIT_BOX = 0, 1, 5, 9
NO_COLOUR, NO_DIGIT = len(COLOURS), len(DIGITS)

Split = Literal["train", "test"]


@dataclass(frozen=True)
class Scene:
    """One picture and everything that can be asked about it.

    Attributes
    ----------
    image : (96, 96, 3) uint8 array
    background : index into ``BACKGROUNDS``
    content, colour, digit : (16,) integer arrays, one entry per cell (row by row)
    boxes : colour index -> digit
    small : (shape index, colour index) of each small shape
    majority_shape, majority_colour : most common among the big shapes, by at least two
    """

    image: NDArray[np.uint8]
    background: int
    content: NDArray[np.int64]
    colour: NDArray[np.int64]
    digit: NDArray[np.int64]
    boxes: dict[int, int]
    small: tuple[tuple[int, int], ...]
    majority_shape: int
    majority_colour: int


@cache
def _digits() -> tuple[NDArray[np.float32], NDArray[np.int64], dict[str, NDArray[np.int64]]]:
    """The 1797 digits of the UCI optical recognition set (CC BY 4.0), split once and for all."""
    with (files("mobtheory.models.embedded") / "data" / "digits.npz").open("rb") as handle:
        stored = np.load(handle, allow_pickle=False)
        images, labels = stored["images"], stored["labels"]
    order = np.random.default_rng(0).permutation(len(labels))
    split = {"train": order[:TRAIN_DIGITS], "test": order[TRAIN_DIGITS:]}
    return (images / 16).astype(np.float32), labels.astype(np.int64), split


@cache
def _mask(shape: str, size: int) -> NDArray[np.bool_]:
    y, x = np.mgrid[0:size, 0:size] + 0.5
    centre = size / 2
    if shape == "circle":
        return (x - centre) ** 2 + (y - centre) ** 2 <= centre**2
    if shape == "square":
        return (abs(x - centre) <= size * 0.42) & (abs(y - centre) <= size * 0.42)
    if shape == "triangle":
        return y >= 2 * abs(x - centre)
    return (abs(x - centre) <= size * 0.16) | (abs(y - centre) <= size * 0.16)


def _with_majority(
    rng: np.random.Generator, count: int, kinds: int
) -> tuple[NDArray[np.int64], int]:
    """Draw `count` labels of which one leads the runner-up by at least two."""
    while True:
        labels = rng.integers(0, kinds, count)
        labels[: rng.integers(2, 5)] = rng.integers(kinds)
        tally = np.bincount(labels, minlength=kinds)
        runner_up, winner = np.sort(tally)[-2:]
        if winner - runner_up >= 2:
            return labels[rng.permutation(count)], int(tally.argmax())


def draw_scene(rng: np.random.Generator, split: Split = "train") -> Scene:
    """Draw one scene; `split` says which of the two disjoint sets of digits it uses."""
    images, labels, members = _digits()
    colours = np.array(list(COLOURS.values()), np.float32)
    background = int(rng.integers(len(BACKGROUNDS)))
    canvas: NDArray[np.float32] = np.empty((IMAGE_SIZE, IMAGE_SIZE, 3), np.float32)
    canvas[:] = list(BACKGROUNDS.values())[background]
    content = np.full(GRID * GRID, EMPTY)
    colour = np.full(GRID * GRID, NO_COLOUR)
    digit = np.full(GRID * GRID, NO_DIGIT)
    free = iter(rng.permutation(GRID * GRID))

    def place(size: int, offset: NDArray[np.int64]) -> tuple[int, NDArray[np.float32]]:
        cell = int(next(free))
        top, left = (cell // GRID) * CELL + offset[0], (cell % GRID) * CELL + offset[1]
        return cell, canvas[top : top + size, left : left + size]

    boxes: dict[int, int] = {}
    for c in rng.permutation(len(COLOURS))[:3]:
        sample = rng.choice(members[split])
        cell, window = place(BOX, rng.integers(1, 4, 2))
        window[:] = colours[c]
        window[2:-2, 2:-2] = 255 * (1 - np.kron(images[sample], np.ones((2, 2))))[..., None]
        content[cell], colour[cell], digit[cell] = DIGIT_BOX, c, labels[sample]
        boxes[int(c)] = int(labels[sample])

    count = int(rng.integers(2, 4))
    small = tuple(
        (int(s), int(c))
        for s, c in zip(
            rng.permutation(len(SHAPES))[:count], rng.permutation(len(COLOURS))[:count], strict=True
        )
    )
    for s, c in small:
        cell, window = place(SMALL, PATCH * rng.integers(0, CELL // PATCH, 2))
        window[_mask(SHAPES[s], SMALL)] = colours[c]
        content[cell], colour[cell] = FIRST_SMALL + s, c

    number = int(rng.integers(7, 11))
    big_shapes, majority_shape = _with_majority(rng, number, len(SHAPES))
    big_colours, majority_colour = _with_majority(rng, number, len(COLOURS))
    for s, c in zip(big_shapes, big_colours, strict=True):
        cell, window = place(BIG, rng.integers(1, 6, 2))
        window[_mask(SHAPES[s], BIG)] = colours[c]
        content[cell], colour[cell] = FIRST_BIG + s, c

    noisy = canvas * rng.uniform(0.9, 1.1) + rng.normal(0, PIXEL_NOISE, canvas.shape)
    return Scene(
        image=np.clip(noisy, 0, 255).astype(np.uint8),
        background=background,
        content=content,
        colour=colour,
        digit=digit,
        boxes=boxes,
        small=small,
        majority_shape=majority_shape,
        majority_colour=majority_colour,
    )


def held_out_scene(index: int) -> Scene:
    """Scene number `index` of the held-out set: test digits, a seed that training never uses."""
    return draw_scene(np.random.default_rng([999, index]), "test")
