"""Which guarantees are checked: those that an algorithm names, its author asks for, or all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mobtheory.errors import InvalidProblem
from mobtheory.testing.guarantee import Guarantee
from mobtheory.testing.guarantees import CONTRACT_IDS, GUARANTEES, as_guarantee


@dataclass(frozen=True)
class Chosen:
    """A guarantee to check, and whether it must be checked often enough."""

    guarantee: Guarantee
    required: bool


def choose(
    asked: str | Iterable[str | Guarantee], claimed: Iterable[str] = ()
) -> tuple[Chosen, ...]:
    """Resolve what was asked for; valid-selection always comes first.

    Parameters
    ----------
    asked : "contract", "all", or ids and guarantees
    claimed : what the algorithm's attribute names; counts where "contract" or "all" is asked

    Returns
    -------
    tuple of Chosen
        Those in the order of `GUARANTEES`, then others in the order given.
    """
    if asked == "contract":
        named: list[str | Guarantee] = [*CONTRACT_IDS, *claimed]
        beyond: list[Guarantee] = []
    elif asked == "all":
        named = [*CONTRACT_IDS, *claimed]
        beyond = [g for g in GUARANTEES.values() if g.in_all]
    else:
        named, beyond = [asked] if isinstance(asked, str) else list(asked), []
    required = {g.id: g for g in map(as_guarantee, [CONTRACT_IDS[0], *named])}
    every = required | {g.id: g for g in beyond if g.id not in required}
    ids = list(GUARANTEES)
    order = sorted(every, key=lambda id: ids.index(id) if id in GUARANTEES else len(ids))
    return tuple(Chosen(every[id], id in required) for id in order)


def require_declared(expected: Mapping[str, str], chosen: Iterable[Chosen]) -> None:
    """Refuse declarations of failures of what is not checked, or without a reason."""
    ids = [choice.guarantee.id for choice in chosen]
    for id, reason in expected.items():
        if id not in ids:
            raise InvalidProblem(
                "expected_failures",
                f"{id!r}",
                "a failure is declared of a guarantee that is not checked",
                f"Checked are {', '.join(ids)}.",
            )
        if not isinstance(reason, str) or not reason.strip():
            raise InvalidProblem(
                "expected_failures", f"{id!r}: {reason!r}", "a reason is needed", "Say why."
            )
