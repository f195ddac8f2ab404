"""The registry: every claim by its id, in dependency order."""

from collections.abc import Sequence
from difflib import get_close_matches
from functools import cache
from importlib.metadata import entry_points

from mobtheory.claims import (
    approximations,
    assumptions,
    attention_bounds,
    attention_choice,
    attention_identities,
    attention_layers,
    attention_metrics,
    attention_minimax,
    attention_multiplicity,
    coverings,
    definition_1,
    error_bounds,
    hausdorff,
    lemma_3,
    remarks,
    theorem_1,
    theorem_2,
)
from mobtheory.claims.claim import Claim
from mobtheory.errors import InvalidProblem, UnknownClaim

_GROUPS = (
    assumptions,
    hausdorff,
    coverings,
    approximations,
    error_bounds,
    definition_1,
    lemma_3,
    theorem_1,
    theorem_2,
    remarks,
    attention_multiplicity,
    attention_metrics,
    attention_identities,
    attention_minimax,
    attention_bounds,
    attention_layers,
    attention_choice,
)
_CLAIMS: dict[str, Claim] = {c.id: c for group in _GROUPS for c in group.CLAIMS}


@cache
def _load_entry_points() -> None:
    """Claims of third parties: entry points of group ``mobtheory.claims``, each a `Claim`."""
    for entry in entry_points(group="mobtheory.claims"):
        register_claim(entry.load())


def register_claim(claim: Claim) -> None:
    """Add a claim; an id that is taken is refused.

    Parameters
    ----------
    claim : the claim to add

    Raises
    ------
    InvalidProblem
        If it is no `Claim` or the id is registered already.

    Examples
    --------
    >>> import mobtheory as mob
    >>> mob.register_claim(mob.claim("lemma-1"))
    Traceback (most recent call last):
        ...
    mobtheory.errors.InvalidProblem: register_claim: received 'lemma-1'; this id is registered \
already. Choose another id.
    """
    if not isinstance(claim, Claim):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InvalidProblem(
            "register_claim",
            f"a {type(claim).__name__}",
            "a Claim is needed",
            "Build a Claim(...).",
        )
    if claim.id in _CLAIMS:
        raise InvalidProblem(
            "register_claim", repr(claim.id), "this id is registered already", "Choose another id."
        )
    _CLAIMS[claim.id] = claim


def list_claims() -> tuple[Claim, ...]:
    """All claims, each behind the claims that its proof uses.

    Examples
    --------
    >>> import mobtheory as mob
    >>> ids = [c.id for c in mob.list_claims()]
    >>> ids.index("geometry.hausdorff-identity") < ids.index("lemma-1")
    True
    """
    _load_entry_points()
    ordered: dict[str, Claim] = {}

    def visit(claim: Claim) -> None:
        if claim.id in ordered:
            return
        for used in claim.uses:
            if used in _CLAIMS:
                visit(_CLAIMS[used])
        ordered[claim.id] = claim

    for entry in tuple(_CLAIMS.values()):
        visit(entry)
    return tuple(ordered.values())


def claim(id: str) -> Claim:
    """The claim with this id.

    Parameters
    ----------
    id : for example ``"theorem-2.truncation"``

    Raises
    ------
    UnknownClaim
        If no claim has it; the message names the nearest ids.

    Examples
    --------
    >>> import mobtheory as mob
    >>> mob.claim("theorem-2.truncation").verdict.name
    'REFUTED'
    """
    _load_entry_points()
    if not isinstance(id, str) or id not in _CLAIMS:
        near = get_close_matches(str(id), _CLAIMS, n=3, cutoff=0.4) or sorted(_CLAIMS)[:3]
        raise UnknownClaim(
            "claim",
            repr(id),
            "no claim has this id",
            f"Nearest ids: {', '.join(near)}; `mobtheory claims` lists all.",
        )
    return _CLAIMS[id]


def select_claims(pattern: str | Sequence[str] = "*") -> tuple[Claim, ...]:
    """Claims by id or shell pattern, in dependency order; one without a match raises."""
    from fnmatch import fnmatchcase

    patterns = [pattern] if isinstance(pattern, str) else pattern
    if not isinstance(patterns, list | tuple) or not all(isinstance(p, str) for p in patterns):
        raise InvalidProblem(
            "select_claims",
            f"{pattern!r}",
            "claims are chosen by an id or shell pattern, or a list of them",
            'For example "theorem-2.*".',
        )
    chosen: set[str] = set()
    for p in patterns:
        matching = {c.id for c in list_claims() if fnmatchcase(c.id, p)}
        chosen |= matching or {claim(p).id}
    return tuple(c for c in list_claims() if c.id in chosen)
