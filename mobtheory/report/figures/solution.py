"""Figure: what `mobtheory solve` found, one radius or a front."""

from typing import Any

from mobtheory.report.figures.bracket import bracket_figure
from mobtheory.report.figures.front import front_figure
from mobtheory.report.markup import Markup


def solution_figure(document: dict[str, Any]) -> Markup:
    """The bracket against greedy rules, or the staircase of a front.

    Parameters
    ----------
    document : a solution as plain data
    """
    return bracket_figure(document) if document["front"] is None else front_figure(document)
