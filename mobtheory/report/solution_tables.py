"""What `mobtheory solve` prints: the bracket or the front, beside what greedy rules reach."""

from collections.abc import Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from mobtheory.report.numbers import show_fine, show_interval
from mobtheory.report.solution_words import (
    OBJECTIVES,
    bracket_words,
    certificate_words,
    excess_words,
    front_title,
    front_trust,
    method_words,
    objective_of,
    tokens_words,
)
from mobtheory.report.tables import WIDE, plain_table


def solution_view(document: dict[str, Any], width: int) -> Group:
    """Everything that `mobtheory solve` prints at the end.

    Parameters
    ----------
    document : a solution as plain data
    width : of the terminal, in columns
    """
    parts: list[RenderableType] = [Text(tokens_words(document))]
    if document["front"] is None:
        parts += _solution(document, width)
    else:
        front = document["front"]
        parts += [Text(front_title(front), "bold"), "", _front(document, width)]
        parts += [Text(note) for note in (front_trust(front), *front["notes"]) if note]
    return Group(*parts)


def _solution(document: dict[str, Any], width: int) -> list[RenderableType]:
    found = document["solution"]
    colour = "bold green" if found["status"] == "optimal" else "bold yellow"
    headline = f"{OBJECTIVES[found['objective']]}, {bracket_words(found)}"
    proof = certificate_words(found["certificate"])
    return [
        Text(headline, colour),
        "",
        _rules(document, width),
        "",
        Text(proof, "bold red" if "NOT" in proof else ""),
        *(Text(note) for note in found["notes"]),
    ]


def _rules(document: dict[str, Any], width: int) -> Table:
    """The exact search first, then the greedy rules, each with the radii that it reaches."""
    found = document["solution"]
    table = plain_table()
    table.add_column("Selection", no_wrap=True)
    table.add_column("Objective", justify="right", no_wrap=True)
    table.add_column("Above the optimum", justify="right", max_width=18)
    if width >= WIDE:
        for name in ("d_H(S_p, P)", "d_H(S_v, V)", "h(V → S)", "d_H(X, X_s)"):
            table.add_column(name, justify="right", no_wrap=True)
    table.add_column("|S_p| + |S_v|", justify="right", no_wrap=True)
    named = [("exact search", found), *((method_words(g["method"]), g) for g in document["greedy"])]
    for name, one in named:
        value = objective_of(one["radii"], found["objective"])
        row = [name, show_fine(value), excess_words(value, found)]
        if width >= WIDE:
            row += [show_fine(one["radii"][key]) for key in _SHOWN]
        table.add_row(*map(Text, [*row, _sizes(one)]))
    return table


_SHOWN = ("prompt_radius", "visual_radius", "union_radius", "pruning_distance")


def _front(document: dict[str, Any], width: int) -> Table:
    """One line to a point; greedy rules with as many prompt centres beside it where there is room.

    A rule that proposes fewer prompt centres than a point has is not shown there.
    """
    wide = width >= WIDE
    methods = list(dict.fromkeys(rule["method"] for rule in document["greedy"]))
    table = plain_table()
    table.add_column("K_p + K_v", justify="right", no_wrap=True)
    table.add_column("d_H(S_p, P)", justify="right", no_wrap=True)
    table.add_column("d_H(S_v, V)", justify="right", no_wrap=True)
    table.add_column("at best", justify="right", no_wrap=True)
    for method in methods if wide else ():
        table.add_column(f"{method_words(method)}", justify="right", no_wrap=True)
    for point in document["front"]["points"]:
        radii = point["radii"]
        row = [_sizes(point), show_fine(radii["prompt_radius"]), show_fine(radii["visual_radius"])]
        row.append(_at_best(point))
        if wide:
            row += [_beside(point, method, document["greedy"]) for method in methods]
        table.add_row(*map(Text, row))
    return table


def _at_best(point: dict[str, Any]) -> str:
    if point["status"] == "optimal":
        return "proven"
    return " to ".join(show_interval(point["lower"], point["upper"]))


def _beside(point: dict[str, Any], method: str, greedy: Sequence[dict[str, Any]]) -> str:
    split = len(point["selection"]["prompt_centers"])
    for rule in greedy:
        if rule["method"] == method and len(rule["selection"]["prompt_centers"]) == split:
            radii = rule["radii"]
            return f"{show_fine(radii['prompt_radius'])}; {show_fine(radii['visual_radius'])}"
    return "–"


def _sizes(one: dict[str, Any]) -> str:
    halves = one["selection"]
    return f"{len(halves['prompt_centers'])} + {len(halves['visual_centers'])}"
