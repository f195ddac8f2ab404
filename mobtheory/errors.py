"""The exceptions of the project.

Each says what was called, what arrived, which rule broke and how to mend it.
"""


class MobtheoryError(Exception):
    """Base of every error that this package raises on purpose.

    Parameters
    ----------
    called : the function or command, as the user wrote it
    received : what arrived: shapes, dtypes, values
    rule : the rule that it broke
    mend : what to do about it

    Examples
    --------
    >>> from mobtheory.errors import InvalidProblem
    >>> print(InvalidProblem("hausdorff", "a of shape (0, 3)", "a must hold a point", "Pass one."))
    hausdorff: received a of shape (0, 3); a must hold a point. Pass one.
    """

    def __init__(self, called: str, received: str, rule: str, mend: str) -> None:
        # Not super(): OSError would take four arguments for errno, text and file names.
        Exception.__init__(self, called, received, rule, mend)
        self.called, self.received, self.rule, self.mend = called, received, rule, mend

    def __reduce__(self) -> tuple[type, tuple[str, str, str, str]]:
        return type(self), (self.called, self.received, self.rule, self.mend)

    def __str__(self) -> str:
        return f"{self.called}: received {self.received}; {self.rule}. {self.mend}"


class InvalidProblem(MobtheoryError, ValueError):
    """Points, distances, radii or budgets that describe no covering problem."""


class InvalidSelection(MobtheoryError, ValueError):
    """Indices that are no selection of the problem: out of range, repeated or shared by halves."""


class UnknownClaim(MobtheoryError, LookupError):
    """A claim id that is not registered; the message names the nearest ids."""


class UnknownPruner(MobtheoryError, LookupError):
    """A pruner name that is not registered; the message names the nearest ones."""


class MissingExtra(MobtheoryError, ImportError):
    """An optional dependency is not installed; the message holds the pip line."""


class UnsupportedModel(MobtheoryError, ValueError):
    """A model, checkpoint or call that the harness cannot treat correctly."""


class ReportNotWritten(MobtheoryError, OSError):
    """A report folder that cannot be written; nothing that was there has been changed."""
