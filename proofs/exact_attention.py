"""Softmax attention in fractions: e^logit and values are numbers that are given exactly."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations

Number = int | Fraction


def mass(exponentials: Sequence[Number], members: Sequence[int]) -> Fraction:
    """The attention mass of some tokens."""
    return Fraction(sum(exponentials[i] for i in members)) / sum(exponentials)


def output(
    exponentials: Sequence[Number], values: Sequence[Number], members: Sequence[int]
) -> Fraction:
    """One coordinate of the output of softmax over some tokens, the mean of their values."""
    whole = Fraction(sum(exponentials[i] for i in members))
    return sum((exponentials[i] * values[i] for i in members), Fraction(0)) / whole


def splits(count: int) -> Iterator[tuple[list[int], list[int]]]:
    """Every way to keep some of the tokens and to drop the others, neither none nor all."""
    for size in range(1, count):
        for kept in combinations(range(count), size):
            yield list(kept), [i for i in range(count) if i not in kept]
