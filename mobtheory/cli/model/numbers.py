"""Lists of layers and budgets as they are typed."""

from fractions import Fraction

from mobtheory.errors import InvalidProblem


def read_layers(text: str | None) -> list[int] | None:
    """Layers such as "1,2,4"; None stays None.

    Examples
    --------
    >>> read_layers("1, 2"), read_layers(None)
    ([1, 2], None)
    """
    if text is None:
        return None
    try:
        return [int(word) for word in text.split(",")]
    except ValueError as error:
        raise InvalidProblem(
            "--layers", repr(text), "layers are integers between commas", "Write --layers 1,2,3."
        ) from error


def read_shares(text: str) -> list[float]:
    """Budgets such as "48,1/9,0.1".

    Examples
    --------
    >>> read_shares("48,1/4,0.1")
    [48.0, 0.25, 0.1]
    """
    try:
        return [float(Fraction(word.strip())) for word in text.split(",")]
    except (ValueError, ZeroDivisionError, OverflowError) as error:
        raise InvalidProblem(
            "--budgets",
            repr(text),
            "budgets are numbers or fractions between commas",
            "Write --budgets 48,16,8 or --budgets 1/3,1/9.",
        ) from error
