"""Methods and biases by name, and the arguments that each of them takes."""

from collections.abc import Mapping
from typing import Any

from mobtheory.errors import InvalidProblem


def check_choice(
    called: str, kind: str, name: Any, takes: Mapping[str, tuple[str, ...]], **given: Any
) -> None:
    """Refuse an unknown name, and an argument (not None) that would count for nothing."""
    if not isinstance(name, str) or name not in takes:
        raise InvalidProblem(
            called, f"{kind}={name!r}", f"the {kind} is unknown", f"Use one of {tuple(takes)}."
        )
    for argument, value in given.items():
        if value is not None and argument not in takes[name]:
            users = tuple(choice for choice, taken in takes.items() if argument in taken)
            raise InvalidProblem(
                called,
                f"{kind}={name!r} and {argument}={value!r:.80}",
                f"the {kind} {name!r} does not take {argument}, which would count for nothing",
                f"Leave {argument} out, or use one of {users}.",
            )
