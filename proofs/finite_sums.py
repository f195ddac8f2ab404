"""Finite sums of any length: induction on the number of summands, one more at a time.

What holds for empty sums and survives one more summand, whatever that is, holds for all.  So z3
sees the totals so far and one arbitrary summand of each, and never a number of tokens.
"""

from collections.abc import Callable, Sequence
from typing import Any

from .solver import valid, z3
from .steps import Steps


def check_totals(
    steps: Steps,
    fact: str,
    holds: Callable[..., Any],
    summands: Sequence[Any],
    given: Sequence[Any] = (),
) -> None:
    """Check a fact about totals: `summands` are what one token adds, `given` what it obeys."""
    totals = [z3.FreshReal("total") for _ in summands]
    more = [total + summand for total, summand in zip(totals, summands, strict=True)]
    steps.check("z3", f"{fact}: empty sums", valid(holds(*(z3.RealVal(0) for _ in summands))))
    steps.check("z3", f"{fact}: one more summand", valid(holds(*more), [holds(*totals), *given]))


def rest_on_induction(steps: Steps) -> None:
    """Empty sums and one more summand give the fact for sums of any length."""
    steps.rests_on("induction on the number of summands")


def check_parts(steps: Steps) -> None:
    """A sum is the sum over the kept tokens and that over the dropped ones."""
    kept, f = z3.Bool("kept"), z3.Real("f")
    check_totals(
        steps,
        "a sum is that over kept tokens plus that over dropped ones",
        lambda whole, over_kept, over_dropped: whole == over_kept + over_dropped,
        [f, z3.If(kept, f, 0), z3.If(kept, 0, f)],
    )


def check_exchange(steps: Steps) -> None:
    """``sum_s (sum_v g_vs) f_s = sum_v sum_s g_vs f_s``."""
    column, g, f, row = z3.Reals("column g f row")
    check_totals(
        steps,
        "sum_s (c_s + g_vs) f_s = sum_s c_s f_s + sum_s g_vs f_s",
        lambda both, first, second: both == first + second,
        [(column + g) * f, column * f, g * f],
    )
    check_totals(
        steps,
        "so sum_s (sum_v g_vs) f_s = sum_v sum_s g_vs f_s, both grow by the row of v",
        lambda by_columns, by_rows: by_columns == by_rows,
        [row, row],
    )


def check_regrouping(steps: Steps) -> None:
    """``sum_s (sum_{pi(v) = s} a_v) f_s = sum_v a_v f_pi(v)``: rows with a single entry."""
    check_exchange(steps)
    here = z3.Bool("s = pi(v)")
    a, f_s, f_pi = z3.Reals("a_v f_s f_pi(v)")
    check_totals(
        steps,
        "sum_s [s = pi(v)] a_v f_s = a_v f_pi(v) times the number of s that are pi(v), which is 1",
        lambda row, number: row == number * (a * f_pi),
        [z3.If(here, a * f_s, 0), z3.If(here, z3.RealVal(1), 0)],
        [z3.Implies(here, f_s == f_pi)],
    )
