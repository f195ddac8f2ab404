"""An axis that maps numbers to places of a drawing, linear or logarithmic."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Axis:
    """From ``low`` at place ``start`` to ``high`` at ``end``; values beyond are put at the ends.

    Examples
    --------
    >>> Axis(1.0, 100.0, 0.0, 200.0, logarithmic=True).place(10.0)
    100.0
    """

    low: float
    high: float
    start: float
    end: float
    logarithmic: bool = False

    @classmethod
    def around(cls, values: Iterable[float], start: float, end: float) -> Self:
        """An axis over positive values: logarithmic where they span more than a factor 30."""
        found = [v for v in values if math.isfinite(v) and v > 0] or [1.0]
        low, high = min(found), max(found)
        if high > 30 * low:
            return cls.decades(found, start, end)
        step = _round_step(high)
        return cls(0.0, step * math.ceil(high / step - 1e-9), start, end)

    @classmethod
    def between(cls, values: Iterable[float], start: float, end: float) -> Self:
        """A linear axis that shows the differences of finite values, wherever they lie."""
        found = [v for v in values if math.isfinite(v)] or [0.0, 1.0]
        low, high = min(found), max(found)
        if high - low <= 1e-9 * abs(high):  # nothing to tell apart
            low, high = low - 0.1 * abs(low), high + 0.1 * abs(high)
        step = _round_step(high - low) if high > low else 1.0
        first, last = math.floor(low / step - 0.1), math.ceil(high / step + 0.1)
        return cls(max(0.0, step * first) if low >= 0 else step * first, step * last, start, end)

    @classmethod
    def decades(
        cls, values: Sequence[float], start: float, end: float, most: tuple[int, int] = (-300, 300)
    ) -> Self:
        """A logarithmic axis over whole decades, at most from 10^most[0] to 10^most[1]."""
        low = max(most[0], math.floor(math.log10(min(values)) + 1e-9))
        high = min(most[1], math.ceil(math.log10(max(values)) - 1e-9))
        return cls(10.0**low, 10.0 ** max(high, low + 1), start, end, logarithmic=True)

    def place(self, value: float) -> float:
        """Where `value` lies."""
        if self.logarithmic:
            if value <= self.low:
                return self.start
            share = math.log(value / self.low) / math.log(self.high / self.low)
        else:
            share = (value - self.low) / (self.high - self.low)
        return self.start + min(max(share, 0.0), 1.0) * (self.end - self.start)

    @property
    def ticks(self) -> tuple[float, ...]:
        """A few round values to print."""
        if self.logarithmic:
            first, last = round(math.log10(self.low)), round(math.log10(self.high))
            every = max(1, math.ceil((last - first) / 8))
            return tuple(10.0**power for power in range(first, last + 1, every))
        step = self._step
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return tuple(step * number for number in range(first, last + 1))

    @property
    def tick_labels(self) -> tuple[str, ...]:
        """The ticks as text, with as many digits as tell them apart."""
        if self.logarithmic:
            return tuple(f"{tick:.3g}" for tick in self.ticks)
        power = math.floor(math.log10(self._step) + 1e-9)
        if power >= -5 and self.high < 1e6:
            return tuple(f"{tick:.{max(0, -power)}f}" for tick in self.ticks)
        digits = max(1, math.ceil(math.log10(self.high / self._step)))
        return tuple(f"{tick:.{digits}e}" for tick in self.ticks)

    @property
    def _step(self) -> float:
        return _round_step(self.high - self.low)


def _round_step(length: float) -> float:
    """1, 2 or 5 times a power of ten, about a fifth of `length`."""
    rough = length / 5
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * digit for digit in (1, 2, 5, 10) if power * digit >= rough * (1 - 1e-9))
