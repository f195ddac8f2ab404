"""Margins whose right side may be huge, or that also ask two values to be equal."""

from mobtheory.claims.margin import Margin

_COUNTS = 0.25


def settled_margin(lhs: float, rhs: float, of_lhs: float, relative: float) -> Margin:
    """Build a margin whose left side is off by `of_lhs`, and its right side by a share of itself.

    A right side beyond twice the left decides by itself, so that its last digits only count up to
    there.
    """
    counted = rhs if relative > _COUNTS else min(rhs, 2 * (lhs + of_lhs))
    return Margin(lhs, rhs, of_lhs + relative * counted)


def margin_if_equal(gap: float, allowance: float, margin: Margin) -> Margin:
    """Return `margin`, unless two values that must be equal differ by more than their rounding."""
    return Margin(gap, 0.0, allowance) if gap > allowance else margin
