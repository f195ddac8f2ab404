"""The statement that a proof derives, constants and all, is the one that is registered."""

import sympy as sp

from mobtheory.claims.registry import claim

from .steps import Steps


def check_registered(steps: Steps, id: str, derived: sp.Basic) -> None:
    """Compare formulas: another constant or another direction would be another claim."""
    formula = claim(id).statement.formula
    steps.check("sympy", f"registered is what was derived: {derived}", bool(formula == derived))
