"""What a target does that is no answer: it cannot be called, raises, hangs, returns floats."""

from typing import Literal, get_args

Kind = Literal[
    "not-importable",
    "not-callable",
    "wrong-arguments",
    "raised",
    "hung",
    "died",
    "returned-nothing",
    "returned-floats",
    "returned-mask",
    "returned-nested",
    "returned-other-device",
    "returned-other",
    "invalid-indices",
]
INVALID: tuple[Kind, ...] = tuple(
    kind for kind in get_args(Kind) if kind.startswith(("returned", "invalid"))
)
"""Answers that are no valid selections."""
BAD_TARGETS: tuple[Kind, ...] = ("not-importable", "not-callable", "wrong-arguments")


class Misbehaviour(Exception):
    """A call without a usable answer.

    Parameters
    ----------
    kind : what happened, one of `Kind`
    detail : what exactly, for people
    """

    def __init__(self, kind: Kind, detail: str) -> None:
        super().__init__(kind, detail)
        self.kind: Kind = kind
        self.detail = detail

    def __str__(self) -> str:
        return self.detail


class OutsideDomain(Exception):
    """Raised by a target for inputs that it does not claim to treat.

    Such inputs are left out and counted: a guarantee of which too little is left fails for too few
    checks. Any other exception breaks the contract.

    Parameters
    ----------
    reason : the limit of the domain, in words

    Examples
    --------
    >>> from mobtheory.testing import OutsideDomain, check_covering_algorithm
    >>> def first_two(visual, prompt, budget):
    ...     if budget > 2:
    ...         raise OutsideDomain("at most two tokens")
    ...     return list(range(budget))
    >>> report = check_covering_algorithm(first_two)
    >>> report.passed, report["valid-selection"].checks < report["valid-selection"].examples
    (True, True)
    """
