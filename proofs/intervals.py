"""What interval arithmetic is asked: a bound on a whole range, every rounding outwards."""

from collections.abc import Callable
from fractions import Fraction
from math import prod
from typing import Any

import mpmath as untyped_mpmath
import sympy as sp

mpmath: Any = untyped_mpmath  # it has no type hints
iv: Any = mpmath.iv
NARROWEST = Fraction(1, 2**40)


def interval(low: Fraction | int, high: Fraction | int | None = None) -> Any:
    """The smallest interval of floats around a fraction, or around all numbers between two."""
    high = low if high is None else high
    ends = [iv.mpf(f.numerator) / iv.mpf(f.denominator) for f in (Fraction(low), Fraction(high))]
    return iv.mpf([ends[0].a, ends[1].b])


def enclosure(expression: sp.Expr, *variables: sp.Symbol) -> Callable[..., Any]:
    """An expression as a function of intervals; its value holds all values of the expression."""
    return lambda *ranges: _value(expression, dict(zip(variables, ranges, strict=True)))


def _value(expression: Any, at: dict[sp.Symbol, Any]) -> Any:
    if expression in at:
        return at[expression]
    if expression.is_Rational:
        return interval(Fraction(int(expression.p), int(expression.q)))
    parts = [_value(part, at) for part in expression.args]
    if expression.is_Add:
        return sum(parts[1:], parts[0])
    if expression.is_Mul:
        return prod(parts[1:], start=parts[0])
    if isinstance(expression, sp.exp):
        return iv.exp(parts[0])
    if isinstance(expression, sp.tanh):
        return 1 - 2 / (iv.exp(2 * parts[0]) + 1)
    if expression.is_Pow and expression.exp.is_Integer:
        return parts[0] ** int(expression.exp)
    if expression.is_Pow and expression.exp == sp.Rational(1, 2):
        return iv.sqrt(parts[0])
    raise TypeError(f"no interval arithmetic for {expression.func.__name__}: {expression}")


def is_below(
    expression: sp.Expr, variable: sp.Symbol, bound: Fraction, low: Fraction, high: Fraction
) -> bool | None:
    """Whether ``expression < bound`` on all of ``[low, high]``, by halving where it is not clear.

    True and False are certain; None if a piece as narrow as `NARROWEST` leaves it open.
    """
    value = enclosure(expression, variable)
    slope = enclosure(sp.diff(expression, variable), variable)
    limit = interval(bound)
    pieces = [(Fraction(low), Fraction(high))]
    while pieces:
        left, right = pieces.pop()
        middle = (left + right) / 2
        here, centre = interval(left, right), interval(middle)
        at_centre = value(centre)
        # mean value form: its excess shrinks with the square of the width
        if (at_centre + slope(here) * (here - centre)).b < limit.a or value(here).b < limit.a:
            continue
        if at_centre.a >= limit.b:
            return False
        if right - left < NARROWEST:
            return None
        pieces += [(left, middle), (middle, right)]
    return True


def lies_between(expression: sp.Expr, low: Fraction, high: Fraction) -> bool:
    """Whether a number is certainly between two fractions."""
    value = enclosure(expression)()
    return bool(value.a > interval(low).b and value.b < interval(high).a)
