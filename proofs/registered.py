"""The statement as it is registered: a proof takes its constants from there.

So a changed constant reaches the engines, which have to refute it; a changed form proves nothing.
"""

from collections.abc import Callable
from fractions import Fraction
from inspect import signature

import sympy as sp

from mobtheory.claims.registry import claim


class OtherForm(ValueError):
    """The registered formula is not of the form that is proved."""


def constants(id: str, form: Callable[..., sp.Basic]) -> tuple[Fraction, ...]:
    """The constants of the registered formula.

    Parameters
    ----------
    id : of the claim
    form : builds the formula that is proved from its constants

    Returns
    -------
    tuple of Fraction
        One for each parameter of `form`.

    Raises
    ------
    OtherForm
        If the registered formula is not of this form.
    """
    formula = claim(id).statement.formula
    wild = [sp.Wild(name, properties=[_is_constant]) for name in signature(form).parameters]
    found = None if formula is None else formula.match(form(*wild))
    if found is None or len(found) != len(wild):
        raise OtherForm(f"{id}: registered is {formula}, proved is {form(*wild)}")
    return tuple(Fraction(int(found[w].p), int(found[w].q)) for w in wild)


def _is_constant(expression: sp.Expr) -> bool:
    return bool(expression.is_Rational and expression.is_positive)
