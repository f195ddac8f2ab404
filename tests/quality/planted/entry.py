"""What is known of an algorithm before the kit sees it: what it claims, and what is wrong with it.

An algorithm is a plain function of (visual, prompt, budget), so that its module and name lead back
to it; the first line of its docstring says what it does or does wrong.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

CONTRACT = ("valid-selection", "input-unchanged", "deterministic", "global-rng-independent")

Select = Callable[[Any, Any, int], Any]
Target = TypeVar("Target")


@dataclass(frozen=True)
class Entry:
    """One algorithm.

    Attributes
    ----------
    name : module and name below tests.quality.planted
    select : what the kit is given
    about : the bug of a wrong algorithm, the method of a correct one
    claims : the guarantees that it names
    refuted_by : those that can refute it; none for a correct one
    needs : why no counterexample of at most 5 points with integer coordinates exists
    time_limit : seconds for a call, where the default of the kit would only be waited for
    """

    name: str
    select: Any
    about: str
    claims: tuple[str, ...]
    refuted_by: tuple[str, ...] = ()
    needs: str = ""
    time_limit: float | None = None

    @property
    def is_bug(self) -> bool:
        """Whether the kit must refute it."""
        return bool(self.refuted_by)


ENTRIES: dict[str, Entry] = {}


def bug(
    refuted_by: str, *, claims: str = "", needs: str = "", time_limit: float | None = None
) -> Callable[[Target], Target]:
    """Register a wrong algorithm that names `refuted_by`, and perhaps more that holds.

    Guarantees are ids with spaces between. At least one of `refuted_by` must refute it.
    """
    by = tuple(refuted_by.split())
    named = tuple(dict.fromkeys((*by, *claims.split())))

    def register(target: Target) -> Target:
        _add(target, named, by, needs, time_limit)
        return target

    return register


def sound(claims: str = "") -> Callable[[Target], Target]:
    """Register a correct algorithm: the contract and all of `claims` hold on every input."""
    named = tuple(dict.fromkeys((*CONTRACT, *claims.split())))

    def register(target: Target) -> Target:
        _add(target, named, (), "", None)
        return target

    return register


def _add(
    target: Any, claims: tuple[str, ...], by: tuple[str, ...], needs: str, limit: float | None
) -> None:
    name = f"{target.__module__.split('.planted.')[1]}.{target.__name__}"
    if name in ENTRIES:
        raise ValueError(f"{name} is registered twice")
    about = (target.__doc__ or "").strip().splitlines()[0]
    # A class stands for its object.
    select = target() if isinstance(target, type) else target
    ENTRIES[name] = Entry(name, select, about, claims, by, needs, limit)
