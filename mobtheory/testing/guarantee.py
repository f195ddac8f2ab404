"""A guarantee: what an algorithm may claim, how it is checked, and on which inputs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from mobtheory.testing.finding import Finding

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from mobtheory.strategies.inputs import CoveringInput
    from mobtheory.testing.calls import Calls

Check = Callable[["Calls", "CoveringInput"], Finding | None]


def exact_inputs(**limits: Any) -> Callable[[], "SearchStrategy[CoveringInput]"]:
    """Build, once and when it is needed, a strategy for inputs with integer coordinates.

    Arrays are writable and in C order: what other layouts change is a guarantee of its own.
    """

    @cache
    def build() -> "SearchStrategy[CoveringInput]":
        from mobtheory.strategies.inputs import covering_inputs

        return covering_inputs(lane="exact", layouts=["C"], writable=True, **limits)

    return build


@cache
def telling_inputs() -> "SearchStrategy[CoveringInput]":
    """Inputs on which radii differ most from choice to choice: lines with gaps half of the time."""
    from hypothesis import strategies as st

    lines = exact_inputs(kinds=["line"])()
    others = exact_inputs(kinds=["grid", "inside", "outlier", "duplicates", "lattice"])()
    return st.one_of(lines, others)


def _as_it_is(given: "CoveringInput") -> "CoveringInput":
    return given


@dataclass(frozen=True)
class Guarantee:
    """What an algorithm may claim.

    Attributes
    ----------
    id : for example "two-approximation"
    title : a few words
    statement : what must hold, in one sentence
    claim : id of the registered claim that it rests on
    check : called with (calls, input); None where the input does not meet the hypotheses
    inputs : makes the strategy of the exact lane
    variants : so many further inputs are made of each small one, as `variant` makes them
    clouds : whether it is checked on clouds of realistic size, too
    in_all : whether "all" holds it
    focus : turns any input into one that the guarantee is about
    validity : whether it is about answers being valid, so that none may be left out for not being
    needs : what it is about, in words, where not every algorithm offers it

    Examples
    --------
    >>> from mobtheory.testing import GUARANTEES
    >>> GUARANTEES["two-approximation"].claim
    'covering.seeded-fps'
    """

    id: str
    title: str
    statement: str
    claim: str
    check: Check = field(repr=False)
    inputs: Callable[[], "SearchStrategy[CoveringInput]"] = field(
        default=exact_inputs(), repr=False
    )
    variants: int = 0
    clouds: bool = True
    in_all: bool = True
    focus: Callable[["CoveringInput"], "CoveringInput"] = field(default=_as_it_is, repr=False)
    validity: bool = False
    needs: str = ""
