"""Where a cloud lies and how large it is: dtype, common offset and common scale."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

DTYPES = ("float64", "float32")
PLACEMENTS = ("plain", "offset", "tiny", "huge")
"""As drawn; moved far from the origin; scaled down; scaled up."""

SCALE_EXPONENTS = {"float64": 400, "float32": 40}
"""Clouds are scaled by 2**e or 2**-e. Between points that differ by at least `GRAINS` and at most
2**12, squared distances then lie well inside the range of the dtype."""

GRAINS = {"float64": 2.0**-60, "float32": 2.0**-20}
"""What clouds that are scaled down are rounded to first, lest squared distances underflow."""

EXACT_OFFSETS = {
    "float64": (-(2.0**20), 2.0**26),
    "float32": (-(2.0**14), 2.0**23),
}
"""With these, integers of magnitude up to 2**12 stay exact, and distances of Gram matrices do not:
the squares of float64 lose their last bits at 2**26, those of float32 lose all that differs."""

CLOUD_OFFSETS = {
    "float64": (-(2.0**20), 2.0**26),
    "float32": (-(2.0**9), 2.0**12),
}
"""With these, a cloud of size 1 keeps some digits, and distances of Gram matrices keep none at the
largest."""


@dataclass(frozen=True)
class Placement:
    """A dtype, an offset of every coordinate and a power of two that scales all of them."""

    dtype: str = "float64"
    offset: float = 0.0
    exponent: int = 0

    def of(self, points: Any) -> NDArray[Any]:
        """Place points (n, d): offset or scale them in float64, then round to the dtype."""
        if not (self.offset or self.exponent):
            return np.array(points, dtype=self.dtype)
        placed = np.array(points, dtype=np.float64)
        if self.exponent < 0:
            grain = GRAINS[self.dtype]
            placed = np.round(placed / grain) * grain
        return ((placed + self.offset) * 2.0**self.exponent).astype(self.dtype)

    def __str__(self) -> str:
        words = [self.dtype]
        words += [f"offset {self.offset:.0f}"] if self.offset else []
        words += [f"scale 2**{self.exponent}"] if self.exponent else []
        return ", ".join(words)


def placed(
    dtypes: Collection[str], kinds: Collection[str], offsets: dict[str, tuple[float, ...]]
) -> list[Placement]:
    """Placements of some dtypes and kinds, the plain ones first and most often."""
    result: list[Placement] = []
    if "plain" in kinds:
        result += [Placement(dtype) for dtype in dtypes for _ in range(4)]
    for dtype in dtypes:
        if "offset" in kinds:
            result += [Placement(dtype, offset) for offset in offsets[dtype]]
        if "tiny" in kinds:
            result += [Placement(dtype, exponent=-SCALE_EXPONENTS[dtype])]
        if "huge" in kinds:
            result += [Placement(dtype, exponent=SCALE_EXPONENTS[dtype])]
    return result
