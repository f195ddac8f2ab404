"""Any normed space, as z3 sees it: an unknown sort of vectors and an unknown norm."""

from typing import Any

from .finite_sums import rest_on_induction
from .solver import valid, z3
from .steps import Steps

Vector = z3.DeclareSort("Vector")
plus = z3.Function("plus", Vector, Vector, Vector)
times = z3.Function("times", z3.RealSort(), Vector, Vector)
norm = z3.Function("norm", Vector, z3.RealSort())
zero = z3.Const("zero", Vector)
_x, _y = z3.Consts("x y", Vector)
_c = z3.Real("c")

TRIANGLE = z3.ForAll([_x, _y], norm(plus(_x, _y)) <= norm(_x) + norm(_y))
HOMOGENEOUS = z3.ForAll([_c, _x], norm(times(_c, _x)) == z3.If(_c >= 0, _c, -_c) * norm(_x))
NORM = [norm(zero) == 0, TRIANGLE, HOMOGENEOUS]


def minus(x: Any, y: Any) -> Any:
    """The difference of two vectors."""
    return plus(x, times(z3.RealVal(-1), y))


def check_weighted_sum(steps: Steps) -> None:
    """``|sum w_v x_v| <= sum w_v |x_v|`` for weights >= 0, in any normed space."""
    total, x = z3.Consts("total x", Vector)
    lengths, weight = z3.Reals("lengths w")
    steps.check("z3", "|sum w x| <= sum w |x|: empty sums", valid(norm(zero) <= 0, NORM))
    steps.check(
        "z3",
        "|sum w x| <= sum w |x|: one more summand; any norm",
        valid(
            norm(plus(total, times(weight, x))) <= lengths + weight * norm(x),
            [*NORM, norm(total) <= lengths, weight >= 0],
        ),
    )
    rest_on_induction(steps)
