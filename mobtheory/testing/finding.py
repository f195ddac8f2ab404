"""What one check found on one input."""

import math
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Finding:
    """Both sides of an inequality, and whether it is broken.

    Attributes
    ----------
    broken : True, False, or None where rounding or an open bracket leaves it undecided
    left, right : what was compared, in words: "h(V -> S)", "2 OPT(2)"
    lhs, rhs : their values; nan where they are not numbers
    exact : whether exact arithmetic decided
    optimum : centres that reach what the right side says, or None
    detail : what else a reader should know
    """

    broken: bool | None
    left: str = ""
    right: str = ""
    lhs: float = 0.0
    rhs: float = 0.0
    exact: bool = True
    optimum: tuple[int, ...] | None = None
    detail: str = ""


KEPT_IT = Finding(False)


def differs(left: str, right: str, detail: str, **more: Any) -> Finding:
    """Two things that had to be the same are not."""
    return Finding(True, left, right, math.nan, math.nan, detail=detail, **more)
