"""From vectors to numbers: sums of vectors are measured by their projections."""

from .metric_space import METRIC, Point, dist
from .solver import valid, z3
from .steps import Steps

DIAMETER_PER_RADIUS = 2


def rest_on_projections(steps: Steps) -> None:
    """What bounds every projection bounds the norm, so z3 sees numbers and no dimension."""
    steps.rests_on(
        "|x| is the largest projection <e, x> on a unit vector e; |<x, y>| <= |x| |y| "
        "(Cauchy-Schwarz), so |<e, W x>| <= ||W|| |x| and |<q, W x>| <= |W^T q| |x|"
    )


def check_diameter(steps: Steps) -> None:
    """A set within a ball of radius r has a diameter of at most 2 r."""
    x, y, centre = z3.Consts("x y c", Point)
    r = z3.Real("r")
    steps.check(
        "z3",
        f"points within r of a centre are at most {DIAMETER_PER_RADIUS} r apart",
        valid(
            dist(x, y) <= DIAMETER_PER_RADIUS * r,
            [*METRIC, dist(x, centre) <= r, dist(y, centre) <= r],
        ),
    )
