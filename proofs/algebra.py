"""What SymPy is asked."""

import sympy as sp


def vanishes(expression: sp.Expr) -> bool:
    """Whether `expression` simplifies to 0."""
    return sp.simplify(sp.powsimp(sp.expand_power_base(expression))) == 0


def positive(expression: sp.Expr) -> bool:
    """Whether SymPy derives ``expression > 0`` from the assumptions on its symbols."""
    return sp.factor(sp.simplify(expression)).is_positive is True


def tends_to_infinity(expression: sp.Expr, variable: sp.Symbol) -> bool:
    """Whether `expression` grows beyond every bound as `variable` does."""
    return sp.limit(expression, variable, sp.oo) == sp.oo
