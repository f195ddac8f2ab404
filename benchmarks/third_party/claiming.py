"""What a selector's library, or the literature on its method, claims."""

from collections.abc import Callable, Mapping
from typing import Any

CONTRACT = ("valid-selection", "input-unchanged", "deterministic", "global-rng-independent")
"""Asked of every selector: without these it cannot be put to any other test."""

HOPES = (
    "permutation-equivariant",
    "isometry-invariant",
    "scale-invariant",
    "layout-invariant",
    "dtype-consistent",
    "monotone-radius",
    "duplicates",
    "ties",
    "budget-one",
    "budget-all",
    "single-prompt",
    "two-approximation",
)
"""What users may hope for though nobody claims it."""

Select = Callable[[Any, Any, int], Any]


def claiming(
    *claims: str,
    package: str,
    causes: Mapping[str, str] | None = None,
    hopes: tuple[str, ...] = HOPES,
) -> Callable[[Select], Select]:
    """Mark a selector with what is claimed for it; its docstring says by whom.

    Parameters
    ----------
    claims : ids of guarantees beyond the contract
    package : the distribution that it belongs to, as the package index calls it
    causes : why a guarantee fails, as found by reading the library; printed only where it does
    hopes : what is checked though nobody claims it
    """

    def marked(select: Select) -> Select:
        select.guarantees = claims  # type: ignore[attr-defined]
        select.hopes = tuple(hope for hope in hopes if hope not in claims)  # type: ignore[attr-defined]
        select.package = package  # type: ignore[attr-defined]
        select.causes = dict(causes or {})  # type: ignore[attr-defined]
        return select

    return marked
