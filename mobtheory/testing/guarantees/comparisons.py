"""Guarantees with a parameter: a stated factor, and another algorithm that is never better."""

from fractions import Fraction

from mobtheory.errors import InvalidProblem
from mobtheory.strategies.inputs import CoveringInput
from mobtheory.testing.calls import Calls, fresh
from mobtheory.testing.finding import Finding
from mobtheory.testing.guarantee import Guarantee, exact_inputs, telling_inputs
from mobtheory.testing.guarantees.approximation import VARIANTS, within
from mobtheory.testing.lengths import exceeds
from mobtheory.testing.misbehaviour import OutsideDomain
from mobtheory.testing.target import as_algorithm


def approximation_factor(factor: float | str | Fraction) -> Guarantee:
    """h(V -> S) <= factor OPT(K), or OPT(K_v) of a selection in halves, for a stated factor.

    Parameters
    ----------
    factor : number of at least 1; "4/3" is taken exactly

    Raises
    ------
    InvalidProblem
        If it is no such number.

    Examples
    --------
    >>> from mobtheory.testing import approximation_factor
    >>> approximation_factor(1.5).id
    'approximation-factor=1.5'
    """
    try:
        exact = Fraction(factor)
    except (ValueError, OverflowError, TypeError, ZeroDivisionError):
        exact = Fraction(0)
    if exact < 1:
        raise InvalidProblem(
            "approximation-factor",
            f"{factor!r}",
            "a factor is a number of at least 1",
            'Write for example "approximation-factor=1.5".',
        )
    return Guarantee(
        id=f"approximation-factor={factor}",
        title=f"Within {factor} times the optimum",
        statement=f"h(V -> S) <= {factor} OPT(K), OPT over centres among the points of V; for a "
        "selection in halves OPT(K_v).",
        claim="covering.seeded-fps",
        check=lambda calls, given: within(calls, given, exact),
        inputs=telling_inputs,
        variants=VARIANTS,
        in_all=False,
    )


def no_worse_than(name: str) -> Guarantee:
    """h(V -> S) is at most that of a named rule of this project on the same input.

    Parameters
    ----------
    name : out of `mobtheory.testing.RULES`

    Raises
    ------
    InvalidProblem
        If no rule has this name.

    Examples
    --------
    >>> from mobtheory.testing import no_worse_than
    >>> no_worse_than("farthest-point").statement
    'h(V -> S) is at most that of farthest-point with the same budget.'
    """
    from mobtheory.testing.rules import RULES

    if name not in RULES:
        raise InvalidProblem(
            "no-worse-than", f"{name!r}", "no rule has this name", f"Known are {', '.join(RULES)}."
        )
    rule = as_algorithm(RULES[name]).select

    def check(calls: Calls, given: CoveringInput) -> Finding | None:
        from mobtheory.testing.answers import read_answer

        kept = calls.keep(given)
        try:
            answer = rule(*fresh(given), given.budget)
        except OutsideDomain:
            return None  # the rule gives up, which says nothing about the algorithm
        other = read_answer(answer, len(given.visual), given.budget)
        ruler = calls.ruler(given)
        radius, theirs = ruler.radii(kept).union, ruler.radii(other).union
        return Finding(
            exceeds(radius, theirs),
            "h(V -> S)",
            f"h(V -> S) of {name}",
            float(radius),
            float(theirs),
            radius.rational and theirs.rational,
            optimum=other.rows,
        )

    return Guarantee(
        id=f"no-worse-than={name}",
        title=f"No worse than {name}",
        statement=f"h(V -> S) is at most that of {name} with the same budget.",
        claim="covering.seeded-fps",
        check=check,
        inputs=exact_inputs(kinds=["outlier", "duplicates", "grid", "line"]),
        variants=VARIANTS,
        in_all=False,
    )


PARAMETERS = {"approximation-factor": approximation_factor, "no-worse-than": no_worse_than}
