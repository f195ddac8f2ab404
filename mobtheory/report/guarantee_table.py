"""The table of guarantees in ``docs/conformance.md``.

``python -m mobtheory.report.guarantee_table FILE`` puts it between the markers of the page.
"""

import argparse
from collections.abc import Iterable, Iterator
from pathlib import Path

from mobtheory.report.markers import between_markers
from mobtheory.testing import GUARANTEES, Guarantee, approximation_factor, no_worse_than
from mobtheory.testing.choosing import choose

BEGIN = (
    "<!-- guarantees: begin; written by "
    "`python -m mobtheory.report.guarantee_table docs/conformance.md` -->"
)
END = "<!-- guarantees: end -->"


def every_guarantee() -> tuple[Guarantee, ...]:
    """All guarantees; one of each kind with a parameter."""
    return (*GUARANTEES.values(), approximation_factor(1.5), no_worse_than("farthest-point"))


def guarantee_table(guarantees: Iterable[Guarantee]) -> str:
    """The text between the markers: one row to a guarantee.

    Parameters
    ----------
    guarantees : in the order of the rows

    Returns
    -------
    str
        A table of Markdown.

    Examples
    --------
    >>> from mobtheory.testing import GUARANTEES
    >>> from mobtheory.report.guarantee_table import guarantee_table
    >>> print(guarantee_table([GUARANTEES["budget-one"]]).splitlines()[2])
    | `budget-one` | Its selection is valid for a budget of one token. | `definition-1` | all |
    """
    return "\n".join(_rows(guarantees))


def placed(page: str, text: str) -> str:
    """The page with the text between its markers."""
    return between_markers(page, (BEGIN, END), text)


def _rows(guarantees: Iterable[Guarantee]) -> Iterator[str]:
    yield "| id | what must hold | rests on the claim | part of |"
    yield "|---|---|---|---|"
    contract = {choice.guarantee.id for choice in choose("contract")}
    for one in guarantees:
        parts = ["contract"] * (one.id in contract) + ["all"] * one.in_all
        statement = one.statement.replace("|", r"\|")
        yield f"| `{one.id}` | {statement} | `{one.claim}` | {', '.join(parts) or 'neither'} |"


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("file", type=Path)
    page = parser.parse_args().file
    text = page.read_text("utf-8")
    page.write_text(placed(text, guarantee_table(every_guarantee())), "utf-8")


if __name__ == "__main__":
    main()
