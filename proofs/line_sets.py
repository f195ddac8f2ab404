"""Finite sets on a line in exact arithmetic, written anew: nothing of the package takes part."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

Number = int | Fraction
Numbers = Sequence[Number]


@dataclass(frozen=True)
class LineCounterexample:
    """Tokens on a line and the kept ones, as indices into `visual`.

    ``low`` and ``high`` bound the radii of regularity (delta, eps_0]; ``prompt_budget`` and
    ``fold`` are K_p and k of Algorithm 1, where it is run.
    """

    visual: list[int]
    prompt: list[int]
    budget: int
    prompt_centers: list[int]
    visual_centers: list[int]
    low: Number = 0
    high: Number = 0
    prompt_budget: int = 0
    fold: int = 0

    @property
    def prompt_half(self) -> list[int]:
        """The tokens of S_p."""
        return [self.visual[i] for i in self.prompt_centers]

    @property
    def visual_half(self) -> list[int]:
        """The tokens of S_v."""
        return [self.visual[i] for i in self.visual_centers]


def to_set(x: Number, members: Numbers) -> Number:
    """``dist(x, members)``."""
    return min(abs(x - m) for m in members)


def directed(a: Numbers, b: Numbers) -> Number:
    """``h(A -> B)``."""
    return max(to_set(x, b) for x in a)


def hausdorff(a: Numbers, b: Numbers) -> Number:
    """``d_H(A, B)``."""
    return max(directed(a, b), directed(b, a))


def covering_number(points: Numbers, radius: Number) -> int:
    """``N(X, r)``: the greedy intervals cover, and no interval holds two of their left ends."""
    left_ends: list[Number] = []
    for x in sorted(points):
        if not left_ends or x > left_ends[-1] + 2 * radius:
            left_ends.append(x)
    return len(left_ends)


def steps_of_covering_number(points: Numbers) -> list[Fraction]:
    """The radii at which ``N(X, r)`` can fall: half the distances."""
    return sorted({Fraction(abs(x - y), 2) for x in points for y in points})


def best_radius(points: Numbers, centres: int) -> Fraction:
    """``OPT(k)``: the smallest radius at which k intervals cover, centres anywhere."""
    radii = steps_of_covering_number(points)
    return next(r for r in radii if covering_number(points, r) <= centres)


def joint_radius(visual: Numbers, prompt: Numbers, budget: int) -> Fraction:
    """``r* = min{r : N(P, r) + N(V, r) <= K}``."""
    radii = sorted({*steps_of_covering_number(visual), *steps_of_covering_number(prompt)})

    def total(r: Fraction) -> int:
        return covering_number(visual, r) + covering_number(prompt, r)

    return next(r for r in radii if total(r) <= budget)


def best_level(visual: Numbers, prompt: Numbers, budget: int, delta: Number) -> Number | None:
    """``sup eta/z`` over the admissible z: radii in (delta, eta) at which K balls are too few."""
    level = min(joint_radius(visual, prompt, budget), hausdorff(visual, prompt))
    return level if level > delta else None


def regularity_constants(points: Numbers, low: Number, high: Number) -> tuple[Number, Number]:
    """Best a, b with ``a/r <= N(X, r) <= b/r`` on (low, high]; N is constant between its steps."""
    inner = [r for r in steps_of_covering_number(points) if low < r < high]
    left = [Fraction(low), *inner]
    right = [*inner, Fraction(high)]
    numbers = [covering_number(points, r) for r in left]
    last = covering_number(points, high) * Fraction(high)
    lower = min(n * r for n, r in zip(numbers, left, strict=True))
    upper = max(n * r for n, r in zip(numbers, right, strict=True))
    return min(lower, last), max(upper, last)
