"""Every guarantee that an algorithm can name, by its id."""

from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType

from mobtheory.errors import InvalidProblem
from mobtheory.testing.guarantee import Guarantee
from mobtheory.testing.guarantees.approximation import EXTERNAL, TWO_APPROXIMATION
from mobtheory.testing.guarantees.budgets import BUDGETS
from mobtheory.testing.guarantees.comparisons import PARAMETERS
from mobtheory.testing.guarantees.contract import CONTRACT
from mobtheory.testing.guarantees.dtypes import DTYPES
from mobtheory.testing.guarantees.invariance import INVARIANCES
from mobtheory.testing.guarantees.prompt_half import PROMPT_HALF
from mobtheory.testing.guarantees.reported import REPORTED

_ALL = (
    *CONTRACT,
    *INVARIANCES,
    DTYPES,
    *BUDGETS,
    TWO_APPROXIMATION,
    EXTERNAL,
    *PROMPT_HALF,
    REPORTED,
)
GUARANTEES: Mapping[str, Guarantee] = MappingProxyType({g.id: g for g in _ALL})
"""By id, in the order in which they are checked."""
CONTRACT_IDS = tuple(guarantee.id for guarantee in CONTRACT)


def as_guarantee(named: str | Guarantee) -> Guarantee:
    """Look up a guarantee by its id; one with a parameter is written id=parameter.

    Raises
    ------
    InvalidProblem
        If there is none; the message names the nearest ids.
    """
    if isinstance(named, Guarantee):
        return named
    if named in GUARANTEES:
        return GUARANTEES[named]
    name, equals, parameter = str(named).partition("=")
    if equals and name in PARAMETERS:
        return PARAMETERS[name](parameter)
    known = [*GUARANTEES, *(f"{name}=..." for name in PARAMETERS)]
    near = get_close_matches(str(named), known, n=3) or known
    raise InvalidProblem(
        "GUARANTEES", f"{named!r}", "no guarantee has this id", f"Near are {', '.join(near)}."
    )
