"""Names that a caller chooses out of known ones."""

from collections.abc import Iterable

from mobtheory.errors import InvalidProblem


def chosen(called: str, name: str, given: Iterable[str], known: Iterable[str]) -> list[str]:
    """The given names in the order of the known ones, or `InvalidProblem` if one is unknown.

    A single text is refused too: it would be read as its letters.
    """
    names = list(dict.fromkeys(known))
    wanted = {given} if isinstance(given, str) else set(given)
    if isinstance(given, str) or not wanted or not wanted <= set(names):
        raise InvalidProblem(
            called,
            f"{name}={given!r}",
            "every name must be known, and one is needed",
            f"Pass a list of names out of {', '.join(names)}.",
        )
    return [each for each in names if each in wanted]
